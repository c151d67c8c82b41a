"""The list of what is open: every statement on `open_item`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Select, bindparam, delete, literal_column, select, tuple_

from syncline.ledger.open_items import OpenItem, OpenKind
from syncline.ledger.schema import open_item
from syncline.ledger.statement import Session, Statement, adding, page

COLUMNS = OpenItem.__struct_fields__
KEY = [open_item.c.record, open_item.c.link, open_item.c.field, open_item.c.kind]
BEYOND = ("beyond_record", "beyond_link", "beyond_field", "beyond_kind")


def beyond() -> Select[Any]:
    """Items after one, in the order of their keys."""
    place = tuple_(*(bindparam(name, type_=column.type) for name, column in zip(BEYOND, KEY, strict=True)))
    return select(*(open_item.c[name] for name in COLUMNS)).where(tuple_(*KEY) > place).order_by(*KEY)


ADD = adding("Lists what is open", open_item)
CLOSE_RECORDS = Statement(
    "Forgets what was open on records themselves",
    ("ids",),
    lambda d: delete(open_item).where(d.one_of(open_item.c.record, "ids"), open_item.c.link == literal_column("0")),
)
CLOSE_LINKS = Statement(
    "Forgets what was open on links",
    ("ids",),
    lambda d: delete(open_item).where(d.one_of(open_item.c.link, "ids")),
)
ANY = Statement(
    "Is anything open at all?",
    (),
    lambda d: select(open_item.c.record).limit(literal_column("1")).offset(literal_column("0")),
)
LIST = Statement("What is open", (*BEYOND, "limit"), lambda d: page(beyond()))
LIST_KIND = Statement(
    "What is open, of one kind",
    (*BEYOND, "kind", "limit"),
    lambda d: page(beyond().where(open_item.c.kind == bindparam("kind"))),
)


def replace_of_records(session: Session, ids: Iterable[int], items: Sequence[OpenItem]) -> None:
    """What is open on these records themselves is exactly this."""
    replace(session, CLOSE_RECORDS, ids, items)


def replace_of_links(session: Session, ids: Iterable[int], items: Sequence[OpenItem]) -> None:
    """What is open on these links is exactly this."""
    replace(session, CLOSE_LINKS, ids, items)


def replace(session: Session, close: Statement, ids: Iterable[int], items: Sequence[OpenItem]) -> None:
    """Mostly nothing is open anywhere, which one look says at once."""
    if session.rows(ANY):
        session.do(close, (session.pack(list(ids)),))
    session.many(ADD, map(astuple, items))


def listed(session: Session, kind: OpenKind | None, after: OpenItem | None, limit: int) -> Sequence[OpenItem]:
    """A page of what is open, of one kind or of all."""
    place = (after.record, after.link, after.field, after.kind) if after is not None else (0, 0, "", "")
    found = session.rows(LIST_KIND, (*place, kind, limit)) if kind else session.rows(LIST, (*place, limit))
    return [OpenItem(**dict(zip(COLUMNS, row, strict=True))) for row in found]
