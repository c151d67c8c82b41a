"""What a system calls a row, how tables are asked for it, and many of them by stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, bindparam, delete, literal_column, select

from syncline.ledger.statement import Statement

Row = tuple[str, str, str]
"""(system, stream, external id)"""

ROW = ("system", "stream", "external_id")


def here(table: Table, *names: str) -> list[ColumnElement[bool]]:
    """The named columns equal parameters of the same names."""
    return [table.c[name] == bindparam(name) for name in names]


def at_rows(purpose: str, table: Table, *columns: str) -> Statement:
    """Columns of a stream's rows, by external id."""
    return Statement(
        purpose,
        ("system", "stream", "ids"),
        lambda d: select(table.c.external_id, *(table.c[name] for name in columns)).where(
            *here(table, "system", "stream"), d.one_of(table.c.external_id, "ids")
        ),
    )


def dropping(purpose: str, table: Table) -> Statement:
    """Removes rows by what their system calls them."""
    return Statement(purpose, ROW, lambda d: delete(table).where(*here(table, *ROW)))


def any_of_stream(purpose: str, table: Table) -> Statement:
    """Whether a table has any row of a stream. Of most streams these tables hold none, which one look says at once."""
    # Numbers written out: SQLAlchemy would bind parameters of its own.
    one: ColumnElement[int] = literal_column("1")
    none: ColumnElement[int] = literal_column("0")
    return Statement(
        purpose,
        ("system", "stream"),
        lambda d: select(table.c.system).where(*here(table, "system", "stream")).limit(one).offset(none),
    )


def by_stream(rows: Iterable[Row]) -> Mapping[tuple[str, str], Sequence[str]]:
    """External ids by (system, stream), each once."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for system, stream, external_id in rows:
        found[system, stream][external_id] = None
    return {stream: list(ids) for stream, ids in found.items()}
