"""A lens: the two-way mapping between raw fields of a vendor and one canonical field.

Written once and used both ways. What one way reads, the other way writes, exactly; `round_trips`
says where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any, Final

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.reference import Ref


class NotTold(Enum):
    """The type of NOT_TOLD, so that a type checker tells it from every value."""

    NOT_TOLD = "not told"


NOT_TOLD: Final = NotTold.NOT_TOLD
"""The system said nothing about this field: neither a value nor that it is empty."""


class Misfit(Unfit):
    """A raw field does not fit; `field` is its name in the vendor's system."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(value, reason)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Lens:
    """Between raw fields and one canonical field.

    reads: the raw fields it looks at; a dotted path goes into nested objects.
    get:   a raw object to the canonical value, None (EMPTY) or NOT_TOLD; raises Unfit, with the field
           as a Misfit.
    put:   a canonical value to the raw fields to send, by their names in `reads`; raises Unfit where
           the system has no place for the value. None: this lens only reads.
    """

    reads: tuple[str, ...]
    get: Callable[[Mapping[str, Any]], Any]
    put: Callable[[Value], dict[str, Any]] | None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A value that does not come back; `refused`: it is not written at all, so nothing is lost by it."""

    value: Value
    back: Any
    reason: str
    refused: bool


def rename(raw: str, kind: FieldType, *, empty: str | bool | None = None) -> Lens:
    """One raw field under another name. `empty` is how this system says empty, besides null."""

    def put(value: Value) -> dict[str, Any]:
        return {raw: empty if value is None else value}

    return Lens(reads=(raw,), get=reader(raw, kind.normal, empty=empty), put=put)


def number(raw: str, kind: FieldType, *, empty: str | bool | None = None) -> Lens:
    """A decimal that this system wants as a JSON number; one that a binary number cannot hold is refused."""

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        try:
            # Also a whole number: many systems read each JSON number into a binary one.
            if kind.normal(float(value)) == value:
                return {raw: float(value) if "." in value else int(value)}
        except Unfit as unfit:
            raise Misfit(raw, value, unfit.reason) from None
        raise Misfit(raw, value, f"{value} has more digits than a binary number holds")

    return Lens(reads=(raw,), get=reader(raw, kind.normal, empty=empty), put=put)


def reader(
    raw: str, read: Callable[[Any], Value], *, empty: str | bool | None = None
) -> Callable[[Mapping[str, Any]], Any]:
    """The `get` of one raw field: absent, empty, or what `read` makes of it."""
    find, kind = finder(raw, empty), type(empty)

    def get(row: Mapping[str, Any]) -> Any:
        told = row.get(raw, NOT_TOLD)
        if told is NOT_TOLD or (type(told) is kind and told == empty):
            told = find(row)
        if told is None or told is NOT_TOLD:
            return told
        try:
            return read(told)
        except Unfit as unfit:
            raise Misfit(raw, told, unfit.reason) from None

    return get


def finder(raw: str, empty: str | bool | None = None) -> Callable[[Mapping[str, Any]], Any]:
    """What a raw object says in one field: NOT_TOLD, None where it says empty, or the raw value."""
    steps = raw.split(".")

    def is_empty(told: Any) -> bool:
        # 0 and False are equal in Python, and not in any system.
        return told is None or (type(told) is type(empty) and told == empty)

    def find(row: Mapping[str, Any]) -> Any:
        if raw in row:
            told = row[raw]
            return None if is_empty(told) else told
        if len(steps) == 1:
            return NOT_TOLD
        told = row
        for step in steps:
            if is_empty(told):
                return None  # an empty parent has empty children
            if not isinstance(told, Mapping):
                raise Misfit(raw, told, f"there is no {step!r} inside a value that is not an object")
            if step not in told:
                return NOT_TOLD
            told = told[step]
        return None if is_empty(told) else told

    return find


def round_trips(lens: Lens, kind: FieldType, random: Random, n: int = 200) -> list[Problem]:
    """What of `n` samples of the type, and of EMPTY, does not come back as it was sent."""
    if lens.put is None:
        return []
    samples = [None, *(kind.sample(random) for _ in range(n))]
    return [problem for value in samples if (problem := _problem(lens.get, lens.put, kind, value)) is not None]


def _problem(
    get: Callable[[Mapping[str, Any]], Any], put: Callable[[Value], dict[str, Any]], kind: FieldType, value: Value
) -> Problem | None:
    try:
        sent = put(value)
    except Unfit as unfit:
        return Problem(value=value, back=NOT_TOLD, reason=f"is not written: {unfit.reason}", refused=True)
    try:
        back = as_sent(get(sent))
    except Unfit as unfit:
        return Problem(value=value, back=sent, reason=f"cannot be read back: {unfit.reason}", refused=False)
    # Both: one spelling of a value for another is a change, and Python holds 1 and True for equal.
    if back != value or not kind.equal(back, value):
        return Problem(value=value, back=back, reason="comes back as another value", refused=False)
    return None


def as_sent(value: Any) -> Any:
    """A value with each Ref as the id that was put: what comes back, before anything is resolved."""
    if isinstance(value, Ref):
        return int(value.id)
    if isinstance(value, dict):
        return {name: as_sent(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_sent(inner) for inner in value]
    return value
