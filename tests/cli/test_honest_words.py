"""What a command cannot do, or does not know, it says so; on a hub's folder without any system."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syncline.acts.told import NotReached, Verified
from syncline.cli.main import program
from syncline.cli.opened import declared
from syncline.cli.verify import show
from syncline.ledger.sql import open_ledger

LOOKS = [["status"], ["runs"], ["parked"], ["conflicts"], ["brake"], ["links"], ["rules"], ["show", "17"]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with chdir(tmp_path):
        assert typed("init", "crm-erp", "--sandbox")[0] == 0
        (tmp_path / ".syncline").mkdir(mode=0o700, exist_ok=True)
        open_ledger(tmp_path / ".syncline" / "ledger.sqlite").close()
        yield tmp_path
        for one in (tmp_path / ".syncline", *(tmp_path / ".syncline").iterdir()):
            one.chmod(0o700)


def typed(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(program(), words, env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


# ---- undo
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_undo_asks_somebody_or_needs_a_yes(folder: Path, more: list[str]) -> None:
    code, out, err = typed("undo", "1", *more)
    assert (code, out) == (2, "")
    assert "nobody can be asked" in err
    assert "syncline undo 1 --yes" in err
    assert "There is no run 1" in typed("undo", "1", "--yes")[2]
    assert "There is no run 1" in typed("undo", "1", "--dry")[2]


# ---- names
@pytest.mark.parametrize("words", [["pause"], ["resume"], ["parked", "edit"], ["parked", "retry"], ["withhold"]])
def test_an_act_takes_no_part_of_a_name(folder: Path, words: list[str]) -> None:
    code, out, err = typed(*words, "odo", *(["x"] if words[-1] == "edit" else []))
    assert (code, out) == (2, "")
    assert "did you mean odoo?" in err
    assert "syncline show odo" in err


# ---- verify
def test_where_nothing_was_compared_nothing_agrees(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = (NotReached(system="odoo", stream="res.partner", why="no answer"),)
    for found in ((), away):
        show(
            Verified(compared=0, equal=0, stored=0, open=0, differing=0, records=0, not_reached=found),
            declared(folder / "hub.yaml").declaration,
        )
        said = capsys.readouterr().out
        assert "Nothing could be compared" in said
        assert "%" not in said


def test_a_verify_of_systems_that_are_away_is_three(folder: Path) -> None:
    file = folder / "hub.yaml"
    text = file.read_text(encoding="utf-8").replace("127.0.0.1:8700", "127.0.0.1:9").replace(":8701", ":9")
    file.write_text(text, encoding="utf-8")
    code, out, _ = typed("verify")
    assert code == 3
    assert "Nothing could be compared" in out


# ---- a ledger that cannot be opened
def garbage(ledger: Path) -> None:
    ledger.write_bytes(b"this is no ledger " * 300)


def unreadable(ledger: Path) -> None:
    ledger.chmod(0)


def in_a_folder_that_nobody_may_write(ledger: Path) -> None:
    ledger.parent.chmod(0o500)


def a_folder(ledger: Path) -> None:
    ledger.unlink()
    ledger.mkdir()


def empty(ledger: Path) -> None:
    ledger.write_bytes(b"")


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
@pytest.mark.parametrize("broken", [garbage, a_folder, empty])
def test_a_ledger_that_cannot_be_opened_is_said_with_what_to_do(
    folder: Path, words: list[str], broken: Callable[[Path], None]
) -> None:
    ledger = folder / ".syncline" / "ledger.sqlite"
    broken(ledger)
    code, out, err = typed(*words)
    assert (code, out) == (1, ""), err
    assert str(ledger) in err
    assert "does not know" not in err
    assert len(err.rstrip().splitlines()) >= 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("broken", [unreadable, in_a_folder_that_nobody_may_write])
def test_a_ledger_that_may_not_be_read_is_said_with_what_to_do(folder: Path, broken: Callable[[Path], None]) -> None:
    ledger = folder / ".syncline" / "ledger.sqlite"
    broken(ledger)
    code, out, err = typed("status")
    if code:
        assert (code, out) == (1, ""), err
        assert str(ledger) in err
        assert "who may read and write" in err
