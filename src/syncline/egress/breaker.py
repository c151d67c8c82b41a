"""A system that does not answer is left alone for a while, then asked by one call at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import random
from typing import Literal

from syncline.connect.door import Unreachable
from syncline.egress.backoff import CAP_SECONDS, backoff

OPENS_AFTER = 5
"""Failures in a row: one record that always fails among others that do not never gets there."""

PROBE_SECONDS = 120.0
"""A probe that was not heard of for so long is given up: no call is under way for longer."""

PROBE_LOOK_SECONDS = 5.0
"""What a probe brought may be known after this."""

SPREAD = 0.5
"""Who is turned away is told to come back up to this part of the wait later, so that not all come at once (L3)."""

LONGEST_SPREAD_SECONDS = 30.0
LONGEST_SECONDS = 86400.0


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of one system. Moments are seconds of the wall clock.

    failures: calls in a row that failed. opened: how often it opened since it last worked.
    since, why: when the row of failures began, and what the last one was. until: when the next probe may go.
    """

    system: str
    phase: Literal["closed", "open", "probing"] = "closed"
    failures: int = 0
    opened: int = 0
    since: float | None = None
    until: float | None = None
    why: str = ""


class Breaker:
    """One for all systems. There is no timer: a probe is whichever call comes first after the wait."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time,
        draw: Callable[[], float] = random, opens_after: int = OPENS_AFTER, cap: float = CAP_SECONDS,
    ) -> None:  # fmt: skip
        self.clock, self.wall, self.draw, self.opens_after, self.cap = clock, wall, draw, opens_after, cap
        self.turn = threading.Lock()
        self.known: dict[str, State] = {}
        self.ends: dict[str, float] = {}  # by `clock`: when an open one lets a probe through, or a probe is given up

    def before(self, system: str) -> None:
        """May a call be made? Raises Unreachable where not; after the wait one call may, until it was heard of."""
        with self.turn:
            state, now = self.of(system), self.clock()
            if state.phase == "closed":
                return
            wait = self.ends[system] - now
            if wait > 0:
                soonest = min(wait, PROBE_LOOK_SECONDS) if state.phase == "probing" else wait
                later = self.draw() * min(soonest * SPREAD, LONGEST_SPREAD_SECONDS)
                raise Unreachable(said(state), after=soonest + later)
            self.known[system] = replace(state, phase="probing")
            self.ends[system] = now + PROBE_SECONDS

    def failed(self, system: str, why: str, after: float | None = None) -> None:
        """A call was not answered, or with a failure of the system itself. after: seconds that it asked us to wait."""
        with self.turn:
            state = self.of(system)
            since = self.wall() if state.since is None else state.since
            state = replace(state, failures=state.failures + 1, since=since, why=why)
            # What fails while it is open left before: it says nothing new.
            if state.phase == "probing" or (state.phase == "closed" and state.failures >= self.opens_after):
                wait = max(backoff(state.opened, self.draw, cap=self.cap), bounded(after))
                state = replace(state, phase="open", opened=state.opened + 1, until=self.wall() + wait)
                self.ends[system] = self.clock() + wait
            self.known[system] = state

    def worked(self, system: str) -> None:
        """The system answered, whatever it said."""
        with self.turn:
            self.known.pop(system, None)
            self.ends.pop(system, None)

    def spared(self, system: str) -> None:
        """The call that was let through was not made after all: another may be the probe."""
        with self.turn:
            if self.of(system).phase == "probing":
                self.ends[system] = self.clock()

    def state(self, system: str) -> State:
        """What is known of it now."""
        with self.turn:
            return self.of(system)

    def of(self, system: str) -> State:
        """One that nothing is known of works."""
        return self.known.get(system) or State(system=system)


def bounded(after: float | None) -> float:
    """What a system asks for is obeyed, up to a day."""
    return min(after, LONGEST_SECONDS) if after is not None and after > 0 else 0.0


def said(state: State) -> str:
    """For people: since when, why, and until when."""
    what = "one call is trying it now" if state.phase == "probing" else f"tried again at {shown(state.until)}"
    return (
        f"{state.system} has not answered since {shown(state.since)} ({state.failures} failures in a row, "
        f"the last: {state.why}); {what}"
    )


def shown(moment: float | None) -> str:
    """For people."""
    return "?" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
