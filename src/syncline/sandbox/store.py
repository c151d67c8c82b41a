"""What a sandbox holds: an embedded SQLite store of rows, what lists show of them, unique values and settings."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from typing import Any

import msgspec

Id = int | str
"""A row's id, as its vendor counts: numbers sort as numbers."""

COLUMNS = "id, body, created, changed, archived"
MOST_AT_ONCE = 500  # ids in one statement

NOW = "row where stream = ? and archived is null and ({})"
LATE = "select id from stale where stream = ? and until > ?"
# of several states that were written over, the first that is not over yet is what lists show
SHOWN = (
    "stale as s where stream = ? and body is not null and archived is null and until = (select min(until) from stale"
    " as t where t.stream = s.stream and t.id = s.id and t.until > ?) and ({})"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One object. Moments are whole microseconds since 1970; archived None: it is alive."""

    id: Id
    values: dict[str, Any]
    created: int
    changed: int
    archived: int | None = None


class Taken(Exception):
    """Another row has this unique value."""

    def __init__(self, name: str, value: Any, by: Id) -> None:
        super().__init__(f"{name} {value!r} is taken by {by}")
        self.name, self.value, self.by = name, value, by


class Store:
    """Rows by stream and id. In memory, or in a file that is kept."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._counted: dict[tuple[str, tuple[Any, ...]], int] = {}
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = off")
        if not self._db.execute("select 1 from sqlite_master where name = 'row'").fetchone():
            self._db.executescript((files("syncline.sandbox") / "store.sql").read_text(encoding="utf-8"))

    def close(self) -> None:
        """The file, or the memory, is let go."""
        self._db.close()

    def empty(self) -> None:
        """Nothing is left, as on the first day."""
        self._counted.clear()
        for table in ("row", "stale", "held", "relation", "history", "sequence", "setting"):
            self._db.execute(f"delete from {table}")

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Any statement, for what only one vendor needs."""
        return self._db.execute(statement, parameters).fetchall()

    def run_many(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """The same statement many times."""
        self._db.executemany(statement, parameters)

    def index(self, expression: str) -> None:
        """Rows are found fast by this SQL over them; once is enough."""
        name = f"row_by_{zlib.crc32(expression.encode()):08x}"
        self._db.execute(f"create index if not exists {name} on row (stream, {expression}, id)")

    def define(self, name: str, arguments: int, function: Callable[..., Any]) -> None:
        """A function for statements; the same arguments must always give the same answer."""
        self._db.create_function(name, arguments, function, deterministic=True)

    @contextmanager
    def all_or_nothing(self, name: str = "part") -> Iterator[None]:
        """What happens in it is kept whole, or, where an error leaves it, not at all. One may stand in another."""
        self._db.execute(f"savepoint {name}")
        try:
            yield
        except BaseException:
            self._counted.clear()
            self._db.execute(f"rollback to {name}")
            raise
        finally:
            self._db.execute(f"release {name}")

    # --- rows ---

    def insert(self, stream: str, id: Id, values: Mapping[str, Any], at: int, shown: int | None = None) -> Row:
        """A new row. shown: the moment from which lists show it; None: at once."""
        self._counted.clear()
        self._db.execute("insert into row values (?, ?, ?, ?, ?, null)", (stream, id, encoded(values), at, at))
        if shown is not None and shown > at:
            self._db.execute("insert into stale values (?, ?, null, ?, ?, null, ?)", (stream, id, at, at, shown))
        return Row(id, dict(values), at, at)

    def insert_many(self, stream: str, rows: Iterable[tuple[Id, Mapping[str, Any], int, int]]) -> None:
        """New rows that lists show at once: id, values, created, changed."""
        self._counted.clear()
        self._db.executemany(
            "insert into row values (?, ?, ?, ?, ?, null)",
            ((stream, id, encoded(values), created, changed) for id, values, created, changed in rows),
        )

    def write(self, stream: str, row: Row, shown: int | None = None) -> None:
        """The row is now this, archived or alive. shown: the moment from which lists show it so."""
        self._counted.clear()
        if shown is not None:
            self._keep_shown(stream, row.id, shown)
        self._db.execute(
            "update row set body = ?, created = ?, changed = ?, archived = ? where stream = ? and id = ?",
            (encoded(row.values), row.created, row.changed, row.archived, stream, row.id),
        )

    def drop(self, stream: str, id: Id, shown: int | None = None) -> None:
        """It is gone without a trace, with its unique values, relations and history."""
        self._counted.clear()
        if shown is not None:
            self._keep_shown(stream, id, shown)
        self._db.execute("delete from row where stream = ? and id = ?", (stream, id))
        self.let_go(stream, id)
        self._db.execute("delete from relation where stream = ? and id = ?", (stream, id))
        self._db.execute("delete from relation where other = ? and other_id = ?", (stream, id))
        self._db.execute("delete from history where stream = ? and id = ?", (stream, id))

    def get(self, stream: str, id: Id) -> Row | None:
        """The row as it is, archived or not."""
        found = self._db.execute(f"select {COLUMNS} from row where stream = ? and id = ?", (stream, id)).fetchone()
        return decoded(found) if found else None

    def many(self, stream: str, ids: Iterable[Id]) -> dict[Id, Row]:
        """Those of these rows that are there, archived or not."""
        found: dict[Id, Row] = {}
        rest = iter(ids)
        while some := list(islice(rest, MOST_AT_ONCE)):
            marks = ", ".join("?" * len(some))
            rows = self._db.execute(
                f"select {COLUMNS} from row where stream = ? and id in ({marks})", (stream, *some)
            ).fetchall()
            found.update((one[0], decoded(one)) for one in rows)
        return found

    def page(self, stream: str, after: Id | None, limit: int, archived: bool = False) -> list[Row]:
        """Rows behind that id, by id, as they are."""
        behind, parameters = ("", ()) if after is None else (" and id > ?", (after,))
        alive = "archived is not null" if archived else "archived is null"
        rows = self._db.execute(
            f"select {COLUMNS} from row indexed by {'row_archived' if archived else 'row_by_id'}"
            f" where stream = ? and {alive}{behind} order by id limit ?",
            (stream, *parameters, limit),
        ).fetchall()
        return [decoded(row) for row in rows]

    def select(
        self, stream: str, where: str = "1", parameters: Sequence[Any] = (), order: str = "id",
        limit: int = -1, offset: int = 0, at: int | None = None,
    ) -> list[Row]:  # fmt: skip
        """Living rows for which `where` holds: SQL over id, body, created and changed; see `field` for what body holds.

        at: what lists show at that moment; None: the rows as they are.
        """
        source, ahead = self._source(stream, where, parameters, at)
        rows = self._db.execute(
            f"select {COLUMNS} from {source} order by {order} limit ? offset ?", (*ahead, limit, offset)
        ).fetchall()
        return [decoded(row) for row in rows]

    def count(self, stream: str, where: str = "1", parameters: Sequence[Any] = (), at: int | None = None) -> int:
        """How many `select` would find without a limit."""
        now = NOW.format(where)
        key = (now, (stream, *parameters))
        if key not in self._counted:  # counted once, until a row is written
            self._counted[key] = self._count(*key)
        if at is None or not self._lags(stream, at):
            return self._counted[key]
        hidden = self._count(f"{now} and id in ({LATE})", (stream, *parameters, stream, at))
        return self._counted[key] - hidden + self._count(SHOWN.format(where), (stream, at, *parameters))

    def _count(self, source: str, parameters: tuple[Any, ...]) -> int:
        return int(self.run(f"select count(*) from {source}", parameters)[0][0])

    def _source(
        self, stream: str, where: str, parameters: Sequence[Any], at: int | None
    ) -> tuple[str, tuple[Any, ...]]:  # fmt: skip
        now = NOW.format(where)
        if at is None or not self._lags(stream, at):
            return now, (stream, *parameters)
        shown = SHOWN.format(where)
        source = f"(select {COLUMNS} from {now} and id not in ({LATE}) union all select {COLUMNS} from {shown})"
        return source, (stream, *parameters, stream, at, stream, at, *parameters)

    def _lags(self, stream: str, at: int) -> bool:
        return bool(self.run("select 1 from stale where stream = ? and until > ? limit 1", (stream, at)))

    def _keep_shown(self, stream: str, id: Id, until: int) -> None:
        """Lists go on showing the row as it is now until then."""
        # of two writes of one moment the first has said already what is shown
        self._db.execute(
            f"insert into stale select stream, {COLUMNS}, ? from row where stream = ? and id = ?"
            " and not exists (select 1 from stale where stream = ? and id = ? and until = ?)",
            (until, stream, id, stream, id, until),
        )

    def forget_shown(self, at: int) -> None:
        """What lists no longer show at that moment."""
        self._db.execute("delete from stale where until <= ?", (at,))

    # --- unique values ---

    def hold(self, stream: str, name: str, value: Any, id: Id) -> None:
        """This row alone has that value of `name`; what it had before is free. None: it has none. Raises Taken."""
        by = None if value is None else self.holder(stream, name, value)
        if by is not None and by != id:
            raise Taken(name, value, by)
        self._db.execute("delete from held where stream = ? and id = ? and name = ?", (stream, id, name))
        self.hold_also(stream, name, value, id)

    def hold_also(self, stream: str, name: str, value: Any, id: Id) -> None:
        """The same for one more value of `name`, which the caller knows to be free."""
        if value is not None:
            self._db.execute("insert or replace into held values (?, ?, ?, ?)", (stream, name, value, id))

    def hold_many(self, stream: str, name: str, values: Iterable[tuple[Any, Id]]) -> None:
        """The same for many new rows."""
        self._db.executemany("insert into held values (?, ?, ?, ?)", ((stream, name, *each) for each in values))

    def holder(self, stream: str, name: str, value: Any) -> Id | None:
        """The row that has that value."""
        found = self.run("select id from held where stream = ? and name = ? and value = ?", (stream, name, value))
        return found[0][0] if found else None

    def let_go(self, stream: str, id: Id) -> None:
        """All unique values of a row are free."""
        self._db.execute("delete from held where stream = ? and id = ?", (stream, id))

    # --- numbers and settings ---

    def next(self, name: str, first: int = 1, many: int = 1) -> int:
        """The next number of that name, the first of so many that are taken."""
        last = self.run(
            "insert into sequence values (?, ?) on conflict do update set last = last + ? returning last",
            (name, first + many - 1, many),
        )[0][0]
        return int(last) - many + 1

    def setting(self, name: str, default: Any = None) -> Any:
        """A JSON value of that name."""
        found = self.run("select body from setting where name = ?", (name,))
        return msgspec.json.decode(found[0][0]) if found else default

    def settings(self, prefix: str) -> dict[str, Any]:
        """All whose name begins so, by the rest of the name, in the order of names."""
        found = self.run(
            "select name, body from setting where substr(name, 1, ?) = ? order by name", (len(prefix), prefix)
        )
        return {name[len(prefix) :]: msgspec.json.decode(body) for name, body in found}

    def set(self, name: str, value: Any) -> None:
        """Keeps it; None: it is gone."""
        if value is None:
            self._db.execute("delete from setting where name = ?", (name,))
        else:
            self._db.execute("insert or replace into setting values (?, ?)", (name, encoded(value)))


def field(name: str) -> str:
    """The SQL for one field of a row's values. Raises ValueError for a name that is none."""
    if not name.replace("_", "a").replace(".", "a").isalnum():
        raise ValueError(f"{name!r} is no field name")
    return f"json_extract(body, '$.\"{name}\"')"


def encoded(value: Any) -> str:
    """A JSON value as text."""
    return msgspec.json.encode(value).decode()


def decoded(row: Sequence[Any]) -> Row:
    """One row of the table."""
    return Row(row[0], msgspec.json.decode(row[1]), row[2], row[3], row[4])
