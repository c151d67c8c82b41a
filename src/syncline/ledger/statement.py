"""A statement with its purpose, and the session that runs it.

Statements are built with SQLAlchemy and compiled once for each ledger. They run on the driver's own cursor with
plain tuples: SQLAlchemy's execution costs 12 us a call and 1 us a row, which is as much as SQLite's own work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Engine,
    Integer,
    PoolProxiedConnection,
    Select,
    Table,
    bindparam,
    literal_column,
)

from syncline.ledger.dialect import Dialect
from syncline.ledger.errors import Refused

Rows = list[Any]
"""Tuples as the driver gives them."""


@dataclass(frozen=True, eq=False)
class Statement:
    """`takes` names the parameters in their order, so that a tuple can be handed over."""

    purpose: str
    takes: tuple[str, ...]
    build: Callable[[Dialect], ClauseElement]


def page(question: Select[Any]) -> Select[Any]:
    """At most `limit` rows of it. SQLAlchemy would bind a parameter of its own for an absent offset."""
    return question.limit(bindparam("limit", type_=Integer())).offset(literal_column("0"))


def adding(purpose: str, table: Table) -> Statement:
    """Inserts whole rows, with new keys."""
    names = tuple(column.name for column in table.columns)
    return Statement(purpose, names, lambda dialect: dialect.insert(table).inline())


def saving(purpose: str, table: Table) -> Statement:
    """Inserts whole rows; one with the same key is replaced."""
    names = tuple(column.name for column in table.columns)
    keys = [column.name for column in table.primary_key]

    def build(dialect: Dialect) -> ClauseElement:
        insert = dialect.insert(table).inline()
        rest = {name: insert.excluded[name] for name in names if name not in keys}
        return insert.on_conflict_do_update(index_elements=keys, set_=rest)  # type: ignore[no-any-return]

    return Statement(purpose, names, build)


class Texts:
    """The text of each statement for one database, compiled when it is first asked for."""

    def __init__(self, dialect: Dialect, engine: Engine) -> None:
        self.dialect, self.engine = dialect, engine
        self.known: dict[Statement, str] = {}
        self.refusal: type[Exception] = engine.dialect.loaded_dbapi.IntegrityError

    def of(self, statement: Statement) -> str:
        """Compiles a statement, or remembers it."""
        known = self.known.get(statement)
        if known is None:
            compiled = statement.build(self.dialect).compile(dialect=self.engine.dialect)
            takes = tuple(getattr(compiled, "positiontup", None) or ())
            assert takes == statement.takes, f"{statement.purpose} takes {takes}"
            known = self.known[statement] = str(compiled)
        return known


@contextmanager
def connected(texts: Texts) -> Iterator[Session]:
    """A connection for a while."""
    connection = texts.engine.raw_connection()
    try:
        yield Session(connection, texts)
    finally:
        connection.close()


class Session:
    """One connection. Outside a transaction each statement is its own."""

    def __init__(self, connection: PoolProxiedConnection, texts: Texts) -> None:
        self.connection, self.texts = connection, texts
        self.pack = texts.dialect.pack

    def rows(self, statement: Statement, parameters: Sequence[Any] = ()) -> Rows:
        """All rows of a question."""
        cursor = self.connection.cursor()
        cursor.execute(self.texts.of(statement), parameters)
        return list(cursor.fetchall())

    def do(self, statement: Statement, parameters: Sequence[Any] = ()) -> None:
        """One change."""
        self.connection.cursor().execute(self.texts.of(statement), parameters)

    def many(self, statement: Statement, rows: Iterable[Sequence[Any]]) -> None:
        """The same change for many rows, which need not be in memory together."""
        try:
            self.connection.cursor().executemany(self.texts.of(statement), rows)  # type: ignore[arg-type]
        except self.texts.refusal as error:
            raise Refused(f"{statement.purpose}: {error}") from error

    def begin(self) -> None:
        """Begins a transaction for writing."""
        self.connection.cursor().execute(self.texts.dialect.begin_writing)

    def commit(self) -> None:
        """Ends the transaction: its writes stay."""
        try:
            self.connection.commit()
        except self.texts.refusal as error:
            raise Refused(str(error)) from error

    def rollback(self) -> None:
        """Ends the transaction: it leaves no trace."""
        self.connection.rollback()
