"""The calls that a system's limits allow, drawn by any number of threads and never once exceeded."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import inf
from random import random

from syncline.connect.connector import Limit
from syncline.connect.door import Unreachable
from syncline.egress.reserve import Kept, Reserve
from syncline.egress.turns import Turn, Turns
from syncline.egress.window import LONG_SECONDS, Window

PATIENCE_SECONDS = 30.0
"""Nobody waits longer than this within one call: the day's end is waited for without a thread."""

PART_PATIENCE_SECONDS = 120.0
"""Who keeps to a part of a minute's limit waits for the next minute."""

SHORTEST_REST_SECONDS = 0.001

LOOK_SECONDS = 0.1
"""When another call will be answered cannot be told: one looks again after this."""
_COUNT = re.compile(r"\s*(\d{1,15})\s*")


@dataclass(frozen=True, kw_only=True)
class Left:
    """How much of a limit may be drawn now, for status pages; `per_seconds` None: at one time."""

    limit: str
    allowed: int
    free: int
    per_seconds: float | None


class Budget:
    """The limits of every system.

    clock:    counts seconds and is never set back; what is kept is by the wall clock.
    sleep:    waits so long, a simulation's by moving its clock; None: waits, and wakes when a call is answered.
    draw:     from [0, 1); for the spread after a hold.
    kept:     where the use of windows of an hour or more survives a restart; None: nowhere.
    patience: seconds after which a wait is not waited for.
    """

    def __init__(
        self, limits: Mapping[str, Iterable[Limit]], *, clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time, sleep: Callable[[float], None] | None = None,
        draw: Callable[[], float] = random, kept: Kept | None = None, patience: float = PATIENCE_SECONDS,
    ) -> None:  # fmt: skip
        self.clock, self.wall, self.sleep, self.draw, self.patience = clock, wall, sleep, draw, patience
        self.opening, self.kept = threading.Lock(), kept
        self.limits = {system: tuple(own) for system, own in limits.items()}
        self.queues = {system: Queue(self, system, own, kept) for system, own in self.limits.items()}

    def take(self, system: str, kind: str = "call", cost: int = 1, *, urgent: bool = False) -> Ticket:
        """Draws on every limit that matches, when there is room in all.

        Raises Unreachable, with nothing drawn, where that would take longer than our patience.
        """
        return self.queue(system).take(Turn(kind=kind, cost=cost, urgent=urgent, late=self.draw()))

    def hold(self, system: str, kinds: Sequence[str] | None, seconds: float) -> None:
        """The vendor named a wait: nothing of these kinds (None: of any) goes before it is over.

        At least a second, at most a day, whatever was named.
        """
        queue = self.queue(system)
        with queue.changed:
            queue.turns.hold(kinds, seconds, self.clock())
            queue.changed.notify_all()

    def left(self, system: str) -> tuple[Left, ...]:
        """What each limit still allows."""
        queue = self.queue(system)
        with queue.changed:
            now = self.clock()
            return tuple(
                Left(limit=one.limit.name, allowed=one.allowed, free=max(0, one.free(now)), per_seconds=one.seconds)
                for one in queue.turns.windows
            )

    def part(self, part: float) -> PartOf:
        """The same limits, for work that takes at most such a part (0 to 1) of each: its own, before its turn here.

        What it took of long windows is kept under a name of its own, so that it is a part of the day however often
        that work begins.
        """
        limits = {system: [part_of(one, part) for one in own] for system, own in self.limits.items()}
        own = Budget(
            limits, clock=self.clock, wall=self.wall, sleep=self.sleep, draw=self.draw, kept=self.kept,
            patience=PART_PATIENCE_SECONDS,
        )  # fmt: skip
        return PartOf(own, self)

    def queue(self, system: str) -> Queue:
        """A system without limits may be held all the same."""
        with self.opening:
            if system not in self.queues:
                self.queues[system] = Queue(self, system, (), None)
            return self.queues[system]


def part_of(limit: Limit, part: float) -> Limit:
    """So much of a limit, and one unit at least. What others draw is counted by the whole."""
    name = f"{part:.0%} of {limit.name}"
    return replace(limit, name=name, amount=max(1, int(limit.amount * part)), shared=False, remaining=None)


@dataclass(frozen=True)
class PartOf:
    """A budget whose calls draw on a part of each limit, and on the whole."""

    own: Budget
    whole: Budget

    def take(self, system: str, kind: str = "call", cost: int = 1, *, urgent: bool = False) -> Both:
        """First within its part, then its turn among all."""
        units = [one for one in self.own.queue(system).turns.windows if one.units(kind, cost)]
        fits = min((one.allowed for one in units if one.limit.by == "cost"), default=cost)
        ticket = self.own.take(system, kind, min(cost, fits), urgent=urgent)
        try:
            return Both(ticket, self.whole.take(system, kind, cost, urgent=urgent))
        except BaseException:
            ticket.done()
            raise

    def hold(self, system: str, kinds: Sequence[str] | None, seconds: float) -> None:
        """The vendor asks everybody to wait."""
        self.whole.hold(system, kinds, seconds)


class Queue:
    """One system's turns, guarded by a lock."""

    def __init__(self, budget: Budget, system: str, limits: Iterable[Limit], kept: Kept | None) -> None:
        self.budget, self.system, self.turns = budget, system, Turns(limits)
        self.changed = threading.Condition()
        self.reserves: dict[Window, Reserve] = {}
        for window in self.turns.windows:
            if kept is not None and window.seconds is not None and window.seconds >= LONG_SECONDS:
                self.reserves[window] = Reserve(kept, system, window, budget.wall)
                self.reserves[window].recall(window, budget.clock())

    def take(self, turn: Turn) -> Ticket:
        """Waits for its turn and takes it."""
        with self.changed, self.waiting(turn):
            if (window := self.turns.too_much(turn)) is not None:
                raise Unreachable(f"one call draws more than all of {self.system}'s limit {window.limit.name!r}")
            deadline = self.budget.clock() + self.budget.patience
            while (wait := self.turns.wait(turn, now := self.budget.clock())) > 0:
                if now >= deadline or inf > wait > deadline - now:
                    raise Unreachable(self.why(turn, now), after=wait if wait < inf else 1.0)
                self.rest(min(wait if wait < inf else LOOK_SECONDS, deadline - now))
            for window, units in self.turns.draws(turn):
                if window in self.reserves:
                    self.reserves[window].cover(units)
            return Ticket(self, self.turns.go(turn, now))

    @contextmanager
    def waiting(self, turn: Turn) -> Iterator[None]:
        """In the queue, until it went or gave up."""
        self.turns.waiting.append(turn)
        try:
            yield
        finally:
            self.turns.waiting.remove(turn)
            self.changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Lets others go on meanwhile."""
        if self.budget.sleep is None:
            self.changed.wait(max(SHORTEST_REST_SECONDS, seconds))
            return
        self.changed.release()
        try:
            self.budget.sleep(max(SHORTEST_REST_SECONDS, seconds))
        finally:
            self.changed.acquire()

    def why(self, turn: Turn, now: float) -> str:
        """What is waited for, for people."""
        if self.turns.held(turn, now):
            return f"{self.system} asked us to wait"
        leave = {one: 0 if turn.urgent else self.turns.left_to_urgent(one, now) for one in self.turns.windows}
        full = [one.limit.name for one, units in self.turns.draws(turn) if one.free(now) - leave[one] < units]
        return f"{self.system}'s limit is used up ({', '.join(full) or 'others are waiting'})"


class Ticket:
    """The leave to make one call. `done` must be called whatever became of it."""

    def __init__(self, queue: Queue, taken: Sequence[tuple[Window, int, int]]) -> None:
        self.queue, self.taken = queue, taken

    def done(self, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """It was answered with these headers (lower-case names), or never will be. A second time changes nothing."""
        with self.queue.changed:
            taken, self.taken = self.taken, ()
            now = self.queue.budget.clock()
            for window, units, order in taken:
                window.done(units, now)
                left = (headers or {}).get((window.limit.remaining or "").lower())
                if left is not None and (count := _COUNT.fullmatch(left)):
                    window.heard(int(count[1]), order, now)
            self.queue.changed.notify_all()


@dataclass(frozen=True)
class Both:
    """The leave to make one call, of a part and of the whole."""

    own: Ticket
    whole: Ticket

    def done(self, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """As a ticket."""
        self.own.done()
        self.whole.done(status, headers)
