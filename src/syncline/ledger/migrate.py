"""Brings a ledger to the tables of this version. The migrations are in `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from syncline.ledger.errors import LedgerError, LedgerTooNew

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every version a ledger had, oldest first. Kept here too, since loading Alembic takes longer than most commands."""


def version_of(connection: Connection) -> str | None:
    """The version of the tables that are there; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def check_version(version: str | None, path: Path) -> None:
    """Can this version of the program read it as it is?"""
    if version is None:
        raise LedgerError(f"{path} is no ledger; the first command that writes makes one")
    if version not in REVISIONS:
        raise LedgerTooNew(f"{path}: {LedgerTooNew.__doc__}")
    if version != REVISIONS[-1]:
        raise LedgerError(f"{path} is of an older version; the next command that writes brings it up to date")


def migrate(connection: Connection, version: str | None, path: Path) -> None:
    """Runs the migrations that are missing, in the transaction of this connection."""
    if version == REVISIONS[-1]:
        return
    if version is not None and version not in REVISIONS:
        raise LedgerTooNew(f"{path}: {LedgerTooNew.__doc__}")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
