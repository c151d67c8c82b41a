"""A short wait that a system asks for is waited; a long one, and one that nobody named, are told."""

from __future__ import annotations

import pytest
from acting_world import ActingWorld

from syncline.acts.patience import TIMES, patiently
from syncline.sync.observe import NotNow
from syncline.sync.rounds import NotRead

PLACE = ("crm", "contact")


def asked(world: ActingWorld, *answers: NotNow | None) -> tuple[NotRead, int]:
    """What is told when the reads end so, one after the other; and how many reads there were."""
    left, reads = list(answers), 0

    def read() -> NotRead:
        nonlocal reads
        reads += 1
        found = left.pop(0) if len(left) > 1 else left[0]
        return {} if found is None else {PLACE: found}

    return patiently(world.hub, read), reads


def limit(after: float) -> NotNow:
    return NotNow("crm", f"asks us to wait {after:g} s", after, said=True)


def test_a_rate_limit_is_waited_for(world: ActingWorld) -> None:
    assert asked(world, limit(2.0), limit(1.0), None) == ({}, 3)
    assert world.waits == [2.0, 1.0]


@pytest.mark.parametrize("answer", [limit(3600.0), NotNow("crm", "is down")])
def test_what_takes_long_or_is_no_limit_is_told_at_once(world: ActingWorld, answer: NotNow) -> None:
    assert asked(world, answer) == ({PLACE: answer}, 1)
    assert world.waits == []


def test_a_limit_without_end_is_told(world: ActingWorld) -> None:
    answer = limit(1.0)
    assert asked(world, answer) == ({PLACE: answer}, TIMES + 1)
