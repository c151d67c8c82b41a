"""Both sides are read now and compared, field by field; what differs is looked at a second time. Nothing is settled.

A field is equal when the values are equal under its type, or when the record's present version was agreed and the
system still holds what it stored for that. Reading is all that is done: to the systems, and to the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal

from msgspec.structs import replace

from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.mapping.document import LINES, line_of
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import Value
from syncline.sync import observe, remap
from syncline.sync.desk import Desk, viewer
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow
from syncline.sync.plan import desk_on_paper, on_its_way

Verdict = Literal["equal", "stored", "open", "waits", "differs"]
"""waits: it refers to a record that is not in that system, and that nothing is to make there."""

VERDICTS: tuple[Verdict, ...] = ("equal", "stored", "open", "waits", "differs")
Place = tuple[str, str]

PAGE = 200
SHOWN = 1000
IN_MEMORY_BYTES = 1_000_000
ROW = ""
"""The field of a difference that is the whole row: it is not there, or not there yet."""

_pair = Struct("<qq")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One field of one link."""

    case: Case
    link: Link
    field: str
    verdict: Verdict
    record: Value = None
    there: Value = None


@dataclass
class Score:
    """counts: by verdict. differs: the first SHOWN. records: with anything to compare.

    noted: the streams of what is looked at again. waited: seconds before that.
    """

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))
    differs: list[Compared] = field(default_factory=list)
    records: int = 0
    noted: set[Place] = field(default_factory=set)
    waited: float = 0.0
    not_reached: dict[Place, NotNow] = field(default_factory=dict)

    def add(self, found: Iterable[Compared]) -> None:
        """The fields of a link."""
        for one in found:
            self.counts[one.verdict] += 1
            if one.verdict == "differs" and len(self.differs) < SHOWN:
                self.differs.append(one)


def verify(hub: Hub, only: str | None = None, heard: Callable[[int], None] = lambda records: None) -> Score:
    """only: of this entity. heard: hears how many records were read. Memory does not grow with records."""
    score = Score()
    again: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    with again:
        first_look(hub, only, score, again, heard)
        lists_only = [b for b in bound(hub, only) if hub.stream(b.system, b.stream).get is None]
        listed = Score(not_reached=score.not_reached)
        for binding in lists_only:
            read_list(hub, binding, listed)
        if listed.counts["differs"]:
            score.noted |= {(one.system, one.stream) for one in lists_only}
        wait_for(hub, score)
        second_look(hub, score, again)
        if listed.counts["differs"]:
            listed = Score(not_reached=score.not_reached)
            for binding in lists_only:
                read_list(hub, binding, listed)
    for verdict, number in listed.counts.items():
        score.counts[verdict] += number
    score.differs += listed.differs[: SHOWN - len(score.differs)]
    return score


def bound(hub: Hub, only: str | None) -> list[Binding]:
    """The bindings that are compared."""
    return [one for one in hub.declaration.bindings if only in (None, one.entity)]


# ---- two looks
def first_look(hub: Hub, only: str | None, score: Score, again: IO[bytes], heard: Callable[[int], None]) -> None:
    """Every record; a link of which anything differs is not counted yet, but noted."""
    after = 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        desk = desk_on_paper(hub)
        desk.load(ids)
        cases = [case for rid in ids if (case := desk.cases[rid]).record.entity == only or only is None]
        links = [link for case in cases if case.record.state != "merged" for link in case.links.values()]
        compared = set()
        for link, found in look(hub, desk, links, score.not_reached):
            compared.add(link.record)
            if any(one.verdict == "differs" for one in found):
                again.write(_pair.pack(link.record, link.id))
                score.noted.add((link.system, link.stream))
            else:
                score.add(found)
        score.records += len(compared)
        heard(score.records)


def second_look(hub: Hub, score: Score, again: IO[bytes]) -> None:
    """What was noted, by what the ledger and the system say now."""
    again.seek(0)
    while chunk := again.read(_pair.size * PAGE):
        pairs = [_pair.unpack_from(chunk, at) for at in range(0, len(chunk), _pair.size)]
        desk = desk_on_paper(hub)
        desk.load(record for record, _ in pairs)
        links = [
            case.links[link] for record, link in pairs
            if (case := desk.case(record)) is not None and link in case.links
        ]  # fmt: skip
        for _, found in look(hub, desk, links, score.not_reached):
            score.add(found)


def wait_for(hub: Hub, score: Score) -> None:
    """Until the read paths of what was noted show every write; nothing noted, no wait."""
    score.waited = max((settles(hub.stream(*place)) for place in score.noted), default=0.0)
    if score.waited:
        hub.wait(score.waited)


def settles(stream: Stream) -> float:
    """Seconds until the read that compares shows every write."""
    return stream.settles_in.get if stream.get is not None else stream.settles_in.sweep


# ---- reading
def look(
    hub: Hub, desk: Desk, links: Sequence[Link], not_reached: dict[Place, NotNow]
) -> Iterator[tuple[Link, list[Compared]]]:
    """These links by the strongest read, in batches; a stream that cannot be read is named, and holds up no other."""
    places: dict[Place, list[Link]] = {}
    known = {(one.system, one.stream) for one in hub.declaration.bindings}
    for link in links:
        if (link.system, link.stream) not in known:
            continue  # the declaration knows that stream no more
        if link.state == "birth":
            yield from unborn(desk, link)
        elif link.state == "active" and hub.stream(link.system, link.stream).get is not None:
            places.setdefault((link.system, link.stream), []).append(link)
    for place, mine in places.items():
        stream, size = hub.stream(*place), min(hub.batch, hub.stream(*place).batch_size)
        for at in range(0, len(mine), size):
            if place in not_reached:
                break
            batch = mine[at : at + size]
            try:
                seen = observe.look_at(hub, place[0], stream, [str(link.external_id) for link in batch])
            except NotNow as reason:
                not_reached[place] = reason
                break
            for link in batch:
                one = seen.get(str(link.external_id))
                found = list(compare(desk, link, None if one is None else one.raw))
                if found:
                    yield link, found


def read_list(hub: Hub, binding: Binding, score: Score) -> None:
    """A stream that shows lists only: page by page; what a list leaves out is not compared."""
    stream, after = hub.stream(binding.system, binding.stream), None
    ask = stream.sweep or (lambda after: stream.changes(0.0, after))  # type: ignore[misc]
    while True:
        try:
            page, _ = observe.show(hub, binding.system, stream, ask(after))
        except NotNow as reason:
            score.not_reached[binding.system, binding.stream] = reason
            return
        rows = {
            (binding.system, binding.stream, str(raw[stream.key])): raw for raw in page.records if stream.key in raw
        }
        desk = desk_on_paper(hub)
        desk.load_rows(rows)
        for row, raw in rows.items():
            at = desk.case_at(row)
            if at is not None and at[0].links[at[1]].state == "active":
                score.add(compare(desk, at[0].links[at[1]], raw))
        if page.next is None or page.next == after:
            return
        after = page.next


# ---- comparing
def unborn(desk: Desk, link: Link) -> Iterator[tuple[Link, list[Compared]]]:
    """A row that is to be made. What waits for no more than its moment is a difference."""
    case = desk.home(link.id)
    if link.why or case.record.state != "active" or case.record.candidate_of is not None:
        return
    is_parked = link.parked is not None or case.record.parked is not None
    yield link, [Compared(case=case, link=link, field=ROW, verdict="open" if is_parked else "differs")]


def compare(desk: Desk, link: Link, raw: Mapping[str, Any] | None) -> Iterator[Compared]:
    """Every field that is written to a row and that the system tells; None: there is no such row."""
    case, binding = desk.home(link.id), desk.binding(link)
    is_parked = link.parked is not None or case.record.parked is not None
    if raw is None or link.deleting:
        if raw is not None or not link.deleting:
            yield Compared(case=case, link=link, field=ROW, verdict="open" if is_parked else "differs")
        return
    row = binding.bound(raw)
    there, reading = viewer(desk)(replace(link, seen=row)), binding.read(row, desk.resolve)
    for name in desk.writable(case, link):
        current = case.value(name)
        if not is_told(case, link, name, there) and name not in reading.misfits:
            continue
        if name in reading.unresolved and current.value is None:
            continue  # it refers to a row that is nobody's yet: there is nothing to compare
        value = reading.misfits[name].value if name in reading.misfits else there.get(name)
        verdict = verdict_of(desk, case, link, name, there)
        verdict = "open" if verdict == "differs" and is_parked else verdict
        yield Compared(case=case, link=link, field=name, verdict=verdict, record=current.value, there=value)
    strange = [one for one in reading.rows or () if one.seat not in link.lines.values()]
    if strange and binding.lines is not None and binding.lines.written:
        yield Compared(
            case=case, link=link, field=LINES.rstrip("/"), verdict="open" if is_parked else "differs",
            there=f"{len(strange)} {'line' if len(strange) == 1 else 'lines'} that the record does not have",
        )  # fmt: skip


def is_told(case: Case, link: Link, name: str, there: Mapping[str, Value]) -> bool:
    """Does the system say anything of it? Of a line it does: one that is not there is absent, not hidden. # I15"""
    return case.tells(link.id, name) and (name in there or line_of(name) is not None)


def verdict_of(desk: Desk, case: Case, link: Link, name: str, there: Mapping[str, Value]) -> Verdict:
    """Of one field, by what is there now."""
    current, known = case.value(name), case.known(link.id, name)
    if case.is_open(link.id, name):
        return "open"
    if case.equal(name, there.get(name), current.value) and (name in there or line_of(name) is not None):
        return "equal"
    before = case.view(link.id)
    settled = known.agreed == current.version and current.version > 0 and not (known.sent or known.doubts)
    same = name in there and name in before and case.equal(name, before[name], there[name])
    if current.source == link.id:
        return "differs"  # it is what the record holds; that today's mapping reads it otherwise is in the next plan
    if settled and same and remap.remap_of(desk, desk.binding(link), case, link.id, name) is None:
        return "stored"
    refers = name in desk.hub.reference_fields.get(case.record.entity, ()) and isinstance(current.value, int)
    return "waits" if refers and not on_its_way(desk, link.system, current.value) else "differs"
