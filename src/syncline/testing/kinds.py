"""Kinds of worlds: rare weather made common, so that a fault that needs it shows within few seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncline.testing import (
    asked,
    deals,
    deals_oracle,
    guarded,
    joined,
    oracle,
    orders,
    orders_oracle,
    scoped,
    users,
    windows,
)
from syncline.testing.cast import Cast
from syncline.testing.world import World


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The rates of its climate that every seed has, who plays in it, and what must hold at its end."""

    rates: Mapping[str, Any] = field(default_factory=dict)
    cast: Cast | None = None
    check: Callable[[World], list[str]] = oracle.check


UNSWEPT = {"sweeps": False, "hides": 0.0}
"""No sweep repairs what the lists of changes or a crash kept from the hub.

Nothing is hidden here: what was hidden while a list went past it, only a sweep ever shows.
"""

MISSED = replace(
    users.CONTACTS,
    habits={
        name: habits if name == "erp" else replace(habits, proves="missing")
        for name, habits in users.CONTACTS.habits.items()
    },
)

KINDS: Mapping[str, Kind] = {
    "plain": Kind(),
    "unswept": Kind(rates=UNSWEPT),
    # Everybody tags, often twice in a row, no webhook says so, and the hub crashes often.
    "tagged": Kind(
        rates={
            "focus": "tags",
            "acts": 0.25,
            "twice": 0.6,
            "births": 0.02,
            "pace": 0.15,
            "webhooks": (0,),
            "crash": 0.03,
            "outage": 0.02,
        }
    ),
    # Rows are hidden from the hub's user all the time: absence proves nothing.
    "hiding": Kind(rates={"hides": 0.02}),
    # Many edits of the one field that a person must settle, and a person who does, and takes things back.
    "disputed": Kind(rates={**UNSWEPT, "focus": "rep", "acts": 0.12, "decides": 0.04}),
    # New customers all the time, deletes among them, and a hub that crashes often.
    "crowded": Kind(rates={**UNSWEPT, "births": 0.3, "acts": 0.12, "crash": 0.03}),
    # As disputed as can be, and what was written last is what is taken back.
    "regretted": Kind(rates={**UNSWEPT, "focus": "rep", "acts": 0.2, "decides": 0.15, "regrets": True}),
    # Rows are deleted and typed in again while conflicts are open, and nobody settles one.
    "mourned": Kind(
        rates={"focus": "rep", "acts": 0.15, "deletes": 0.2, "retypes": 0.9, "decides": 0.0, "outage": 0.02}
    ),
    # Customers come and go faster than they are known everywhere, and the hub crashes often.
    "fickle": Kind(rates={"births": 0.3, "acts": 0.15, "deletes": 0.4, "crash": 0.03, "outage": 0.02}),
    # Much happens within a second, which is all that some stamps tell, and no webhook says so.
    "hasty": Kind(rates={**UNSWEPT, "pace": 0.05, "twice": 0.5, "acts": 0.12, "births": 0.3, "webhooks": (0,)}),
    # Systems that refuse values, fail batches by half, and change a formula's stamp by themselves.
    "gruff": Kind(cast=users.GRUFF),
    "deals": Kind(cast=deals.DEALS, check=deals_oracle.check),
    # Two systems have no list of deletes: what was deleted is only missing, and nobody looks unless a sweep says so.
    "missed": Kind(cast=MISSED, rates={"hides": 0.0, "deletes": 0.15}),
    # A person merges records, and takes back whole runs.
    "joined": Kind(cast=joined.JOINED, check=joined.check),
    # Rows are typed once more that look like others, and a person says whether they are.
    "asked": Kind(cast=asked.ASKED, check=asked.check, rates={"births": 0.2, "acts": 0.12}),
    # Rows leave the scope of one system and come back.
    "scoped": Kind(cast=scoped.SCOPED, check=scoped.check),
    # Brakes that are soon reached, and a person who lets go.
    "braked": Kind(cast=guarded.BRAKED, check=guarded.check_braked),
    # One system that is only read, one that is written what a person approved.
    "careful": Kind(cast=guarded.CAREFUL, check=guarded.check_careful),
    # Rules make orders of what is won, and tasks of what is left alone.
    "orders": Kind(cast=orders.ORDERS, check=orders_oracle.check),
    # Users act between the hub's look and its write.
    "windows": Kind(cast=windows.WINDOWS, check=windows.check),
}
