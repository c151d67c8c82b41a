"""The benchmark of matching measures what it says: by what it found in a small run, and not by how fast it was."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import match_bench

from syncline.sync import alike

pytestmark = pytest.mark.slow


def test_it_finds_the_pairs_that_were_planted_and_no_other(tmp_path: Path) -> None:
    look = alike.look
    found = match_bench.measure(500, tmp_path, compared=True)
    assert (found.right, found.wrong) == (50 - found.silent, 0)
    assert found.silent <= 3
    assert 50 <= found.watch.calls["pairs"] < 500, "never all of them"
    assert alike.look is look


def test_without_a_rule_nothing_is_compared(tmp_path: Path) -> None:
    found = match_bench.measure(500, tmp_path, compared=False)
    assert (found.right, found.wrong, found.silent) == (0, 0, 50)
    assert "pairs" not in found.watch.calls
