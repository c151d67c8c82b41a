"""Rollups: fields of a parent made of its linked children, and made again from them whenever they are not right.

A change of a child leaves a wake at its parent, and at the old parent where the reference moved; of several
the earliest stands. So a burst of changes is one new value, and one write, however many children it touched.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncline.config.settings import RolledUp
from syncline.mapping.rollup import roll
from syncline.merge.case import Case
from syncline.model.record import Record
from syncline.sync.columns import ask_again, columns, tried
from syncline.sync.dependants import referring, standing
from syncline.sync.desk import Desk

COUNTS = ("active", False)
"""The standing of a child that counts: neither deleted, nor another's alias, nor perhaps a duplicate."""


def roll_up(desk: Desk, case: Case, rollups: Iterable[RolledUp]) -> None:
    """Makes these fields again from the children as this transaction leaves them."""
    for one in rollups:
        roll_one(desk, case, one)


def roll_one(desk: Desk, case: Case, one: RolledUp) -> None:
    """One of them."""
    lookups = [columns(desk, child) for child in children_of(desk, case.record.id, one)]
    dump = case.policy(one.field).type.dump
    found = tried(desk, case, one.field, text_of(one), lambda: dump(roll(one.rollup, lookups)))
    if found is not None and not case.equal(one.field, found[0], case.value(one.field).value):
        case.set_value(one.field, found[0], None, desk.now, desk.now, text_of(one))
    if one.rollup.where is not None:
        for lookup in lookups:
            ask_again(desk, case.record.id, one.rollup.where, lookup)


def of_entity(desk: Desk, entity: str, *, at_once: bool = False) -> list[RolledUp]:
    """The rollups of an entity; `at_once`: those that do not wait for more changes."""
    return [one for one in desk.declaration.rollups if one.entity == entity and not (at_once and one.debounce)]


def children_of(desk: Desk, parent: int, one: RolledUp) -> list[Record]:
    """The linked children that count, in the order of their ids."""
    ids = sorted(referring(desk.unit, desk.cases, one.rollup.of, one.rollup.by, {parent}))
    stored = desk.unit.records([rid for rid in ids if rid not in desk.cases])
    found = [desk.cases[rid].record if rid in desk.cases else stored[rid] for rid in ids]
    return [child for child in found if standing(child) == COUNTS]


def text_of(one: RolledUp) -> str:
    """What history shows."""
    return f"{one.rollup.kind} of {one.rollup.of}"
