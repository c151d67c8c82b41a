"""Kinds of worlds: rare weather made common, so that a fault that needs it shows within few seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from syncline.testing import deals, deals_oracle, oracle, windows
from syncline.testing.cast import Cast
from syncline.testing.world import World


class Changed(World):
    """A world with some rates of its own."""

    rates: ClassVar[Mapping[str, Any]] = {}

    def live(self) -> None:
        """As always, in this climate."""
        self.climate = replace(self.climate, **self.rates)
        self.crash_rate = self.climate.crash
        super().live()


class Unswept(Changed):
    """No sweep repairs what the lists of changes or a crash kept from the hub.

    Nothing is hidden here: what was hidden while a list went past it, only a sweep ever shows.
    """

    rates: ClassVar[Mapping[str, Any]] = {"hides": 0.0}

    def sweep(self, *_: Any) -> None:
        """The week is not over."""


class Tagged(Changed):
    """Everybody tags, often twice in a row, and the hub crashes often."""

    rates: ClassVar[Mapping[str, Any]] = {"focus": "tags", "acts": 0.12, "twice": 0.3, "crash": 0.03}


class Hiding(Changed):
    """Rows are hidden from the hub's user all the time: absence proves nothing."""

    rates: ClassVar[Mapping[str, Any]] = {"hides": 0.02}


class Disputed(Unswept):
    """Many edits of the one field that a person must settle, and a person who does, and takes things back."""

    rates: ClassVar[Mapping[str, Any]] = {"hides": 0.0, "focus": "rep", "acts": 0.12, "decides": 0.04}


class Crowded(Unswept):
    """New customers all the time, deletes among them, and a hub that crashes often."""

    rates: ClassVar[Mapping[str, Any]] = {"hides": 0.0, "births": 0.3, "acts": 0.12, "crash": 0.03}


class Regretted(Disputed):
    """As disputed as can be, and what was written last is what is taken back."""

    rates: ClassVar[Mapping[str, Any]] = {"hides": 0.0, "focus": "rep", "acts": 0.2, "decides": 0.15}

    def undo(self, run: int) -> None:
        """Of the latest runs the first that wrote something, instead of any."""
        ledger = self.hub.ledger
        latest = (one.id for one in ledger.runs(30) if one.kind == "deliver")
        wrote = (one for one in latest if any(i.kind == "update" for i in ledger.intents_of_run(one)))
        super().undo(next(wrote, run))


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A world, who plays in it, and what must hold at its end."""

    world: type[World] = World
    cast: Cast | None = None
    check: Callable[[World], list[str]] = oracle.check


KINDS: Mapping[str, Kind] = {
    "plain": Kind(),
    "unswept": Kind(world=Unswept),
    "tagged": Kind(world=Tagged),
    "hiding": Kind(world=Hiding),
    "disputed": Kind(world=Disputed),
    "crowded": Kind(world=Crowded),
    "regretted": Kind(world=Regretted),
    "deals": Kind(cast=deals.DEALS, check=deals_oracle.check),
    # Users act between the hub's look and its write.
    "windows": Kind(cast=windows.WINDOWS, check=windows.check),
}
