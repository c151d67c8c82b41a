"""Fields that are there, and are not what they were: another type, required, read only, fewer choices. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncline.mapping.binding import Binding, BoundField, tops
from syncline.mapping.field_type import Unfit
from syncline.model.drift import Drift, Looked
from syncline.sync import baseline
from syncline.sync.hub import Hub
from syncline.sync.needs import plainly

Told = Mapping[str, Any]
MOST_CHOICES = 3
"""Choices that are named."""


def look(told: Told) -> Looked:
    """A row of `described`."""
    choices = told.get("choices")
    return Looked(
        type=str(told.get("type", "")), required=bool(told.get("required")), writable=told.get("writable") is not False,
        choices=None if choices is None else tuple(str(one) for one in choices),
    )  # fmt: skip


def other_than_before(
    hub: Hub, binding: Binding, rows: Mapping[str, Told], before: Mapping[str, Looked]
) -> Iterator[Drift]:
    """Of one stream for one entity. Where nothing is known of before nothing is said."""
    if not before:
        return
    for one in binding.fields:
        for raw in sorted(tops(one)):
            if raw in rows and raw in before:
                yield from changed(hub, binding, one, raw, before[raw], look(rows[raw]))
    yield from demanded(hub, binding, rows, before)


def changed(hub: Hub, binding: Binding, one: BoundField, raw: str, then: Looked, now: Looked) -> Iterator[Drift]:
    """One raw field of one canonical field."""
    system, stream, name = binding.system, plainly(binding.stream), f"{binding.entity}.{one.field}"
    where, rules = f"{system} {stream}.{raw}", rules_of(hub, binding.entity, one.field)
    if then.type != now.type:
        yield Drift(
            kind="retyped", system=system, stream=stream, field=raw, name=name, rules=rules, breaks=False,
            said=f"{where} was of type {then.type} and is {now.type}; a value that does not fit is parked",
            remedy=f"make it {then.type} again, or fit `type` of fields.{name}, or its `at`, in hub.yaml",
        )  # fmt: skip
    writes = one.outward and one.lens.put is not None
    if writes and then.writable and not now.writable:
        yield Drift(
            kind="now read-only", system=system, stream=stream, field=raw, name=name, rules=rules, breaks=False,
            said=f"{where} is told as read only now, and the hub writes it; what is refused is parked by that field",
            remedy=f"write into hub.yaml: fields.{name}.at.{system}: {{field: {stream}.{raw}, only: read}}",
        )  # fmt: skip
    gone = [one for one in then.choices or () if now.choices is not None and one not in now.choices]
    lost = [choice for choice in gone if writes and is_written(one, raw, choice)]
    if lost:
        named = ", ".join(repr(choice) for choice in lost[:MOST_CHOICES]) + (" ..." if len(lost) > MOST_CHOICES else "")
        yield Drift(
            kind="choice gone", system=system, stream=stream, field=raw, name=name, rules=rules,
            said=f"{where} does not take {named} any more; a record that has it cannot be written there",
            remedy=f"make that choice in {system} again, or take it out of fields.{name}.values in hub.yaml",
        )  # fmt: skip


def is_written(one: BoundField, raw: str, choice: str) -> bool:
    """May the hub write exactly this there?"""
    if one.lens.reads != (raw,) or one.lens.put is None:
        return False
    try:
        value = one.lens.get({raw: choice})
        return value is not None and one.lens.put(value).get(raw) == choice
    except Unfit:
        return False


def demanded(hub: Hub, binding: Binding, rows: Mapping[str, Told], before: Mapping[str, Looked]) -> Iterator[Drift]:
    """What a new row must have by now, where the hub makes rows and gives it to none of them."""
    if not baseline.is_born_into(hub, binding):
        return
    system, stream = binding.system, plainly(binding.stream)
    for raw in sorted(name for name, told in rows.items() if look(told).required):
        was = raw in before and before[raw].required
        if not was and raw not in given(hub, binding):
            yield Drift(
                kind="now required", system=system, stream=stream, field=raw, name=binding.entity,
                said=f"{system} takes no new row of {stream} without {raw} any more, and nothing gives it",
                remedy=f"write into hub.yaml: on_create.{binding.entity}.{system}.{raw}: VALUE, or bind it with `at`",
            )  # fmt: skip


def given(hub: Hub, binding: Binding) -> set[str]:
    """The raw fields that a new row gets: what is written, and what `on_create` says."""
    found = {raw for one in binding.fields if one.outward and one.lens.put is not None for raw in tops(one)}
    if binding.lines is not None:
        found.add(binding.lines.raw)
    for birth in hub.declaration.births:
        if (birth.entity, birth.system, birth.stream) == (binding.entity, binding.system, binding.stream):
            found |= {*birth.defaults, *(choice.field for choice in birth.choices)}
    return found


def rules_of(hub: Hub, entity: str, field: str) -> tuple[str, ...]:
    """The rules about this entity whose condition reads the field."""
    return tuple(
        rule.name for rule in hub.declaration.rules
        if rule.entity == entity and rule.when is not None and field in rule.when.reads
    )  # fmt: skip
