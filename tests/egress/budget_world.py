"""A clock that only sleeping moves, and a vendor who counts every call as strictly as one can."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncline.connect.connector import Limit
from syncline.egress.budget import Budget
from syncline.egress.reserve import Kept


@dataclass
class Clock:
    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds


def budget_of(
    clock: Clock, limits: Iterable[Limit], *, kept: Kept | None = None, patience: float = 30.0, late: float = 0.0
) -> Budget:
    return Budget(
        {"crm": tuple(limits)}, clock=clock, wall=clock, sleep=clock.sleep, draw=lambda: late, kept=kept,
        patience=patience,
    )  # fmt: skip


def most_in_any_window(calls: Iterable[tuple[float, float, int]], seconds: float) -> int:
    """Of (taken, answered, units): the vendor counted each at any moment between, and both ends of a window."""
    known = sorted(calls)
    begins = [taken for taken, _, _ in known]
    most = 0
    for _, answered, _ in known:
        inside = known[: bisect_right(begins, answered + seconds)]
        most = max(most, sum(units for _, end, units in inside if end >= answered))
    return most


def most_at_once(moments: list[float], seconds: float) -> int:
    """Of single calls that were answered at once, in the order of their moments."""
    return max(
        (i - bisect_left(moments, at - seconds) + 1 for i, at in enumerate(moments)),
        default=0,
    )
