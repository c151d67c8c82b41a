"""The lines of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from random import Random
from typing import Any, Literal

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.groups import fit_part
from syncline.mapping.text import clean, kind_of, shown

_SAMPLE_LINES = 4
_LARGEST_ID = 2**63 - 1


def lines(columns: Mapping[str, FieldType]) -> FieldType:
    """A list of lines, each a dict of all columns and, where it has one, its "id"; no line at all is EMPTY.

    Equal are documents with equal lines, in whatever order and under whatever ids: each system has ids
    of its own and many list lines as they please. Where the order matters it is a column.
    """
    if not columns or "id" in columns:
        raise ValueError("lines need at least one column, and none may be called 'id'")
    types = dict(columns)

    def read(value: Any, way: Literal["normal", "dump"]) -> Value:
        if value is None:
            return None
        if type(value) not in (list, tuple):
            raise Unfit(value, f"is {kind_of(value)}, not a list of lines")
        found = [_line(line, number, types, way) for number, line in enumerate(value, 1)]
        named = [line["id"] for line in found if "id" in line]
        if twice := [one for one, count in Counter(map(_id_key, named)).items() if count > 1]:
            raise Unfit(value, f"has two lines with the id {shown(twice[0][1])}")
        return found or None

    def line_key(line: Value) -> Hashable:
        return tuple(kind.key(line[column]) for column, kind in types.items())

    def key(value: Value) -> Hashable:
        return None if value is None else frozenset(Counter(map(line_key, value)).items())

    def lost(sent: Value, back: Value) -> bool:
        if sent is None or back is None:
            return False
        return any(
            kind.lost(one[column], other[column])
            for one, other in _pairs(sent, back, line_key)
            for column, kind in types.items()
        )

    def load(value: Value) -> Any:
        return None if value is None else [_with_id(line, _loaded(line, types)) for line in value]

    def sample(random: Random) -> Value:
        # Without ids: those are each side's own, and no part of what must come back.
        count = random.randint(1, _SAMPLE_LINES)
        return [{name: kind.sample(random) for name, kind in types.items()} for _ in range(count)]

    return FieldType(
        name="lines",
        normal=lambda value: read(value, "normal"),
        key=key,
        lost=lost,
        sample=sample,
        load=load,
        dump=lambda value: read(value, "dump"),
    )


def _line(line: Any, number: int, types: Mapping[str, FieldType], way: str) -> dict[str, Value]:
    if type(line) is not dict:
        raise Unfit(line, f"line {number} is {kind_of(line)}, not an object")
    for column in line:
        if column != "id" and column not in types:
            raise Unfit(line, f"line {number} has {shown(column)}, which is none of: {', '.join(types)}")
    found = {name: fit_part(kind, f"line {number}, {name}", line.get(name), way) for name, kind in types.items()}
    identity = fit_id(line.get("id"), f"line {number}")
    return found if identity is None else {"id": identity, **found}


def fit_id(value: Any, where: str) -> str | int | None:
    """The id of a line: text or a whole number."""
    if type(value) is int:
        if abs(value) > _LARGEST_ID:
            raise Unfit(value, f"{where}: the id does not fit in 64 bits")
        return value
    try:
        return clean(value)
    except Unfit as unfit:
        raise Unfit(unfit.value, f"{where}: the id {unfit.reason}") from None


def _pairs(sent: Value, back: Value, key: Any) -> list[tuple[Value, Value]]:
    """The lines that differ, matched by id, and those without a partner in their order."""
    by_id = {_id_key(line["id"]): line for line in back if "id" in line}
    pairs, rest, taken = [], [], set()
    for line in sent:
        partner = by_id.get(_id_key(line["id"])) if "id" in line else None
        if partner is None:
            rest.append(line)
        else:
            pairs.append((line, partner))
            taken.add(id(partner))
    others = [line for line in back if id(line) not in taken]
    known, kept = set(map(key, rest)), set(map(key, others))
    missing = [line for line in rest if key(line) not in kept]
    new = [line for line in others if key(line) not in known]
    return pairs + list(zip(missing, new, strict=False))


def _id_key(identity: str | int) -> tuple[str, str | int]:
    return type(identity).__name__, identity


def _with_id(line: Value, found: dict[str, Any]) -> dict[str, Any]:
    return {"id": line["id"], **found} if "id" in line else found


def _loaded(line: Value, types: Mapping[str, FieldType]) -> dict[str, Any]:
    return {name: kind.load(line[name]) for name, kind in types.items()}
