"""History: every statement on `history` and `history_value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from syncline.ledger.coding import decode_any, encode
from syncline.ledger.schema import history, history_value
from syncline.ledger.statement import Session, Statement, adding
from syncline.model.entry import Entry
from syncline.model.record import Value

ADD = adding("Adds to history", history)
ADD_VALUES = adding("Adds the values of history entries, which may be blanked later", history_value)
OF_RECORDS = Statement(
    "What happened to records, oldest first",
    ("ids",),
    lambda d: select(
        history.c.record, history.c.kind, history.c.field, history.c.link, history.c.at, history.c.run, history.c.why,
        history_value.c.before, history_value.c.after,
    )
    .join_from(history, history_value, history_value.c.entry == history.c.id, isouter=True)
    .where(d.one_of(history.c.record, "ids"))
    .order_by(history.c.id),
)  # fmt: skip


def add(session: Session, first: int, entries: Sequence[Entry]) -> None:
    """Entries with numbers from `first` on."""
    numbered = list(enumerate(entries, first))
    session.many(ADD, [(n, e.record, e.kind, e.field, e.link, e.at, e.run, e.why) for n, e in numbered])
    # EMPTY takes no room.
    values = [
        (n, None if e.before is None else encode(e.before), None if e.after is None else encode(e.after))
        for n, e in numbered if e.before is not None or e.after is not None
    ]  # fmt: skip
    session.many(ADD_VALUES, values)


def unpacked(data: bytes | None) -> Value:
    """A value, or EMPTY where there was none or it was blanked."""
    return None if data is None else decode_any(data)


def of_records(session: Session, records: Iterable[int]) -> Mapping[int, Sequence[Entry]]:
    """In the order asked for; a record without history has an empty list."""
    found: dict[int, list[Entry]] = {rid: [] for rid in records}
    for row in session.rows(OF_RECORDS, (session.pack(list(found)),)):
        found[row[0]].append(entry(*row))
    return found


def entry(
    record: int, kind: Any, field: str | None, link: int | None, at: float, run: int, why: str,
    before: bytes | None, after: bytes | None,
) -> Entry:  # fmt: skip
    """A row as it was added."""
    return Entry(
        kind=kind, record=record, field=field, link=link, before=unpacked(before), after=unpacked(after),
        at=at, run=run, why=why,
    )  # fmt: skip
