"""Fields that an administrator changed, beside what is declared of them and what they looked like before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rapidfuzz.fuzz import ratio

from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.field_type import Unfit
from syncline.model.drift import Drift, Kind, Looked
from syncline.sync import observe
from syncline.sync.changed_fields import other_than_before, rules_of
from syncline.sync.hub import Hub
from syncline.sync.needs import plainly

Own = Callable[[str, str], frozenset[str]]
"""(system, stream) to the raw fields that its connector knows of itself, some of which no vendor describes."""

Before = Mapping[tuple[str, str], Mapping[str, Looked]]
"""(system, stream) to what its raw fields looked like."""

Told = Mapping[str, Any]
ALIKE = 60.0
"""Per cent by which the name of a field resembles the one that is missing, for it to be offered."""

MOST_CHOICES = 3
"""New choices that are named."""


def drifted(hub: Hub, own: Own, before: Before | None = None) -> Iterator[Drift]:
    """All that is bound, beside what each system says of its fields now. Only reads."""
    for system, stream in dict.fromkeys((b.system, plainly(b.stream)) for b in hub.declaration.bindings):
        ask = hub.stream(system, stream).described
        if ask is None:
            continue
        try:
            page, _ = observe.show(hub, system, hub.stream(system, stream), ask())
        except observe.NotNow as reason:
            yield unread(system, stream, str(reason))
            continue
        rows = {str(one["name"]): one for one in page.records}
        yield from of_stream(hub, own, system, stream, rows, (before or {}).get((system, stream), {}))


def unread(system: str, stream: str, why: str) -> Drift:
    """Which fields there are is not told; that stops nothing."""
    return Drift(kind="unknown", system=system, stream=stream, said=why, breaks=False)


def of_stream(
    hub: Hub, own: Own, system: str, stream: str, rows: Mapping[str, Told], before: Mapping[str, Looked]
) -> Iterator[Drift]:
    """One stream, beside what is bound of it and how it looked before."""
    for binding in hub.declaration.bindings:
        if (binding.system, plainly(binding.stream)) == (system, stream):
            yield from compared(hub, binding, stream, rows, own(system, stream))
            yield from other_than_before(hub, binding, rows, before)


def compared(hub: Hub, binding: Binding, stream: str, rows: Mapping[str, Told], own: frozenset[str]) -> Iterator[Drift]:
    """One stream's fields for one entity."""
    for one in binding.fields:
        name = f"{binding.entity}.{one.field}"
        rules = rules_of(hub, binding.entity, one.field)
        for raw in dict.fromkeys(path.split(".", 1)[0] for path in one.lens.reads):
            if raw in rows:
                yield from changed(binding, stream, one, rows[raw], name, rules)
            elif raw not in own and not is_ours(hub, binding.system, stream, raw):
                yield missing(binding, stream, raw, rows, name, rules)


def missing(
    binding: Binding, stream: str, raw: str, rows: Mapping[str, Told], name: str, rules: tuple[str, ...]
) -> Drift:
    """It is not there, perhaps since it is called otherwise now."""
    like = likest(raw, rows, set(binding.raw_names))
    place = f"fields.{name}.at.{binding.system}"
    gone = f"{binding.system} has no field {raw} in {stream}"
    if like is None:
        again = f"make {raw} in {binding.system} again, or let the hub's user read it"
        remedy = f"{again}, or take {binding.system} out of fields.{name}.at in hub.yaml"
        kind: Kind = "vanished"
    else:
        label = str(rows[like].get("label") or like)
        gone, kind = f"{gone}; {like} ({label}) is there and bound to nothing", "renamed"
        remedy = f"if it is that one, write into hub.yaml: {place}: {stream}.{like}"
    return Drift(
        kind=kind, system=binding.system, stream=stream, field=raw, name=name, said=gone, rules=rules, remedy=remedy
    )


def likest(raw: str, rows: Mapping[str, Told], bound: set[str]) -> str | None:
    """The field that is most like it by its name, and that nothing is bound to."""
    scores = [(ratio(plain(raw), plain(name)), name) for name in rows if name not in bound]
    best = max(scores, default=(0.0, ""))
    return best[1] if best[0] >= ALIKE else None


def plain(name: str) -> str:
    """Without what custom fields of every vendor begin or end with."""
    return name.lower().removeprefix("x_studio_").removeprefix("x_").removesuffix("__c").replace("_", " ")


def changed(
    binding: Binding, stream: str, one: BoundField, told: Told, name: str, rules: tuple[str, ...]
) -> Iterator[Drift]:
    """It is there: does the mapping know all that it may hold?"""
    raw, where = str(told["name"]), f"{binding.system} {stream}.{told['name']}"
    new = unmapped(one, raw, told.get("choices", ()))
    if new:
        names = ", ".join(repr(choice) for choice in new[:MOST_CHOICES]) + (" ..." if len(new) > MOST_CHOICES else "")
        yield Drift(
            kind="new choice", system=binding.system, stream=stream, field=raw, name=name, rules=rules,
            said=f"{where} may hold {names}, which no row of the table names: a record that has it is parked",
            remedy=f"write into hub.yaml: fields.{name}.values.NAME.{binding.system}: {new[0]}", breaks=False,
        )  # fmt: skip


def unmapped(one: BoundField, raw: str, choices: Iterable[str]) -> Sequence[str]:
    """The choices that the mapping has no place for."""
    found = []
    for choice in choices if one.lens.reads == (raw,) and one.inward else ():
        try:
            one.lens.get({raw: choice})
        except Unfit:
            found.append(str(choice))
    return found


def is_ours(hub: Hub, system: str, stream: str, raw: str) -> bool:
    """A field of ours is told of by `provision`."""
    known = hub.stream(system, stream)
    return any(one.name == raw and one.ours for one in (*known.fields, *known.needs))
