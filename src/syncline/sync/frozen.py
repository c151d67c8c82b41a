"""Bound fields that a system has no more, or lets us read no more: neither read nor written, and all else goes on.

# I15: what is not shown is no blank. What rows are recognised by is never left out: then the stream stops.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syncline.mapping.binding import Binding, tops
from syncline.model.outcome import NO_FIELD, NOT_MADE, Outcome, Rejected
from syncline.model.rows import OwnField
from syncline.sync.hub import Hub
from syncline.sync.needs import plainly


def may_be(hub: Hub, system: str, stream: str, raw: str) -> bool:
    """Can the stream be read without that field? Not where rows take part, or meet, by it: they could be mistaken."""
    plain = plainly(stream)
    if hub.without is None or is_need(hub, system, plain, raw):
        return False
    known = hub.connectors[system].stream(plain)
    if raw in (known.key, known.version, known.changed_at, known.created_at):
        return False
    bound = [one for one in bindings_of(hub, system, plain) if raw in one.raw_names]
    return bool(bound) and not any(decides(hub, one, raw) for one in bound)


def is_need(hub: Hub, system: str, stream: str, raw: str) -> bool:
    """Is it a field of ours that `provision` makes? Of these `own_fields` knows."""
    return any((one.system, one.stream, one.field.name) == (system, stream, raw) for one in hub.needs)


def decides(hub: Hub, binding: Binding, raw: str) -> bool:
    """Is it by this field that a row is of the entity, or the same as another one? Lines are never left out."""
    if binding.lines is not None and binding.lines.raw == raw:
        return True
    names = {name for rule in hub.declaration.matching.get(binding.entity, ()) for name in rule.fields}
    names |= binding.scope.reads if binding.scope is not None else frozenset[str]()
    return any(one.field in names and raw in tops(one) for one in binding.fields)


def bindings_of(hub: Hub, system: str, stream: str) -> Iterator[Binding]:
    """All of a stream, for whatever entity."""
    plain = plainly(stream)
    return (one for one in hub.declaration.bindings if (one.system, plainly(one.stream)) == (system, plain))


def named_by(hub: Hub, system: str, stream: str, problem: Outcome) -> str | None:
    """The bound field for whose want something was refused, if all else can go on without it."""
    if not isinstance(problem, Rejected) or problem.field is None or problem.code not in (NO_FIELD, NOT_MADE):
        return None
    return problem.field if may_be(hub, system, stream, problem.field) else None


def freeze(hub: Hub, system: str, stream: str, problem: Outcome) -> str | None:
    """Keeps that a read was refused for want of a field, and which. None: it can go on by nothing that is left out."""
    name = named_by(hub, system, stream, problem)
    if name is None or name in hub.left_out(system, stream):
        return None
    with hub.ledger.unit() as unit:
        unit.save_own_fields(
            [OwnField(system=system, stream=plainly(stream), name=name, there=False, at=hub.clock())]
        )  # fmt: skip
    hub.look_up_left_out(system)
    return name


def doubted(hub: Hub, system: str, stream: str, problem: Outcome) -> list[OwnField]:
    """What is to be kept of a field for whose want a write was refused: it is asked for before the next read."""
    name = named_by(hub, system, stream, problem)
    if name is None or name in hub.left_out(system, stream):
        return []
    return [OwnField(system=system, stream=plainly(stream), name=name, there=None, at=0.0)]


def rows(hub: Hub, system: str, stream: str) -> list[OwnField]:
    """What is known of fields of a stream that were refused once, beside those that only we need."""
    plain = plainly(stream)
    kept = [one for one in hub.ledger.own_fields(system) if one.stream == plain]
    return [one for one in kept if may_be(hub, system, plain, one.name)] if kept else []


def known(hub: Hub) -> list[OwnField]:
    """All that are frozen, in the order of the declaration."""
    bound = dict.fromkeys((b.system, plainly(b.stream), raw) for b in hub.declaration.bindings for raw in b.raw_names)
    found = {
        (row.system, row.stream, row.name): row
        for system in hub.connectors  # without them nobody knows which fields are ours
        for row in hub.ledger.own_fields(system) if row.there is False
    }  # fmt: skip
    return [found[place] for place in bound if place in found and not is_need(hub, *place)]


def untellable(left_out: Collection[str], binding: Binding) -> frozenset[str]:
    """The fields that are made of one that is left out."""
    return frozenset(one.field for one in binding.fields if not tops(one).isdisjoint(left_out)) if left_out else NONE


NONE: frozenset[str] = frozenset()
