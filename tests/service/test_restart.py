"""A service that was killed with writes on their way is at work again at once, however much its ledger holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import restart_bench  # noqa: E402

pytestmark = pytest.mark.slow


def test_it_comes_back_and_works(tmp_path: Path) -> None:
    taken = restart_bench.measure(20_000, tmp_path)
    assert 0 < taken.ready <= taken.work < 60, "the figure itself is the benchmark's; machines differ"
