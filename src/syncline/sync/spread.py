"""What a transaction means for others, kept until it ends: dirty marks, wakes, looks, events.

All of it is written in the transaction that changed something, so that no change is ever without its
consequences, whatever stops the hub between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncline.merge.case import Case
from syncline.model.event import Event
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Hint, Wake
from syncline.sync import dependants
from syncline.sync.dependants import Move, Readers
from syncline.sync.store import Row, Unit

Before = Mapping[int, tuple[Record | None, dict[int, Link]]]
"""What the cases of a transaction were when it began."""


@dataclass
class Spread:
    """`passed_on`: each record as its readers were told of it last in this transaction."""

    passed_on: dict[int, Record] = field(default_factory=dict)
    marks: set[int] = field(default_factory=set)
    wakes: dict[int, Wake] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    held_events: list[Event] = field(default_factory=list)

    def wake(self, rid: int, at: float, why: str) -> None:
        """Derive this record again at that moment; of two the earlier stands."""
        known = self.wakes.get(rid)
        if known is None or at < known.at:
            self.wakes[rid] = Wake(record=rid, at=at, why=why)

    def pass_on(
        self, readers: Readers, unit: Unit, cases: Mapping[int, Case], before: Before, now: float
    ) -> list[int]:  # fmt: skip
        """The records that must be derived again because of what changed since this was asked last.

        Parents whose rollups wait for more changes get a wake, rows that were left out of scope a look.
        """
        moves = self.moves(cases, before) if readers.any else []
        if not moves:
            return []
        again = set(dependants.concerned(readers, unit, cases, moves))
        for rid, waits in dependants.parents(readers, unit, cases, moves).items():
            for wait in filter(None, waits):
                self.wake(rid, now + wait, "rollup")
            if 0.0 in waits:
                again.add(rid)
        look_at_rows_left_out(readers, unit, cases, moves, now)
        return sorted(again)

    def moves(self, cases: Mapping[int, Case], before: Before) -> list[Move]:
        """What changed since it was passed on last."""
        found = []
        for rid, case in cases.items():
            known = self.passed_on.get(rid, before[rid][0])
            if case.record is not known:
                found.append(Move(known, case.record))
                self.passed_on[rid] = case.record
        return found

    def flush(self, unit: Unit) -> None:
        """Each table once."""
        if self.marks:
            unit.mark_dirty(sorted(self.marks))
        if self.wakes:
            unit.put_wakes(list(self.wakes.values()))
        if self.events:
            unit.add_events(self.events)
        if self.held_events:
            unit.hold_events(self.held_events)


def look_at_rows_left_out(
    readers: Readers, unit: Unit, cases: Mapping[int, Case], moves: Sequence[Move], now: float
) -> None:
    """Rows without a link whose scope reads what changed may take part now."""
    ids = [move.after.id for move in moves if any((move.after.entity, name) in readers.rows for name in move.fields)]
    rows = [row for rid in ids for row in rows_of(cases[rid])]
    again = {row for found in unit.waiting_for(rows).values() for row in found} if rows else set()
    if again:
        unit.put_hints([Hint(system=s, stream=t, id=i, at=now) for s, t, i in sorted(again)])


def rows_of(case: Case, system: str | None = None) -> list[Row]:
    """The rows that stand for a record, in one system or in all."""
    return [
        (link.system, link.stream, link.external_id)
        for link in case.links.values()
        if link.external_id is not None and link.state != "tombstone" and system in (None, link.system)
    ]
