"""Links and how many are active: every statement on `link` and `link_count`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ClauseElement, bindparam, select

from syncline.ledger import opened
from syncline.ledger.coding import decoder, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.open_items import of_link
from syncline.ledger.rows import Row, at_rows, by_stream
from syncline.ledger.schema import link, link_count
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.link import Link

decode = decoder(Link)

SAVE = saving("Keeps links", link)
STATES = Statement(
    "Stream and state of links as they are now",
    ("ids",),
    lambda d: select(link.c.system, link.c.stream, link.c.state).where(d.one_of(link.c.id, "ids")),
)
BY_ID = Statement(
    "Links by id",
    ("ids",),
    lambda d: select(link.c.id, link.c.body).where(d.one_of(link.c.id, "ids")),
)
OF_RECORDS = Statement(
    "All links of records, oldest first",
    ("ids",),
    lambda d: select(link.c.record, link.c.body).where(d.one_of(link.c.record, "ids")).order_by(link.c.id),
)
AT_ROWS = at_rows("Links by external id", link, "body")
FINGERPRINTS = at_rows("Fingerprints of links by external id", link, "fingerprint")
DUE = Statement(
    "Links that are due, longest first",
    ("system", "stream", "now", "limit"),
    lambda d: page(
        select(link.c.body)
        .where(
            link.c.system == bindparam("system"),
            link.c.stream == bindparam("stream"),
            link.c.due_at <= bindparam("now"),
        )
        .order_by(link.c.due_at, link.c.id)
    ),
)
ACTIVE = Statement(
    "How many links of a stream are active",
    ("system", "stream"),
    lambda d: select(link_count.c.active).where(
        link_count.c.system == bindparam("system"), link_count.c.stream == bindparam("stream")
    ),
)


def add_up(d: Dialect) -> ClauseElement:
    """Adds to the number that is there."""
    insert = d.insert(link_count).inline()
    number = link_count.c.active + insert.excluded.active
    return insert.on_conflict_do_update(index_elements=["system", "stream"], set_={"active": number})  # type: ignore[no-any-return]


COUNT = Statement("Counts links that became active, or ceased to be", ("system", "stream", "active"), add_up)


def save(session: Session, links: Sequence[Link]) -> None:
    """The last state of each, how many are active now, and what is open on it."""
    last = {one.id: one for one in links}
    moved = Counter((one.system, one.stream) for one in last.values() if one.state == "active")
    for system, stream, state in session.rows(STATES, (session.pack(list(last)),)):
        if state == "active":
            moved[system, stream] -= 1
    session.many(SAVE, map(columns, last.values()))
    session.many(COUNT, sorted((*stream, number) for stream, number in moved.items() if number))
    opened.replace_of_links(session, last, [item for one in last.values() for item in of_link(one)])


def columns(one: Link) -> tuple[object, ...]:
    """A link as a row. While a receipt is awaited it is not due, except a birth, which is to be resolved."""
    due = one.due_at if one.writing is None or one.state == "birth" else None
    return (
        one.id, one.record, one.system, one.stream, one.external_id, one.state, one.fingerprint, due, encode(one)
    )  # fmt: skip


def by_id(session: Session, ids: Iterable[int]) -> Mapping[int, Link]:
    """In the order asked for."""
    wanted = list(ids)
    found = dict(session.rows(BY_ID, (session.pack(wanted),)))
    return {lid: decode(found[lid]) for lid in wanted if lid in found}


def of_records(session: Session, records: Iterable[int]) -> Mapping[int, Sequence[Link]]:
    """In the order asked for; a record without links has an empty list."""
    found: dict[int, list[Link]] = {rid: [] for rid in records}
    for rid, body in session.rows(OF_RECORDS, (session.pack(list(found)),)):
        found[rid].append(decode(body))
    return found


def of_rows(session: Session, rows: Iterable[Row]) -> Mapping[Row, Link]:
    """In the order asked for."""
    wanted = list(rows)
    found = {}
    for (system, stream), ids in by_stream(wanted).items():
        for external_id, body in session.rows(AT_ROWS, (system, stream, session.pack(ids))):
            found[system, stream, external_id] = body
    return {row: decode(found[row]) for row in wanted if row in found}


def fingerprints(session: Session, system: str, stream: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Of those that are known."""
    return dict(session.rows(FINGERPRINTS, (system, stream, session.pack(ids))))


def due(session: Session, system: str, stream: str, now: float, limit: int) -> Sequence[Link]:
    """What must be told now."""
    return [decode(body) for (body,) in session.rows(DUE, (system, stream, now, limit))]


def active(session: Session, system: str, stream: str) -> int:
    """A number that is kept, not counted."""
    found = session.rows(ACTIVE, (system, stream))
    return int(found[0][0]) if found else 0
