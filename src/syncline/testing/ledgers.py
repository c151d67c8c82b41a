"""Ledgers for worlds: in memory, or an SQLite file that is a copy of a template and is never fsynced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

from syncline.ledger.sql import open_ledger
from syncline.sync.store import Ledger
from syncline.testing.trial import NewLedger, in_memory

LEDGERS = ("memory", "sqlite")
TEMPLATE = "template.sqlite"


def ledgers(kind: str, directory: Path) -> NewLedger:
    """New ledgers of this kind; their files are in `directory`, one world's at a time."""
    if kind == "memory":
        return in_memory
    return lambda: on_sqlite(directory)


@contextmanager
def on_sqlite(directory: Path) -> Iterator[Ledger]:
    """One world's ledger. The world's machine does not lose power."""
    file = directory / "world.sqlite"
    copy_template(directory, file)
    try:
        with open_ledger(file, synchronous="OFF") as ledger:
            yield ledger
    finally:
        for path in directory.glob("world.sqlite*"):
            path.unlink()


def copy_template(directory: Path, file: Path) -> None:
    """An empty, migrated ledger: copying a file is ten times faster than migrating a new one."""
    template = directory / TEMPLATE
    if not template.exists():
        open_ledger(template).close()
    copyfile(template, file)
