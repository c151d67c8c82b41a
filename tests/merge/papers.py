"""A document for the tests of lines: crm and erp give their lines ids, the shop has only places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from merge.kit import COUNT, PLAIN, Scene, plain
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.document import LinesBinding
from syncline.mapping.lens import rename
from syncline.mapping.numbers import boolean
from syncline.merge import due, first_meeting, guard, lines, receipts, see
from syncline.merge.policy import FieldPolicy
from syncline.model.intent import Intent, Told
from syncline.model.link import Link

COLUMNS = {"product": rename("product", PLAIN), "qty": rename("qty", COUNT)}
Row = dict[str, Any]


def row(product: str | None, qty: Any = 1, id: str | None = None) -> Row:
    """A line as a system shows it."""
    return {"product": product, "qty": qty} | ({"id": id} if id else {})


def binding(system: str) -> Binding:
    """A title and a list of lines."""
    title = BoundField(field="title", lens=rename("title", PLAIN))
    of_lines = LinesBinding(raw="lines", columns=COLUMNS, id_field=None if system == "shop" else "id")
    return Binding(system=system, stream="things", entity="thing", fields=(title,), lines=of_lines)


class Paper(Scene):
    """A document with its links; what a system holds goes through its binding."""

    def __init__(
        self, *, truth: str | None = None, differ: str = "truth", policy: str = "last-write-wins",
        origin: str = "crm", systems: Iterable[str] = ("crm",), line_key: tuple[str, ...] = ("product",),
    ) -> None:  # fmt: skip
        fields = (
            plain("title"),
            FieldPolicy(name="lines/*", type=boolean(), empty="clear", truth=truth, differ=differ, policy=policy),
            FieldPolicy(name="lines/*/product", type=PLAIN),
            FieldPolicy(name="lines/*/qty", type=COUNT, policy=policy),
        )
        super().__init__(*fields, origin=origin, systems=systems, line_key=line_key)

    def view_of(self, link: Link) -> Mapping[str, Any]:
        """What was seen, its lines under our ids."""
        return lines.view_of(link, self.reading(link.system, link.seen))

    def reading(self, system: str, raw: Mapping[str, Any]) -> Any:
        """Map in."""
        return binding(system).read(raw, lambda ref: None)

    # ---- what happens
    def born(self, system: str, *rows: Row) -> Paper:
        """The document begins with this row."""
        self.meet(first_meeting.found, system, rows)
        return self

    def meets(self, system: str, *rows: Row) -> None:
        """A document of another system meets the record."""
        self.add(system)
        self.meet(first_meeting.join, system, rows)

    def meet(self, how: Any, system: str, rows: Iterable[Row]) -> None:
        """Found or joined, ten seconds later."""
        raw, seen = {"title": "T1", "lines": list(rows)}, self.later(10).look(system)
        reading = lines.recognise(self.case, self.lid(system), self.reading(system, raw), seen)
        how(self.case, self.lid(system), seen, raw, reading, b"print")

    def lists(self, system: str, *rows: Row, **read: Any) -> str:
        """Ten seconds later that system is seen to hold these lines. `read`: parts of the read."""
        self.later(10)
        lid, seen = self.lid(system), self.look(system, **read)
        verdict = guard.judge(self.case, lid, seen)
        if verdict == "accept":
            raw = {"title": "T1", "lines": list(rows)}
            self.case.view(lid)  # what was there, with its lines as they were known then
            reading = lines.recognise(self.case, lid, self.reading(system, raw), seen)
            see.see(self.case, lid, seen, raw, reading, b"print")
        return verdict

    def bears(self, system: str, *, tells: bool = True) -> Paper:
        """The document is made in that system."""
        self.add(system, state="birth")
        self.sends(system, tells=tells)
        self.case.put(self.lid(system), state="active")
        return self

    def sends(self, system: str, *, tells: bool = True) -> list[Row]:
        """What is due is written as one list; the list that was sent. `tells`: the system says what it stored."""
        intent, raw = self.drafts(system)
        if tells:
            self.tells(intent, *(self.stored(system, one) for one in raw))
        else:
            receipts.receive(self.case, intent, None, self.now)
            lines.note_receipts(self.case, self.lid(system), list(intent.values), self.now)
        return raw

    def drafts(self, system: str) -> tuple[Intent, list[Row]]:
        """What is due, and the list that says so to the system."""
        lid, told = self.lid(system), self.told(system)
        of_lines = {name: one.value for name, one in told.items() if name != "title"}
        raw = binding(system).lines.write(lines.compose(self.case, lid, of_lines))
        return replace(self.writes(system), values=told), raw

    def tells(self, intent: Intent, *rows: Row) -> None:
        """The system tells what it stored: its new lines are recognised."""
        lid, system = intent.link, intent.system
        stored = {"title": "T1", "lines": list(rows)}
        self.case.put(lid, seen=stored)
        at = self.look(system, whole=False)
        reading = lines.recognise(self.case, lid, self.reading(system, stored), at, intent.values)
        receipts.receive(self.case, intent, reading.told, self.now)
        lines.note_receipts(self.case, lid, list(intent.values), self.now)
        self.case.put(lid, as_of=self.now)

    def stored(self, system: str, sent: Row) -> Row:
        """A line as that system keeps it: with an id of its own, where it has ids."""
        return sent if system == "shop" or "id" in sent else {**sent, "id": f"{system}-{sent['product']}"}

    # ---- what is there
    def told(self, system: str) -> dict[str, Told]:
        """What is due there, lines too."""
        names = ["title", *lines.writable(self.case, binding(system).lines.outward)]
        return due.due_fields(self.case, self.lid(system), names)

    def lines(self) -> dict[str, tuple[Any, Any]]:
        """The record's living lines: our id to product and quantity."""
        return {
            line: (self.value(f"lines/{line}/product"), self.value(f"lines/{line}/qty"))
            for line in lines.lines_of(self.case)
        }
