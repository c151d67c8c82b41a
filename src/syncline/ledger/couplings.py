"""Rows that somebody said are one thing: every statement on `coupling`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, or_, select, tuple_

from syncline.ledger.coding import decoder, encode
from syncline.ledger.rows import ROW, Row, any_of_stream, at_rows, by_stream, here
from syncline.ledger.schema import coupling, link_row
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.rows import Coupling

decode = decoder(Coupling)
OTHER = ("other_system", "other_stream", "other_id")
KEY = [coupling.c[name] for name in (*ROW, *OTHER)]
BEYOND = tuple(f"beyond_{column.name}" for column in KEY)
STANDS = coupling.c.ended.is_(None)

SAVE = saving("Keeps couplings", coupling)
ANY_ONE = any_of_stream("Is any row of a stream coupled?", coupling)
ANY_OTHER = Statement(
    "Is any row of a stream coupled, as the later name of the two?",
    ("system", "stream"),
    lambda d: (
        select(coupling.c.system)
        .where(coupling.c.other_system == bindparam("system"), coupling.c.other_stream == bindparam("stream"))
        .limit(literal_column("1"))
        .offset(literal_column("0"))
    ),
)
AT_ONE = at_rows("Couplings of rows, by the first name", coupling, "ended", "body")
AT_OTHER = Statement(
    "Couplings of rows, by the later name",
    ("system", "stream", "ids"),
    lambda d: select(coupling.c.other_id, coupling.c.ended, coupling.c.body).where(
        coupling.c.other_system == bindparam("system"), coupling.c.other_stream == bindparam("stream"),
        d.one_of(coupling.c.other_id, "ids"),
    ),
)  # fmt: skip
IDS_ONE = Statement(
    "Coupled rows of a stream beyond an id, by the first name",
    ("system", "stream", "after", "limit"),
    lambda d: page(
        select(coupling.c.external_id)
        .where(*here(coupling, "system", "stream"), coupling.c.external_id > bindparam("after"), STANDS)
        .order_by(coupling.c.external_id)
    ),
)
IDS_OTHER = Statement(
    "Coupled rows of a stream beyond an id, by the later name",
    ("system", "stream", "after", "limit"),
    lambda d: page(
        select(coupling.c.other_id)
        .where(
            coupling.c.other_system == bindparam("system"), coupling.c.other_stream == bindparam("stream"),
            coupling.c.other_id > bindparam("after"), STANDS,
        )
        .order_by(coupling.c.other_id)
    ),
)  # fmt: skip


def beyond() -> Select[tuple[bytes]]:
    """Couplings after one, in the order of their keys."""
    place = tuple_(*(bindparam(name, type_=column.type) for name, column in zip(BEYOND, KEY, strict=True)))
    return select(coupling.c.body).where(tuple_(*KEY) > place).order_by(*KEY)


def unknown(names: Sequence[str]) -> ColumnElement[bool]:
    """Has the row of these columns no link?"""
    same = [link_row.c[name] == coupling.c[other] for name, other in zip(ROW, names, strict=True)]
    return ~exists(select(link_row.c.link).where(*same).correlate(coupling))


WAIT = or_(unknown(ROW), unknown(OTHER))
OF_RUN = Statement(
    "What a run coupled, and still is",
    (*BEYOND, "run", "limit"),
    lambda d: page(beyond().where(coupling.c.run == bindparam("run"), STANDS)),
)
ENDED_BY = Statement(
    "The couplings that a run took back",
    (*BEYOND, "run", "limit"),
    lambda d: page(beyond().where(coupling.c.ended == bindparam("run"))),
)
WAITING = Statement(
    "Couplings one of whose rows was not read", (*BEYOND, "limit"), lambda d: page(beyond().where(STANDS, WAIT))
)
COUNT_WAITING = Statement(
    "How many couplings name a row that was not read",
    (),
    lambda d: select(func.count(literal_column("1"))).select_from(coupling).where(STANDS, WAIT),
)


def save(session: Session, rows: Sequence[Coupling]) -> None:
    """The last state of each pair."""
    session.many(SAVE, ((*one.one, *one.other, one.run, one.ended, encode(one)) for one in rows))


def at(session: Session, rows: Iterable[Row]) -> Mapping[Row, Sequence[Coupling]]:
    """What stands, by row; rows that are not coupled are not in it."""
    found: dict[Row, list[Coupling]] = defaultdict(list)
    for (system, stream), ids in by_stream(rows).items():
        for some, these in ((ANY_ONE, AT_ONE), (ANY_OTHER, AT_OTHER)):
            if session.rows(some, (system, stream)):
                for external_id, ended, body in session.rows(these, (system, stream, session.pack(ids))):
                    if ended is None:
                        found[system, stream, external_id].append(decode(body))
    return {row: sorted(several, key=name_of) for row, several in found.items()}


def ids(session: Session, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
    """A page of the coupled rows of a stream, each once, in order."""
    found = [session.rows(one, (system, stream, after, limit)) for one in (IDS_ONE, IDS_OTHER)]
    return sorted({external_id for rows in found for (external_id,) in rows})[:limit]


def of_run(session: Session, run: int, ended: bool, after: Coupling | None, limit: int) -> Sequence[Coupling]:
    """What a run said, or (ended) took back."""
    question = ENDED_BY if ended else OF_RUN
    return [decode(body) for (body,) in session.rows(question, (*place_of(after), run, limit))]


def waiting(session: Session, after: Coupling | None, limit: int) -> Sequence[Coupling]:
    """Those that cannot join anything yet."""
    return [decode(body) for (body,) in session.rows(WAITING, (*place_of(after), limit))]


def count_waiting(session: Session) -> int:
    """How many these are."""
    return int(session.rows(COUNT_WAITING)[0][0])


def place_of(after: Coupling | None) -> tuple[str, ...]:
    """Where the next page begins."""
    return ("",) * len(KEY) if after is None else (*after.one, *after.other)


def name_of(one: Coupling) -> tuple[Row, Row]:
    """What tells one from another."""
    return one.one, one.other
