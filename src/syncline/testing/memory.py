"""An in-memory ledger: the twin of the SQL ones, for tests. Nothing of a unit stays unless it ends well."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from syncline.identity.match import Key
from syncline.ledger.open_items import OpenItem, OpenKind, of_link, of_record, order_of
from syncline.model.drift import Compared
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Armed, Coupling, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake
from syncline.sync.store import Counter, Row, Unit
from syncline.testing.memory_couplings import MemoryCouplings
from syncline.testing.tables import Tables


class MemoryReads(MemoryCouplings):
    """The reading half, over what was committed."""

    def __init__(self, tables: Tables) -> None:
        self.t: Tables = tables

    def fingerprints(self, system: str, stream: str, ids: Sequence[str]) -> Mapping[str, bytes]:
        out = {}
        for one in ids:
            row = (system, stream, one)
            lid = self.t.link_at.get(row)
            if lid is not None:
                out[one] = self.t.links[lid].fingerprint
            elif row in self.t.parked:
                out[one] = self.t.parked[row].fingerprint
        return out

    def expected(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        beyond = [row for row in {**self.t.link_at, **self.t.parked} if row[:2] == (system, stream) and row[2] > after]
        return sorted(row[2] for row in beyond if self.is_expected(row))[:limit]

    def expected_of(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[str]:
        return [one for one in dict.fromkeys(ids) if self.is_expected((system, stream, one))]

    def is_expected(self, row: Row) -> bool:
        link = self.t.links.get(self.t.link_at.get(row, 0))
        asleep = link is not None and link.state == "asleep" and link.fingerprint != b""
        return row in self.t.parked or asleep or (link is not None and link.state in ("active", "shadow"))

    def links_at(self, rows: Iterable[Row]) -> Mapping[Row, Link]:
        return {row: self.t.links[self.t.link_at[row]] for row in rows if row in self.t.link_at}

    def links(self, ids: Iterable[int]) -> Mapping[int, Link]:
        return {i: self.t.links[i] for i in ids if i in self.t.links}

    def records(self, ids: Iterable[int]) -> Mapping[int, Record]:
        return {i: self.t.records[i] for i in ids if i in self.t.records}

    def links_of(self, records: Iterable[int]) -> Mapping[int, Sequence[Link]]:
        return {r: [self.t.links[i] for i in self.t.links_of.get(r, ())] for r in records}

    def records_with(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[int]]:
        return {key: sorted(self.t.by_key[key]) for key in keys if self.t.by_key.get(key)}

    def sharing(self, keys: Iterable[Key], most: int) -> Mapping[Key, Sequence[int]]:
        return {key: ids[:most] for key, ids in self.records_with(keys).items()}

    def crowded(self, rule: str, most: int, limit: int) -> Sequence[tuple[str, int]]:
        found = [(key[1], len(ids)) for key, ids in self.t.by_key.items() if key[0] == rule and len(ids) > most]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]

    def referring_to(self, records: Iterable[int]) -> Mapping[int, Sequence[int]]:
        return {r: sorted(self.t.referring[r]) for r in records if self.t.referring.get(r)}

    def due(self, system: str, stream: str, now: float, limit: int) -> Sequence[Link]:
        waiting = [(at, lid) for lid, at in self.t.due[system, stream].items() if at <= now]
        return [self.t.links[lid] for _, lid in heapq.nsmallest(limit, waiting)]

    def hints(self, system: str, stream: str, now: float, limit: int) -> Sequence[Hint]:
        found = [h for r, h in self.t.hints.items() if r[:2] == (system, stream) and h.at <= now]
        return sorted(found, key=lambda h: (h.at, h.id))[:limit]

    def parked_rows(self, rows: Iterable[Row]) -> Mapping[Row, ParkedRow]:
        return {row: self.t.parked[row] for row in rows if row in self.t.parked}

    def parked_by_key(self, keys: Iterable[Key]) -> Sequence[ParkedRow]:
        wanted = {"\n".join(key) for key in keys}
        return [row for row in self.t.parked.values() if row.key in wanted]

    def cursor(self, system: str, stream: str, path: str) -> Cursor:
        return self.t.cursors.get((system, stream, path)) or Cursor(system=system, stream=stream, path=path)  # type: ignore[arg-type]

    def staged(self, system: str, stream: str, after: str, limit: int) -> Sequence[Staged]:
        rows = sorted(r for r in self.t.staged if r[:2] == (system, stream) and r[2] > after)
        return [self.t.staged[row] for row in rows[:limit]]

    def intents(self, ids: Iterable[int]) -> Mapping[int, Intent]:
        return {i: self.t.intents[i] for i in ids if i in self.t.intents}

    def intents_of_run(self, run: int) -> Sequence[Intent]:
        return [self.t.intents[i] for i in self.t.by_run.get(run, ())]

    def intents_of_link(self, link: int) -> Sequence[Intent]:
        return [self.t.intents[i] for i in sorted(self.t.by_link.get(link, ()))]

    def intents_sent(self) -> Sequence[Intent]:
        return [self.t.intents[i] for i in sorted(self.t.sent)]

    def has_written(self) -> bool:
        return bool(self.t.intents) or any(number > 0 for number, _ in self.t.events.values())

    def dirty(self, limit: int) -> Sequence[int]:
        return list(self.t.dirty)[:limit]

    def wakes(self, now: float, limit: int) -> Sequence[Wake]:
        found = sorted((w for w in self.t.wakes.values() if w.at <= now), key=lambda w: (w.at, w.record))
        return found[:limit]

    def system_state(self, system: str) -> SystemState:
        return self.t.states.get(system) or SystemState(system=system)

    def own_fields(self, system: str) -> Sequence[OwnField]:
        return [self.t.own_fields[row] for row in sorted(self.t.own_fields) if row[0] == system]

    def compared(self, system: str) -> Sequence[Compared]:
        return [self.t.compared[row] for row in sorted(self.t.compared) if row[0] == system]

    def waiting_for(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Row]]:
        return {row: sorted(self.t.waiting[row]) for row in rows if self.t.waiting.get(row)}

    def history(self, records: Iterable[int]) -> Mapping[int, Sequence[Entry]]:
        wanted: dict[int, list[Entry]] = {rid: [] for rid in records}
        for entry in self.t.entries:
            if entry.record in wanted:
                wanted[entry.record].append(entry)
        return wanted

    def scan(self, after: int, limit: int) -> Sequence[int]:
        return sorted(rid for rid in self.t.records if rid > after)[:limit]

    def runs(self, limit: int) -> Sequence[Run]:
        return [self.t.runs[rid] for rid in sorted(self.t.runs, reverse=True)[:limit]]

    def run(self, number: int) -> Run | None:
        return self.t.runs.get(number)

    def held(self) -> Sequence[Held]:
        return [self.t.held[row] for row in sorted(self.t.held)]

    def count_links(self, system: str, stream: str) -> int:
        return sum(
            link.state == "active" and (link.system, link.stream) == (system, stream) for link in self.t.links.values()
        )

    def events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        return [one for one in self.t.events.values() if one[0] > after][:limit]

    def held_events(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        return [one for one in self.t.events.values() if one[0] < min(after, 0)][:limit]

    def armed(self) -> Mapping[str, Armed]:
        return dict(self.t.armed)

    def told_since(self, system: str, stream: str, kind: str, since: float) -> int:
        wanted = (system, stream, kind)
        return sum(row[4] for row in self.t.told if row[:3] == wanted and row[3] >= since)

    def count_due(self, system: str, stream: str, upto: float) -> int:
        return sum(at <= upto for at in self.t.due[system, stream].values())

    def count_hints(self, system: str, stream: str) -> int:
        return sum(row[:2] == (system, stream) for row in self.t.hints)

    def open_items(
        self, kind: OpenKind | None = None, *, after: OpenItem | None = None, limit: int = 100
    ) -> Sequence[OpenItem]:
        found = [item for one in self.t.records.values() for item in of_record(one)]
        found += [item for link in self.t.links.values() for item in of_link(link)]
        found = sorted((item for item in found if kind in (None, item.kind)), key=order_of)
        return [item for item in found if after is None or order_of(item) > order_of(after)][:limit]

    def parked_after(self, system: str, stream: str, after: str, limit: int) -> Sequence[ParkedRow]:
        rows = sorted(r for r in self.t.parked if r[:2] == (system, stream) and r[2] > after)
        return [self.t.parked[row] for row in rows[:limit]]


class MemoryUnit(MemoryReads):
    """One transaction: writes are kept aside and take effect together."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.number: int | None = tables.committed + 1
        self.writes: list[Any] = []

    def new_id(self, counter: Counter) -> int:
        self.t.counters[counter] += 1
        return self.t.counters[counter]

    def forget_observed(self) -> None:
        self.writes.insert(0, self.t.forget_observed)

    def save_records(self, records: Sequence[Record]) -> None:
        self.writes.append(lambda: self.t.records.update((r.id, r) for r in records))

    def save_links(self, links: Sequence[Link]) -> None:
        self.writes.append(lambda: each(self.put_link, links))

    def put_link(self, link: Link) -> None:
        old = self.t.links.get(link.id)
        if old is not None and old.external_id is not None and old.external_id != link.external_id:
            del self.t.link_at[old.system, old.stream, old.external_id]
        if old is not None and old.record != link.record:
            self.t.links_of[old.record].remove(link.id)
        if link.external_id is not None:
            row = (link.system, link.stream, link.external_id)
            assert self.t.link_at.get(row, link.id) == link.id, f"two links for {row}"
            self.t.link_at[row] = link.id
        if old is None or old.record != link.record:
            self.t.links_of[link.record].append(link.id)
        self.t.links[link.id] = link
        due = self.t.due[link.system, link.stream]
        wanted = link.due_at is not None and (link.writing is None or link.state == "birth")
        due.pop(link.id, None) if not wanted else due.update({link.id: link.due_at or 0.0})

    def save_keys(self, keys: Mapping[int, Sequence[Key]]) -> None:
        self.writes.append(lambda: each(self.put_keys, keys.items(), spread=True))

    def put_keys(self, rid: int, own: Sequence[Key]) -> None:
        for key in self.t.keys.get(rid, ()):
            self.t.by_key[key].discard(rid)
        self.t.keys[rid] = own
        for key in own:
            self.t.by_key[key].add(rid)

    def save_references(self, references: Mapping[int, Sequence[int]]) -> None:
        self.writes.append(lambda: each(self.put_references, references.items(), spread=True))

    def put_references(self, rid: int, to: Sequence[int]) -> None:
        for other in self.t.references.get(rid, ()):
            self.t.referring[other].discard(rid)
        self.t.references[rid] = to
        for other in to:
            self.t.referring[other].add(rid)

    def add_entries(self, entries: Sequence[Entry]) -> None:
        self.writes.append(lambda: self.t.entries.extend(entries))

    def put_hints(self, hints: Sequence[Hint]) -> None:
        self.writes.append(lambda: each(self.put_hint, hints))

    def put_hint(self, hint: Hint) -> None:
        row = (hint.system, hint.stream, hint.id)
        old = self.t.hints.get(row)
        if old is None or hint.at < old.at:
            self.t.hints[row] = hint

    def drop_hints(self, hints: Sequence[Hint]) -> None:
        self.writes.append(lambda: each(self.drop_hint, hints))

    def drop_hint(self, hint: Hint) -> None:
        row = (hint.system, hint.stream, hint.id)
        if self.t.hints.get(row) == hint:
            del self.t.hints[row]

    def park_rows(self, rows: Sequence[ParkedRow]) -> None:
        self.writes.append(lambda: self.t.parked.update(((r.system, r.stream, r.id), r) for r in rows))

    def unpark_rows(self, rows: Iterable[Row]) -> None:
        gone = list(rows)
        self.writes.append(lambda: [self.t.parked.pop(row, None) for row in gone])

    def save_cursor(self, cursor: Cursor) -> None:
        self.writes.append(lambda: self.t.cursors.update({(cursor.system, cursor.stream, cursor.path): cursor}))

    def save_couplings(self, rows: Sequence[Coupling]) -> None:
        self.writes.append(lambda: self.t.couplings.update(((r.one, r.other), r) for r in rows))

    def stage(self, rows: Sequence[Staged]) -> None:
        self.writes.append(lambda: self.t.staged.update(((r.system, r.stream, r.id), r) for r in rows))

    def unstage(self, rows: Sequence[Staged]) -> None:
        self.writes.append(lambda: [self.t.staged.pop((r.system, r.stream, r.id), None) for r in rows])

    def save_intents(self, intents: Sequence[Intent]) -> None:
        self.writes.append(lambda: each(self.put_intent, intents))

    def put_intent(self, intent: Intent) -> None:
        before = self.t.intents.get(intent.id)
        if before is None:
            self.t.by_run[intent.run].append(intent.id)
        else:
            self.t.by_link[before.link].discard(intent.id)
        self.t.by_link[intent.link].add(intent.id)
        self.t.intents[intent.id] = intent
        (self.t.sent.add if intent.state == "sent" else self.t.sent.discard)(intent.id)

    def mark_dirty(self, records: Iterable[int]) -> None:
        marked = list(records)
        self.writes.append(lambda: self.t.dirty.update(dict.fromkeys(marked)))

    def mark_entity_dirty(self, entities: Iterable[str]) -> None:
        wanted = set(entities)
        self.mark_dirty(record.id for record in self.t.records.values() if record.entity in wanted)

    def mark_unborn_dirty(self, entity: str, system: str, stream: str) -> None:
        here = {link.record for link in self.t.links.values() if (link.system, link.stream) == (system, stream)}
        of_entity = [record.id for record in self.t.records.values() if record.entity == entity]
        self.mark_dirty(sorted(rid for rid in of_entity if rid not in here))

    def clean(self, records: Iterable[int]) -> None:
        cleaned = list(records)
        self.writes.append(lambda: [self.t.dirty.pop(rid, None) for rid in cleaned])

    def put_wakes(self, wakes: Sequence[Wake]) -> None:
        self.writes.append(lambda: each(self.put_wake, wakes))

    def put_wake(self, wake: Wake) -> None:
        old = self.t.wakes.get(wake.record)
        if old is None or wake.at < old.at:
            self.t.wakes[wake.record] = wake

    def drop_wakes(self, records: Iterable[int]) -> None:
        dropped = list(records)
        self.writes.append(lambda: [self.t.wakes.pop(rid, None) for rid in dropped])

    def save_system_state(self, state: SystemState) -> None:
        self.writes.append(lambda: self.t.states.update({state.system: state}))

    def save_own_fields(self, rows: Sequence[OwnField]) -> None:
        self.writes.append(lambda: self.t.own_fields.update(((f.system, f.stream, f.name), f) for f in rows))

    def save_compared(self, rows: Sequence[Compared]) -> None:
        self.writes.append(lambda: self.t.compared.update(((one.system, one.stream), one) for one in rows))

    def wait_for(self, waiting: Row, rows: Iterable[Row]) -> None:
        wanted = list(rows)
        self.writes.append(lambda: each(lambda row: self.t.waiting[row].add(waiting), wanted))

    def stop_waiting(self, rows: Iterable[Row]) -> None:
        done = list(rows)
        self.writes.append(lambda: [self.t.waiting.pop(row, None) for row in done])

    def add_events(self, events: Sequence[Event]) -> None:
        self.writes.append(lambda: each(self.add_event, events))

    def hold_events(self, events: Sequence[Event]) -> None:
        self.writes.append(lambda: each(lambda event: self.add_event(event, -1), events))

    def add_event(self, event: Event, sign: int = 1) -> None:
        number = 1 + max((abs(number) for number, _ in self.t.events.values()), default=0)
        self.t.events.setdefault(event.id, (sign * number, event))

    def release_events(self, ids: Sequence[str]) -> None:
        self.writes.append(lambda: self.let_go(set(ids)))

    def let_go(self, ids: set[str]) -> None:
        going = [event for number, event in self.t.events.values() if number < 0 and event.id in ids]
        for event in going:
            del self.t.events[event.id]
        each(self.add_event, going)

    def arm(self, rules: Sequence[Armed]) -> None:
        self.writes.append(lambda: self.t.armed.update((one.rule, one) for one in rules))

    def save_run(self, run: Run) -> None:
        self.writes.append(lambda: self.t.runs.update({run.id: run}))

    def save_held(self, rows: Sequence[Held]) -> None:
        self.writes.append(lambda: self.t.held.update(((r.system, r.stream, r.kind), r) for r in rows))

    def drop_held(self, rows: Sequence[Held]) -> None:
        self.writes.append(lambda: [self.t.held.pop((r.system, r.stream, r.kind), None) for r in rows])

    def count_told(self, system: str, stream: str, kind: str, at: float, number: int) -> None:
        self.writes.append(lambda: self.t.told.append((system, stream, kind, at, number)))


def each(do: Callable[..., None], rows: Iterable[Any], *, spread: bool = False) -> None:
    """Calls `do` with every row, or with its parts."""
    for row in rows:
        do(*row) if spread else do(row)


class MemoryLedger(MemoryReads):
    """The whole ledger in memory. A crash is a unit that does not end."""

    def __init__(self) -> None:
        super().__init__(Tables())

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        unit = MemoryUnit(self.t)
        yield unit
        for write in unit.writes:
            write()
        self.t.committed += 1
