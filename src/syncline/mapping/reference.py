"""References to other records."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from syncline.mapping.field_type import FieldType, Unfit, Value
from syncline.mapping.text import itself, kind_of, never_lost

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """A record as one system names it, before the hub has found which record that is."""

    system: str
    stream: str
    id: str


def reference(entity: str) -> FieldType:
    """A record of `entity`, by the hub's id. A Ref stays as it is: two views of one system are compared by it."""

    def normal(value: Any) -> Value:
        if value is None or type(value) is Ref:
            return value
        if type(value) is not int:
            raise Unfit(value, f"is {kind_of(value)}, not the id of a record")
        if not 1 <= value <= _LARGEST_ID:
            raise Unfit(value, "is a number that no record has")
        return value

    def sample(random: Random) -> Value:
        return random.randint(1, _LARGEST_ID)

    return FieldType(
        name=f"reference to {entity}", normal=normal, key=itself, lost=never_lost, sample=sample, dump=normal
    )
