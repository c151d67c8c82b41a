"""`syncline sandbox`, as somebody meets it who types it for the first time, with all that can be typed wrong."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer

from syncline.cli.sandbox import kept, opened
from syncline.sandbox.known import named
from syncline.sandbox.remote import Remote, in_process, over_http

COMMAND = [sys.executable, "-m", "syncline", "sandbox"]


@contextmanager
def served(*arguments: str, count: int) -> Iterator[list[Remote]]:
    """The command at work on free ports; it ends by Ctrl-C."""
    with subprocess.Popen([*COMMAND, *arguments, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield [over_http(process.stdout.readline().split()[1]) for _ in range(count)]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.stdout.read() == "stopped\n"
            assert process.wait(timeout=20) == 0


def test_what_is_kept_is_there_after_a_restart_whatever_the_order(tmp_path: Path) -> None:
    keep = str(tmp_path / "deep" / "er")
    with served("hubspot", "odoo", "--keep", keep, "--seed", "3", "--contacts", "7", count=2) as (hubspot, odoo):
        assert len(hubspot.rows("contacts")) == 7
        hubspot.save("contacts", {"email": "one@example.test"})
        partners = len(odoo.rows("res.partner"))
    with served("odoo", "hubspot", "--keep", keep, "--seed", "3", "--contacts", "7", count=2) as (odoo, hubspot):
        assert len(hubspot.rows("contacts")) == 8  # and the company is not made a second time
        assert len(odoo.rows("res.partner")) == partners


def test_some_phones_are_other_ones_in_all_but_the_last() -> None:
    seeded = ("--seed", "3", "--contacts", "20", "--differs", "0.5")
    with served("hubspot", "odoo", *seeded, count=2) as (hubspot, odoo):
        here = {row["properties"]["email"]: row["properties"]["phone"] for row in hubspot.rows("contacts")}
        there = {row["email"]: row["phone"] for row in odoo.rows("res.partner") if row["email"] in here}
    assert here.keys() == there.keys()
    assert 0 < sum(here[email] != there[email] for email in here) < len(here)


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["hubspot"], ["hubspot.sqlite"]),
        (["hubspot", "odoo", "hubspot"], ["hubspot.sqlite", "odoo.sqlite", "hubspot-2.sqlite"]),
    ],
)
def test_each_keeps_its_rows_in_a_file_of_its_name(tmp_path: Path, names: Sequence[str], files: list[str]) -> None:
    assert [path.name for path in kept(names, tmp_path)] == files


def test_nothing_is_kept_unless_asked() -> None:
    assert kept(["odoo"], None) == [Path(":memory:")]


def test_a_folder_that_cannot_be_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(typer.Exit):
        kept(["odoo"], tmp_path / "file")
    assert "file cannot be a folder" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odoo.sqlite").write_text("x" * 5000)
    with pytest.raises(typer.Exit):
        opened("odoo", tmp_path / "odoo.sqlite")
    assert "odoo.sqlite cannot be read: file is not a database" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-5", "99999", "x"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = subprocess.run([*COMMAND, "odoo", "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "Invalid value for '--port'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "stream"), [("hubspot", "contacts"), ("odoo", "res.partner")])
def test_the_same_company_twice_is_refused_and_leaves_what_was_there(name: str, stream: str) -> None:
    sandbox = named(name)
    control = in_process(sandbox)
    control.seed(contacts=5)
    before = control.rows(stream)
    with pytest.raises(ValueError, match="holds such rows already; reset it first"):
        control.seed(contacts=5)
    assert control.rows(stream) == before
    sandbox.store.close()
