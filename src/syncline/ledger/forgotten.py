"""What was observed of the systems is forgotten, as before a hub that never wrote reads them anew."""

from __future__ import annotations

from sqlalchemy import Table, delete, literal_column, select

from syncline.ledger.schema import (
    armed,
    cursor,
    dirty,
    event,
    held,
    hint,
    history,
    history_value,
    intent,
    link,
    link_count,
    link_row,
    match_key,
    open_item,
    parked_row,
    record,
    reference,
    staged,
    waiting,
    wake,
)
from syncline.ledger.statement import Session, Statement, page


def emptying(table: Table) -> Statement:
    """All rows of a table."""
    return Statement(f"Forgets every {table.name}", (), lambda d: delete(table))


HISTORY_VALUES, HISTORY = emptying(history_value), emptying(history)
LINK_ROWS, LINK_COUNTS, LINKS = emptying(link_row), emptying(link_count), emptying(link)
KEYS, REFERENCES, RECORDS = emptying(match_key), emptying(reference), emptying(record)
OPEN_ITEMS, HINTS, PARKED, WAITING = emptying(open_item), emptying(hint), emptying(parked_row), emptying(waiting)
CURSORS, STAGED, DIRTY, WAKES = emptying(cursor), emptying(staged), emptying(dirty), emptying(wake)
ARMED, HELD = emptying(armed), emptying(held)
HELD_EVENTS = Statement(
    "Forgets every event that was not let go", (), lambda d: delete(event).where(event.c.number < literal_column("0"))
)

OBSERVED = (
    HISTORY_VALUES, HISTORY, LINK_ROWS, LINK_COUNTS, LINKS, KEYS, REFERENCES, RECORDS, OPEN_ITEMS, HINTS, PARKED,
    WAITING, CURSORS, STAGED, DIRTY, WAKES, ARMED, HELD, HELD_EVENTS,
)  # fmt: skip
"""What rows showed, and what followed from it.

Runs, numbers, quotas, secrets, the outbox and what people coupled stay.
"""

ANY_INTENT = Statement(
    "Was anything ever written?",
    ("limit",),
    lambda d: page(select(intent.c.id).order_by(intent.c.id)),
)
ANY_EVENT = Statement(
    "Did anything ever happen that the world outside is told?",
    ("limit",),
    lambda d: page(select(event.c.number).where(event.c.number > literal_column("0")).order_by(event.c.number)),
)


def forget(session: Session, _: object) -> None:
    """All of it."""
    for one in OBSERVED:
        session.do(one)


def has_written(session: Session) -> bool:
    """Is there any intent, or any event in the outbox?"""
    return bool(session.rows(ANY_INTENT, (1,)) or session.rows(ANY_EVENT, (1,)))
