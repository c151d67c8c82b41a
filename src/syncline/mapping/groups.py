"""Fields that are merged, owned and sent as one value."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any

from syncline.mapping.country import country
from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import kind_of, shown, text

_BLANK_PART = 0.3  # the share of blank parts in a sample


def group(parts: Mapping[str, FieldType], *, name: str = "group") -> FieldType:
    """A dict with every part in the declared order; where all are EMPTY, so is the group."""
    if not parts:
        raise ValueError("a group needs at least one part")
    types = dict(parts)

    def normal(value: Any) -> Value:
        return _filled({part: fit_part(types[part], part, told) for part, told in _told(value, types).items()})

    def key(value: Value) -> Hashable:
        return None if value is None else tuple(kind.key(value[part]) for part, kind in types.items())

    def lost(sent: Value, back: Value) -> bool:
        if sent is None or back is None:
            return False
        return any(kind.lost(sent[part], back[part]) for part, kind in types.items())

    def load(value: Value) -> Any:
        return None if value is None else {part: kind.load(value[part]) for part, kind in types.items()}

    def dump(value: Any) -> Value:
        return _filled({part: fit_part(types[part], part, told, "dump") for part, told in _told(value, types).items()})

    def sample(random: Random) -> Value:
        sampled = {part: kind.sample(random) for part, kind in types.items()}
        kept = random.choice(list(types))
        for part in types:
            if part != kept and random.random() < _BLANK_PART:
                sampled[part] = None
        return sampled

    return FieldType(name=name, normal=normal, key=key, lost=lost, sample=sample, load=load, dump=dump)


ADDRESS: Mapping[str, FieldType] = MappingProxyType(
    {part: text() for part in ("street", "street2", "postcode", "city", "region")} | {"country": country()}
)
"""The parts of a postal address."""


@cache
def address() -> FieldType:
    """A postal address."""
    return group(ADDRESS, name="address")


def fit_part(kind: FieldType, part: str, told: Any, way: str = "normal") -> Value:
    """One part in its normal form; the reason of an Unfit names the part."""
    try:
        return kind.dump(told) if way == "dump" else kind.normal(told)
    except Unfit as unfit:
        raise Unfit(unfit.value, f"{part}: {unfit.reason}") from None


def _told(value: Any, types: Mapping[str, FieldType]) -> dict[str, Any]:
    if value is None:
        return dict.fromkeys(types)
    if type(value) is not dict:
        raise Unfit(value, f"is {kind_of(value)}, not an object with {', '.join(types)}")
    for part in value:
        if part not in types:
            raise Unfit(value, f"has {shown(part)}, which is none of: {', '.join(types)}")
    return {part: value.get(part) for part in types}


def _filled(parts: dict[str, Value]) -> Value:
    return None if all(part is None for part in parts.values()) else parts
