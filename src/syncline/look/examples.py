"""The stored cases of a declaration: what given rows become as a record, and what other systems are sent of it.

Pure: the same lenses, types and expressions as in the hub, without a ledger. References stay blank, since no other
record is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.config.settings import Example
from syncline.connect.connector import SHARED
from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Unfit, Value
from syncline.merge.policy import EntityPolicy

RECORD = "record"


class Tried(Struct, frozen=True, kw_only=True):
    """An example and what is wrong with it, a sentence each; none: it holds."""

    name: str
    entity: str
    wrong: tuple[str, ...]


def try_all(declaration: Declaration) -> list[Tried]:
    """Every example, in the order of the file."""
    return [
        Tried(name=one.name, entity=one.entity, wrong=tuple(wrong_with(declaration, one)))
        for one in declaration.examples
    ]


def wrong_with(declaration: Declaration, example: Example) -> Iterator[str]:
    """What does not come out as it is expected."""
    entity = declaration.entities[example.entity]
    values, misfits = read(declaration, entity, example)
    yield from misfits
    yield from compute(declaration, entity, values)
    for place, expected in example.expect.items():
        if place == RECORD:
            yield from in_record(entity, values, expected)
        else:
            yield from in_row(binding_of(declaration, example.entity, place), values, expected)


def read(declaration: Declaration, entity: EntityPolicy, example: Example) -> tuple[dict[str, Value], list[str]]:
    """The given rows as one record: of each field its truth's value, else that of the first system that tells one."""
    told: dict[str, dict[str, Value]] = {}
    wrong = []
    for place, raw in example.given.items():
        binding = binding_of(declaration, example.entity, place)
        reading = binding.read(raw, lambda ref: None)
        told[binding.system] = {name: value for name, value in reading.told.items() if binding.by_field[name].inward}
        wrong += [f"{place}: {name} does not fit: {misfit.reason}" for name, misfit in reading.misfits.items()]
    first = next(iter(told), "")
    values: dict[str, Value] = {}
    for name, policy in entity.fields.items():
        truth = first if policy.truth == "origin" else policy.truth
        order = [truth, *(system for system in declaration.order if system != truth)]
        found = [told[system][name] for system in order if system in told and name in told[system]]
        filled = [value for value in found if value is not None]
        if found:
            values[name] = (filled or found)[0]
    return values, wrong


def binding_of(declaration: Declaration, entity: str, place: str) -> Binding:
    """`odoo` or `odoo.res.partner`."""
    system, _, stream = place.partition(".")
    named = [b for b in declaration.bindings if (b.entity, b.system) == (entity, system)]
    return next(b for b in named if stream in ("", b.stream.partition(SHARED)[0]))


def compute(declaration: Declaration, entity: EntityPolicy, values: dict[str, Value]) -> Iterator[str]:
    """The fields that are made of others, those that others read first."""
    left = [one for one in declaration.computed if one.entity == entity.name]
    while left:
        names = {one.field for one in left}
        ready = [one for one in left if not names & one.expression.reads] or left
        for one in ready:
            kind = entity.of(one.field).type
            try:
                values[one.field] = kind.dump(one.expression.evaluate(lambda name: column(entity, values, name)))
            except Unfit as error:
                yield f"{one.field} has no value: {error.reason}"
        left = [one for one in left if one not in ready]


def column(entity: EntityPolicy, values: Mapping[str, Value], name: str) -> Any:
    """What an expression reads; a neighbour's column is NULL."""
    value = values.get(name)
    return None if value is None else entity.of(name).type.load(value)


def in_record(entity: EntityPolicy, values: Mapping[str, Value], expected: Mapping[str, Any]) -> Iterator[str]:
    """Compared under the field's own equality."""
    for name, wanted in expected.items():
        kind, value = entity.of(name).type, values.get(name)
        try:
            fits = kind.equal(kind.normal(wanted), value)
        except Unfit as error:
            yield f"record: {name} cannot be {wanted!r}: {error.reason}"
            continue
        if not fits:
            yield f"record: {name} is {value!r}, not {wanted!r}"


def in_row(binding: Binding, values: Mapping[str, Value], expected: Mapping[str, Any]) -> Iterator[str]:
    """What that system would be sent."""
    try:
        sent = binding.write({name: values[name] for name in binding.writable if name in values})
    except Unfit as error:
        yield f"{binding.system}: {error.value!r} cannot be sent: {error.reason}"
        return
    for raw, wanted in expected.items():
        if raw not in sent:
            yield f"{binding.system}: {raw} is not sent, not {wanted!r}"
        elif sent[raw] != wanted:
            yield f"{binding.system}: {raw} is sent as {sent[raw]!r}, not {wanted!r}"
