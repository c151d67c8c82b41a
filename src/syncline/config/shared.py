"""Streams that hold records of several entities: a binding for each, told apart by scopes that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from syncline.config.check import ENTITIES, RANK, Check
from syncline.config.problems import Path, quoted
from syncline.connect.connector import SHARED
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.field_type import FieldType, Unfit
from syncline.mapping.lens import NOT_TOLD

MOST_ROWS = 10_000
"""More different rows than these are not tried."""


def streams_of(check: Check, entity: str, system: str) -> list[str]:
    """The streams of a system that the fields of an entity name."""
    known = check.named_streams.get((entity, system))
    if known is not None:
        return known
    found: set[str] = set()
    names = sorted(check.streams(system), key=len, reverse=True)
    for one in check.declared.get(entity, {}).values():
        at = one.block.at.get(system, [])
        for each in at if isinstance(at, list) else [at]:
            text = each if isinstance(each, str) else each.stream or each.field or (each.fields or [""])[0]
            found.update(next(([name] for name in names if text == name or text.startswith(f"{name}.")), []))
    check.named_streams[entity, system] = sorted(found)
    return check.named_streams[entity, system]


def shared_name(check: Check, entity: str, system: str, stream: str) -> str:
    """What the engine calls a stream where it is bound to this entity: to one of several, `STREAM#ENTITY`.

    One of them has the plain name, whatever the order of the file, so that its links stay when that changes.
    """
    sharing = [one for one in check.declared if stream in streams_of(check, one, system)]
    first = min(sharing, key=lambda one: (RANK.index(one) if one in ENTITIES else len(RANK), one), default=entity)
    return stream if first == entity else f"{stream}{SHARED}{entity}"


def check_shared(check: Check, bindings: Sequence[Binding]) -> None:
    """Two entities of one stream have scopes, and no row is in both: else two records would fight for it."""
    for one, other in combinations(bindings, 2):
        stream = check.stream(one).name
        if (one.system, stream) != (other.system, check.stream(other).name):
            continue
        lacking = next((each for each in (one, other) if each.scope is None), None)
        if lacking is not None:
            _lacks_scope(check, lacking, other if lacking is one else one, stream)
            continue
        later = max((one, other), key=lambda each: SHARED in each.stream)
        _apart(check, later, one if later is other else other, stream)


def _lacks_scope(check: Check, lacking: Binding, other: Binding, stream: str) -> None:
    path = scope_path(check, lacking.entity, lacking.system, stream)
    if path is not None:
        return  # it has one that is wrong, which was said
    declared = next(f for f in check.declared[lacking.entity].values() if lacking.system in f.block.at)
    check.error(
        (*declared.path, "at", lacking.system),
        f"{stream} of {lacking.system} holds {other.entity} too, and {lacking.entity} has no scope there",
        f"say which rows are which: `entities: {{{lacking.entity}: {{scope: {{{lacking.system}: EXPRESSION}}}}}}`",
    )


def scope_path(check: Check, entity: str, system: str, stream: str) -> Path | None:
    """Where the scope of an entity in a stream is said."""
    for name in (f"{system}.{stream}", system):
        if name in check.entity(entity).scope:
            return ("entities", entity, "scope", name)
    return None


def _apart(check: Check, one: Binding, other: Binding, stream: str) -> None:
    path = scope_path(check, one.entity, one.system, stream) or ()
    rows = _rows(check, one, other)
    if rows is None:
        check.error(
            path, f"nobody can tell that no row is {one.entity} and {other.entity} at once",
            "let both scopes read a boolean or an enum of the row, and nothing else",
        )  # fmt: skip
        return
    both = next((row for row in rows if _holds(check, one, row) and _holds(check, other, row)), None)
    if both is not None and one.scope is not None and other.scope is not None:
        check.error(
            path, f"{quoted(one.scope.text)} may hold of one row together with that of {other.entity}: {both}",
            f"that of {other.entity} is `{other.scope.text}`; one must be false where the other is true",
        )  # fmt: skip


def _rows(check: Check, *bindings: Binding) -> Iterator[dict[str, Any]] | None:
    """Every different row, as far as the scopes can see; None where these are not countable."""
    values: dict[str, list[Any]] = {}
    for binding in bindings:
        for name in sorted(binding.scope.reads if binding.scope is not None else ()):
            bound = binding.by_field.get(name)
            if "." in name:
                return None
            if bound is None:
                continue  # no row tells it
            told = _told(bound, check.kinds[binding.entity, name], check, binding.entity)
            if told is None:
                return None
            for raw, each in told.items():
                values[raw] = [*values.get(raw, []), *(one for one in each if one not in values.get(raw, []))]
    count = 1
    for several in values.values():
        count *= len(several)
    if count > MOST_ROWS or any(b.scope is not None and b.scope.reads_clock for b in bindings):
        return None
    return (dict(zip(values, row, strict=True)) for row in product(*values.values()))


def _told(bound: BoundField, kind: FieldType, check: Check, entity: str) -> Mapping[str, list[Any]] | None:
    """Each raw field of a boolean or an enum to all that a system may say there."""
    block = check.declared[entity][bound.field].block
    if bound.lens.put is None or len(bound.lens.reads) != 1 or kind.name not in ("boolean", "enum"):
        return None
    wanted: list[Any] = [True, False] if kind.name == "boolean" else list(_values(check, block.values))
    raw = bound.lens.reads[0]
    told: list[Any] = [None]
    for value in wanted:
        try:
            told.append(bound.lens.put(value)[raw])
        except Unfit:
            continue  # it has no place there
    return {raw: told}


def _values(check: Check, values: Any) -> Sequence[str]:
    return list(check.hub.tables.get(values, {})) if isinstance(values, str) else list(values or ())


def _holds(check: Check, binding: Binding, row: Mapping[str, Any]) -> bool:
    def column(name: str) -> Any:
        bound = binding.by_field.get(name)
        if bound is None:
            return None
        try:
            value = bound.lens.get(row)
        except Unfit:
            return None
        return None if value is NOT_TOLD else check.kinds[binding.entity, name].load(value)

    return binding.scope is not None and binding.scope.evaluate(column) is True
