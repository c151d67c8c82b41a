"""A failing script becomes a short one that fails in the same way, within its time."""

from pathlib import Path

import pytest

from syncline.testing import replay, twins
from syncline.testing.shrink import drop_chunks, shrink
from syncline.testing.trial import attempt

TWIN = next(twin for twin in twins.TWINS if twin.title == "no stale guard")
SEEDS = range(20)


def failing_seed() -> int:
    """The first seed at which the twin is caught."""
    return next(seed for seed in SEEDS if attempt(seed).violations)


def test_chunks_that_are_not_needed_are_dropped() -> None:
    script, tries = drop_chunks(list(range(100)), 10, lambda part: {3, 57} <= set(part), lambda: False)
    assert script == [*range(10), *range(50, 60)]
    assert tries == 10


def test_dropping_ends_when_the_time_is_over() -> None:
    assert drop_chunks(list(range(100)), 10, lambda part: True, lambda: True) == (list(range(100)), 0)


def test_a_shorter_script_is_found_and_still_fails() -> None:
    with twins.in_place(TWIN):
        seed = failing_seed()
        whole = attempt(seed)
        found = shrink(seed, seconds=10.0)
        assert found is not None
        assert len(found.script) < len(whole.script) / 4
        again = attempt(seed, script=found.script)
    assert list(again.violations) == list(found.violations)
    assert again.breaks(whole.rule)
    assert len(found.log) < 200


def test_shrinking_keeps_to_its_time() -> None:
    """The clock says that the time is over after a few tries."""
    moments = iter(range(1000))
    with twins.in_place(TWIN):
        found = shrink(failing_seed(), seconds=5.0, clock=lambda: next(moments))
    assert found is not None
    assert not found.whole
    assert found.tries < 8


def test_a_seed_that_holds_is_not_shrunk() -> None:
    assert shrink(1, steps=100) is None


def test_replay_tells_a_failure_and_keeps_its_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with twins.in_place(TWIN):
        seed = str(failing_seed())
    words = [seed, "--twin", TWIN.title, "--seconds", "3"]
    assert replay.main([*words, "--shrink"]) == 1
    said = capsys.readouterr().out
    assert "violation: " in said
    assert "python -m syncline.testing.replay" in said
    script = str(tmp_path / ".storm" / "failures" / f"{seed}.json")
    assert replay.main([*words, "--script", script]) == 1
    assert replay.main([seed]) == 0


def test_replay_names_the_twins_there_are() -> None:
    with pytest.raises(SystemExit, match="no stale guard"):
        replay.main(["1", "--twin", "no such thing"])
