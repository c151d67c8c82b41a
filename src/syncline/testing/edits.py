"""What the simulation remembers of people: their edits and what they took back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Edit:
    """What a user did to one field; `value` is what their system then stored (for a tag: the tag).

    unseen: for what was done in the middle of a step of the hub, how many states the row had then.
    """

    at: float
    system: str
    row: str
    field: str
    value: Any
    kind: str
    unseen: int | None = None


@dataclass(frozen=True)
class Undone:
    """A field that a person took back."""

    at: float
    link: int
    record: int
    field: str
    before: Any
