"""What a type of field is: a normal form, an equality, and what it means to lose part of a value.

A canonical value is plain data (None, bool, int, str, list, dict) in the normal form of its type, so
that the ledger stores it as it is. `None` is EMPTY. Types are values made by functions (`text()`,
`money("EUR")`), never classes to inherit from.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from random import Random
from typing import Any

Value = Any
"""Plain data in the normal form of some field type; None is EMPTY."""


class Unfit(ValueError):
    """The value does not fit its type; nothing is truncated, rounded or coerced to make it fit."""

    def __init__(self, value: object, reason: str) -> None:
        super().__init__(reason)
        self.value = value
        self.reason = reason


def _same(value: Value) -> Value:
    return value


@dataclass(frozen=True, kw_only=True)
class FieldType:
    """One type of field. `normal` is idempotent, and `key(normal(x))` decides equality.

    normal: what a system said, decoded, to the normal form; raises Unfit; None, and what the type
            calls blank (for text: only white space), becomes None.
    key:    a hashable; two values are equal exactly when their keys are.
    lost:   did `back` lose characters or digits of what was `sent` (a cut text, a rounded amount)?
    load:   normal form to the Python value that expressions compute with (Decimal, date, ...).
    dump:   the way back; raises Unfit.
    sample: some value in normal form, for the round-trip check of a declaration.
    """

    name: str
    normal: Callable[[Any], Value]
    key: Callable[[Value], Hashable]
    lost: Callable[[Value, Value], bool]
    sample: Callable[[Random], Value]
    load: Callable[[Value], Any] = _same
    dump: Callable[[Any], Value] = _same

    def equal(self, one: Value, other: Value) -> bool:
        """Equality under this type; EMPTY equals only EMPTY."""
        return self.key(one) == self.key(other)
