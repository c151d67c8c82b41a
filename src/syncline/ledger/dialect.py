"""Where SQLite differs from other databases. Nothing outside this module knows which one it speaks to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    QueuePool,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Synchronous = Literal["FULL", "NORMAL", "OFF"]


class Dialect(Protocol):
    """What the statements and the session ask of a database."""

    @property
    def begin_writing(self) -> str:
        """Begins a transaction that no other writer can begin beside."""

    def engine(self, *, read_only: bool) -> Engine:
        """Connections that commit each statement by themselves unless a transaction was begun."""

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT."""

    def one_of(self, column: Column[Any], name: str) -> ColumnElement[bool]:
        """The column holds one of many values, which are one parameter."""

    def pack(self, values: Sequence[str] | Sequence[int]) -> Any:
        """Many values as the one parameter that `one_of` takes."""


@dataclass(frozen=True, kw_only=True)
class Sqlite:
    """One file. Readers never wait for the writer (WAL), and the writer never for readers."""

    path: Path
    synchronous: Synchronous = "FULL"
    busy_seconds: float = 5.0
    cache_kib: int = 32 * 1024
    begin_writing: str = "BEGIN IMMEDIATE"

    def engine(self, *, read_only: bool) -> Engine:
        """A pool on the file. Python's sqlite3 begins no transactions by itself here."""

        def connect() -> sqlite3.Connection:
            mode = "ro" if read_only else "rwc"
            return sqlite3.connect(
                f"file:{quote(str(self.path))}?mode={mode}", uri=True, timeout=self.busy_seconds, isolation_level=None,
                check_same_thread=False, cached_statements=256,
            )  # fmt: skip

        # Last in, first out: the connection whose cache is warm is used again.
        engine = create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=56, pool_use_lifo=True
        )

        @event.listens_for(engine, "connect")
        def settings(connection: sqlite3.Connection, _: object) -> None:
            if not read_only:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self.synchronous}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{self.cache_kib}")
            connection.execute("PRAGMA temp_store = MEMORY")

        return engine

    def insert(self, table: Table) -> Any:
        """SQLite's own."""
        return sqlite_insert(table)

    def one_of(self, column: Column[Any], name: str) -> ColumnElement[bool]:
        """By `json_each`: one text for any number of values, and as fast as `IN (?, ?, ...)`. A join with it is not:
        with few streams SQLite walks through all of one and asks for each row whether it is wanted.
        """
        wanted = func.json_each(bindparam(name, type_=Text())).table_valued(Column("value", column.type))
        return column.in_(select(wanted.c.value))

    def pack(self, values: Sequence[str] | Sequence[int]) -> str:
        """As JSON text."""
        return msgspec.json.encode(values).decode()
