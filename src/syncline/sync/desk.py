"""A transaction's desk: the cases it works on, read in batches before, written once per table after."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncline.config.declaration import Declaration
from syncline.identity.alias import resolve_alias
from syncline.identity.alike import Profile
from syncline.identity.match import Key, Name, keys_of
from syncline.identity.merging import restated
from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Value
from syncline.mapping.reference import Ref
from syncline.mapping.view import View as SeenView
from syncline.merge import lines, sleep
from syncline.merge.case import Case
from syncline.merge.policy import Setting, View
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import FieldValue, Record
from syncline.model.rows import Coupling, ParkedRow, Run
from syncline.sync import frozen, own_fields
from syncline.sync.hub import Gathering, Hub
from syncline.sync.needs import Need
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
    strangers: set[Row] = field(default_factory=set)
    awaited: dict[Row, Sequence[Row]] = field(default_factory=dict)
    coupled: dict[Row, Sequence[Coupling]] = field(default_factory=dict)
    covered: dict[tuple[str, str], float] = field(default_factory=dict)
    spread: Spread = field(default_factory=Spread)
    creating: dict[tuple[str, str], bool] = field(default_factory=dict)
    held_why: dict[tuple[str, str, str], str] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    bindings: dict[tuple[str, str], Binding] = field(default_factory=dict)
    keys_made: dict[int, tuple[Mapping[str, FieldValue], Sequence[Name], tuple[Key, ...]]] = field(default_factory=dict)
    profiles: dict[int, tuple[Mapping[str, FieldValue], Profile]] = field(default_factory=dict)
    record_of: dict[int, int] = field(default_factory=dict)
    read_whole: dict[tuple[str, str], bool] = field(default_factory=dict)
    doubled: set[Key] = field(default_factory=set)
    waited_for: dict[tuple[str, str], set[Key]] = field(default_factory=dict)
    missing: dict[tuple[str, str], tuple[Need, ...]] = field(default_factory=dict)
    keyed: dict[str, bool] = field(default_factory=dict)
    asking: dict[int, list[int]] = field(default_factory=dict)

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
            self.take_in(record, links.get(rid, ()))
        self.load(record.merged_into for record in records.values() if record.merged_into is not None)

    def take_in(self, record: Record, links: Iterable[Link]) -> None:
        """A record and its links, as the ledger has them.

        Of a stream that the declaration no longer has, links stay in the ledger as they are, and nobody works on them.
        """
        bound = self.hub.bound
        known = {link.id: link for link in links if (link.system, link.stream) in bound}
        case = Case(record=record, links=known, setting=self.setting(record.entity))
        self.cases[record.id] = case
        self.before[record.id] = (record, dict(case.links))
        for link in case.links.values():
            self.record_of[link.id] = record.id
            self.seat(link)

    def take_over(self, earlier: Desk) -> None:
        """What the transaction just before this one left, where nothing was committed in between."""
        if earlier.unit.number is not None and self.unit.number == earlier.unit.number + 1:
            for case in earlier.cases.values():
                self.take_in(case.record, case.links.values())

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
        if not wanted:
            return
        found = self.unit.records_with(wanted)
        for key in wanted:
            self.by_key[key] = list(found.get(key, ()))
        self.load(rid for ids in found.values() for rid in ids)

    def load_strangers(self, rows: Sequence[Row]) -> None:
        """What is known of rows without a record: why they are parked, what waits for them, and their couplings."""
        if rows:
            self.parked.update(self.unit.parked_rows(rows))
            self.strangers.update(rows)
            self.awaited.update(self.unit.waiting_for(rows))
            self.load_couplings(rows)
            self.load_rows(other for row in rows for other in self.awaited.get(row, ()))

    def load_couplings(self, rows: Iterable[Row]) -> None:
        """What these rows are coupled with, and whose those are."""
        wanted = [row for row in rows if row not in self.coupled]
        found = self.unit.couplings_at(wanted)
        self.coupled.update({row: found.get(row, ()) for row in wanted})
        self.load_rows(one.beside(row) for row, several in found.items() for one in several)

    def setting(self, entity: str) -> Setting:
        """Where and when the merge happens."""
        known = self.settings.get(entity)
        if known is None:
            known = self.settings[entity] = Setting(
                entity=self.declaration.entities[entity], order=self.declaration.order, view=viewer(self), now=self.now,
                run=self.run, covered=self.covered, doubt_lasts=self.hub.doubt_lasts,
                never_taken=self.hub.one_way(entity)[0], never_shown=self.hub.one_way(entity)[1],
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
        return viewer(self)(link)

    def writable(self, case: Case, link: Link) -> Sequence[str]:
        """The fields that may be told to that link, those of its lines among them."""
        binding = self.binding(link)
        names: Sequence[str] = self.tellable(binding)
        if binding.lines is not None and binding.lines.written:
            names = [*names, *lines.writable(case, binding.lines.outward)]
        return sleep.tellable(case, link, names)

    def tellable(self, binding: Binding) -> Sequence[str]:
        """The fields that are written to a stream, without those whose place there is missing."""
        untold = own_fields.untellable(self.lacking(binding.system, binding.stream), binding)
        untold |= frozen.untellable(self.hub.left_out(binding.system, binding.stream), binding)  # I15
        return [name for name in binding.writable if name not in untold] if untold else binding.writable

    def lacking(self, system: str, stream: str) -> tuple[Need, ...]:
        """The fields of ours that are not there, as far as is known."""
        known = self.missing.get((system, stream))
        if known is None:
            known = self.missing[system, stream] = own_fields.missing(self.hub, self.hub.ledger, system, stream)
        return known

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

    def is_baselined(self, system: str, stream: str) -> bool:
        """Was that stream read to its end before this transaction?"""
        known = self.read_whole.get((system, stream))
        if known is None:
            known = self.read_whole[system, stream] = self.hub.ledger.cursor(system, stream, "changes").baselined
        return known

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
            if case.entries or case.hints or case.record is not self.before[rid][0] or case.links != self.before[rid][1]
        ]  # fmt: skip

    def moved(self) -> list[Case]:
        """The changed cases that mean something else now to keys, rules, births and readers.

        Of most that is written the record stays as it is, and only what is known of a row changes.
        """
        return [case for case in self.changed() if self.is_moved(case)]

    def is_moved(self, case: Case) -> bool:
        """Is the record another, or do other rows stand for it, or otherwise?"""
        record, links = self.before[case.record.id]
        if case.record is not record or case.links.keys() != links.keys():
            return True
        for lid, link in case.links.items():  # asked several times of each case: `any` would double what it costs
            if link is not links[lid] and not stands_as_before(links[lid], link):
                return True
        return False

    def pass_on(self) -> list[int]:
        """The records that must be derived again because of what changed since this was asked last."""
        return self.spread.pass_on(self.hub.readers, self.unit, self.cases, self.before, self.now)

    def new_rows(self, case: Case) -> list[Row]:
        """The rows that this transaction linked to a record."""
        return [
            (link.system, link.stream, link.external_id)
            for link in case.links.values() if link.external_id is not None and self.is_new_row(case, link)
        ]  # fmt: skip

    def same_keys(self, case: Case) -> bool:
        """Is nothing that its match keys are made of another than when this transaction began?"""
        before, links = self.before[case.record.id]
        if before is None or before.state != case.record.state or links.keys() != case.links.keys():
            return False
        old, new, rules = before.fields, case.record.fields, self.declaration.matching.get(before.entity, ())
        return all(old.get(name) is new.get(name) for rule in rules for name in rule.fields) and all(
            links[lid].external_id == link.external_id for lid, link in case.links.items()
        )

    def keys_before(self, rid: int) -> tuple[Key, ...]:
        """The match keys that a record had when this transaction began."""
        record, links = self.before[rid]
        return self.keys_for(record, links.values()) if record is not None else ()

    def stands_otherwise(self, case: Case) -> bool:
        """Does the record mean something else now to a row that has one of its keys?"""
        record, links = self.before[case.record.id]
        return record is None or standing(record, links) != standing(case.record, case.links)

    def is_new_row(self, case: Case, link: Link) -> bool:
        """Did this link get its external id in this transaction?"""
        before = self.before[case.record.id][1].get(link.id)
        return before is None or before.external_id is None


def viewer(desk: Desk) -> View:
    """How a desk's cases see, without holding the desk: it would keep them, and they it, until the collector came."""
    hub, unit, run, now, known = desk.hub, desk.unit, desk.run, desk.now, weakref.ref(desk)

    def resolve(ref: Ref) -> int | None:
        return (known() or Desk(hub=hub, unit=unit, run=run, now=now)).resolve(ref)

    def view(link: Link) -> Mapping[str, Value]:
        binding = hub.declaration.binding(link.system, link.stream)
        if binding.lines is None:
            return SeenView(binding, link.seen, resolve)
        return lines.view_of(link, binding.read(link.seen, resolve))

    return view


def stands_as_before(before: Link, now: Link) -> bool:
    """Is it the same living row, or still gone? One that sleeps or is to be born is followed step by step."""
    return (
        before.state == now.state and now.state not in ("asleep", "birth") and before.external_id == now.external_id
        and (before.deleting, before.carried, before.into) == (now.deleting, now.carried, now.into)
    )  # fmt: skip


def standing(record: Record, links: Mapping[int, Link]) -> tuple[object, ...]:
    """What decides, beside its keys, what a record means to a row that has one of them."""
    states = sorted((lid, link.state, link.deleting, link.carried) for lid, link in links.items())
    return record.state, record.candidate_of, record.parked is None, states


def open_desk(hub: Hub, unit: Unit, kind: str, stream: tuple[str, str] | None = None) -> Desk:
    """A desk with its own run, unless the hub works under one."""
    run, now = hub.run, hub.clock()
    if isinstance(run, Gathering):
        run = run.under(unit, now)
    elif run is None:
        run = unit.new_id("run")
        unit.save_run(Run(id=run, kind=kind, at=now))
    desk = Desk(hub=hub, unit=unit, run=run, now=now)
    if stream is not None:
        desk.covered[stream] = hub.ledger.cursor(*stream, "changes").covered
    return desk
