"""Backups and restores: whole, private, checked; a kill between any two steps leaves a ledger that works."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from syncline.ledger import copies, epoch, numbers
from syncline.ledger.copies import NoBackup
from syncline.ledger.epoch import Epoch, WentBack
from syncline.ledger.errors import LeaseHeld, LedgerTooNew, NoLedger
from syncline.ledger.secrets import SealedSecret, open_secrets
from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.ledger.unit import Counter
from syncline.model.record import Record
from syncline.model.rows import Run

NOW = 1_800_000_000.0


def ran(ledger: SqlLedger, *names: str) -> None:
    """One run for each record that it makes."""
    for name in names:
        with ledger.unit() as unit:
            unit.save_run(Run(id=unit.new_id("run"), kind="sync", at=NOW))
            unit.save_records([Record(id=unit.new_id("record"), entity="contact", origin=name)])


def made(where: Path, *names: str, hub: str = "acme") -> None:
    with open_ledger(where) as ledger:
        assert epoch.went_back(ledger, where, hub, anew=False) == ""
        epoch.follow(ledger, where)
        ran(ledger, *names)


def origins(where: Path) -> list[str]:
    with open_ledger(where, read_only=True) as ledger:
        return [one.origin for one in ledger.records(ledger.scan(0, 100)).values()]


def reopened(where: Path, hub: str = "acme") -> str:
    with open_ledger(where) as ledger:
        return epoch.went_back(ledger, where, hub, anew=False)


@pytest.fixture
def where(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.sqlite"
    made(file, "one", "two")
    return file


# ---- backup
def test_a_backup_is_whole_private_and_held_by_nobody(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    with open_ledger(where) as ledger:
        ran(ledger, "three")
        found = copies.backup(where, file, force=False)  # beside a process that writes
        ran(ledger, "four")
    assert (found.hub, found.run, found.records, found.secrets) == ("acme", 3, 3, 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert origins(file) == ["one", "two", "three"]
    with open_ledger(file):
        pass  # nobody holds its lease
    assert sorted(one.name for one in tmp_path.glob("*backup*")) == ["backup"]


def test_a_backup_beside_writers_is_one_moment(where: Path, tmp_path: Path) -> None:
    over = threading.Event()

    def write() -> None:
        with open_ledger(where) as ledger:
            while not over.is_set():
                ran(ledger, "more")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            found = copies.backup(where, tmp_path / f"backup{number}", force=False)
            assert found.records == found.run, "a run and its record are there together"
    finally:
        over.set()
        writer.join(20)


def test_a_backup_overwrites_nothing_unless_it_is_told_to(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("mine")
    with pytest.raises(NoBackup, match="not overwritten"):
        copies.backup(where, file, force=False)
    assert file.read_text() == "mine"
    copies.backup(where, file, force=True)
    assert origins(file) == ["one", "two"]
    with pytest.raises(NoBackup, match="the ledger itself"):
        copies.backup(where, where, force=True)
    with pytest.raises(NoLedger):
        copies.backup(tmp_path / "none", tmp_path / "b", force=False)


# ---- restore
def test_a_restore_keeps_what_was_there_and_says_that_it_went_back(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    made(where, "three")
    done = copies.restore(where, file, "acme", now=NOW)
    assert origins(where) == ["one", "two"]
    assert done.aside is not None
    assert origins(done.aside) == ["one", "two", "three"]
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    assert done.last == 3
    assert "restored from a backup" in reopened(where)
    again = copies.restore(where, file, "acme", now=NOW)
    assert again.aside not in (None, done.aside)


def test_no_number_is_given_out_twice(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    with open_ledger(where) as ledger:
        ran(ledger, *(f"n{n}" for n in range(30)))
        last = ledger.runs(1)[0].id
    copies.restore(where, file, "acme", now=NOW)
    with open_ledger(where) as ledger:
        epoch.went_back(ledger, where, "acme", anew=False)
        ran(ledger, "new")
        assert ledger.runs(1)[0].id > last
        assert max(ledger.scan(0, 100)) > 32


def test_sign_ins_do_not_go_back(where: Path, tmp_path: Path) -> None:
    def signed_in(sealed: bytes) -> None:
        tables = open_secrets(where)
        with tables.unit() as unit:
            unit.save(SealedSecret(system="crm", name="token", hosts=("crm.test",), sealed=sealed, at=1.0))
        tables.close()

    signed_in(b"old")
    file = tmp_path / "backup"
    assert copies.backup(where, file, force=False).secrets == 1
    signed_in(b"renewed")
    copies.restore(where, file, "acme", now=NOW)
    tables = open_secrets(where)
    with tables.look() as look:
        assert [one.sealed for one in look.all()] == [b"renewed"]
    tables.close()


def test_what_is_no_backup_of_this_hub_is_refused(where: Path, tmp_path: Path) -> None:
    file, text = tmp_path / "backup", tmp_path / "text"
    text.write_text("no database at all, but long enough to be read as one" * 100)
    with pytest.raises(NoBackup, match="no file"):
        copies.restore(where, file, "acme", now=NOW)
    with pytest.raises(NoBackup, match="cannot be read"):
        copies.restore(where, text, "acme", now=NOW)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE other (n)")
    with pytest.raises(NoBackup, match="no ledger"):
        copies.restore(where, file, "acme", now=NOW)
    copies.backup(where, file, force=True)
    with pytest.raises(NoBackup, match="is of the hub acme"):
        copies.restore(where, file, "globex", now=NOW)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerTooNew):
        copies.restore(where, file, "acme", now=NOW)
    assert origins(where) == ["one", "two"]
    assert reopened(where) == ""


def test_a_damaged_file_is_refused_and_a_damaged_ledger_is_replaced(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    broken = tmp_path / "broken"
    body = bytearray(file.read_bytes())
    body[4096 * 3 : 4096 * 12] = os.urandom(4096 * 9)
    broken.write_bytes(body)
    with pytest.raises(NoBackup):
        copies.restore(where, broken, "acme", now=NOW)
    where.write_bytes(b"nothing that SQLite knows" * 1000)
    done = copies.restore(where, file, "acme", now=NOW)
    assert done.aside is not None
    assert done.aside.read_bytes().startswith(b"nothing that SQLite knows")
    assert origins(where) == ["one", "two"]
    with open_ledger(where) as ledger:
        epoch.went_back(ledger, where, "acme", anew=False)
        ran(ledger, "new")
        assert max(ledger.scan(0, 100)) > epoch.MANY, "nobody knows which numbers were given out"


def test_nothing_is_restored_under_a_hub_that_runs(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    program = (
        "import sys, time\nfrom syncline.ledger.sql import open_ledger\n"
        f"ledger = open_ledger({str(where)!r})\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(LeaseHeld):
            copies.restore(where, file, "acme", now=NOW)
    finally:
        child.kill()
        child.wait(20)
        assert child.stdout is not None
        child.stdout.close()
    assert reopened(where) == ""
    assert origins(where) == ["one", "two"]


KILLED = """
import os, signal, sys
from pathlib import Path
from syncline.ledger import copies

def point(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

where, file = Path(sys.argv[1]), Path(sys.argv[1]).with_name("backup")
if sys.argv[3] == "backup":
    copies.backup(where, file, force=True, point=point)
else:
    copies.restore(where, file, "acme", now=0.0, point=point)
"""


def killed(where: Path, point: str, what: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(where), point, what], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, point


@pytest.mark.parametrize("point", ["copied", "settled"])
def test_a_kill_in_a_backup_leaves_the_one_before(where: Path, tmp_path: Path, point: str) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    made(where, "three")
    killed(where, point, "backup")
    assert origins(file) == ["one", "two"]
    assert reopened(where) == ""
    copies.backup(where, file, force=True)
    assert origins(file) == ["one", "two", "three"]
    assert not list(tmp_path.glob(".backup.part"))


@pytest.mark.parametrize(
    ("point", "is_there"),
    [("prepared", "present"), ("announced", "present"), ("aside", "present")],
)
def test_a_kill_in_a_restore_leaves_a_ledger_and_never_one_that_is_believed_too_early(
    where: Path, tmp_path: Path, point: str, is_there: str
) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    made(where, "three")
    killed(where, point, "restore")
    assert origins(where) == ["one", "two", "three"]
    why = reopened(where)
    assert bool(why) == (point != "prepared"), "once it is announced all is read anew, whichever ledger is there"
    copies.restore(where, file, "acme", now=NOW)
    assert origins(where) == ["one", "two"]
    assert "restored" in reopened(where)


def test_no_number_is_given_twice_after_a_backup_from_before_the_first_sync(tmp_path: Path) -> None:
    where, file = tmp_path / "ledger.sqlite", tmp_path / "backup"
    made(where)
    copies.backup(where, file, force=False)
    counters = get_args(Counter)
    with open_ledger(where) as ledger:
        epoch.follow(ledger, where)
        ran(ledger, "one")
        with ledger.unit() as unit:
            before = {name: unit.new_id(name) for name in counters}
    where.unlink()
    copies.restore(where, file, "acme", now=NOW)
    with open_ledger(where) as ledger:
        assert "restored" in epoch.went_back(ledger, where, "acme", anew=False)
        with ledger.unit() as unit:
            assert all(unit.new_id(name) > before[name] for name in counters)
            assert set(counters) < set(numbers.COUNTERS)


# ---- the file beside it
def test_the_file_beside_a_ledger_follows_its_runs(where: Path) -> None:
    found = epoch.read(where)
    assert found is not None
    assert found.run == 2
    assert stat.S_IMODE(epoch.beside(where).stat().st_mode) == 0o600
    with open_ledger(where) as ledger:
        epoch.follow(ledger, where)
        with pytest.raises(RuntimeError, match="stopped"):
            ran_in_vain(ledger)
        assert epoch.read(where) == found, "what was not committed is not there"
        ran(ledger, "three")
    after = epoch.read(where)
    assert after is not None
    assert after.run > 2


def ran_in_vain(ledger: SqlLedger) -> None:
    with ledger.unit() as unit:
        unit.save_run(Run(id=unit.new_id("run"), kind="sync", at=NOW))
        raise RuntimeError("stopped")


def test_without_that_file_nothing_is_wrong(where: Path) -> None:
    epoch.beside(where).unlink()
    assert reopened(where) == ""


@pytest.mark.parametrize("left", ["", "{"])
def test_a_damaged_file_may_have_said_that_the_ledger_was_restored(where: Path, tmp_path: Path, left: str) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    copies.restore(where, file, "acme", now=NOW)
    epoch.beside(where).write_text(left)
    why = reopened(where)
    assert f"{epoch.beside(where)} is damaged" in why
    with open_ledger(where) as ledger:  # as the hub does once all is stopped
        epoch.follow(ledger, where)
    assert reopened(where) == "", "it is said once"


def test_the_file_is_on_the_disk_before_its_name_is(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real(descriptor)

    def named(path: Path, target: Path) -> Path:
        done.append("named")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", named)
    epoch.write(where, Epoch(ledger="a", run=1, stale="it was restored"))
    assert done == ["file", "named", "folder"]


def test_a_file_that_cannot_be_written_stops_no_run(where: Path) -> None:
    epoch.beside(where).unlink()
    with open_ledger(where) as ledger:
        epoch.follow(ledger, where)
        epoch.beside(where).unlink()
        epoch.beside(where).mkdir()
        ran(ledger, "three")
        epoch.beside(where).rmdir()
        ran(ledger, "four")
    assert epoch.read(where) is not None
    assert origins(where) == ["one", "two", "three", "four"]


def test_an_older_another_and_a_foreign_ledger_are_told_apart(where: Path, tmp_path: Path) -> None:
    old = where.read_bytes()
    made(where, "three")
    where.write_bytes(old)
    assert "ends with run 2" in reopened(where)
    with pytest.raises(WentBack, match="of the hub acme"):
        reopened(where, hub="globex")
    where.unlink()
    with pytest.raises(WentBack, match="is gone"):
        epoch.check_there(where, anew=False)
    made(tmp_path / "other.sqlite", "x")
    where.write_bytes((tmp_path / "other.sqlite").read_bytes())
    with pytest.raises(WentBack, match="is another one"):
        reopened(where)
    where.unlink()
    open_ledger(where).close()
    with pytest.raises(WentBack, match="is empty"):
        reopened(where)
    with open_ledger(where) as ledger:
        assert epoch.went_back(ledger, where, "acme", anew=True)
        epoch.follow(ledger, where)
    assert epoch.read(where) == Epoch(ledger=ledger_name(where), run=0)


def ledger_name(where: Path) -> str:
    with open_ledger(where, read_only=True) as ledger:
        return ledger.about().ledger
