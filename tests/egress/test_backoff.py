"""How long to wait after so many failures."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.egress.backoff import backoff


def test_without_jitter_it_is_exactly_one_two_four_eight() -> None:
    def draw() -> float:
        raise AssertionError("nothing is drawn")

    assert [backoff(n, draw, jitter="none") for n in range(5)] == [1, 2, 4, 8, 16]
    assert backoff(30, draw, jitter="none") == 300
    assert backoff(3, draw, cap=5, jitter="none") == 5


@given(st.integers(-3, 10_000), st.floats(0, 1, exclude_max=True), st.floats(1, 86_400))
def test_jitter_halves_at_most(failures: int, drawn: float, cap: float) -> None:
    whole = backoff(failures, lambda: drawn, cap=cap, jitter="none")
    assert whole / 2 <= backoff(failures, lambda: drawn, cap=cap) <= whole <= cap


def test_those_who_failed_together_do_not_come_back_together() -> None:
    """L3"""
    draw = Random(7).random
    waits = sorted(backoff(6, draw) for _ in range(1000))
    crowd = max(sum(1 for wait in waits if at <= wait < at + 1) for at in range(32, 64))
    assert crowd < 60  # of 1,000, spread over 32 seconds


@pytest.mark.parametrize("failures", [1024, 10**9])
def test_any_number_of_failures_has_a_wait(failures: int) -> None:
    assert backoff(failures, lambda: 0.0) == 150
