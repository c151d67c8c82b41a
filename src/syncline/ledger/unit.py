"""One transaction. Writes are kept aside and go to their tables together when it ends, each table in few statements.

So a thousand objects of a page that each unpark one row cost one statement; a unit that is left by an exception
has written nothing; and what a unit reads is what was committed before it began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from syncline.identity.match import Key
from syncline.ledger import compared, couplings, entries, forgotten, links, marks, outbox, records, streams, work
from syncline.ledger.numbers import Numbers
from syncline.ledger.reads import SqlReads
from syncline.ledger.rows import Row
from syncline.ledger.statement import Session
from syncline.model.drift import Compared
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Armed, Coupling, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake

P = ParamSpec("P")
T = TypeVar("T")
Counter = Literal["record", "link", "intent", "run"]
Write = Callable[[Session, Any], None]


class SqlUnit(SqlReads):
    """Reads go to the transaction at once; writes wait for its end, in their order within each table."""

    def __init__(self, session: Session, numbers: Numbers, number: int | None) -> None:
        self.session, self.numbers, self.number = session, numbers, number
        self.reserved: dict[str, int] = {}
        self.latest = 0
        # Entities are marked before records are written: every record there was, as in the memory twin.
        order = ("forgotten", "dirty", "record", "link", "key", "reference", "history")
        self.kept: dict[str, list[tuple[Write, list[Any]]]] = {table: [] for table in order}

    def ask(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In this transaction."""
        return question(self.session, *args, **kwargs)

    def keep(self, table: str, write: Write, rows: Iterable[Any]) -> None:
        """Rows for the end; those of the same write in a row become one."""
        kept = self.kept.setdefault(table, [])
        if not kept or kept[-1][0] != write:
            kept.append((write, []))
        kept[-1][1].extend(rows)

    def flush(self) -> None:
        """Everything that was kept, table by table, and the numbers that were given out."""
        for kept in self.kept.values():
            for write, rows in kept:
                if rows:
                    write(self.session, rows)
        self.reserved = self.numbers.wanted()
        marks.reserve(self.session, self.reserved)

    def new_id(self, counter: Counter) -> int:
        """A number that was never given out."""
        return self.numbers.next(counter)

    def forget_observed(self) -> None:
        """What rows showed and what followed from it, before all else that this unit writes."""
        self.keep("forgotten", forgotten.forget, [None])

    def save_records(self, rows: Sequence[Record]) -> None:
        """The last state of a record stands."""
        self.keep("record", records.save, rows)

    def save_links(self, rows: Sequence[Link]) -> None:
        """The last state of a link stands."""
        self.keep("link", links.save, rows)

    def save_keys(self, keys: Mapping[int, Sequence[Key]]) -> None:
        """Replaces all match keys of each record."""
        self.keep("key", records.save_keys, keys.items())

    def save_references(self, references: Mapping[int, Sequence[int]]) -> None:
        """Replaces the records that each record refers to."""
        self.keep("reference", records.save_references, references.items())

    def add_entries(self, rows: Sequence[Entry]) -> None:
        """At the end of history."""
        self.keep("history", self.write_entries, rows)

    def write_entries(self, session: Session, rows: Sequence[Entry]) -> None:
        """Entries are numbered as they are written, so the order of numbers is the order of what happened."""
        entries.add(session, self.numbers.block("history", len(rows)), rows)

    def put_hints(self, hints: Sequence[Hint]) -> None:
        """One per object; of two the earlier moment stands."""
        self.keep("hint", streams.put_hints, hints)

    def drop_hints(self, hints: Sequence[Hint]) -> None:
        """Done with; a hint that was put again meanwhile stays."""
        self.keep("hint", streams.drop_hints, hints)

    def park_rows(self, rows: Sequence[ParkedRow]) -> None:
        """Rows that belong to no record."""
        self.keep("parked_row", streams.park, rows)

    def unpark_rows(self, rows: Iterable[Row]) -> None:
        """Rows that found their record, or are gone."""
        self.keep("parked_row", streams.unpark, rows)

    def save_cursor(self, cursor: Cursor) -> None:
        """How far a read path was read."""
        self.keep("cursor", streams.save_cursor, [cursor])

    def save_couplings(self, rows: Sequence[Coupling]) -> None:
        """The last state of a pair stands."""
        self.keep("coupling", couplings.save, rows)

    def stage(self, rows: Sequence[Staged]) -> None:
        """Rows of a baseline."""
        self.keep("staged", streams.stage, rows)

    def unstage(self, rows: Sequence[Staged]) -> None:
        """Settled."""
        self.keep("staged", streams.unstage, rows)

    def save_intents(self, intents: Sequence[Intent]) -> None:
        """The last state of an intent stands."""
        self.keep("intent", work.save_intents, intents)

    def mark_dirty(self, records: Iterable[int]) -> None:
        """To be derived again."""
        self.keep("dirty", marks.mark, records)

    def mark_entity_dirty(self, entities: Iterable[str]) -> None:
        """Every record of these entities."""
        self.keep("dirty", marks.mark_entities, entities)

    def mark_unborn_dirty(self, entity: str, system: str, stream: str) -> None:
        """Every record of this entity that has no link in that stream."""
        self.keep("dirty", marks.mark_unborn, [(entity, system, stream)])

    def clean(self, records: Iterable[int]) -> None:
        """Derived: no longer dirty."""
        self.keep("dirty", marks.clean, records)

    def put_wakes(self, wakes: Sequence[Wake]) -> None:
        """One per record; of two the earlier moment stands."""
        self.keep("wake", marks.put_wakes, wakes)

    def drop_wakes(self, records: Iterable[int]) -> None:
        """Woken."""
        self.keep("wake", marks.drop_wakes, records)

    def save_system_state(self, state: SystemState) -> None:
        """May it be spoken to?"""
        self.keep("system_state", marks.save_states, [state])

    def save_own_fields(self, rows: Sequence[OwnField]) -> None:
        """One per system, stream and name."""
        self.keep("own_field", marks.save_own_fields, rows)

    def save_compared(self, rows: Sequence[Compared]) -> None:
        """One per system and stream."""
        self.keep("compared", compared.save, rows)

    def wait_for(self, waiting: Row, rows: Iterable[Row]) -> None:
        """`waiting` is to be looked at again when one of these rows is linked."""
        self.keep("waiting", streams.wait, ((row, waiting) for row in rows))

    def stop_waiting(self, rows: Iterable[Row]) -> None:
        """These rows are linked: nothing waits for them any more."""
        self.keep("waiting", streams.stop_waiting, rows)

    def add_events(self, events: Sequence[Event]) -> None:
        """To the outbox; one whose id is there already stays as it is."""
        self.keep("event", self.write_events, events)

    def hold_events(self, events: Sequence[Event]) -> None:
        """Beside the outbox, until they are let go; one whose id is there already stays as it is."""
        self.keep("event", self.write_held_events, events)

    def release_events(self, ids: Sequence[str]) -> None:
        """What is held of these goes out."""
        self.keep("event", self.write_released, ids)

    def write_held_events(self, session: Session, events: Sequence[Event]) -> None:
        """They are numbered too."""
        outbox.add(session, self.numbers, events, held=True)

    def write_released(self, session: Session, ids: Sequence[str]) -> None:
        """They get their place in the order."""
        outbox.release(session, self.numbers, ids)

    def write_events(self, session: Session, events: Sequence[Event]) -> None:
        """Events are numbered as they are written."""
        outbox.add(session, self.numbers, events)

    def arm(self, rules: Sequence[Armed]) -> None:
        """The last state of a rule stands."""
        self.keep("armed", marks.arm, rules)

    def save_held(self, rows: Sequence[Held]) -> None:
        """One per system, stream and kind."""
        self.keep("held", work.save_held, rows)

    def drop_held(self, rows: Sequence[Held]) -> None:
        """Nothing of these kinds is held there any more."""
        self.keep("held", work.drop_held, rows)

    def save_run(self, run: Run) -> None:
        """The last state of a run stands."""
        self.latest = max(self.latest, run.id)
        self.keep("run", work.save_runs, [run])

    def count_told(self, system: str, stream: str, kind: str, at: float, number: int) -> None:
        """Delivered writes of a brake's kind."""
        self.keep("told", work.count_told, [(system, stream, kind, at, number)])
