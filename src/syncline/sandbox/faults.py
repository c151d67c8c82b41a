"""Planted faults: which call is struck by what, by rate, count and seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random

STRIKES = (
    *("rate-limit", "timeout", "lose-answer", "server-error", "reject", "expire-token", "cut", "slow"),
    *("lag", "half-fail"),
    *("webhook-shuffle", "webhook-repeat", "webhook-drop"),
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of trouble.

    kind:    one of STRIKES.
    rate:    share of the calls (rows of a batch, deliveries) that it strikes; count: after so many it is over.
    method:  only calls of this method; path: only those whose path fits this pattern with `*`.
    seconds: of lag: so late lists show a write; of slow and timeout: so long it takes.
    done:    of timeout and server-error: the work is done all the same.
    status:  of server-error.
    """

    kind: str
    rate: float = 1.0
    count: int | None = None
    seed: int = 0
    method: str | None = None
    path: str | None = None
    seconds: float = 30.0
    done: bool = False
    status: int = 500

    def __post_init__(self) -> None:
        if self.kind not in STRIKES:
            raise ValueError(f"no fault is called {self.kind!r}: {', '.join(STRIKES)}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"a rate is between 0 and 1, not {self.rate}")
        if self.seconds < 0 or (self.count is not None and self.count < 0):
            raise ValueError("seconds and count cannot be negative")

    def concerns(self, method: str, places: Sequence[str], writes: bool) -> bool:
        """Is this a call that it may strike? A fault without method or path strikes all, `reject` all that write."""
        if self.method is None and self.kind == "reject" and not writes:
            return False
        fits = self.path is None or any(fnmatchcase(place, self.path) for place in places)
        return fits and self.method in (None, method)


@dataclass
class Planted:
    """A fault at work: its chance, and how often it struck."""

    fault: Fault
    chance: Random
    struck: int = 0


class Faults:
    """The faults of one sandbox."""

    def __init__(self) -> None:
        self.planted: list[Planted] = []

    def plant(self, fault: Fault) -> None:
        """From now on."""
        self.planted.append(Planted(fault, Random(fault.seed)))

    def clear(self) -> None:
        """All is well again."""
        self.planted.clear()

    def strike(self, kinds: tuple[str, ...], method: str, *places: str, writes: bool = True) -> Fault | None:
        """The first fault of these kinds that strikes now. `places`: paths that the call goes by."""
        for planted in self.planted:
            fault = planted.fault
            if fault.kind not in kinds or not fault.concerns(method, places, writes):
                continue
            if fault.count is not None and planted.struck >= fault.count:
                continue
            if planted.chance.random() < fault.rate:
                planted.struck += 1
                return fault
        return None
