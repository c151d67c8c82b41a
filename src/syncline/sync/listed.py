"""The gate of an applied plan: what it lists leaves, and what does not hold any more is dropped and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from syncline.mapping.binding import Binding
from syncline.merge.case import Case
from syncline.model.intent import Intent, Told
from syncline.sync import own_fields, remap, sheet, stops, writing
from syncline.sync.desk import Desk
from syncline.sync.observe import NotNow
from syncline.sync.sheet import PlannedField, PlannedWrite
from syncline.sync.stops import Ready

What = Literal["left", "already", "dropped", "waits"]

SHOWN = 1000
"""Fates of a kind that are kept: memory does not grow with the plan."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of a planned write, or of one field of it. `left`: the request left and was not turned down."""

    write: PlannedWrite
    field: str | None
    what: What
    why: str = ""


@dataclass
class Applied:
    """What became of a plan, in the order in which it was done. `run` is what an undo takes back.

    fates:  the first SHOWN of each kind; `counts` has them all. What was dropped is due still, and in the next plan.
    told:   the rows and fields told, of writes that have a second round.
    not_looked_at: (system, stream) that could not be looked at before the second round, and why.
    not_reached: those that could not be worked on, and when to try again.
    events: how many that the mode held were let go.
    """

    run: int = 0
    refused: str | None = None
    fates: list[Fate] = field(default_factory=list)
    counts: Counter[What] = field(default_factory=Counter)
    told: set[tuple[int, str, str, str | None]] = field(default_factory=set)
    not_looked_at: dict[tuple[str, str], str] = field(default_factory=dict)
    not_reached: dict[tuple[str, str], NotNow] = field(default_factory=dict)
    events: int = 0

    def of(self, what: What) -> list[Fate]:
        """Those with this fate."""
        return [fate for fate in self.fates if fate.what == what]

    def add(self, write: PlannedWrite, name: str | None, what: What, why: str = "") -> None:
        """One more."""
        if what == "left" and any(one.waits_for is not None for one in write.fields):
            self.told |= {self.key(write, None), self.key(write, name)}
        self.counts[what] += 1
        if self.counts[what] <= SHOWN:
            self.fates.append(Fate(write=write, field=name, what=what, why=why))

    def has_told(self, write: PlannedWrite, name: str | None) -> bool:
        """Has this row (or this field of it) been told in this very apply?"""
        return self.key(write, name) in self.told

    def key(self, write: PlannedWrite, name: str | None) -> tuple[int, str, str, str | None]:
        """A row or field of it, also before the row has an id."""
        return write.record, write.system, write.stream, name

    def all(self, writes: Iterable[PlannedWrite], what: What, why: str) -> None:
        """The same for whole writes."""
        for write in writes:
            self.add(write, None, what, why)


@dataclass
class Listed:
    """Lets through what the plan lists for these links. `second`: after the creates of the same plan."""

    plan: Mapping[int, PlannedWrite]
    applied: Applied
    run: int | None = None
    second: bool = False
    judged: set[int] = field(default_factory=set)
    leaving: dict[int, list[str]] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)

    def also(self, desk: Desk, binding: Binding, case: Case, lid: int) -> Mapping[str, Told]:
        """What a changed mapping says differently, where the plan says so."""
        if not any(one.remap for one in self.plan[lid].fields):
            return {}
        return remap.remapped(desk, binding, case, lid)

    def pick(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> list[Ready]:
        """Drops what does not hold any more, and says why."""
        for one in ready:
            self.park_untold(desk, binding, one)
        judged = [self.judge(one) for one in ready]
        return [one for one in judged if one is not None]

    def park_untold(self, desk: Desk, binding: Binding, ready: Ready) -> None:
        """What a new row has no place for is in no plan, and is parked before the row is there and holds a default."""
        if ready.kind == "create":
            listed = {one.field for one in self.plan[ready.link].fields}
            untold = {name: told for name, told in ready.told.items() if name not in listed}
            writing.tellable(desk, binding, ready.case, ready.link, untold)

    def judge(self, ready: Ready) -> Ready | None:
        """One write against its line of the plan, after the look."""
        self.judged.add(ready.link)
        write, told = self.plan[ready.link], dict[str, Told]()
        moved = self.moved(ready, write)
        for one in write.fields:
            now = ready.told.get(one.field)
            tries = ready.case.known(ready.link, one.field).tries
            same = now is not None and (now.version, now.value, tries) == (one.version, one.after, one.tries)
            if moved is None and now is not None and same:
                told[one.field] = now  # I17
            elif self.mine(one):
                self.fall(ready.case, ready.link, one, moved)
        if ready.kind != "update" and moved is not None:
            self.applied.add(write, None, "dropped", moved)
        whole = all(one.field in told for one in write.fields if self.mine(one))
        if moved is not None or not (told or ready.kind != "update") or (ready.kind == "create" and not whole):
            return None  # a new row is made whole or not at all
        self.leaving[ready.link] = list(told)
        return Ready(case=ready.case, link=ready.link, kind=ready.kind, told=told)

    def moved(self, ready: Ready, write: PlannedWrite) -> str | None:
        """Is it another write than the one that was shown? Why."""
        if self.second and self.applied.has_told(write, None):
            return None  # what we have written ourselves in the first round
        seen = ready.case.links[ready.link].seen
        expected = "update" if self.second else write.write
        if sheet.seen_hash(seen) != write.seen or ready.kind != expected:
            return f"{write.system} {write.external_id or write.stream} has moved since"
        return None

    def mine(self, one: PlannedField) -> bool:
        """Is this field told in this round? What waits for an id is told in the second one."""
        return self.second == (one.waits_for is not None)

    def fall(self, case: Case, lid: int, one: PlannedField, moved: str | None = None) -> None:
        """A field that is not told: done already, or dropped, and why."""
        write, known, current = self.plan[lid], case.known(lid, one.field), case.value(one.field)
        if self.applied.has_told(write, one.field):
            return
        if one.version is None:
            done = known.withheld is None or known.withheld.written
        else:
            agreed = current.version == one.version and (known.agreed or 0) >= one.version
            done = agreed and (moved is None or not one.remap)
        if done:
            self.applied.add(write, one.field, "already")
        elif known.waiting:
            why = f"record {one.after} has no id in {write.system}"
            self.applied.add(write, one.field, "dropped", why)
        elif current.version == one.version and one.waits_for is not None and moved is None:
            self.applied.add(write, one.field, "waits", "for a look at what was made")
        else:
            gone_on = "the record has gone on since"
            if case.is_open(lid, one.field):
                gone_on = "the field is open"
            elif known.tries != one.tries:
                gone_on = "it was told since, and the system did not keep it"
            self.applied.add(write, one.field, "dropped", moved or gone_on)

    def account(self, desk: Desk, case: Case, lid: int, write: PlannedWrite) -> None:
        """A write that delivery did not bring to the gate."""
        link = case.links[lid]
        if write.write == "delete":
            done = link.state == "tombstone"
            self.applied.add(
                write, None, "already" if done else "dropped", "" if done else "it is not to be deleted now"
            )
        elif link.state == "birth":
            self.account_birth(desk, case, lid, write)
        elif write.write == "create" and not self.second:
            self.applied.add(write, None, "already", f"it is {link.external_id}")
        elif link.state != "active":
            self.applied.add(write, None, "dropped", f"{write.system} {link.external_id} is a {link.state} by now")
        else:
            for one in (one for one in write.fields if self.mine(one)):
                self.fall(case, lid, one)

    def account_birth(self, desk: Desk, case: Case, lid: int, write: PlannedWrite) -> None:
        """A create that was not even begun."""
        needs = own_fields.stops_births(desk.lacking(write.system, write.stream))
        if needs:
            why = f"{write.system} has no {needs[0].stream}.{needs[0].field.name}: syncline provision"
            self.applied.add(write, None, "dropped", why)
            return
        missing = [
            rid for rid in write.needs if any(case.known(lid, f.field).waiting for f in write.fields if f.after == rid)
        ]
        if missing:
            self.applied.add(
                write, None, "dropped", f"record {missing[0]}, which it requires, has no id in {write.system}"
            )
        elif case.links[lid].parked is not None or case.record.parked is not None or case.record.state != "active":
            self.applied.add(write, None, "dropped", "its record is parked or gone")
        else:
            self.applied.add(write, None, "waits", "it is looked for first, and that shows it only later")

    def delivered(self, desk: Desk, intents: Iterable[Intent]) -> None:
        """What a plan lists was let go by a person: it counts for no brake, and its marks go."""
        self.answered.update(intent.link for intent in intents)
        for intent in intents:
            lid, write = intent.link, self.plan[intent.link]
            arrived = intent.state in ("done", "unknown")
            for name in (*self.leaving.get(lid, ()),) or (None,):
                self.applied.add(
                    write, name, "left" if arrived else "dropped", "" if arrived else "the system did not take it"
                )
            if arrived:
                stops.spend(desk.cases[intent.record], intent)
