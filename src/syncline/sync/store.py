"""What the sync needs of a ledger. `ledger/` implements it on SQL, `testing/` in memory; one suite tests both.

A unit is one transaction. Reads see what was committed before it began; writes take effect together at
its end or not at all. Every method works on many rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from syncline.identity.match import Key
from syncline.ledger.open_items import OpenItem, OpenKind
from syncline.model.drift import Compared
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Armed, Coupling, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake

Counter = Literal["record", "link", "intent", "run"]
Row = tuple[str, str, str]
"""(system, stream, external id)"""


class Reads(Protocol):
    """Looking things up."""

    def fingerprints(self, system: str, stream: str, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Of links, and of parked rows, by external id; ids that are not known are not in it."""

    def expected(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        """External ids beyond `after`, in order, that a whole read of the stream must show.

        Of links that are active, shadows, or asleep with a fingerprint, and of parked rows.
        """

    def expected_of(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[str]:
        """Which of these ids, each once."""

    def links_at(self, rows: Iterable[Row]) -> Mapping[Row, Link]:
        """Links by the row they point to, tombstones included."""

    def links(self, ids: Iterable[int]) -> Mapping[int, Link]:
        """Links by their own id."""

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]:
        """Records by id."""

    def links_of(self, records: Iterable[int]) -> Mapping[int, Sequence[Link]]:
        """All links of each record, oldest first."""

    def records_with(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[int]]:
        """The records that have a match key, in id order."""

    def sharing(self, keys: Iterable[Key], most: int) -> Mapping[Key, Sequence[int]]:
        """Of each key at most so many of its records, in id order; keys that no record has are not in it."""

    def crowded(self, rule: str, most: int, limit: int) -> Sequence[tuple[str, int]]:
        """The values of a rule's keys that more than so many records have, with their numbers, the largest first."""

    def referring_to(self, records: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """The records that refer to each of these."""

    def due(self, system: str, stream: str, now: float, limit: int) -> Sequence[Link]:
        """Links that must be told something, longest due first; none whose receipt is awaited."""

    def hints(self, system: str, stream: str, now: float, limit: int) -> Sequence[Hint]:
        """Hints that are due, oldest first."""

    def parked_rows(self, rows: Iterable[Row]) -> Mapping[Row, ParkedRow]:
        """Rows that belong to no record."""

    def parked_by_key(self, keys: Iterable[Key]) -> Sequence[ParkedRow]:
        """Rows that were ambiguous by one of these keys."""

    def cursor(self, system: str, stream: str, path: str) -> Cursor:
        """A read path's cursor; a new one where nothing was read yet."""

    def staged(self, system: str, stream: str, after: str, limit: int) -> Sequence[Staged]:
        """Rows of an unfinished baseline in the order of their ids."""

    def staged_at(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[Staged]:
        """Staged rows with these ids, in the order of their ids."""

    def couplings_at(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Coupling]]:
        """What these rows are coupled with, as it stands; rows that are not coupled are not in it."""

    def coupled_ids(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        """External ids beyond `after`, in order, of the rows of a stream that are coupled with any other."""

    def couplings_of_run(
        self, run: int, *, ended: bool = False, after: Coupling | None = None, limit: int = 100
    ) -> Sequence[Coupling]:
        """A page of what a run coupled and still stands, or (ended) of what it took back."""

    def couplings_waiting(self, *, after: Coupling | None = None, limit: int = 100) -> Sequence[Coupling]:
        """A page of the couplings one of whose rows has no link, not even of a row that was deleted."""

    def intents(self, ids: Iterable[int]) -> Mapping[int, Intent]:
        """Intents by id."""

    def intents_of_run(self, run: int) -> Sequence[Intent]:
        """What a run wrote, in order."""

    def intents_of_link(self, link: int) -> Sequence[Intent]:
        """What was written to a row, in order."""

    def intents_sent(self) -> Sequence[Intent]:
        """Intents without a receipt."""

    def has_written(self) -> bool:
        """Was any write ever journalled, or any event let go?"""

    def dirty(self, limit: int) -> Sequence[int]:
        """Records to be derived again, oldest mark first."""

    def wakes(self, now: float, limit: int) -> Sequence[Wake]:
        """Wakes that are due."""

    def system_state(self, system: str) -> SystemState:
        """May it be spoken to?"""

    def own_fields(self, system: str) -> Sequence[OwnField]:
        """What is known of fields of ours in a system, by stream and name."""

    def compared(self, system: str) -> Sequence[Compared]:
        """What is known of how the fields of a system's streams look, by stream."""

    def waiting_for(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Row]]:
        """Rows whose reference to one of these rows could not be resolved."""

    def history(self, records: Iterable[int]) -> Mapping[int, Sequence[Entry]]:
        """What happened to each record, oldest first."""

    def scan(self, after: int, limit: int) -> Sequence[int]:
        """Ids of records beyond `after`, in order."""

    def runs(self, limit: int) -> Sequence[Run]:
        """The latest runs, newest first."""

    def run(self, number: int) -> Run | None:
        """The run of that number."""

    def held(self) -> Sequence[Held]:
        """What waits for a person's release, ordered by system, stream and kind."""

    def count_links(self, system: str, stream: str) -> int:
        """Active links of a stream."""

    def events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        """The outbox beyond a number, in the order in which the events were added, with their numbers."""

    def held_events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        """Events that a mode holds, the oldest first, with numbers that count down from 0. `after`: the last one's."""

    def armed(self) -> Mapping[str, Armed]:
        """How far each rule is from being armed, by its name; a rule never heard of is not in it."""

    def told_since(self, system: str, stream: str, kind: str, since: float) -> int:
        """How many writes of a brake's kind were delivered since."""

    def count_due(self, system: str, stream: str, upto: float) -> int:
        """How many links must be told something by then; none whose receipt is awaited."""

    def count_hints(self, system: str, stream: str) -> int:
        """How many objects of a stream are to be looked at, now or later."""

    def open_items(
        self, kind: OpenKind | None = None, *, after: OpenItem | None = None, limit: int = 100
    ) -> Sequence[OpenItem]:
        """A page of what is open, of one kind or of all; `after` is the last item of the page before."""

    def parked_after(self, system: str, stream: str, after: str, limit: int) -> Sequence[ParkedRow]:
        """A page of a stream's parked rows in the order of their ids."""


class Writes(Protocol):
    """Changing things."""

    def new_id(self, counter: Counter) -> int:
        """A number that was never given out."""

    def forget_observed(self) -> None:
        """What rows showed and what followed from it, before all else that this unit writes.

        Runs, numbers, quotas, pauses, secrets, events that were let go and what people coupled stay.
        """

    def save_records(self, records: Sequence[Record]) -> None: ...
    def save_links(self, links: Sequence[Link]) -> None: ...
    def save_keys(self, keys: Mapping[int, Sequence[Key]]) -> None:
        """Replaces all match keys of each record."""

    def save_references(self, references: Mapping[int, Sequence[int]]) -> None:
        """Replaces the records that each record refers to."""

    def add_entries(self, entries: Sequence[Entry]) -> None: ...
    def put_hints(self, hints: Sequence[Hint]) -> None:
        """One per object; of two the earlier moment stands."""

    def drop_hints(self, hints: Sequence[Hint]) -> None:
        """Done with; a hint that was put again meanwhile stays."""

    def park_rows(self, rows: Sequence[ParkedRow]) -> None: ...
    def unpark_rows(self, rows: Iterable[Row]) -> None: ...
    def save_cursor(self, cursor: Cursor) -> None: ...
    def save_couplings(self, rows: Sequence[Coupling]) -> None:
        """One per pair of rows."""

    def stage(self, rows: Sequence[Staged]) -> None: ...
    def unstage(self, rows: Sequence[Staged]) -> None: ...
    def save_intents(self, intents: Sequence[Intent]) -> None: ...
    def mark_dirty(self, records: Iterable[int]) -> None: ...
    def mark_entity_dirty(self, entities: Iterable[str]) -> None:
        """Every record of these entities."""

    def mark_unborn_dirty(self, entity: str, system: str, stream: str) -> None:
        """Every record of this entity that has no link in that stream, not even a tombstone."""

    def clean(self, records: Iterable[int]) -> None:
        """Derived: no longer dirty."""

    def put_wakes(self, wakes: Sequence[Wake]) -> None:
        """One per record; of two the earlier moment stands."""

    def drop_wakes(self, records: Iterable[int]) -> None: ...
    def save_system_state(self, state: SystemState) -> None: ...
    def save_own_fields(self, rows: Sequence[OwnField]) -> None:
        """One per system, stream and name."""

    def save_compared(self, rows: Sequence[Compared]) -> None:
        """One per system and stream."""

    def wait_for(self, waiting: Row, rows: Iterable[Row]) -> None:
        """`waiting` is to be looked at again when one of these rows is linked."""

    def stop_waiting(self, rows: Iterable[Row]) -> None:
        """These rows are linked: nothing waits for them any more."""

    def add_events(self, events: Sequence[Event]) -> None:
        """To the outbox; one whose id is there already stays as it is."""

    def hold_events(self, events: Sequence[Event]) -> None:
        """Beside the outbox, until they are let go; one whose id is there already, here or there, stays as it is."""

    def release_events(self, ids: Sequence[str]) -> None:
        """What is held of these goes to the end of the outbox, in the order in which it happened."""

    def arm(self, rules: Sequence[Armed]) -> None: ...
    def save_run(self, run: Run) -> None: ...
    def save_held(self, rows: Sequence[Held]) -> None:
        """One per system, stream and kind."""

    def drop_held(self, rows: Sequence[Held]) -> None:
        """Nothing of these kinds is held there any more."""

    def count_told(self, system: str, stream: str, kind: str, at: float, number: int) -> None: ...


class Unit(Reads, Writes, Protocol):
    """One transaction. `number`: they are counted as they commit; None where others may commit unseen."""

    number: int | None


class Ledger(Reads, Protocol):
    """The hub's memory. Reading needs no transaction; writing happens in units only."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Commits at its end, or leaves no trace when it is left by an exception."""
