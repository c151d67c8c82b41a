"""A transaction's desk: the cases it works on, read in batches before, written once per table after."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from syncline.config.declaration import Declaration
from syncline.identity.alias import resolve_alias
from syncline.identity.match import Key, Name, keys_of
from syncline.identity.merging import restated
from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Value
from syncline.mapping.reference import Ref
from syncline.merge import due, lines, sleep
from syncline.merge.case import Case
from syncline.merge.policy import Setting, View
from syncline.model.intent import Intent
from syncline.model.link import NEVER, Link
from syncline.model.record import FieldValue, Record
from syncline.model.rows import Held, Hint, ParkedRow, Run
from syncline.sync import dependants
from syncline.sync.hub import Hub
from syncline.sync.spread import Spread
from syncline.sync.store import Row, Unit


@dataclass
class Desk:
    """Loads cases, hands them to the pure rules, and writes what became of them."""

    hub: Hub
    unit: Unit
    run: int
    now: float
    cases: dict[int, Case] = field(default_factory=dict)
    before: dict[int, tuple[Record | None, dict[int, Link]]] = field(default_factory=dict)
    at_row: dict[Row, tuple[int, int]] = field(default_factory=dict)
    unknown_rows: set[Row] = field(default_factory=set)
    by_key: dict[Key, list[int]] = field(default_factory=dict)
    parked: dict[Row, ParkedRow] = field(default_factory=dict)
    awaited: dict[Row, Sequence[Row]] = field(default_factory=dict)
    covered: dict[tuple[str, str], float] = field(default_factory=dict)
    spread: Spread = field(default_factory=Spread)
    creating: dict[tuple[str, str], bool] = field(default_factory=dict)
    held_why: dict[tuple[str, str, str], str] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    bindings: dict[tuple[str, str], Binding] = field(default_factory=dict)
    keys_made: dict[int, tuple[Mapping[str, FieldValue], Sequence[Name], tuple[Key, ...]]] = field(default_factory=dict)
    record_of: dict[int, int] = field(default_factory=dict)

    @property
    def declaration(self) -> Declaration:
        """What the hub was told to keep in agreement."""
        return self.hub.declaration

    # ---- reading
    def load_rows(self, rows: Iterable[Row]) -> None:
        """The cases of these rows, where there are any."""
        rows = [row for row in rows if row not in self.at_row and row not in self.unknown_rows]
        links = self.unit.links_at(rows)
        self.unknown_rows.update(row for row in rows if row not in links)
        self.load(link.record for link in links.values())

    def load(self, ids: Iterable[int]) -> None:
        """The cases of these records."""
        wanted = sorted({rid for rid in ids if rid not in self.cases})
        if not wanted:
            return
        links, records = self.unit.links_of(wanted), self.unit.records(wanted)
        for rid, record in records.items():
            case = Case(
                record=record, links={link.id: link for link in links.get(rid, ())}, setting=self.setting(record.entity)
            )
            self.cases[rid] = case
            self.before[rid] = (record, dict(case.links))
            for link in case.links.values():
                self.record_of[link.id] = rid
                self.seat(link)
        self.load(record.merged_into for record in records.values() if record.merged_into is not None)

    def case(self, rid: int) -> Case | None:
        """The record that this id means today: a merged one's id is an alias for ever."""
        self.load([rid])
        case = self.cases.get(rid)
        if case is not None and case.record.merged_into is None:
            return case
        return self.cases.get(resolve_alias({i: case.record for i, case in self.cases.items()}, rid))

    def home(self, lid: int) -> Case:
        """The case that a link belongs to now; a merge may have moved it since it was read."""
        usual = self.cases.get(self.record_of.get(lid, 0))
        if usual is not None and lid in usual.links:
            return usual
        moved = next((case for case in self.cases.values() if lid in case.links), None)
        if moved is None:
            self.load([self.unit.links([lid])[lid].record])
            moved = next(case for case in self.cases.values() if lid in case.links)
        return moved

    def present(self, intents: Sequence[Intent]) -> list[Intent]:
        """Writes with the record that their link belongs to now, by its versions; their cases are loaded."""
        self.load(intent.record for intent in intents)
        if all(intent.link in self.cases[intent.record].links for intent in intents):
            return list(intents)
        links = self.unit.links(intent.link for intent in intents)
        self.load(link.record for link in links.values())
        return [
            intent if links[intent.link].record == intent.record
            else restated(self.cases[links[intent.link].record], intent)
            for intent in intents
        ]  # fmt: skip

    def load_keys(self, keys: Iterable[Key]) -> None:
        """The records that have these match keys, with their cases."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self.by_key]
        found = self.unit.records_with(wanted)
        for key in wanted:
            self.by_key[key] = list(found.get(key, ()))
        self.load(rid for ids in found.values() for rid in ids)

    def load_strangers(self, rows: Sequence[Row]) -> None:
        """What is known of rows that belong to no record: why they are parked, and which rows wait for them."""
        if rows:
            self.parked.update(self.unit.parked_rows(rows))
            self.awaited.update(self.unit.waiting_for(rows))
            self.load_rows(other for row in rows for other in self.awaited.get(row, ()))

    def setting(self, entity: str) -> Setting:
        """Where and when the merge happens."""
        known = self.settings.get(entity)
        if known is None:
            known = self.settings[entity] = Setting(
                entity=self.declaration.entities[entity], order=self.declaration.order, view=viewer(self), now=self.now,
                run=self.run, covered=self.covered, doubt_lasts=self.hub.doubt_lasts,
            )  # fmt: skip
        return known

    def binding(self, link: Link) -> Binding:
        """How that link's stream maps to its entity."""
        stream = (link.system, link.stream)
        known = self.bindings.get(stream)
        if known is None:
            known = self.bindings[stream] = self.declaration.binding(*stream)
        return known

    def view(self, link: Link) -> Mapping[str, Value]:
        """What that system was last seen to hold, through today's mapping."""
        return lines.view_of(link, self.binding(link).read(link.seen, self.resolve))

    def writable(self, case: Case, link: Link) -> Sequence[str]:
        """The fields that may be told to that link, those of its lines among them."""
        binding = self.binding(link)
        names: Sequence[str] = binding.writable
        if binding.lines is not None:
            names = [*names, *lines.writable(case, binding.lines.outward)]
        return sleep.tellable(case, link, names)

    def resolve(self, ref: Ref) -> int | None:
        """A system's id to our record's id."""
        row = (ref.system, ref.stream, ref.id)
        if row not in self.at_row:
            self.load_rows([row])
        found = self.at_row.get(row)
        return found[0] if found else None

    def case_at(self, row: Row) -> tuple[Case, int] | None:
        """The case and link that a row belongs to."""
        found = self.at_row.get(row)
        return (self.cases[found[0]], found[1]) if found else None

    def seat(self, link: Link) -> None:
        """Remembers which row a link points to."""
        if link.external_id is not None:
            row = (link.system, link.stream, link.external_id)
            self.at_row[row] = (link.record, link.id)
            self.unknown_rows.discard(row)

    # ---- making
    def new_case(self, entity: str, origin: str) -> Case:
        """A new record without links."""
        rid = self.unit.new_id("record")
        record = Record(id=rid, entity=entity, origin=origin, created_at=self.now)
        case = Case(record=record, links={}, setting=self.setting(entity))
        self.cases[rid] = case
        self.before[rid] = (None, {})
        return case

    def new_link(self, case: Case, system: str, stream: str, external_id: str | None) -> int:
        """A new link of a case: a birth where there is no id yet."""
        lid = self.unit.new_id("link")
        link = Link(
            id=lid, record=case.record.id, entity=case.record.entity, system=system, stream=stream,
            external_id=external_id, state="birth" if external_id is None else "active",
        )  # fmt: skip
        case.links[lid] = link
        self.record_of[lid] = case.record.id
        self.seat(link)
        return lid

    def keys(self, case: Case) -> tuple[Key, ...]:
        """The match keys that a record has now."""
        return self.keys_for(case.record, case.links.values())

    def keys_for(self, record: Record, links: Iterable[Link]) -> tuple[Key, ...]:
        """The match keys of a record with these rows. An alias has none."""
        rules = self.declaration.matching.get(record.entity, ())
        if record.state == "merged" or not rules:
            return ()
        fields, names = record.fields, list[Name]()
        if any(rule.id_of is not None for rule in rules):
            names = [(k.system, k.stream, k.external_id) for k in links if k.external_id is not None]
        made = self.keys_made.get(id(fields))  # asked for often in a transaction, and seldom another
        if made is not None and made[0] is fields and made[1] == names:
            return made[2]
        values = {name: fields[name].value for rule in rules for name in rule.fields if name in fields}
        keys = keys_of(self.declaration.entities[record.entity], rules, values, names)
        self.keys_made[id(fields)] = (fields, names, keys)
        return keys

    def index(self, case: Case) -> None:
        """Lets later objects of the same page find this case by its keys."""
        for key in self.keys(case):
            ids = self.by_key.get(key)
            if ids is not None and case.record.id not in ids:
                ids.append(case.record.id)

    # ---- writing
    def changed(self) -> Sequence[Case]:
        """The cases that are not as they were."""
        return [
            case for rid, case in self.cases.items()
            if case.record is not self.before[rid][0] or case.links != self.before[rid][1] or case.entries or case.hints
        ]  # fmt: skip

    def mark_due(self, case: Case) -> None:
        """Keeps the due column of every link in the same update."""
        for lid, link in list(case.links.items()):
            if link.state in ("tombstone", "shadow") or (link.state == "asleep" and not self.writable(case, link)):
                wanted = False
            else:
                wanted = due.is_due(case, lid, self.writable(case, link))
            link = case.links[lid]
            if wanted and link.due_since is None:
                at = self.now + case.setting.entity.settle_after
                case.put(lid, due_since=self.now, due_at=at)
            elif wanted and link.due_at == NEVER and due.is_free(case, lid, self.writable(case, link)):
                case.put(lid, due_at=self.now)  # what a brake holds holds up nothing else
            elif not wanted and link.due_since is not None:
                case.put(lid, due_since=None, due_at=None, held=())

    def flush(self) -> None:
        """Each table once: records, links, keys, references, history, hints, dirty marks."""
        changed = self.changed()
        for case in changed:
            self.mark_due(case)
        unit = self.unit
        unit.save_records([c.record for c in changed if c.record is not self.before[c.record.id][0]])
        unit.save_links(
            [link for c in changed for lid, link in c.links.items() if self.before[c.record.id][1].get(lid) is not link]
        )
        unit.add_entries([entry for case in changed for entry in case.entries])
        hints = [hint for case in changed for hint in self.hints_of(case)]
        unit.put_hints(hints)
        self.flush_held(changed)
        self.flush_indexes(changed)
        self.spread.marks.update(self.pass_on())
        self.spread.flush(unit)

    def pass_on(self) -> list[int]:
        """The records that must be derived again because of what changed since this was asked last."""
        return self.spread.pass_on(self.hub.readers, self.unit, self.cases, self.before, self.now)

    def hints_of(self, case: Case) -> Iterable[Hint]:
        """The looks that the rules asked for; the read path says how soon one can tell anything."""
        for lid, at in case.hints:
            link = case.links[lid]
            if link.external_id is not None and link.state != "tombstone":
                at = max(at, self.now) + self.hub.look_after(link.system, link.stream)
                yield Hint(system=link.system, stream=link.stream, id=link.external_id, at=at)

    def flush_held(self, changed: Sequence[Case]) -> None:
        """Keeps the number of what brakes hold beside its marks, in the same update."""
        moved: Counter[tuple[str, str, str]] = Counter()
        before = {lid: link for _, links in self.before.values() for lid, link in links.items()}
        for case in changed:
            for lid, link in case.links.items():
                old = before[lid].held if lid in before else ()
                if link.held != old:
                    moved.update((link.system, link.stream, mark.kind) for mark in link.held if not mark.released)
                    moved.subtract((link.system, link.stream, mark.kind) for mark in old if not mark.released)
        if not any(moved.values()):
            return
        rows = {(one.system, one.stream, one.kind): one for one in self.unit.held()}
        for key, number in moved.items():
            row = rows.get(key) or Held(
                system=key[0], stream=key[1], kind=key[2], count=0, since=self.now, why=self.held_why.get(key, "")
            )  # fmt: skip
            row = replace(row, count=row.count + number)
            (self.unit.save_held if row.count > 0 else self.unit.drop_held)([row])

    def flush_indexes(self, changed: Sequence[Case]) -> None:
        """Match keys, references, and the rows that waited for one of these."""
        keys, references = {}, {}
        for case in changed:
            before, now = self.before[case.record.id][0], case.record
            same = before is not None and before.fields is now.fields and before.state == now.state
            if not same or self.stands_otherwise(case):
                keys[now.id] = self.keys(case)
            if before is None or not same or before.episodes is not now.episodes:
                references[now.id] = self.references(case)
        self.unit.save_keys({rid: own for rid, own in keys.items() if own != self.keys_before(rid)})
        self.wake_parked(keys)
        self.unit.save_references(references)
        self.wake_waiting([row for case in changed for row in self.new_rows(case)])

    def new_rows(self, case: Case) -> list[Row]:
        """The rows that this transaction linked to a record."""
        return [
            (link.system, link.stream, link.external_id)
            for link in case.links.values() if link.external_id is not None and self.is_new_row(case, link)
        ]  # fmt: skip

    def keys_before(self, rid: int) -> tuple[Key, ...]:
        """The match keys that a record had when this transaction began."""
        record, links = self.before[rid]
        return self.keys_for(record, links.values()) if record is not None else ()

    def stands_otherwise(self, case: Case) -> bool:
        """Does the record mean something else now to a row that has one of its keys?"""
        record, links = self.before[case.record.id]
        return record is None or standing(record, links) != standing(case.record, case.links)

    def wake_parked(self, keys: Mapping[int, Sequence[Key]]) -> None:
        """A row that was ambiguous by a key is looked at again when the records of that key changed."""
        touched: set[Key] = set()
        for rid, now in keys.items():
            before = self.keys_before(rid)
            touched |= {*before, *now} if self.stands_otherwise(self.cases[rid]) else {*before} ^ {*now}
        rows = self.unit.parked_by_key(sorted(touched)) if touched else ()
        self.unit.put_hints([Hint(system=r.system, stream=r.stream, id=r.id, at=self.now) for r in rows])

    def is_new_row(self, case: Case, link: Link) -> bool:
        """Did this link get its external id in this transaction?"""
        before = self.before[case.record.id][1].get(link.id)
        return before is None or before.external_id is None

    def references(self, case: Case) -> tuple[int, ...]:
        """The records that this one refers to, and what rules made of it, which it may follow. An alias has none."""
        names = self.hub.reference_fields.get(case.record.entity, ())
        found = [v for name in names if isinstance(v := case.value(name).value, int)]
        every = tuple(dict.fromkeys([*found, *dependants.made_of(case.record)]))
        return every if case.record.state != "merged" else ()

    def wake_waiting(self, rows: Sequence[Row]) -> None:
        """Rows that referred to a row before it was known are looked at again."""
        if not rows or not self.hub.referred:
            return
        waiting = self.unit.waiting_for(rows)
        again = {row for found in waiting.values() for row in found}
        self.unit.put_hints([Hint(system=s, stream=t, id=i, at=self.now) for s, t, i in sorted(again)])
        self.unit.stop_waiting(waiting)


def viewer(desk: Desk) -> View:
    """A desk's `view` that does not hold the desk: its cases would keep it, and it them, until the collector came."""
    hub, unit, run, now, known = desk.hub, desk.unit, desk.run, desk.now, weakref.ref(desk)

    def view(link: Link) -> Mapping[str, Value]:
        return (known() or Desk(hub=hub, unit=unit, run=run, now=now)).view(link)

    return view


def standing(record: Record, links: Mapping[int, Link]) -> tuple[object, ...]:
    """What decides, beside its keys, what a record means to a row that has one of them."""
    states = sorted((lid, link.state, link.deleting, link.carried) for lid, link in links.items())
    return record.state, record.candidate_of, record.parked is None, states


def open_desk(hub: Hub, unit: Unit, kind: str, stream: tuple[str, str] | None = None) -> Desk:
    """A desk with its own run."""
    run = Run(id=unit.new_id("run"), kind=kind, at=hub.clock())
    unit.save_run(run)
    desk = Desk(hub=hub, unit=unit, run=run.id, now=run.at)
    if stream is not None:
        desk.covered[stream] = hub.ledger.cursor(*stream, "changes").covered
    return desk
