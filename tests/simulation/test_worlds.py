"""Many worlds from fixed seeds; what does not hold in one of them is a fault of the hub."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from syncline.testing.ledgers import ledgers
from syncline.testing.memory import MemoryLedger, Tables
from syncline.testing.trial import STEPS, NewLedger, Trial, attempt, in_memory

SHARES = 10
WORLDS_OF_A_SHARE = 17
"""10 shares of 17 worlds of 1,200 steps: 204,000, and what their healing takes."""

SQL_SHARES = 4
SQL_WORLDS_OF_A_SHARE = 4
QUICK_WORLDS = 6


def run(seeds: Sequence[int], new_ledger: NewLedger = in_memory) -> int:
    """The steps of these seeds, all of which must hold."""
    steps = 0
    for seed in seeds:
        trial = attempt(seed, new_ledger=new_ledger)
        assert not trial.violations, f"seed {seed}: {trial.violations}"
        steps += trial.steps
    return steps


def test_a_few_worlds_hold() -> None:
    assert run(range(QUICK_WORLDS)) >= QUICK_WORLDS * STEPS


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_worlds_hold(share: int) -> None:
    """200,000 steps and more, over all shares."""
    first = share * WORLDS_OF_A_SHARE
    steps = run(range(first, first + WORLDS_OF_A_SHARE))
    print(f"share {share}: {steps:,} steps")
    assert steps * SHARES >= 200_000


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SQL_SHARES))
def test_worlds_hold_on_sqlite(share: int, tmp_path: Path) -> None:
    first = share * SQL_WORLDS_OF_A_SHARE
    steps = run(range(first, first + SQL_WORLDS_OF_A_SHARE), ledgers("sqlite", tmp_path))
    print(f"share {share}: {steps:,} steps on SQLite")
    assert steps >= SQL_WORLDS_OF_A_SHARE * 1000


# ---- a seed decides everything
def told(seed: int) -> tuple[Trial, Tables]:
    """A trial with its trace, and its ledger as it ended."""
    ledger = MemoryLedger()
    return attempt(seed, trace=True, new_ledger=lambda: nullcontext(ledger)), ledger.t


@pytest.mark.parametrize("seed", [1, 7, 19])
def test_the_same_seed_does_the_same_again(seed: int) -> None:
    one, its_ledger = told(seed)
    other, other_ledger = told(seed)
    assert len(one.log) > 100
    assert one == other
    assert its_ledger == other_ledger


def test_the_same_seed_does_the_same_in_another_process() -> None:
    """Where the order of sets and dictionaries of strings is another one."""
    outputs = set()
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "syncline.testing.replay", "7", "--steps", "400", "--trace"]
        ran = subprocess.run(
            command, env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True, timeout=60
        )
        outputs.add(ran.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count("\n") > 30


def test_a_step_left_out_leaves_the_others_as_they_were() -> None:
    """So a script can be shortened: the steps before the gap do what they did."""
    whole = attempt(7, trace=True)
    script = list(whole.script)
    shorter = attempt(7, script=[*script[:600], *script[700:]], trace=True)
    same = [line for line, other in zip(whole.log, shorter.log, strict=False) if line == other]
    assert len(same) > 20
    assert shorter.violations == []


def test_a_world_that_breaks_down_is_a_violation() -> None:
    def breaks(_: object) -> list[str]:
        raise ValueError("the judge fell ill")

    trial = attempt(1, steps=20, fails=breaks)
    assert trial.violations == ["E ValueError: the judge fell ill"]
    assert trial.breaks("E")
