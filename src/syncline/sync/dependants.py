"""Whom a change concerns: the lineage of every expression, turned round.

An expression of one record may read fields of its neighbours, through references, and a rollup reads fields of
children. Here each such field names who reads it, so that a change marks exactly the records it concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from syncline.config.declaration import Computed, Declaration
from syncline.config.settings import RolledUp
from syncline.mapping.expression import Expression
from syncline.mapping.lineage import in_order
from syncline.merge.case import Case
from syncline.model.record import NOTHING, Record
from syncline.sync.store import Reads

REFERENCE = "reference to "
"""How the type of a field that refers to another record is named; the entity follows."""

MADE = "made"
"""The way from a record to what a rule made of it."""

Hops = tuple[tuple[str, str], ...]
"""The way from a reader to what it reads: (entity, its reference), one after the other."""


@dataclass(frozen=True)
class Readers:
    """Who reads a field (entity, field) of somebody else.

    by_way: the ways on which a record reads it.
    rolled: the rollups that it is part of, with the way from the child to it; no way: the child's own field.
    rows:   fields that the scope of rows without a link reads through one reference.
    computed: of each entity, each after those that it reads.
    """

    by_way: Mapping[tuple[str, str], frozenset[Hops]]
    rolled: Mapping[tuple[str, str], frozenset[tuple[str, str, Hops]]]
    rows: frozenset[tuple[str, str]]
    rollups: Mapping[tuple[str, str], RolledUp]
    computed: Mapping[str, tuple[Computed, ...]]

    @property
    def any(self) -> bool:
        """Does any record read another?"""
        return bool(self.by_way or self.rolled or self.rows)


@dataclass(frozen=True)
class Move:
    """A record as it was when its readers were last told, and as it is."""

    before: Record | None
    after: Record

    @cached_property
    def fields(self) -> frozenset[str]:
        """What changed; all of it where the record appeared, went, or became another's alias."""
        old, new = (self.before.fields if self.before else {}), self.after.fields
        if self.before is None or standing(self.before) != standing(self.after):
            return frozenset([*old, *new, *EVERY])
        return frozenset(name for name in [*old, *new] if old.get(name, NOTHING).value != new.get(name, NOTHING).value)


EVERY = ("",)
"""Stands for every field of a record whose standing changed."""


def standing(record: Record) -> tuple[str, bool]:
    """What decides whether a record counts at all."""
    return record.state, record.candidate_of is not None


# ---- the lineage, turned round
def readers_of(declaration: Declaration) -> Readers:
    """Of every field: who reads it."""
    by_way: dict[tuple[str, str], set[Hops]] = defaultdict(set)
    for entity, name in read_columns(declaration):
        for place, hops in ways(declaration, entity, name):
            by_way[place].add(hops)
            by_way[place[0], ""].add(hops)
    for place, hop in read_of_made(declaration):
        by_way[place].add((hop,))
    rolled: dict[tuple[str, str], set[tuple[str, str, Hops]]] = defaultdict(set)
    for one in declaration.rollups:
        for name in one.rollup.reads:
            own: list[tuple[tuple[str, str], Hops]] = [((one.rollup.of, name.split(".", 1)[0]), ())]
            for place, hops in [*own, *ways(declaration, one.rollup.of, name)]:
                rolled[place].add((one.entity, one.field, hops))
                rolled[place[0], ""].add((one.entity, one.field, hops))
    return Readers(
        by_way={place: frozenset(found) for place, found in by_way.items()},
        rolled={place: frozenset(found) for place, found in rolled.items()},
        rows=frozenset(
            place
            for binding in declaration.bindings if binding.scope is not None
            for name in binding.scope.reads
            for place, hops in ways(declaration, binding.entity, name) if len(hops) == 1
        ),
        rollups={(one.entity, one.field): one for one in declaration.rollups},
        computed={entity: ordered(declaration, entity) for entity in declaration.entities},
    )  # fmt: skip


def ordered(declaration: Declaration, entity: str) -> tuple[Computed, ...]:
    """The computed fields of an entity in an order in which they can be computed."""
    own = {one.field: one for one in declaration.computed if one.entity == entity}
    return tuple(own[field] for field in in_order({name: one.expression.reads for name, one in own.items()}))


def read_columns(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """(entity, column) of every expression that is evaluated for a record when it is derived."""
    found: list[tuple[str, Expression | None]] = [(one.entity, one.expression) for one in declaration.computed]
    found += [(birth.entity, birth.when) for birth in declaration.births]
    found += [(binding.entity, binding.scope) for binding in declaration.bindings]
    for rule in declaration.rules:
        found += [(rule.entity, rule.when), (rule.entity, rule.condition)]
        for making in rule.makes:
            if making.follows_until is not None:
                yield from ((rule.entity, name) for given in making.given.values() for name in given.reads)
    for entity, expression in found:
        yield from ((entity, name) for name in (expression.reads if expression is not None else ()))


def read_of_made(declaration: Declaration) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """What was made and follows its source is read until it says that it follows no longer."""
    for rule in declaration.rules:
        for making in rule.makes:
            for name in making.follows_until.reads if making.follows_until is not None else ():
                yield (making.entity, name), (rule.entity, MADE)


def ways(declaration: Declaration, entity: str, name: str) -> Iterator[tuple[tuple[str, str], Hops]]:
    """Each field on the way of `account.owner.name` that is not the reader's own, with the way to it."""
    parts = name.split(".")
    hops: Hops = ()
    for reference, column in pairwise(parts):
        target = refers_to(declaration, entity, reference)
        if target is None:
            return
        hops = (*hops, (entity, reference))
        yield (target, column), hops
        entity = target


def refers_to(declaration: Declaration, entity: str, field: str) -> str | None:
    """The entity that a reference field refers to."""
    policy = declaration.entities[entity].fields.get(field)
    name = policy.type.name if policy is not None else ""
    return name.removeprefix(REFERENCE) if name.startswith(REFERENCE) else None


# ---- who is concerned
def concerned(readers: Readers, unit: Reads, cases: Mapping[int, Case], moves: Sequence[Move]) -> list[int]:
    """The records that must be derived again, in the order of their ids."""
    walks: dict[Hops, set[int]] = defaultdict(set)
    for move in moves:
        for name in move.fields:
            for hops in readers.by_way.get((move.after.entity, name), ()):
                walks[hops].add(move.after.id)
    return sorted({rid for hops, ids in walks.items() for rid in walk_back(unit, cases, hops, ids)})


def parents(readers: Readers, unit: Reads, cases: Mapping[int, Case], moves: Sequence[Move]) -> dict[int, set[float]]:
    """Parents whose rollups are no longer right, with the seconds that these may wait; the old parent too."""
    found: dict[int, set[float]] = defaultdict(set)
    for move in moves:
        touched = {one for name in move.fields for one in readers.rolled.get((move.after.entity, name), ())}
        for entity, field, hops in touched:
            rolled = readers.rollups[entity, field]
            children = [move.before, move.after] if not hops else children_of(unit, cases, hops, move.after.id)
            for rid in (pointed(child, rolled.rollup.by) for child in children if child is not None):
                if rid is not None:
                    found[rid].add(rolled.debounce)
    return found


def children_of(unit: Reads, cases: Mapping[int, Case], hops: Hops, rid: int) -> list[Record | None]:
    """The children whose condition reads this record."""
    ids = walk_back(unit, cases, hops, {rid})
    stored = unit.records([one for one in ids if one not in cases])
    return [cases[one].record if one in cases else stored.get(one) for one in ids]


def walk_back(unit: Reads, cases: Mapping[int, Case], hops: Hops, ids: Iterable[int]) -> list[int]:
    """From what is read to who reads it."""
    found = set(ids)
    for entity, reference in reversed(hops):
        found = referring(unit, cases, entity, reference, found)
    return sorted(found)


def referring(unit: Reads, cases: Mapping[int, Case], entity: str, reference: str, ids: set[int]) -> set[int]:
    """The records of an entity that refer by this field to one of these, as this transaction leaves them."""
    stored = {rid for several in unit.referring_to(sorted(ids)).values() for rid in several if rid not in cases}
    records = [*unit.records(sorted(stored)).values(), *(case.record for case in cases.values())]
    return {record.id for record in records if record.entity == entity and points(record, reference, ids)}


def points(record: Record, reference: str, ids: set[int]) -> bool:
    """Does it refer to one of these?"""
    if reference == MADE:
        return not ids.isdisjoint(made_of(record))
    return pointed(record, reference) in ids


def pointed(record: Record, reference: str) -> int | None:
    """The record that a reference field holds."""
    value = record.fields.get(reference, NOTHING).value
    return value if isinstance(value, int) else None


def made_of(record: Record) -> Iterator[int]:
    """What the rules made of it and what stands."""
    return (rid for episode in record.episodes.values() for rid in episode.made if rid)
