"""The types of associations: HubSpot's own between each two kinds of objects, and the account's labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncline.sandbox.hubspot.kinds import KINDS, Kind
from syncline.sandbox.store import Store

OWN = "HUBSPOT_DEFINED"
PRIMARY = "Primary"


@dataclass(frozen=True, slots=True)
class Type:
    """One direction of a type; `back` is the number of the other. Without label: the plain one."""

    number: int
    back: int
    label: str | None = None
    category: str = OWN

    @property
    def spec(self) -> dict[str, Any]:
        """As the API tells it."""
        return {"category": self.category, "typeId": self.number, "label": self.label}


# from, to, number, back
PLAIN = (
    ("contacts", "contacts", 449, 449),
    ("companies", "companies", 450, 450),
    ("contacts", "companies", 279, 280),
    ("deals", "contacts", 3, 4),
    ("deals", "companies", 341, 342),
    ("deals", "line_items", 19, 20),
    ("deals", "quotes", 63, 64),
    ("deals", "deals", 451, 451),
    ("quotes", "line_items", 67, 68),
    ("quotes", "contacts", 69, 70),
    ("quotes", "companies", 71, 72),
    ("contacts", "tickets", 15, 16),
    ("companies", "tickets", 340, 339),
    ("deals", "tickets", 27, 28),
)
PRIMARIES = (("contacts", "companies", 1, 2), ("deals", "companies", 5, 6), ("tickets", "companies", 26, 25))
"""A row of the first kind has at most one of these."""

FIRST_UNKNOWN = 900


def both_ways() -> dict[tuple[str, str], list[Type]]:
    """HubSpot's own types by from and to; the plain one first."""
    types: dict[tuple[str, str], list[Type]] = {}
    for label, rows in ((None, PLAIN), (PRIMARY, PRIMARIES)):
        for source, other, number, back in rows:
            types.setdefault((source, other), []).append(Type(number, back, label))
            if source != other:
                types.setdefault((other, source), []).append(Type(back, number, label))
    for at, one in enumerate(KINDS):
        for other_at, another in enumerate(KINDS):
            # pairs whose numbers nobody wrote down get numbers of the sandbox's own
            number, back = FIRST_UNKNOWN + 10 * at + other_at, FIRST_UNKNOWN + 10 * other_at + at
            types.setdefault((one.name, another.name), [Type(number, back)])
    return types


BUILT_IN = both_ways()


def types_of(store: Store, source: Kind, other: Kind) -> dict[int, Type]:
    """All types from one kind to another, by number; the plain one first."""
    own = {one.number: one for one in BUILT_IN[source.name, other.name]}
    labels = store.settings(f"label/{source.name}/{other.name}/")
    return own | {
        int(number): Type(int(number), one["back"], one["label"], one["category"]) for number, one in labels.items()
    }


def plain(source: Kind, other: Kind) -> Type:
    """The type without a label."""
    return BUILT_IN[source.name, other.name][0]


def primary(source: Kind, other: Kind) -> Type | None:
    """The type of which a row of `source` has at most one, where there is such."""
    if not any((source.name, other.name) == row[:2] for row in PRIMARIES):
        return None
    return next(one for one in BUILT_IN[source.name, other.name] if one.label == PRIMARY)
