"""The storm goes on where it ended, survives its worlds, and tells every failure."""

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest

from syncline.testing import storm, storm_worker, twins
from syncline.testing.storm import State, Storm
from syncline.testing.storm_report import Report

pytestmark = pytest.mark.slow

SECONDS = 120.0
"""Every storm here ends by its number of worlds; this bounds what went wrong."""

TWIN = next(twin for twin in twins.TWINS if twin.title == "no stale guard")


def broken(jobs: Connection) -> None:
    """A process whose hub is a broken twin."""
    with twins.in_place(TWIN):
        storm_worker.work(jobs)


def dies(jobs: Connection) -> None:
    """A process that ends at its first world."""
    jobs.recv()
    os._exit(3)


def hangs(jobs: Connection) -> None:
    """A process whose first world never ends; it waits for a second job."""
    jobs.recv()
    jobs.recv()


def kept(directory: Path) -> State:
    """What the storm left for the next one."""
    return msgspec.json.decode((directory / "state.json").read_bytes(), type=State)


def test_it_goes_on_where_it_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--minutes", "5", "--worlds", "7", "--processes", "2", "--steps", "200", "--directory", str(tmp_path)]
    assert storm.main([*words, "--seed", "5"]) == 0
    first = kept(tmp_path)
    assert (first.worlds, first.next) == (7, 12)
    assert first.steps >= 200 * first.worlds
    assert storm.main(words) == 0
    second = kept(tmp_path)
    assert (second.worlds, second.next) == (14, 19)
    assert "steps/s" in capsys.readouterr().out


def test_a_failing_seed_is_shrunk_kept_and_left_behind(tmp_path: Path) -> None:
    one = Storm(
        state=State(next=0), directory=tmp_path, processes=2, report=Report(), shrink_seconds=1.0, target=broken
    )  # fmt: skip
    assert not one.blow(SECONDS, worlds=6)
    state = kept(tmp_path)
    assert state.failed
    assert (state.next, state.worlds) == (6, 6)
    report = (tmp_path / "failures" / f"{state.failed[0]}.txt").read_text()
    assert "violation: " in report
    assert f"python -m syncline.testing.replay {state.failed[0]} --script" in report


def test_a_process_that_dies_is_a_failure_and_the_storm_goes_on(tmp_path: Path) -> None:
    one = Storm(state=State(next=0), directory=tmp_path, processes=1, report=Report(), target=dies)
    assert not one.blow(SECONDS, worlds=3)
    assert kept(tmp_path).failed == [0, 1, 2]


def test_a_world_that_hangs_is_ended(tmp_path: Path) -> None:
    one = Storm(
        state=State(next=0), directory=tmp_path, processes=1, report=Report(), world_seconds=0.2, shrink_seconds=0.0,
        target=hangs,
    )  # fmt: skip
    assert not one.blow(SECONDS, worlds=1)
    assert kept(tmp_path).failed == [0]


def test_ctrl_c_ends_it_and_keeps_the_state(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "syncline.testing.storm", "--minutes", "5", "--seed", "9", "--processes", "1"]
    process = subprocess.Popen([*command, "--directory", str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "from seed 9" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "steps/s" in said
    assert kept(tmp_path).next >= 9
