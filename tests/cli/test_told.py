"""Whatever happens ends in a sentence, the next command and an exit code; never in a traceback or a secret."""

from __future__ import annotations

import re
import sqlite3
import stat
from pathlib import Path

import pytest
import typer
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from syncline.cli import told
from syncline.ledger.errors import LeaseHeld, LedgerTooNew, NoLedger, Unusable
from syncline.vault.errors import NoSecret

SECRET = "pat-na1-0123456789abcdef"


def ended(error: BaseException) -> tuple[int, str]:
    app = typer.Typer()

    def command() -> None:
        raise error

    app.command()(told.answering(command))
    done = CliRunner().invoke(app, [])
    return done.exit_code, done.stderr


@pytest.mark.parametrize(
    ("error", "code", "then"),
    [
        (LeaseHeld("held by another"), 1, "syncline status"),
        (NoLedger("there is no ledger"), 1, "syncline plan"),
        (LedgerTooNew("too new"), 1, "syncline --version"),
        (NoSecret("the vault holds no secret"), 1, "syncline check"),
        (DBAPIError("SELECT secret", {}, sqlite3.DatabaseError("disk image is malformed")), 1, "syncline status"),
        (sqlite3.OperationalError("database or disk is full"), 1, "syncline status"),
        (PermissionError(13, "Permission denied", "hub.yaml"), 1, "syncline status"),
        (KeyboardInterrupt(), 130, "syncline status"),
    ],
)
def test_what_is_known_names_the_next_command(error: BaseException, code: int, then: str) -> None:
    found, said = ended(error)
    assert found == code
    assert said.rstrip().splitlines()[-1].strip() == then
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("why", "then"),
    [("file is not a database", "--ledger FILE"), ("unable to open database file", "a look needs files there")],
)
def test_a_ledger_that_cannot_be_opened_says_what_to_do(why: str, then: str) -> None:
    error = Unusable(Path("/hub/ledger.sqlite"), DBAPIError("SELECT secret", {}, sqlite3.OperationalError(why)))
    code, said = ended(error)
    assert code == 1
    assert said.startswith(f"The ledger /hub/ledger.sqlite cannot be opened: {why}.")
    assert said.rstrip().endswith(then)
    assert "secret" not in said


def test_what_nobody_expected_leaves_a_report_without_values() -> None:
    error = ValueError(f"cannot parse {SECRET}")
    error.__cause__ = KeyError("contact17@example.test")
    code, said = ended(error)
    assert code == 70
    assert "ValueError" in said
    assert "please report it" in said
    assert SECRET not in said
    found = re.search(r"(\S*syncline-report-\S+\.txt)", said)
    assert found is not None
    file = Path(found[1])
    try:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text(encoding="utf-8")
        assert "test_told.py" in text
        assert "builtins.ValueError" in text
        assert "builtins.KeyError" in text
        assert SECRET not in text
        assert "contact17" not in text
    finally:
        file.unlink()


def test_an_exit_is_no_error() -> None:
    assert ended(typer.Exit(3)) == (3, "")
