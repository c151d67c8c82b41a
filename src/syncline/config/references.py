"""References that every side requires: no record could be the first."""

from __future__ import annotations

from collections.abc import Sequence

from syncline.config.check import Check
from syncline.config.declaration import Birth
from syncline.config.problems import Path
from syncline.mapping.binding import Binding

Stream = tuple[str, str]


def check_circles(check: Check, bindings: Sequence[Binding], births: Sequence[Birth]) -> None:
    """Says each circle of streams in which a create needs the id of the next."""
    needs = {binding_of(b): _needed(check, b, bindings) for b in bindings}
    born = {(birth.system, birth.stream) for birth in births}
    told: set[frozenset[Stream]] = set()
    for start in needs:
        circle = _circle(start, needs)
        if circle and born.issuperset(circle) and frozenset(circle) not in told:
            told.add(frozenset(circle))
            names = " -> ".join(f"{system}.{stream}" for system, stream in (*circle, circle[0]))
            path = needs[start][circle[1] if len(circle) > 1 else start]
            check.error(path, f"every side requires the other: {names}", "one reference must not be required to create")


def binding_of(binding: Binding) -> Stream:
    """The stream of a binding."""
    return binding.system, binding.stream


def _needed(check: Check, binding: Binding, bindings: Sequence[Binding]) -> dict[Stream, Path]:
    """The streams whose ids a create in this stream requires, with the place that says so."""
    found: dict[Stream, Path] = {}
    required = {field.name for field in check.stream(binding).fields if field.required}
    for bound in binding.fields:
        kind = check.kinds[binding.entity, bound.field]
        target = kind.name.removeprefix("reference to ")
        if target == kind.name or not required.intersection(bound.lens.reads):
            continue
        path = (*check.declared[binding.entity][bound.field].path, "at", binding.system)
        for other in bindings:
            if (other.system, other.entity) == (binding.system, target):
                found.setdefault(binding_of(other), path)
    return found


def _circle(start: Stream, needs: dict[Stream, dict[Stream, Path]]) -> tuple[Stream, ...]:
    """A way from a stream back to itself; empty: there is none."""
    ways: list[tuple[Stream, ...]] = [(start,)]
    seen: set[Stream] = set()
    while ways:
        way = ways.pop()
        for following in needs[way[-1]]:
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()
