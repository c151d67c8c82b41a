"""Any JSON value, for what no other type describes."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from functools import cache
from math import isfinite
from random import Random
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import cut_off, kind_of, storable, text

MAX_DEPTH = 64
MAX_VALUES = 100_000
_INT64 = 2**63
_EXACT_FLOAT = 2**53
_SAMPLE_DEPTH = 3


@cache
def json_() -> FieldType:
    """Any JSON value, told as data; text keeps its spelling, and "", [] and {} are values."""
    return FieldType(name="json", normal=_json, key=canonical, lost=_lost, sample=_some_json, dump=_json)


def canonical(value: Value) -> Hashable:
    """One text for each JSON value in normal form; 1 and true are two."""
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _json(value: Any) -> Value:
    # The budget ends a list that holds itself twice, which the depth alone would not in any time.
    return _fit(value, 1, iter(range(MAX_VALUES)))


def _fit(value: Any, depth: int, budget: Iterator[int]) -> Value:
    if next(budget, None) is None:
        raise Unfit(value, f"holds more than {MAX_VALUES} values")
    if depth > MAX_DEPTH:
        raise Unfit(value, f"is nested deeper than {MAX_DEPTH} levels")
    if type(value) is dict:
        named = {storable(name): inner for name, inner in value.items()}
        return {name: _fit(named[name], depth + 1, budget) for name in sorted(named)}
    if type(value) is list:
        return [_fit(inner, depth + 1, budget) for inner in value]
    return _leaf(value)


def _leaf(value: Any) -> Value:
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return storable(value)
    if type(value) is int:
        if not -_INT64 <= value < _INT64:
            raise Unfit(value, "holds a number that does not fit in 64 bits")
        return value
    if type(value) is float:
        if not isfinite(value):
            raise Unfit(value, f"holds {value}, which JSON has no form for")
        # JSON has one kind of number: 1.0 comes back as 1 from many systems.
        return int(value) if value.is_integer() and abs(value) <= _EXACT_FLOAT else value
    raise Unfit(value, f"holds {kind_of(value)}, which is no JSON")


def _lost(sent: Value, back: Value) -> bool:
    """Whether some text inside was cut, everything around it being in its place."""
    if type(sent) is str and type(back) is str:
        return cut_off(sent, back)
    if type(sent) is dict and type(back) is dict:
        return any(_lost(sent[name], back[name]) for name in sent.keys() & back.keys())
    if type(sent) is list and type(back) is list:
        return any(map(_lost, sent, back))
    return False


def _some_json(random: Random) -> Value:
    return _json(_some(random, _SAMPLE_DEPTH)) or {"sample": True}


def _some(random: Random, depth: int) -> Value:
    kind = random.randrange(7 if depth else 5)
    if kind == 5:
        return [_some(random, depth - 1) for _ in range(random.randint(0, 3))]
    if kind == 6:
        return {text().sample(random): _some(random, depth - 1) for _ in range(random.randint(0, 3))}
    leaves = (None, random.random() < 0.5, random.randint(-999, 999), random.uniform(-9, 9), text().sample(random))
    return leaves[kind]
