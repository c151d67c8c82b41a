"""A day's quota survives a restart and a crash: a block may be wasted, and not one call more is made."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from budget_world import Clock, budget_of
from hypothesis import given
from hypothesis import strategies as st

from syncline.connect.connector import Limit
from syncline.connect.door import Unreachable
from syncline.egress.budget import Budget
from syncline.egress.reserve import Reserve
from syncline.egress.window import Window
from syncline.ledger.budgets import Budgets
from syncline.ledger.errors import LedgerError
from syncline.ledger.sql import open_ledger

DAY = Limit(name="day", amount=5000, per_seconds=86_400.0)
BLOCK = 5
DAY_SECONDS = 86_400.0


class Rows:
    """Where it is kept, and every write."""

    def __init__(self) -> None:
        self.rows: dict[float, int] = {}
        self.writes = 0
        self.broken = False

    def used(self, system: str, limit: str) -> Sequence[tuple[float, int]]:
        return sorted(self.rows.items())

    def keep(self, system: str, limit: str, used: Mapping[float, int], since: float) -> None:
        if self.broken:
            raise LedgerError("the disk is full")
        self.writes += 1
        self.rows.update(used)
        self.rows = {began: units for began, units in self.rows.items() if began >= since}


def take_all(budget: Budget, most: int = 10**9) -> int:
    taken = 0
    while taken < most:
        try:
            budget.take("crm", urgent=True).done()
        except Unreachable:
            break
        taken += 1
    return taken


def test_what_was_used_before_a_crash_is_not_used_again() -> None:
    clock, kept = Clock(1e9), Rows()
    assert take_all(budget_of(clock, (DAY,), kept=kept), 1234) == 1234
    clock.now += 3600
    again = budget_of(clock, (DAY,), kept=kept)
    assert 5000 - 1234 - BLOCK <= take_all(again) <= 5000 - 1234
    clock.now += DAY_SECONDS - 3600 + 400
    assert 1234 - 1 <= take_all(again) <= 1234 + BLOCK


def test_it_is_written_in_blocks() -> None:
    clock, kept = Clock(1e9), Rows()
    take_all(budget_of(clock, (DAY,), kept=kept))
    assert kept.writes <= 5000 / BLOCK + 1


def test_a_stretch_that_is_over_is_written_as_it_was() -> None:
    """So that a restart does not find a block wasted in each."""
    clock, kept = Clock(1e9), Rows()
    budget = budget_of(clock, (DAY,), kept=kept)
    for _ in range(200):
        take_all(budget, 1)
        clock.now += 90
    assert sum(kept.rows.values()) <= 200 + BLOCK
    clock.now += 2 * DAY_SECONDS
    take_all(budget, 1)
    assert len(kept.rows) == 1  # what left the window is forgotten


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.0, 5.0, 84.0, 3600.0, 40_000.0])), max_size=25))
def test_however_often_it_crashes_no_day_ever_holds_more(script: list[tuple[int, float]]) -> None:
    limit = Limit(name="day", amount=100, per_seconds=DAY_SECONDS)
    clock, kept, moments = Clock(1e9), Rows(), []
    for calls, later in script:
        budget = budget_of(clock, (limit,), kept=kept)  # the one before is gone, with what it knew
        moments += [clock()] * take_all(budget, calls)
        clock.now += later
    for at in moments:
        assert sum(1 for one in moments if at - DAY_SECONDS <= one <= at) <= 100


def used_before_written(reserve: Reserve, units: int) -> None:
    """A broken twin: a block is written once it is used up."""
    if (used := getattr(reserve, "unwritten", 0) + units) >= 50:
        reserve.kept.keep(reserve.system, reserve.limit, {reserve.wall(): used}, 0.0)
        used = 0
    reserve.unwritten = used  # type: ignore[attr-defined]


def never_recalled(reserve: Reserve, window: Window, now: float) -> None:
    """A broken twin: a restart begins with a whole day."""


@pytest.mark.parametrize(("name", "twin"), [("cover", used_before_written), ("recall", never_recalled)])
def test_a_reserve_that_may_exceed_the_quota_is_found(
    name: str, twin: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reserve, name, twin)
    clock, kept = Clock(1e9), Rows()
    limit = Limit(name="day", amount=100, per_seconds=DAY_SECONDS)
    taken = sum(take_all(budget_of(clock, (limit,), kept=kept), 40) for _ in range(5))
    assert taken > 100


def test_what_cannot_be_written_down_is_not_used() -> None:
    clock, kept = Clock(1e9), Rows()
    budget = budget_of(clock, (DAY,), kept=kept)
    kept.broken = True
    for _ in range(3):
        with pytest.raises(LedgerError):
            budget.take("crm")
    assert budget.left("crm")[0].free == 5000
    kept.broken = False
    budget.take("crm")


def test_a_clock_that_was_set_back_wastes_and_never_exceeds() -> None:
    clock, kept = Clock(1e9), Rows()
    take_all(budget_of(clock, (DAY,), kept=kept), 3000)
    clock.now -= 10_000
    later = budget_of(clock, (DAY,), kept=kept)
    assert take_all(later) <= 2000
    clock.now += DAY_SECONDS - 100
    assert take_all(later) == 0


def test_short_windows_are_not_written_down() -> None:
    clock, kept = Clock(1e9), Rows()
    take_all(budget_of(clock, [Limit(name="all", amount=10, per_seconds=3599.0)], kept=kept), 5)
    assert kept.writes == 0


def test_bulk_leaves_a_little_of_a_day_to_urgent() -> None:
    clock = Clock(1e9)
    budget = budget_of(clock, [Limit(name="day", amount=650_000, per_seconds=DAY_SECONDS, by="cost")])
    for bulk in range(0, 643_500, 500):
        assert bulk < 650_000
        budget.take("crm", cost=500).done()
    with pytest.raises(Unreachable, match=r"^crm's limit is used up \(day\)$"):
        budget.take("crm", cost=500)
    budget.take("crm", cost=500, urgent=True)


# ---- in the ledger

CHILD = """
import os, sys
from syncline.connect.connector import Limit
from syncline.egress.budget import Budget
from syncline.ledger.budgets import Budgets
from syncline.ledger.sql import open_ledger
budget = Budget({"crm": (Limit(name="day", amount=5000, per_seconds=86400.0),)}, kept=Budgets(open_ledger(sys.argv[1])))
for _ in range(777):
    budget.take("crm").done()
print("taken", flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_process_leaves_its_use_in_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    child = subprocess.run([sys.executable, "-c", CHILD, str(file)], capture_output=True, text=True, timeout=60)
    assert child.stdout == "taken\n"
    assert child.returncode == -9
    with open_ledger(file) as ledger:
        free = Budget({"crm": (DAY,)}, kept=Budgets(ledger)).left("crm")[0].free
        assert 5000 - 777 - BLOCK < free <= 5000 - 777


def test_limits_and_systems_are_kept_apart(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "hub.db", synchronous="OFF") as ledger:
        rows = Budgets(ledger)
        rows.keep("crm", "day", {10.0: 5, 20.0: 7}, 0.0)
        rows.keep("crm", "month", {10.0: 1}, 0.0)
        rows.keep("erp", "day", {10.0: 2}, 0.0)
        rows.keep("crm", "day", {20.0: 8, 30.0: 9}, 20.0)
        assert rows.used("crm", "day") == [(20.0, 8), (30.0, 9)]
        assert rows.used("crm", "month") == [(10.0, 1)]
        assert rows.used("erp", "day") == [(10.0, 2)]
        assert rows.used("shop", "day") == []
