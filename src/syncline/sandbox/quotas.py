"""A vendor's quotas with its own numbers: which call is refused, and how much is left."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Quota:
    """So many units per window.

    per_seconds: None: so many calls at one time.
    window:      rolling: the last so many seconds; fixed: whole windows counted from 1970, as days are (UTC).
    kinds:       the kinds of call that draw on it; None: all.
    by:          what is counted.
    """

    name: str
    amount: int
    per_seconds: float | None = None
    window: Literal["rolling", "fixed"] = "rolling"
    kinds: tuple[str, ...] | None = None
    by: Literal["calls", "cost"] = "calls"

    def counts(self, kind: str) -> bool:
        """Does this kind of call draw on it?"""
        return self.kinds is None or kind in self.kinds


@dataclass
class Drawn:
    """What was taken from one quota: each taking of a rolling window, or the sum of a fixed one."""

    takings: deque[tuple[float, int]] = field(default_factory=deque)
    window: int = 0
    total: int = 0


class Quotas:
    """What was taken from each quota. A refused call takes nothing."""

    def __init__(self, quotas: Sequence[Quota]) -> None:
        self.quotas = tuple(quotas)
        self._drawn = {quota.name: Drawn() for quota in quotas}

    def draw(self, now: float, kind: str, cost: int, others: Sequence[str] = ()) -> Quota | None:
        """Takes what the call costs, or says which quota refuses it. `others`: kinds of the calls being answered."""
        concerned = [quota for quota in self.quotas if quota.counts(kind)]
        for quota in concerned:
            if units(quota, cost) > self.left(now, quota, others):
                return quota
        for quota in concerned:
            if quota.per_seconds is not None:
                drawn = self._drawn[quota.name]
                drawn.total += units(quota, cost)
                if quota.window == "rolling":
                    drawn.takings.append((now, units(quota, cost)))
        return None

    def left(self, now: float, quota: Quota, others: Sequence[str] = ()) -> int:
        """Units that may still be taken at this moment."""
        if quota.per_seconds is None:
            return quota.amount - sum(count for kind, count in Counter(others).items() if quota.counts(kind))
        drawn = self._drawn[quota.name]
        if quota.window == "fixed":
            window = int(now // quota.per_seconds)
            if window != drawn.window:
                drawn.window, drawn.total = window, 0
        else:
            while drawn.takings and drawn.takings[0][0] <= now - quota.per_seconds:
                drawn.total -= drawn.takings.popleft()[1]
        return max(0, quota.amount - drawn.total)


def units(quota: Quota, cost: int) -> int:
    """What one call takes from it."""
    return cost if quota.by == "cost" else 1
