"""`status` and `runs` look at a ledger that another process may be writing, and change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_hub import Folder, served

pytestmark = pytest.mark.outside


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.agree()
        yield found


@pytest.mark.parametrize("command", ["status", "runs", "parked", "conflicts", "brake", "links", "rules"])
def test_without_a_ledger_the_next_command_is_said(tmp_path: Path, folder: Folder, command: str) -> None:
    done = folder.typed(command, "--ledger", str(tmp_path / "none.sqlite"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no ledger" in done.stderr
    assert done.stderr.splitlines()[-1].strip() == "syncline plan"
    assert not (tmp_path / "none.sqlite").exists()


def test_status_shows_systems_streams_and_runs(folder: Folder) -> None:
    done = folder.run("status")
    assert done.returncode == 0, done.stderr
    assert "Nobody runs it" in done.stdout
    assert "odoo res.partner" in done.stdout
    assert "syncline undo " in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_status_as_data(folder: Folder) -> None:
    found = json.loads(folder.run("status", "--json").stdout)
    assert (found["hub"], found["mode"], found["writer"]) == ("demo", "live", None)
    assert {one["name"]: one["paused"] for one in found["systems"]} == {"hubspot": False, "odoo": False}
    links = {(one["system"], one["stream"]): one["links"] for one in found["streams"]}
    assert links["hubspot", "contact"] >= 5
    assert found["records"]["contact"] >= 5


def test_who_holds_the_hub_is_named_while_it_is_written(folder: Folder) -> None:
    with folder.running():
        done = folder.run("status", "--json")
    assert json.loads(done.stdout)["writer"]["owner"] == "syncline"


def test_on_a_narrow_screen_no_word_is_broken(folder: Folder) -> None:
    done = folder.run("status", env={"COLUMNS": "40"})
    words = {word for line in done.stdout.splitlines() for word in line.split()}
    assert {"res.partner", "product.product", "read"} <= words


def test_runs_that_wrote_nothing_are_left_out_unless_asked_for(folder: Folder) -> None:
    wrote = json.loads(folder.run("runs", "--json").stdout)
    everything = json.loads(folder.run("runs", "--all", "--limit", "1000", "--json").stdout)
    assert wrote
    assert all(one["written"] for one in wrote)
    assert len(everything) > len(wrote)
    assert {one["undo"] for one in wrote} <= {f"syncline undo {one['id']}" for one in wrote}
    assert "Take it back" in folder.run("runs").stdout


def test_a_pipe_that_closes_leaves_no_traceback(folder: Folder) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        f"{sys.executable} -m syncline runs --all --limit 1000 | head -1", cwd=folder.path, shell=True,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1
