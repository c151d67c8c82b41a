"""Whose turn it is to draw on one system's limits: urgent before bulk, and bulk a tenth of what is contended for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from syncline.connect.connector import Limit
from syncline.egress.window import LONG_SECONDS, Window

NINE = 9
"""While urgent and bulk want the same, bulk has one unit for so many of urgent's: a tenth."""

LEFT_TO_URGENT = 100
"""Of windows of an hour or more, bulk leaves one of so many units: else a person would wait until tomorrow."""

LONGEST_HOLD_SECONDS = 86400.0
SHORTEST_HOLD_SECONDS = 1.0
SPREAD = 0.1
"""After a hold not all go at once: each waits up to this part of it longer (L3)."""
LONGEST_SPREAD_SECONDS = 10.0


@dataclass(eq=False, kw_only=True)
class Turn:
    """Somebody who waits. `late` is drawn from [0, 1): when within the spread after a hold it goes."""

    kind: str
    cost: int
    urgent: bool
    late: float = 0.0


@dataclass(frozen=True)
class Hold:
    """The vendor named a wait: until then nothing goes, and in the `spread` seconds after it one after the other."""

    until: float
    spread: float

    def ends(self, turn: Turn) -> float:
        """For this one."""
        return self.until + turn.late * self.spread


@dataclass
class Foreseen:
    """What urgent will want of a window: as much as it had in the last one, and twice that if it had to wait."""

    number: int = 0
    had: int = 0
    waited: bool = False
    last: int = 0

    def at(self, number: int) -> Foreseen:
        """In the window of that number, each beginning where the last one ends."""
        if number != self.number:
            twice = 2 if self.waited else 1
            self.last = self.had * twice if number == self.number + 1 else 0
            self.number, self.had, self.waited = number, 0, False
        return self


class Turns:
    """One system's limits and those who wait for them. It knows no clock and no threads."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self.windows = [Window(limit) for limit in limits]
        self.waiting: list[Turn] = []
        self.holds: dict[frozenset[str] | None, Hold] = {}
        self.owed: dict[Window, int] = defaultdict(int)  # to bulk; urgent's units
        self.foreseen: dict[Window, Foreseen] = defaultdict(Foreseen)

    def draws(self, turn: Turn) -> list[tuple[Window, int]]:
        """The limits that it draws on, and how much."""
        return [(window, units) for window in self.windows if (units := window.units(turn.kind, turn.cost))]

    def too_much(self, turn: Turn) -> Window | None:
        """A limit that is less than this one call."""
        return next((window for window, units in self.draws(turn) if units > window.allowed), None)

    def hold(self, kinds: Sequence[str] | None, seconds: float, now: float) -> None:
        """Nothing of these kinds (None: of any) goes for so long. A longer hold stays; an absurd one is bounded."""
        bounded = min(seconds if seconds > SHORTEST_HOLD_SECONDS else SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS)
        key = None if kinds is None else frozenset(kinds)
        new = Hold(now + bounded, min(bounded * SPREAD, LONGEST_SPREAD_SECONDS))
        self.holds = {one: hold for one, hold in self.holds.items() if hold.until + hold.spread > now}
        if key not in self.holds or self.holds[key].until < new.until:
            self.holds[key] = new

    def held(self, turn: Turn, now: float) -> float:
        """Seconds for which a hold keeps it back."""
        ends = [h.ends(turn) for kinds, h in self.holds.items() if kinds is None or turn.kind in kinds]
        return max(0.0, max(ends, default=now) - now)

    def wait(self, turn: Turn, now: float) -> float:
        """Seconds until it may go, if those before it go as soon as they may; infinite: when somebody is answered.

        Who waits for room in one limit takes none of the others meanwhile, so that searches, say, hold up no reads.
        """
        if held := self.held(turn, now):
            return held
        first, urgent, kept = self.before_others(now)
        rest = [one for one in self.waiting if not one.urgent and one not in first and not self.held(one, now)]
        claimed: dict[Window, int] = defaultdict(int)  # by those before it, where they go or wait for room
        for one in [*first, *urgent, *rest]:
            needed = {}
            for window, units in self.draws(one):
                back = kept[window] if one.urgent else 0 if one in first else self.left_to_urgent(window, now)
                needed[window] = claimed[window] + units + max(0, min(back, window.allowed - units))
            lacking = {window: units for window, units in needed.items() if units > window.free(now)}
            if one is turn:
                for window in lacking if one.urgent else ():
                    self.seen(window, now).waited = True
                return max((window.after(units, now) for window, units in lacking.items()), default=0.0)
            for window, units in self.draws(one):
                claimed[window] += units if window in lacking or not lacking else 0
        return inf

    def before_others(self, now: float) -> tuple[list[Turn], list[Turn], dict[Window, int]]:
        """Bulk whose share is owed goes before urgent; and what urgent keeps back of each limit for bulk to come.

        Bulk that waits for a limit on which nothing urgent draws is owed nothing: it could not go.
        """
        waiting = [one for one in self.waiting if not self.held(one, now)]
        urgent = [one for one in waiting if one.urgent]
        contended = {window for one in urgent for window, _ in self.draws(one)}
        first: list[Turn] = []
        kept: dict[Window, int] = defaultdict(int)
        owed = dict(self.owed)
        for one in waiting:
            draws = self.draws(one)
            shared = [(window, units) for window, units in draws if window in contended]
            elsewhere = all(window in contended or window.free(now) >= units for window, units in draws)
            if one.urgent or not shared or not elsewhere:
                continue
            if all(owed.get(window, 0) >= units * NINE for window, units in shared):
                first.append(one)
                owed.update({window: owed[window] - units * NINE for window, units in shared})
            kept.update({window: owed.get(window, 0) // NINE for window, _ in shared})
        return first, urgent, kept

    def left_to_urgent(self, window: Window, now: float) -> int:
        """What bulk leaves. Of a long window always a little."""
        foreseen = self.seen(window, now)
        most = window.allowed - window.allowed // (NINE + 1)
        little = window.allowed // LEFT_TO_URGENT if (window.seconds or 0) >= LONG_SECONDS else 0
        return max(little, min(most, foreseen.last) - foreseen.had)

    def seen(self, window: Window, now: float) -> Foreseen:
        """What is known of urgent's part of it."""
        return self.foreseen[window].at(0 if window.seconds is None else int(now // window.seconds))

    def go(self, turn: Turn, now: float) -> list[tuple[Window, int, int]]:
        """It takes what it draws: (limit, units, order of the taking) of each."""
        for window, units in self.draws(turn):
            assert units <= window.free(now), "never once more than is allowed"
            self.share(turn, window, units, now)
        return [(window, units, window.take(units)) for window, units in self.draws(turn)]

    def share(self, turn: Turn, window: Window, units: int, now: float) -> None:
        """What bulk is owed, at most a window's tenth or one call; and what urgent had."""
        most = max(window.allowed * NINE // (NINE + 1), NINE * self.bulk_at(window, now))
        if not turn.urgent:
            self.owed[window] = max(0, self.owed[window] - units * NINE)
        else:
            self.seen(window, now).had += units
            if self.bulk_at(window, now):
                self.owed[window] = min(most, self.owed[window] + units)

    def bulk_at(self, window: Window, now: float) -> int:
        """The most that one bulk call draws that waits there; 0: none does."""
        bulk = [one for one in self.waiting if not one.urgent and not self.held(one, now)]
        return max((window.units(one.kind, one.cost) for one in bulk), default=0)
