"""Relations between rows of a store, and the history of their fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from syncline.sandbox.store import MOST_AT_ONCE, Id, Store, encoded


@dataclass(frozen=True, slots=True)
class Relation:
    """One direction: from a row to another. A relation that is read both ways is two of them."""

    stream: str
    id: Id
    other: str
    other_id: Id
    kind: str = ""
    body: Any = None


@dataclass(frozen=True, slots=True)
class Former:
    """A value that a field had from that moment (microseconds) on."""

    value: Any
    at: int
    source: str


def relate(store: Store, relations: Iterable[Relation]) -> None:
    """Each is there, once."""
    store.run_many(
        "insert or replace into relation values (?, ?, ?, ?, ?, ?)",
        ((r.stream, r.id, r.other, r.other_id, r.kind, encoded(r.body)) for r in relations),
    )


def unrelate(store: Store, stream: str, id: Id, other: str, other_id: Id, kind: str | None = None) -> int:
    """Takes away one direction, of one kind or of all; says how many were there."""
    where, parameters = ("", ()) if kind is None else (" and kind = ?", (kind,))
    gone = store.run(
        "delete from relation where stream = ? and id = ? and other = ? and other_id = ?" + where + " returning 1",
        (stream, id, other, other_id, *parameters),
    )
    return len(gone)


def related(store: Store, stream: str, ids: Sequence[Id], other: str | None = None) -> dict[Id, list[Relation]]:
    """What leaves these rows, by row, in the order of the other ids."""
    found: dict[Id, list[Relation]] = {id: [] for id in ids}
    to, parameters = ("", ()) if other is None else (" and other = ?", (other,))
    for start in range(0, len(ids), MOST_AT_ONCE):
        some = ids[start : start + MOST_AT_ONCE]
        rows = store.run(
            f"select * from relation where stream = ? and id in ({', '.join('?' * len(some))}){to}"
            " order by id, other, other_id, kind",
            (stream, *some, *parameters),
        )
        for row in rows:
            source, id, to_stream, to_id, kind, body = row
            found[id].append(Relation(source, id, to_stream, to_id, kind, msgspec.json.decode(body)))
    return found


def remember(store: Store, stream: str, id: Id, name: str, value: Any, at: int, source: str) -> None:
    """The field has this value since then."""
    store.run("insert into history values (?, ?, ?, ?, ?, ?)", (stream, id, name, encoded(value), at, source))


def history(store: Store, stream: str, id: Id, name: str) -> list[Former]:
    """All values of a field that were remembered, the newest first."""
    rows = store.run(
        "select value, at, source from history where stream = ? and id = ? and name = ? order by rowid desc",
        (stream, id, name),
    )
    return [Former(msgspec.json.decode(value), at, source) for value, at, source in rows]
