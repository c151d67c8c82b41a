"""Backups of a ledger, and putting one in its place: each step leaves a whole ledger behind, whatever ends it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from syncline.ledger import epoch
from syncline.ledger.epoch import Epoch, synced
from syncline.ledger.errors import LeaseHeld, LedgerError, LedgerTooNew, NoLedger, Unusable
from syncline.ledger.migrate import REVISIONS
from syncline.ledger.numbers import BLOCK
from syncline.ledger.sql import LEASE_SECONDS, open_ledger

MODE = 0o600
OF_TODAY = ("secret", "secret_key", "webhook", "own_field", "coupling")
"""Tables that do not go back: sign-ins that were renewed since, what was made there, and what people said of rows."""

KEPT_OUT = ("request",)
"""What commands asked of a service, and its answers: nobody waits for them any more."""

RESTORED = "the ledger was restored from a backup of {at}"


def no_point(name: str) -> None:
    """The default for `point`: nothing happens between two steps."""


class NoBackup(LedgerError):
    """A file that cannot be what it is to be; `remedy` says what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What a copy holds. hub: empty in a copy of an old version. secrets: sealed ones, which need the master key."""

    size: int
    hub: str
    run: int
    at: float
    records: int
    secrets: int


# ---- backup
def backup(where: Path, file: Path, *, force: bool, point: Callable[[str], None] = no_point) -> Copied:
    """A whole copy as of one moment, also while a service writes. Raises NoLedger and NoBackup.

    point: called between two steps, so that tests can stop there.
    """
    if not where.exists():
        raise NoLedger(f"there is no ledger at {where}: nothing to back up")
    if file.exists() and not force:
        raise NoBackup(f"{file} is there already, and is not overwritten.", "name another file, or add --force")
    if file.exists() and file.samefile(where):
        raise NoBackup(f"{file} is the ledger itself.", "name another file")
    part = file.with_name(f".{file.name}.part")
    with written_whole(part):
        copy(where, part)
        point("copied")
        with opened(part) as connection:
            settle(connection)
            found = described(connection, part)
        point("settled")
        synced(part)
        part.replace(file)
        synced(file.parent)
    return found


def copy(source: Path, target: Path) -> None:
    """In one step, which reads one state of it and keeps nobody from writing."""
    with opened(source, read_only=True) as old, opened(target) as new:
        old.backup(new)


def settle(connection: sqlite3.Connection) -> None:
    """One file, held by nobody, in which nobody waits for an answer. Raises NoBackup where it is damaged."""
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("UPDATE lease SET until = 0")
    for table in KEPT_OUT:
        if has(connection, table):
            connection.execute(f"DELETE FROM {table}")
    connection.commit()
    whole(connection)


def whole(connection: sqlite3.Connection) -> None:
    """Reads all of it. Raises NoBackup where it is damaged."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise NoBackup(f"The ledger is damaged: {'; '.join(found)}.", "use an older backup: syncline restore FILE")


def described(connection: sqlite3.Connection, file: Path) -> Copied:
    """What is in it."""
    run, at = connection.execute("SELECT coalesce(max(id), 0), coalesce(max(at), 0) FROM run").fetchone()
    return Copied(
        size=file.stat().st_size, hub=about(connection)[1], run=run, at=at, records=count(connection, "record"),
        secrets=count(connection, "secret") if has(connection, "secret") else 0,
    )  # fmt: skip


# ---- restore
@dataclass(frozen=True, kw_only=True)
class Restored:
    """aside: where the ledger that was there is now; None: there was none. last: the run that it had come to."""

    copied: Copied
    aside: Path | None
    last: int


def restore(where: Path, file: Path, hub: str, *, now: float, point: Callable[[str], None] = no_point) -> Restored:
    """Puts a backup in the ledger's place, and keeps the one that was there beside it.

    Raises NoBackup for what is no backup of this hub, LeaseHeld while another process writes the ledger.
    """
    found = checked(file, hub)
    part = where.with_name(f".{where.name}.restoring")
    with written_whole(part):
        copy(file, part)
        brought_up(part)
        synced(part)
        with holding(where) as hold:
            readable = hold is not None
            known = epoch.read(where)
            with opened(part) as connection:
                if readable:
                    take_today(connection, where)
                name, _ = about(connection)
            synced(part)
            point("prepared")
            go_on(where, hold)
            last = max(found.run, known.run if known is not None else 0, run_of(where) if readable else 0)
            at = datetime.fromtimestamp(found.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
            # Before the ledger itself: one that is then not replaced is read anew for nothing, and no harm is done.
            epoch.write(where, Epoch(ledger=name, run=last, stale=RESTORED.format(at=at), counted=readable))
            point("announced")
            aside = put_aside(where, now)
            point("aside")
            go_on(where, hold)
            for left in beside(where):
                left.unlink(missing_ok=True)  # all of it is in the file, or aside; no other database may find it
            part.replace(where)
            synced(where.parent)
    return Restored(copied=found, aside=aside, last=last)


def checked(file: Path, hub: str) -> Copied:
    """What is in a backup of this hub, of a version that this program knows."""
    if not file.is_file():
        raise NoBackup(f"There is no file {file}.", "syncline backup FILE makes one")
    other = "name a file that syncline backup made for this hub"
    try:
        with opened(file, read_only=True) as connection:
            if not has(connection, "alembic_version"):
                raise NoBackup(f"{file} is no ledger.", other)
            version = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            if version not in REVISIONS:
                raise LedgerTooNew(f"{file}: {LedgerTooNew.__doc__}")
            whole(connection)
            found = described(connection, file)
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"{file} cannot be read: {error}.", other) from error
    if found.hub not in ("", hub):
        raise NoBackup(f"{file} is of the hub {found.hub}, and hub.yaml is of the hub {hub}.", other)
    return found


def brought_up(part: Path) -> None:
    """A whole ledger of this version: what is taken over from the one of today has tables to go to.

    It takes as long as the ledger is large, so it is done before the lease is taken.
    """
    with opened(part) as connection:
        settle(connection)
    open_ledger(part, owner="syncline restore").close()
    with opened(part) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file again


@contextmanager
def holding(where: Path) -> Iterator[int | None]:
    """While this is done nobody else writes the ledger that is there. Yields the number of its lease; None: there is
    no ledger that can be read.

    The lease is given back only with the process: the file that has it is put aside, all of it in one file.
    """
    try:
        ledger = open_ledger(where, owner="syncline restore") if where.exists() else None
    except (Unusable, LedgerTooNew):
        ledger = None
    if ledger is None or ledger.tenure is None:
        yield None
        return
    hold = ledger.tenure.fencing
    ledger.engine.dispose()
    with opened(where) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        yield hold
    except BaseException:
        prolong(where, hold, until=0.0)
        raise


def go_on(where: Path, hold: int | None) -> None:
    """The lease stands for as long again. Raises LeaseHeld where it ran out and another process took it."""
    if hold is not None and not prolong(where, hold, until=time.time() + LEASE_SECONDS):
        raise LeaseHeld(f"Another process began to write {where} meanwhile: nothing was restored. Stop it, and again.")


def prolong(where: Path, hold: int, until: float) -> bool:
    """Only a lease that nobody took over."""
    with opened(where) as connection, connection:
        return connection.execute("UPDATE lease SET until = ? WHERE fencing = ?", (until, hold)).rowcount == 1


def take_today(connection: sqlite3.Connection, where: Path) -> None:
    """What does not go back, and the numbers that were given out since: none is given out again. # I4"""
    connection.execute("ATTACH DATABASE ? AS today", (f"file:{quote(str(where))}?mode=ro",))
    there = {name for (name,) in connection.execute("SELECT name FROM today.sqlite_master WHERE type = 'table'")}
    for table in there.intersection(OF_TODAY):
        if columns(connection, "main", table) == columns(connection, "today", table):
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM today.{table}")
    connection.execute(
        "INSERT INTO main.counter (name, reserved) SELECT name, reserved + ? FROM today.counter WHERE true "
        "ON CONFLICT (name) DO UPDATE SET reserved = max(reserved, excluded.reserved)",
        (BLOCK,),
    )
    connection.commit()
    connection.execute("DETACH DATABASE today")


def put_aside(where: Path, now: float) -> Path | None:
    """The ledger that is there gets a second name, under which it stays."""
    if not where.exists():
        return None
    at = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    aside, number = where.with_name(f"{where.stem}.before-{at}{where.suffix}"), 1
    while aside.exists():
        number += 1
        aside = where.with_name(f"{where.stem}.before-{at}-{number}{where.suffix}")
    try:
        os.link(where, aside)
    except OSError:  # a file system without second names
        shutil.copy2(where, aside)
    for left in beside(where):  # of a ledger that could not be opened: what it had not written back
        if left.exists() and left.stat().st_size:
            shutil.copy2(left, aside.with_name(aside.name + left.name.removeprefix(where.name)))
    return aside


def beside(where: Path) -> list[Path]:
    """SQLite's own files beside a database."""
    return [where.with_name(where.name + end) for end in ("-wal", "-shm", "-journal")]


# ---- files
@contextmanager
def written_whole(part: Path) -> Iterator[None]:
    """For its owner only; what is left of it where it is not finished goes, now or when it is tried again."""
    for left in (part, *beside(part)):
        left.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE))
    try:
        yield
    finally:
        for left in (part, *beside(part)):
            left.unlink(missing_ok=True)


@contextmanager
def opened(file: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection of its own, with nothing of the hub's."""
    mode = "ro" if read_only else "rw"
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode={mode}", uri=True, timeout=30.0)) as connection:
        yield connection


def has(connection: sqlite3.Connection, table: str) -> bool:
    """Is there such a table?"""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return found is not None


def columns(connection: sqlite3.Connection, schema: str, table: str) -> list[str]:
    """Their names; none where there is no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")]


def about(connection: sqlite3.Connection) -> tuple[str, str]:
    """The ledger's own name and its hub's; both empty in an old version, which gets a name when it is opened."""
    found = connection.execute("SELECT ledger, hub FROM about").fetchone() if has(connection, "about") else None
    return (str(found[0]), str(found[1])) if found else ("", "")


def count(connection: sqlite3.Connection, table: str) -> int:
    """How many rows."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def run_of(where: Path) -> int:
    """The last run of the ledger that is there."""
    with opened(where, read_only=True) as connection:
        return int(connection.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()[0])
