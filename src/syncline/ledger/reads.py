"""Looking things up, on the ledger and in a unit alike: each method names its statement's home."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from syncline.identity.match import Key
from syncline.ledger import (
    compared,
    counts,
    couplings,
    entries,
    forgotten,
    lease,
    links,
    marks,
    opened,
    outbox,
    records,
    streams,
    work,
)
from syncline.ledger.open_items import OpenItem, OpenKind
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


class SqlReads(ABC):
    """The reading half. The ledger and its units differ in which connection answers."""

    @abstractmethod
    def ask(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Puts one question to a connection."""

    def fingerprints(self, system: str, stream: str, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Of links, and of parked rows where there is no link."""
        found = self.ask(links.fingerprints, system, stream, ids)
        missing = [one for one in ids if one not in found]
        return found | self.ask(streams.parked_fingerprints, system, stream, missing) if missing else found

    def expected(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        """External ids beyond `after`, in order, that a whole read of the stream must show."""
        living = self.ask(links.living_after, system, stream, after, limit)
        parked = self.ask(streams.parked_after, system, stream, after, limit)
        return sorted({*living, *(one.id for one in parked)})[:limit] if parked else living

    def expected_of(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[str]:
        """Which of these ids, each once."""
        living = self.ask(links.living_of, system, stream, ids)
        rest = list(set(ids).difference(living))
        return [*living, *self.ask(streams.parked_fingerprints, system, stream, rest)] if rest else living

    def links_at(self, rows: Iterable[Row]) -> Mapping[Row, Link]:
        """Links by the row they point to, tombstones included."""
        return self.ask(links.of_rows, rows)

    def links(self, ids: Iterable[int]) -> Mapping[int, Link]:
        """Links by their own id."""
        return self.ask(links.by_id, ids)

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]:
        """Records by id."""
        return self.ask(records.by_id, ids)

    def links_of(self, records: Iterable[int]) -> Mapping[int, Sequence[Link]]:
        """All links of each record, oldest first."""
        return self.ask(links.of_records, records)

    def records_with(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[int]]:
        """The records that have a match key, in id order."""
        return self.ask(records.with_keys, keys)

    def sharing(self, keys: Iterable[Key], most: int) -> Mapping[Key, Sequence[int]]:
        """Of each key at most so many of its records, in id order."""
        return self.ask(records.sharing, keys, most)

    def crowded(self, rule: str, most: int, limit: int) -> Sequence[tuple[str, int]]:
        """The values of a rule's keys that more than so many records have, with their numbers, the largest first."""
        return self.ask(records.crowded, rule, most, limit)

    def referring_to(self, referred: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """The records that refer to each of these."""
        return self.ask(records.referring_to, referred)

    def due(self, system: str, stream: str, now: float, limit: int) -> Sequence[Link]:
        """Links that must be told something, longest due first."""
        return self.ask(links.due, system, stream, now, limit)

    def hints(self, system: str, stream: str, now: float, limit: int) -> Sequence[Hint]:
        """Hints that are due, oldest first."""
        return self.ask(streams.hints_due, system, stream, now, limit)

    def parked_rows(self, rows: Iterable[Row]) -> Mapping[Row, ParkedRow]:
        """Rows that belong to no record."""
        return self.ask(streams.parked_at, rows)

    def parked_by_key(self, keys: Iterable[Key]) -> Sequence[ParkedRow]:
        """Rows that were ambiguous by one of these keys."""
        return self.ask(streams.parked_by_key, keys)

    def cursor(self, system: str, stream: str, path: str) -> Cursor:
        """A read path's cursor."""
        return self.ask(streams.cursor_of, system, stream, path)

    def staged(self, system: str, stream: str, after: str, limit: int) -> Sequence[Staged]:
        """Rows of an unfinished baseline in the order of their ids."""
        return self.ask(streams.staged_after, system, stream, after, limit)

    def staged_at(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[Staged]:
        """Staged rows with these ids, in order."""
        return self.ask(streams.staged_at, system, stream, ids)

    def couplings_at(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Coupling]]:
        """What these rows are coupled with."""
        return self.ask(couplings.at, rows)

    def coupled_ids(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        """A page of the coupled rows of a stream."""
        return self.ask(couplings.ids, system, stream, after, limit)

    def couplings_of_run(
        self, run: int, *, ended: bool = False, after: Coupling | None = None, limit: int = 100
    ) -> Sequence[Coupling]:
        """A page of what a run coupled, or (ended) uncoupled."""
        return self.ask(couplings.of_run, run, ended, after, limit)

    def couplings_waiting(self, *, after: Coupling | None = None, limit: int = 100) -> Sequence[Coupling]:
        """A page of the couplings one of whose rows has no link."""
        return self.ask(couplings.waiting, after, limit)

    def intents(self, ids: Iterable[int]) -> Mapping[int, Intent]:
        """Intents by id."""
        return self.ask(work.intents, ids)

    def intents_of_run(self, run: int) -> Sequence[Intent]:
        """What a run wrote, in order."""
        return self.ask(work.intents_of_run, run)

    def intents_of_link(self, link: int) -> Sequence[Intent]:
        """What was written to a row, in order."""
        return self.ask(work.intents_of_link, link)

    def intents_sent(self) -> Sequence[Intent]:
        """Intents without a receipt."""
        return self.ask(work.intents_sent)

    def has_written(self) -> bool:
        """Was any write ever journalled?"""
        return self.ask(forgotten.has_written)

    def dirty(self, limit: int) -> Sequence[int]:
        """Records to be derived again, oldest mark first."""
        return self.ask(marks.marked, limit)

    def wakes(self, now: float, limit: int) -> Sequence[Wake]:
        """Wakes that are due."""
        return self.ask(marks.wakes_due, now, limit)

    def system_state(self, system: str) -> SystemState:
        """May it be spoken to?"""
        return self.ask(marks.state_of, system)

    def own_fields(self, system: str) -> Sequence[OwnField]:
        """What is known of fields of ours in a system, by stream and name."""
        return self.ask(marks.own_fields_of, system)

    def compared(self, system: str) -> Sequence[Compared]:
        """What is known of how the fields of a system's streams look, by stream."""
        return self.ask(compared.of_system, system)

    def waiting_for(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Row]]:
        """Rows whose reference to one of these rows could not be resolved."""
        return self.ask(streams.waiting_for, rows)

    def history(self, records: Iterable[int]) -> Mapping[int, Sequence[Entry]]:
        """What happened to each record, oldest first."""
        return self.ask(entries.of_records, records)

    def scan(self, after: int, limit: int) -> Sequence[int]:
        """Ids of records beyond `after`, in order."""
        return self.ask(records.scan, after, limit)

    def runs(self, limit: int) -> Sequence[Run]:
        """The latest runs, newest first."""
        return self.ask(work.latest_runs, limit)

    def run(self, number: int) -> Run | None:
        """The run of that number."""
        return self.ask(work.run_of, number)

    def held(self) -> Sequence[Held]:
        """What waits for a person's release, ordered by system, stream and kind."""
        return self.ask(work.held_rows)

    def events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        """The outbox beyond a number, in order, with their numbers."""
        return self.ask(outbox.after, after, limit)

    def held_events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        """What a mode holds, the oldest first, with numbers that count down from 0."""
        return self.ask(outbox.held, after, limit)

    def armed(self) -> Mapping[str, Armed]:
        """How far each rule is from being armed, by its name."""
        return self.ask(marks.armed_rules)

    def count_links(self, system: str, stream: str) -> int:
        """Active links of a stream."""
        return self.ask(links.active, system, stream)

    def count_due(self, system: str, stream: str, upto: float) -> int:
        """How many links must be told something by then."""
        return self.ask(links.count_due, system, stream, upto)

    def count_hints(self, system: str, stream: str) -> int:
        """How many objects of a stream are to be looked at, now or later."""
        return self.ask(streams.count_hints, system, stream)

    def told_since(self, system: str, stream: str, kind: str, since: float) -> int:
        """How many writes of a brake's kind were delivered since."""
        return self.ask(work.told_since, system, stream, kind, since)

    # ---- lists for people
    def written_of_run(self, run: int) -> Sequence[tuple[str, int | None, int]]:
        """How much a run wrote: (kind, the run that took it back, how many)."""
        return self.ask(work.written_of_run, run)

    def open_items(
        self, kind: OpenKind | None = None, *, after: OpenItem | None = None, limit: int = 100
    ) -> Sequence[OpenItem]:
        """A page of what is open, of one kind or of all; `after` is the last item of the page before."""
        return self.ask(opened.listed, kind, after, limit)

    def parked_after(self, system: str, stream: str, after: str, limit: int) -> Sequence[ParkedRow]:
        """A page of a stream's parked rows in the order of their ids."""
        return self.ask(streams.parked_after, system, stream, after, limit)

    def count_couplings_waiting(self) -> int:
        """How many couplings name a row that has no link."""
        return self.ask(couplings.count_waiting)

    def counts(self, now: float) -> counts.Counts:
        """How many there are of what."""
        return self.ask(counts.counted, now)

    def writer(self, now: float) -> lease.Writer | None:
        """Who writes this ledger now, if anybody does."""
        return self.ask(lease.writer, now)
