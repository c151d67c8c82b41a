"""What was used of a long window survives a restart: written down in blocks before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import floor, inf
from typing import Protocol

from syncline.egress.window import PARTS, Window

BLOCK = 1000
"""A block is this part of what is allowed: so much a crash may waste, and so often a quota is written down."""

UNDER_WAY_SECONDS = 120.0
"""How long after its taking a call may still be counted by the vendor: no call is under way for longer."""


class Kept(Protocol):
    """Where the use of long windows is written down. Moments are seconds of the wall clock."""

    def used(self, system: str, limit: str) -> Sequence[tuple[float, int]]:
        """(beginning of a stretch, at most so many units were used in it), oldest first."""

    def keep(self, system: str, limit: str, used: Mapping[float, int], since: float) -> None:
        """Writes these stretches down, and forgets those that began before `since`. It is durable when this returns."""


class Reserve:
    """One long window, written down by stretches of a 1,024th of it.

    Of the present stretch an upper bound is written before it is used; when it is over, what was really used. So a
    crash may waste one block, and never exceeds the quota.
    """

    def __init__(self, kept: Kept, system: str, window: Window, wall: Callable[[], float]) -> None:
        assert window.seconds is not None
        self.kept, self.system, self.limit, self.wall = kept, system, window.limit.name, wall
        self.seconds, self.stretch = window.seconds, window.seconds / PARTS
        self.block = max(1, window.allowed // BLOCK)
        self.began, self.used, self.reserved = -inf, 0, 0

    def recall(self, window: Window, now: float) -> None:
        """Counts in the window what was written down, each stretch as used at its latest."""
        wall = self.wall()
        for began, units in self.kept.used(self.system, self.limit):
            latest = began + self.stretch + UNDER_WAY_SECONDS
            if latest + self.seconds > wall:
                window.settle(units, now - max(0.0, wall - latest))
            self.began, self.used, self.reserved = began, units, units

    def cover(self, units: int) -> None:
        """Before they are used: so many more are written down. What it raises was not used."""
        began = max(self.began, floor(self.wall() / self.stretch) * self.stretch)
        used = units if began > self.began else self.used + units
        if began > self.began or used > self.reserved:
            reserved = used + self.block - 1
            past = {self.began: self.used} if began > self.began > -inf else {}
            latest = began - self.seconds - self.stretch - UNDER_WAY_SECONDS
            self.kept.keep(self.system, self.limit, {**past, began: reserved}, latest)
            self.reserved = reserved
        self.began, self.used = began, used
