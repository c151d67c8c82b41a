"""Links and how many are active: every statement on `link`, `link_row` and `link_count`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ClauseElement, Select, and_, bindparam, func, literal_column, or_, select, update

from syncline.ledger import opened
from syncline.ledger.coding import Remembered, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.open_items import of_link
from syncline.ledger.rows import ROW, Row, at_rows, by_stream, dropping, here
from syncline.ledger.schema import link, link_count, link_row
from syncline.ledger.statement import Session, Statement, adding, page, saving
from syncline.model.link import Link

coded = Remembered(Link)

SAVE = saving("Keeps links", link)
BEFORE = Statement(
    "Links as they are now: row and state",
    ("ids",),
    lambda d: select(link.c.id, link.c.system, link.c.stream, link.c.external_id, link.c.state).where(
        d.one_of(link.c.id, "ids")
    ),
)
ADD_ROWS = adding("Gives rows to links, one link to a row", link_row)
DROP_ROWS = dropping("Takes rows from links", link_row)
SAVE_FINGERPRINTS = Statement(
    "Keeps fingerprints that changed",
    ("fingerprint", *ROW, "fingerprint_before"),
    lambda d: (
        update(link_row)
        .values(fingerprint=bindparam("fingerprint"))
        .where(*here(link_row, *ROW), link_row.c.fingerprint != bindparam("fingerprint_before"))
    ),
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
AT_ROWS = Statement(
    "Links by external id",
    ("system", "stream", "ids"),
    lambda d: (
        select(link_row.c.external_id, link.c.body)
        .join_from(link_row, link, link.c.id == link_row.c.link)
        .where(*here(link_row, "system", "stream"), d.one_of(link_row.c.external_id, "ids"))
    ),
)
FINGERPRINTS = at_rows("Fingerprints of links by external id", link_row, "fingerprint")
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
COUNT_DUE = Statement(
    "How many links are due by then",
    ("system", "stream", "upto"),
    lambda d: (
        select(func.count())
        .select_from(link)
        .where(
            link.c.system == bindparam("system"),
            link.c.stream == bindparam("stream"),
            link.c.due_at <= bindparam("upto"),
        )
    ),
)
ACTIVE = Statement(
    "How many links of a stream are active",
    ("system", "stream"),
    lambda d: select(link_count.c.active).where(
        link_count.c.system == bindparam("system"), link_count.c.stream == bindparam("stream")
    ),
)


def living() -> Select[tuple[str]]:
    """External ids of a stream's links whose row must be there; what is out of sight sleeps without a fingerprint."""
    awake = link.c.state.in_([literal_column("'active'"), literal_column("'shadow'")])
    asleep = and_(link.c.state == literal_column("'asleep'"), func.length(link_row.c.fingerprint) > literal_column("0"))
    found = select(link_row.c.external_id).join_from(link_row, link, link.c.id == link_row.c.link)
    return found.where(*here(link_row, "system", "stream"), or_(awake, asleep))


LIVING_OF = Statement(
    "Which rows must be there",
    ("system", "stream", "ids"),
    lambda d: living().where(d.one_of(link_row.c.external_id, "ids")),
)
LIVING_AFTER = Statement(
    "Rows beyond an id that must be there, in order",
    ("system", "stream", "after", "limit"),
    lambda d: page(living().where(link_row.c.external_id > bindparam("after")).order_by(link_row.c.external_id)),
)


def add_up(d: Dialect) -> ClauseElement:
    """Adds to the number that is there."""
    insert = d.insert(link_count).inline()
    number = link_count.c.active + insert.excluded.active
    return insert.on_conflict_do_update(index_elements=["system", "stream"], set_={"active": number})  # type: ignore[no-any-return]


COUNT = Statement("Counts links that became active, or ceased to be", ("system", "stream", "active"), add_up)


def save(session: Session, links: Sequence[Link]) -> None:
    """The last state of each, the rows they point to, how many are active now, and what is open on them."""
    last = {one.id: one for one in links}
    before = session.rows(BEFORE, (session.pack(list(last)),))
    session.many(SAVE, map(columns, last.values()))
    save_rows(session, last.values(), {one[0]: one[1:4] for one in before if one[3] is not None})
    count(session, last.values(), [one[1:3] for one in before if one[4] == "active"])
    opened.replace_of_links(session, last, [item for one in last.values() for item in of_link(one)])


def save_rows(session: Session, links: Collection[Link], before: Mapping[int, Row]) -> None:
    """Rows that links left go first, so that another may have them."""
    rows = {one.id: (one.system, one.stream, one.external_id) for one in links}
    left = [row for lid, row in before.items() if rows[lid] != row]
    session.many(DROP_ROWS, left)
    found = [one for one in links if one.external_id is not None]
    new = [one for one in found if before.get(one.id) != rows[one.id]]
    kept = [one for one in found if before.get(one.id) == rows[one.id]]
    session.many(ADD_ROWS, ((*rows[one.id], one.id, one.fingerprint) for one in new))
    session.many(SAVE_FINGERPRINTS, ((one.fingerprint, *rows[one.id], one.fingerprint) for one in kept))


def count(session: Session, links: Collection[Link], before: Iterable[tuple[str, str]]) -> None:
    """How many became active, less how many were."""
    moved = Counter((one.system, one.stream) for one in links if one.state == "active")
    moved.subtract(before)
    session.many(COUNT, sorted((*stream, number) for stream, number in moved.items() if number))


def columns(one: Link) -> tuple[object, ...]:
    """A link as a row. While a receipt is awaited it is not due, except a birth, which is to be resolved."""
    due = one.due_at if one.writing is None or one.state == "birth" else None
    return (
        one.id, one.record, one.system, one.stream, one.external_id, one.state, due, encode(one)
    )  # fmt: skip


def by_id(session: Session, ids: Iterable[int]) -> Mapping[int, Link]:
    """In the order asked for."""
    wanted = list(ids)
    found = dict(session.rows(BY_ID, (session.pack(wanted),)))
    return {lid: coded.decode(found[lid]) for lid in wanted if lid in found}


def of_records(session: Session, records: Iterable[int]) -> Mapping[int, Sequence[Link]]:
    """In the order asked for; a record without links has an empty list."""
    found: dict[int, list[Link]] = {rid: [] for rid in records}
    for rid, body in session.rows(OF_RECORDS, (session.pack(list(found)),)):
        found[rid].append(coded.decode(body))
    return found


def of_rows(session: Session, rows: Iterable[Row]) -> Mapping[Row, Link]:
    """In the order asked for."""
    wanted = list(rows)
    found = {}
    for (system, stream), ids in by_stream(wanted).items():
        for external_id, body in session.rows(AT_ROWS, (system, stream, session.pack(ids))):
            found[system, stream, external_id] = body
    return {row: coded.decode(found[row]) for row in wanted if row in found}


def fingerprints(session: Session, system: str, stream: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Of those that are known."""
    return dict(session.rows(FINGERPRINTS, (system, stream, session.pack(ids))))


def living_of(session: Session, system: str, stream: str, ids: Sequence[str]) -> Sequence[str]:
    """Of these."""
    return [one for (one,) in session.rows(LIVING_OF, (system, stream, session.pack(ids)))]


def living_after(session: Session, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
    """A page."""
    return [one for (one,) in session.rows(LIVING_AFTER, (system, stream, after, limit))]


def due(session: Session, system: str, stream: str, now: float, limit: int) -> Sequence[Link]:
    """What must be told now."""
    return [coded.decode(body) for (body,) in session.rows(DUE, (system, stream, now, limit))]


def count_due(session: Session, system: str, stream: str, upto: float) -> int:
    """By the index of what is due."""
    return int(session.rows(COUNT_DUE, (system, stream, upto))[0][0])


def active(session: Session, system: str, stream: str) -> int:
    """A number that is kept, not counted."""
    found = session.rows(ACTIVE, (system, stream))
    return int(found[0][0]) if found else 0
