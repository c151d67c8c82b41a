"""One of a closed list of values, and sets of values of one type."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from random import Random
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import clean, itself, kind_of, never_lost, shown

_SHOWN_CHOICES = 12
_SAMPLE_ITEMS = 5


def enum(values: Iterable[str]) -> FieldType:
    """One of `values`, spelled exactly so."""
    choices = tuple(values)
    for index, choice in enumerate(choices):
        if clean(choice) is None or clean(choice) != choice:
            raise ValueError(f"the choice {choice!r} is blank or has outer white space")
        if choice in choices[:index]:
            raise ValueError(f"the choice {choice!r} is listed twice")
    if not choices:
        raise ValueError("an enum needs at least one choice")
    known = {choice: choice for choice in choices}
    more = ", ..." if len(choices) > _SHOWN_CHOICES else ""
    listed = ", ".join(choices[:_SHOWN_CHOICES]) + more

    def normal(value: Any) -> Value:
        choice = clean(value)
        if choice is None or choice in known:
            return choice
        raise Unfit(value, f"{shown(choice)} is none of: {listed}")

    def sample(random: Random) -> Value:
        return random.choice(choices)

    return FieldType(name="enum", normal=normal, key=itself, lost=never_lost, sample=sample, dump=normal)


def set_of(item: FieldType) -> FieldType:
    """Values of one type without order or repetition: a sorted list; the empty set is EMPTY."""

    def normal(value: Any) -> Value:
        if value is None:
            return None
        if type(value) not in (list, tuple, set, frozenset):
            raise Unfit(value, f"is {kind_of(value)}, not a list")
        found = [one for one in map(item.normal, value) if one is not None]
        found.sort(key=_rank)
        # Of items that are equal the first in order stays, so that the order of arrival decides nothing.
        distinct: dict[Hashable, Value] = {}
        for one in found:
            distinct.setdefault(item.key(one), one)
        return list(distinct.values()) or None

    def key(value: Value) -> Hashable:
        return None if value is None else frozenset(map(item.key, value))

    def lost(sent: Value, back: Value) -> bool:
        if sent is None or back is None:
            return False
        kept, known = set(map(item.key, back)), set(map(item.key, sent))
        missing = [one for one in sent if item.key(one) not in kept]
        new = [one for one in back if item.key(one) not in known]
        # All that is new is a part of what is missing: a set that holds anything else was made by somebody.
        return bool(new) and all(any(item.lost(one, other) for one in missing) for other in new)

    def load(value: Value) -> Any:
        return None if value is None else [item.load(one) for one in value]

    def dump(value: Any) -> Value:
        if type(value) not in (list, tuple, set, frozenset):
            return normal(value)
        return normal([item.dump(one) for one in value])

    def sample(random: Random) -> Value:
        return normal([item.sample(random) for _ in range(random.randint(1, _SAMPLE_ITEMS))])

    return FieldType(name=f"set of {item.name}", normal=normal, key=key, lost=lost, sample=sample, load=load, dump=dump)


def _rank(item: Value) -> tuple[int, int, str]:
    """A total order over plain data: numbers by size, then text, then the rest by its spelling."""
    if type(item) is int:
        return 0, item, ""
    if type(item) is str:
        return 1, 0, item
    return 2, 0, json.dumps(item, sort_keys=True, default=repr)
