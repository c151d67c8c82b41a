"""Lookup: the same concept under other names, `won` here and `Closed Won` there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from syncline.mapping.field_type import Unfit, Value
from syncline.mapping.lens import Lens, Misfit, reader
from syncline.mapping.text import clean, shown

_SCALARS = (str, int, bool)


@dataclass(frozen=True, kw_only=True)
class Default:
    """What an unmapped raw value is taken for; one of the table's canonical values."""

    value: Value


def lookup(
    raw: str,
    table: Mapping[Any, Any],
    *,
    unmapped: Literal["park", "keep"] | Default = "park",
    empty: str | bool | None = None,
) -> Lens:
    """Canonical value to raw value, one to one: `{"won": "Closed Won"}`.

    What is in no row parks, is kept as it is (text only), or is taken for the default.
    """
    inward, outward = _both_ways(raw, table, empty)
    if isinstance(unmapped, Default) and _exactly(unmapped.value) not in outward:
        raise ValueError(f"the table of {raw!r} has no row for its default {unmapped.value!r}")

    def read(told: Any) -> Value:
        plain = told.strip() if type(told) is str else told
        if type(plain) in _SCALARS and _exactly(plain) in inward:
            return inward[_exactly(plain)]
        if plain == "":
            return None
        if isinstance(unmapped, Default):
            return unmapped.value
        if unmapped == "keep":
            return _kept(told, outward, "is also the canonical value of another row")
        raise Unfit(told, f"{shown(told)} is in no row of the table")

    def put(value: Value) -> dict[str, Any]:
        if value is None:
            return {raw: empty}
        if type(value) in _SCALARS and _exactly(value) in outward:
            return {raw: outward[_exactly(value)]}
        if unmapped != "keep":
            raise Misfit(raw, value, f"{shown(value)} is in no row of the table")
        try:
            return {raw: _kept(value, inward, "is also the raw value of another row")}
        except Unfit as unfit:
            raise Misfit(raw, value, unfit.reason) from None

    return Lens(reads=(raw,), get=reader(raw, read, empty=empty), put=put)


def _both_ways(raw: str, table: Mapping[Any, Any], empty: str | bool | None) -> tuple[dict[Any, Any], dict[Any, Any]]:
    if not table:
        raise ValueError(f"the table of {raw!r} is empty")
    inward: dict[Any, Any] = {}
    outward: dict[Any, Any] = {}
    for canonical, told in table.items():
        for value in (canonical, told):
            if type(value) not in _SCALARS or (type(value) is str and value != value.strip()):
                raise ValueError(f"the table of {raw!r} has {value!r}: not plain text, a number or true/false")
        if canonical == "" or (type(told) is type(empty) and told == empty):
            raise ValueError(f"the table of {raw!r} has a row for empty: {canonical!r} and {told!r}")
        if _exactly(told) in inward:
            both = f"{inward[_exactly(told)]!r} and {canonical!r}"
            raise ValueError(f"the table of {raw!r} has {told!r} twice: for {both}")
        inward[_exactly(told)] = canonical
        outward[_exactly(canonical)] = told
    return inward, outward


def _exactly(value: Any) -> tuple[type, Any]:
    return type(value), value  # 1 and True are one key of a dict


def _kept(value: Any, taken: Mapping[Any, Any], why_not: str) -> Value:
    cleaned = clean(value)
    if cleaned is not None and _exactly(cleaned) in taken:
        raise Unfit(value, f"{shown(value)} cannot be kept: it {why_not}")
    return cleaned
