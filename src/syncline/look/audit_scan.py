"""Every record once, page by page: how many are where, what differs, and what going live would do. # I17"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from itertools import combinations

from syncline.connect.connector import Connector
from syncline.look.audit_fields import Fields, Odd, Place
from syncline.look.audit_lacking import fate
from syncline.look.audited import EXAMPLES, EntityAudited, Example, Found, Kind, RowAt
from syncline.look.named import name_of
from syncline.look.opened import calling, name_of_row
from syncline.look.place import Place as At
from syncline.look.record import page_at
from syncline.look.said import MOST_CHARACTERS, said, shortened
from syncline.mapping.binding import Binding
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import SKIPPED
from syncline.model.rows import ParkedRow
from syncline.sync import plan
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.sheet import Foot, PlannedWrite
from syncline.sync.store import Row

PAGE = 500
REP = "rep"
AMBIGUOUS = "ambiguous-match"
SAMPLE = 200
"""So many of the latest changed rows of each stream are asked who wrote them."""

MOST_REASONS = 40
OTHER = "other reasons"
"""Beyond so many different reasons they are counted together."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A record, or a row without one, that is not the same in every system. marks: what is to be said of it."""

    entity: str
    at: str
    name: str
    marks: Sequence[str]
    rows: Sequence[RowAt]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


Listed = Callable[[Finding], None]
"""Hears of every finding, one after the other."""


@dataclass
class Bin:
    """Findings of one kind and reason, as they are counted. kept: numbers of the records that are to stay."""

    count: int = 0
    kept: bytearray = field(default_factory=bytearray)
    groups: int = 0
    examples: list[Example] = field(default_factory=list)

    def keep(self, record: int) -> None:
        """A bit for each record: however many there are, they are little."""
        byte, bit = divmod(record, 8)
        if byte >= len(self.kept):
            self.kept.extend(bytes(byte + 1 - len(self.kept)))
        self.groups += not self.kept[byte] & 1 << bit
        self.kept[byte] |= 1 << bit


Which = tuple[Kind, str, tuple[str, ...], str, bool]
"""(kind, why, systems, missing, born)"""


class EntityScan:
    """What is counted of one entity."""

    def __init__(self, hub: Hub, entity: str) -> None:
        self.entity, self.declaration = entity, hub.declaration
        self.bindings: dict[Place, Binding] = {
            (one.system, one.stream): one for one in hub.declaration.bindings if one.entity == entity
        }
        self.labels = labels_of(self.bindings)
        self.fields = Fields(hub.declaration, entity, self.labels)
        self.has_rep = REP in hub.reference_fields.get(entity, ())
        self.rows: Counter[str] = Counter(dict.fromkeys(self.labels.values(), 0))
        self.both: Counter[str] = Counter()
        self.records = self.every = self.same = 0
        self.bins: dict[Which, Bin] = {}
        read = {place: hub.ledger.cursor(*place, "changes").baselined for place in self.bindings}
        self.unread = tuple(self.labels[place] for place, done in read.items() if not done)

    def told(self) -> EntityAudited:
        """For people."""
        order = sorted(self.bins.items(), key=lambda one: (one[0][0], -one[1].count))
        found = tuple(
            Found(
                kind=kind, count=one.count, why=why, systems=systems, missing=missing, born=born, groups=one.groups,
                examples=tuple(one.examples),
            )
            for (kind, why, systems, missing, born), one in order
        )  # fmt: skip
        return EntityAudited(
            entity=self.entity, systems=tuple(self.labels.values()), rows=dict(self.rows), records=self.records,
            both=dict(self.both), every=self.every, same=self.same, found=found, fields=self.fields.told(),
            unread=self.unread,
        )  # fmt: skip

    def bin(self, which: Which) -> Bin:
        """Where something is counted."""
        known = self.bins.get(which)
        if known is None:
            if len(self.bins) >= MOST_REASONS:
                which = (which[0], OTHER, which[2], which[3], which[4])
            known = self.bins.setdefault(which, Bin())
        return known


@dataclass
class Scan:
    """One look at all records of a ledger. listed: hears of each finding; None: nobody.

    written: stream to the fields that going live would write there, and how often. latest: its rows that changed last.
    """

    hub: Hub
    connectors: Mapping[str, Connector]
    listed: Listed | None = None
    said: Callable[[int], None] = lambda records: None
    draft: plan.Draft = field(default_factory=plan.Draft)
    entities: dict[str, EntityScan] = field(default_factory=dict)
    written: dict[Place, Counter[str]] = field(default_factory=dict)
    latest: dict[Place, list[tuple[float, str]]] = field(default_factory=dict)

    def run(self) -> Foot:
        """Counts everything, and says what a plan of it comes to: by plan's own functions."""
        found = dict.fromkeys(one.entity for one in self.hub.declaration.bindings)
        self.entities = {entity: EntityScan(self.hub, entity) for entity in found}
        for number, (desk, case) in enumerate(plan.cases(self.hub, plan.Scope(), self.draft), start=1):
            planned = list(plan.counted(self.draft, plan.writes_of(desk, case, self.draft)))
            for write in planned:
                fields = self.written.setdefault((write.system, write.stream), Counter())
                fields.update(one.field for one in write.fields if write.write == "update")
            entity = self.entities.get(case.record.entity)
            if entity is not None:
                self.count(desk, entity, case, planned)
            if number % PAGE == 0:
                self.said(number)
        for entity in self.entities.values():
            for place in entity.bindings:
                self.count_parked(entity, place)
        return plan.foot(self.hub, self.draft)

    def told(self) -> tuple[EntityAudited, ...]:
        """For people, in the order of the declaration."""
        return tuple(one.told() for one in self.entities.values())

    # ---- one record
    def count(self, desk: Desk, one: EntityScan, case: Case, planned: Sequence[PlannedWrite]) -> None:
        """Where it is, what it lacks, what differs."""
        if case.record.state == "merged":
            return
        here: dict[Place, Link] = {}
        marks: list[str] = []
        for link in case.links.values():
            if link.external_id is None or link.state == "tombstone":
                continue
            place = (link.system, link.stream)
            one.rows[one.labels[place]] += 1
            if link.state == "shadow" or place in here:
                marks += self.mark(desk, one, case, ("second-row", "", (one.labels[place],), "", False))
            else:
                here[place] = link
                self.remember(place, link)
            if link.parked is not None:
                marks += self.mark(
                    desk, one, case, ("parked", link.parked.code, (one.labels[place],), "", False), link.parked.reason
                )
        if case.record.state == "archived" and not here:
            return
        one.records += 1
        marks += self.places(desk, one, case, here, planned)
        if one.has_rep:
            marks += self.nobodys(desk, one, case)
        odd = one.fields.compare(case, here, told_to(planned)) if here else []
        if not odd and not marks:
            one.same += len(here) > 1
            return
        self.differing(desk, one, case, odd)
        if self.listed is not None:
            self.listed(self.finding(desk, one, case, marks, odd))

    def remember(self, place: Place, link: Link) -> None:
        """The rows that changed last, as many as are asked about."""
        latest = self.latest.setdefault(place, [])
        row = (link.stamp or 0.0, link.external_id or "")
        if len(latest) < SAMPLE:
            heappush(latest, row)
        elif row > latest[0]:
            heapreplace(latest, row)

    def places(
        self, desk: Desk, one: EntityScan, case: Case, here: Mapping[Place, Link], planned: Sequence[PlannedWrite]
    ) -> Iterator[str]:
        """In which systems it is, and in which it is not."""
        labels = tuple(one.labels[place] for place in one.bindings if place in here)
        for pair in combinations(labels, 2):
            one.both[" + ".join(pair)] += 1
        one.every += len(labels) == len(one.bindings) > 1
        may_be, other = case.record.may_be, case.record.candidate_of
        which: Which = ("duplicate", "", labels, "", False)
        if other is not None:
            one.bin(which).keep(other)
            yield from self.mark(desk, one, case, which, f"may be the same as record {other}", other=other)
            return
        if may_be is not None:
            which, why = (
                ("lookalike", "", labels, "", False),
                f"like record {may_be.record}, {may_be.score:.0f} of 100: {', '.join(may_be.why)}",
            )
            one.bin(which).keep(may_be.record)
            yield from self.mark(desk, one, case, which, why, other=may_be.record)
        if len(labels) == len(one.bindings):
            return
        creates = {(write.system, write.stream) for write in planned if write.write == "create"}
        for place, binding in one.bindings.items():
            if place not in here:
                born, why = fate(desk, case, binding, creates)
                missing = one.labels[place]
                yield from self.mark(desk, one, case, ("only", why, labels or ("the hub",), missing, born), why)

    def nobodys(self, desk: Desk, one: EntityScan, case: Case) -> Iterator[str]:
        """Is nobody its rep, or nobody who is known?"""
        if case.value(REP).value is not None:
            return
        named = any(says_rep(desk.binding(link), link) for link in case.active())
        why = "its rep is no person who is known in both" if named else "nobody is its rep"
        yield from self.mark(desk, one, case, ("without-rep", why, (), "", False), why)

    def mark(
        self, desk: Desk, one: EntityScan, case: Case, which: Which, why: str = "", other: int | None = None
    ) -> list[str]:
        """Counts it, and says it in a word."""
        found = one.bin(which)
        found.count += 1
        if len(found.examples) < EXAMPLES:
            rows = self.rows_of(case)
            beside = desk.case(other) if other is not None else None
            if beside is not None:
                rows = [*self.rows_of(beside), *rows]
            found.examples.append(
                Example(at=str(At(record=case.record.id)), name=self.name(case), why=shortened(why), rows=tuple(rows))
            )
        return [words_of(which)]

    def differing(self, desk: Desk, one: EntityScan, case: Case, odd: Sequence[Odd]) -> None:
        """Examples of what differs."""
        for each in odd:
            count = one.fields.counts.get(each.field) or one.fields.lines
            if count is not None and count.wants(each.what):
                count.examples[each.what].append(
                    Example(
                        at=str(At(record=case.record.id, field=each.field)), name=self.name(case),
                        why=shortened(each.why), rows=tuple(self.rows_of(case)), values=self.values(desk, one, each),
                    )
                )  # fmt: skip

    def values(self, desk: Desk, one: EntityScan, odd: Odd, most: int = MOST_CHARACTERS) -> dict[str, str]:
        """In words."""
        return {
            label: shortened(said(value, self.hub.declaration, one.entity, odd.field, calling(desk)), most)
            for label, value in odd.values.items()
        }

    def finding(self, desk: Desk, one: EntityScan, case: Case, marks: Sequence[str], odd: Sequence[Odd]) -> Finding:
        """For the list of all."""
        also = [f"{each.what}: {each.field}" + (f" ({each.why})" if each.why else "") for each in odd]
        return Finding(
            entity=one.entity, at=str(At(record=case.record.id)), name=name_of(case.record, self.hub.declaration),
            marks=[*marks, *also], rows=self.rows_of(case),
            values={each.field: self.values(desk, one, each, WHOLE) for each in odd},
        )  # fmt: skip

    def name(self, case: Case) -> str:
        """What people call it, shortened."""
        return shortened(name_of(case.record, self.hub.declaration))

    def rows_of(self, case: Case) -> list[RowAt]:
        """Its rows, with their pages."""
        return [
            self.row_at(link.system, link.stream, link.external_id)
            for link in case.links.values() if link.external_id is not None and link.state != "tombstone"
        ]  # fmt: skip

    def row_at(self, system: str, stream: str, id: str) -> RowAt:
        """One row."""
        page = page_at(self.hub.declaration, self.connectors, (system, stream, id))
        return RowAt(system=system, stream=stream, id=id, page=page)

    # ---- rows without a record
    def count_parked(self, one: EntityScan, place: Place) -> None:
        """Page by page."""
        after = ""
        while page := self.hub.ledger.parked_after(*place, after, PAGE):
            after = page[-1].id
            for row in page:
                self.parked(one, place, row)

    def parked(self, one: EntityScan, place: Place, row: ParkedRow) -> None:
        """It matches several records, or cannot be settled, or somebody said to leave it alone."""
        label, code = one.labels[place], row.parking.code
        one.rows[label] += 1
        which: Which = ("ambiguous", "", (label,), "", False)
        if code != AMBIGUOUS:
            which = ("parked", "left alone by a person" if code == SKIPPED else code, (label,), "", False)
        found, why = one.bin(which), row.parking.reason or code
        found.count += 1
        at, there = (
            str(At(system=row.system, stream=row.stream, id=row.id)),
            self.row_at(row.system, row.stream, row.id),
        )
        if len(found.examples) < EXAMPLES:
            found.examples.append(Example(at=at, name=shortened(name_of_row(row)), why=shortened(why), rows=(there,)))
        if self.listed is not None:
            marks = [f"{words_of(which)}: {why}"]
            self.listed(Finding(entity=one.entity, at=at, name=name_of_row(row), marks=marks, rows=[there]))


WHOLE = 30_000
"""Characters of a value in the list of all; a spreadsheet's cell holds little more."""


def labels_of(bindings: Collection[Place]) -> dict[Place, str]:
    """The systems; with the stream where one system has several."""
    times = Counter(system for system, _ in bindings)
    return {(system, stream): system if times[system] == 1 else f"{system} {stream}" for system, stream in bindings}


def told_to(planned: Sequence[PlannedWrite]) -> dict[Row, frozenset[str]]:
    """Row to the fields that would be written there."""
    return {
        (write.system, write.stream, write.external_id): frozenset(one.field for one in write.fields)
        for write in planned if write.external_id is not None
    }  # fmt: skip


def says_rep(binding: Binding, link: Link) -> bool:
    """Does the row name somebody?"""
    bound = binding.by_field.get(REP)
    return bound is not None and any(link.seen.get(raw.split(".", 1)[0]) for raw in bound.lens.reads)


def words_of(which: Which) -> str:
    """What is said of a record, in a line of the list."""
    kind, why, systems, missing, born = which
    where = " + ".join(systems)
    if kind == "only":
        return f"only in {where}: " + (f"going live makes it in {missing}" if born else f"not in {missing}, {why}")
    return {
        "duplicate": f"duplicate in {where}", "lookalike": "looks like another record",
        "second-row": f"a second row in {where}", "ambiguous": "matches several records",
        "parked": f"cannot be read: {why}", "without-rep": why,
    }[kind]  # fmt: skip
