"""What was used of one limit, so that no window of its length, wherever it begins, holds more than is allowed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import inf

from syncline.connect.connector import Limit

SHARED = 0.8
"""The hub's part of a limit that other apps draw on too."""

PARTS = 1024
"""A window is counted in so many parts: what was used within one of them leaves the window together, by its latest."""

LONG_SECONDS = 3600.0
"""From this length on a window is long: a restart is over before it is, and so is a person's patience."""

MARGIN_SECONDS = 0.001
"""What was used is counted a moment longer than the window: the vendor may count both of its ends."""

TOLD_SECONDS = 3600.0
"""A vendor's word about what is left is believed for the length of the window, and no longer than this: then a call
may ask again, since a day may end earlier than ours."""


@dataclass(slots=True)
class Part:
    """Units used in one part of a window: when the first and the latest of them were counted at the latest."""

    first: float
    latest: float
    units: int


@dataclass(frozen=True, slots=True)
class Told:
    """What others had used of a limit, by the answer to the taking of that order, and until when that is believed."""

    others: int
    order: int
    until: float


class Window:
    """One limit. Moments are seconds of one clock, given by the caller; units are calls, or their cost.

    A vendor counts a call somewhere between its leaving and its answer, so that a unit is used from the moment it is
    taken until a whole window after its answer. A limit without a window counts what is under way and nothing else.
    """

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.seconds = limit.per_seconds
        self.allowed = max(1, int(limit.amount * SHARED) if limit.shared else limit.amount)
        self.parts: deque[Part] = deque()
        self.settled = 0
        self.flying = 0
        self.taken = 0
        self.told: Told | None = None

    def units(self, kind: str, cost: int) -> int:
        """What a call draws on this limit."""
        if self.limit.kinds is not None and kind not in self.limit.kinds:
            return 0
        return 1 if self.limit.by == "calls" else max(0, cost)

    def free(self, now: float) -> int:
        """Units that may be taken now; less than none where the vendor says that others took them."""
        self.forget(now)
        return self.room() - self.settled - self.flying

    def after(self, units: int, now: float) -> float:
        """Seconds until so many are free if nothing else is taken; infinite: not before something is answered."""
        if self.seconds is None:
            return 0.0 if self.free(now) >= units else inf
        self.forget(now)
        rounds, rest = divmod(units - 1, self.allowed)
        wait = self.leave_room(rest + 1, self.room(), now)
        if self.told is not None:
            wait = min(wait, max(self.leave_room(rest + 1, self.allowed, now), self.told.until - now))
        return wait + rounds * self.seconds

    def room(self) -> int:
        """Units that we may have in one window."""
        return self.allowed if self.told is None else min(self.allowed, self.limit.amount - self.told.others)

    def leave_room(self, units: int, room: int, now: float) -> float:
        """Seconds until so much of ours has left the window that there is room for so many."""
        missing = units + self.settled + self.flying - room
        wait = 0.0
        for part in self.parts:
            if missing <= 0:
                break
            missing -= part.units
            wait = self.leaves(part) - now
        return inf if missing > 0 else wait

    def take(self, units: int) -> int:
        """Uses them. Returns the order of this taking, for `heard`."""
        self.flying += units
        self.taken += units
        return self.taken

    def done(self, units: int, now: float) -> None:
        """They were answered, or never will be."""
        self.flying -= units
        if self.seconds is not None:
            self.settle(units, now)

    def settle(self, units: int, at: float) -> None:
        """Counts units that the vendor counted at this moment at the latest."""
        assert self.seconds is not None
        last = self.parts[-1] if self.parts else None
        if last is not None and at - last.first < self.seconds / PARTS:
            last.latest = max(last.latest, at)
            last.units += units
        else:
            self.parts.append(Part(at, at, units))
        self.settled += units

    def heard(self, remaining: int, order: int, now: float) -> None:
        """The answer to the taking of that order, after `done`, said how much is left. Older news changes nothing.

        What is missing beside our own is what others used: it lowers our room, and nothing ever raises it.
        """
        if self.seconds is None or (self.told is not None and order < self.told.order):
            return
        self.forget(now)
        ours = self.settled + self.flying - (self.taken - order)
        others = max(0, self.limit.amount - remaining - ours)
        self.told = Told(others, order, now + min(self.seconds, TOLD_SECONDS))

    def forget(self, now: float) -> None:
        """What has left the window."""
        while self.parts and self.leaves(self.parts[0]) <= now:
            self.settled -= self.parts.popleft().units
        if self.told is not None and self.told.until <= now:
            self.told = None

    def leaves(self, part: Part) -> float:
        """The moment at which a part has left the window."""
        assert self.seconds is not None
        return part.latest + self.seconds + MARGIN_SECONDS
