"""What the simulation remembers of people: their edits and what they took back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Edit:
    """What a user did to one field; `value` is what their system then stored (for a tag: the tag).

    unseen: done while the hub was at work on this very moment, perhaps between its look and its write.
    """

    at: float
    system: str
    row: str
    field: str
    value: Any
    kind: str
    unseen: bool = False


@dataclass(frozen=True)
class Undone:
    """A field that a person took back."""

    at: float
    link: int
    record: int
    field: str
    before: Any
