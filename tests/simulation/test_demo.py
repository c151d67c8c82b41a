"""The demo tells a story that ends well, and says so only if the oracle agrees."""

import pytest

from syncline.testing import demo, twins
from syncline.testing.story import Story, StoryWorld


def test_it_tells_a_story_that_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert "somebody types" in said
    assert "creates p0@x in" in said
    assert "all three systems agree" in said
    assert "0 lost  0 doubled" in said


def test_quiet_tells_only_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--seed", "3", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "somebody types" not in said
    assert "0 lost  0 doubled" in said


def test_the_same_seed_tells_the_same_story() -> None:
    stories = [Story(StoryWorld(12, steps=100)).lines() for _ in range(2)]
    assert stories[0] == stories[1]


def test_a_longer_world_can_be_told_too() -> None:
    """Every kind of event and of history has its words, or is left out on purpose."""
    kinds = {line.kind for seed in range(3) for line in Story(StoryWorld(seed, steps=1200)).lines()}
    assert kinds >= {"user", "hub", "care"}


def test_what_does_not_agree_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    twin = next(twin for twin in twins.TWINS if twin.title == "refusal without repair")
    with twins.in_place(twin):
        codes = {demo.main(["--seed", str(seed), "--steps", "400", "--quiet"]) for seed in range(8)}
    assert 1 in codes
    assert "do not agree" in capsys.readouterr().out


@pytest.mark.slow
def test_the_default_story_is_short_and_worth_seeing(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 2 * demo.MOST_LINES
    assert sum(any(wanted in line for line in lines) for wanted in demo.WORTH_SEEING) >= 4
