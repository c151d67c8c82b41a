"""How many there are of what, for people who look: every statement that counts across tables."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, func, literal_column, select

from syncline.ledger.schema import dirty, hint, link, link_count, open_item, parked_row, record
from syncline.ledger.statement import Session, Statement

ONE: ColumnElement[int] = literal_column("1")


class Counts(Struct, frozen=True, kw_only=True):
    """links (active ones), due, later, hints, parked: by (system, stream). open: by kind and code. records: by entity.

    due:    those that must be told something now; later: those that must be, at a later moment.
    parked: rows that belong to no record.
    dirty:  records still to be derived.
    """

    links: Mapping[tuple[str, str], int]
    due: Mapping[tuple[str, str], int]
    later: Mapping[tuple[str, str], int]
    hints: Mapping[tuple[str, str], int]
    parked: Mapping[tuple[str, str], int]
    open: Mapping[tuple[str, str], int]
    records: Mapping[str, int]
    dirty: int


LINKS = Statement("How many active links each stream has", (), lambda d: select(link_count))
DUE = Statement(
    "How many links of each stream must be told something now",
    ("now",),
    lambda d: (
        select(link.c.system, link.c.stream, func.count(ONE))
        .where(link.c.due_at.is_not(None), link.c.due_at <= bindparam("now"))
        .group_by(link.c.system, link.c.stream)
    ),
)
LATER = Statement(
    "How many links of each stream must be told something later",
    ("now",),
    lambda d: (
        select(link.c.system, link.c.stream, func.count(ONE))
        .where(link.c.due_at.is_not(None), link.c.due_at > bindparam("now"))
        .group_by(link.c.system, link.c.stream)
    ),
)
HINTS = Statement(
    "How many objects of each stream are to be looked at",
    (),
    lambda d: select(hint.c.system, hint.c.stream, func.count(ONE)).group_by(hint.c.system, hint.c.stream),
)
PARKED = Statement(
    "How many rows of each stream belong to no record",
    (),
    lambda d: select(parked_row.c.system, parked_row.c.stream, func.count(ONE)).group_by(
        parked_row.c.system, parked_row.c.stream
    ),
)
OPEN = Statement(
    "How many things are open, by kind and code",
    (),
    lambda d: select(open_item.c.kind, open_item.c.code, func.count(ONE)).group_by(open_item.c.kind, open_item.c.code),
)
RECORDS = Statement(
    "How many records there are of each entity",
    (),
    lambda d: select(record.c.entity, func.count(ONE)).group_by(record.c.entity),
)
DIRTY = Statement("How many records are to be derived", (), lambda d: select(func.count(ONE)).select_from(dirty))


def counted(session: Session, now: float) -> Counts:
    """All of it, as it is now."""
    return Counts(
        links={(system, stream): number for system, stream, number in session.rows(LINKS)},
        due={(system, stream): number for system, stream, number in session.rows(DUE, (now,))},
        later={(system, stream): number for system, stream, number in session.rows(LATER, (now,))},
        hints={(system, stream): number for system, stream, number in session.rows(HINTS)},
        parked={(system, stream): number for system, stream, number in session.rows(PARKED)},
        open={(kind, code): number for kind, code, number in session.rows(OPEN)},
        records=dict(session.rows(RECORDS)),
        dirty=session.rows(DIRTY)[0][0],
    )
