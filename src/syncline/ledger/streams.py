"""What is known of streams and their rows before any record: `cursor`, `staged`, `hint`, `parked_row`, `waiting`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, bindparam, delete, func, select

from syncline.identity.match import Key
from syncline.ledger.coding import decoder, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.rows import ROW, Row, any_of_stream, at_rows, by_stream, dropping, here
from syncline.ledger.schema import cursor, hint, parked_row, staged, waiting
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.rows import Cursor, Hint, ParkedRow, Staged

decode_cursor, decode_staged, decode_parked = decoder(Cursor), decoder(Staged), decoder(ParkedRow)


# ---- cursors
SAVE_CURSOR = saving("Keeps how far a read path was read", cursor)
CURSOR = Statement(
    "How far a read path was read",
    ("system", "stream", "path"),
    lambda d: select(cursor.c.body).where(*here(cursor, "system", "stream", "path")),
)


def save_cursor(session: Session, cursors: Sequence[Cursor]) -> None:
    """The last one of each path."""
    session.many(SAVE_CURSOR, ((one.system, one.stream, one.path, encode(one)) for one in cursors))


def cursor_of(session: Session, system: str, stream: str, path: Any) -> Cursor:
    """A new one where nothing was read yet."""
    found = session.rows(CURSOR, (system, stream, path))
    return decode_cursor(found[0][0]) if found else Cursor(system=system, stream=stream, path=path)


# ---- staged rows
STAGE = saving("Keeps rows of a baseline until it was read to its end", staged)
UNSTAGE = dropping("Forgets staged rows that were settled", staged)
STAGED = Statement(
    "Staged rows beyond an id, in order",
    ("system", "stream", "after", "limit"),
    lambda d: page(
        select(staged.c.body)
        .where(*here(staged, "system", "stream"), staged.c.external_id > bindparam("after"))
        .order_by(staged.c.external_id)
    ),
)


STAGED_AT = at_rows("Staged rows by external id", staged, "body")


def stage(session: Session, rows: Sequence[Staged]) -> None:
    """A page of a baseline."""
    session.many(STAGE, ((one.system, one.stream, one.id, encode(one)) for one in rows))


def unstage(session: Session, rows: Sequence[Staged]) -> None:
    """Settled."""
    session.many(UNSTAGE, ((one.system, one.stream, one.id) for one in rows))


def staged_after(session: Session, system: str, stream: str, after: str, limit: int) -> Sequence[Staged]:
    """A page of staged rows."""
    return [decode_staged(body) for (body,) in session.rows(STAGED, (system, stream, after, limit))]


def staged_at(session: Session, system: str, stream: str, ids: Sequence[str]) -> Sequence[Staged]:
    """Of these ids, in order."""
    found = session.rows(STAGED_AT, (system, stream, session.pack(list(ids))))
    return [decode_staged(body) for _, body in sorted(found)]


# ---- hints
def put_hint(d: Dialect) -> ClauseElement:
    """One per object; of two the earlier stands."""
    insert = d.insert(hint).inline()
    new = insert.excluded
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=ROW, set_={"at": new.at, "tries": new.tries}, where=new.at < hint.c.at
    )


PUT_HINT = Statement("Puts hints; of two the earlier moment stands", (*ROW, "at", "tries"), put_hint)
DROP_HINT = Statement(
    "Drops hints that are still the same",
    (*ROW, "at", "tries"),
    lambda d: delete(hint).where(*here(hint, *ROW, "at", "tries")),
)
HINTS = Statement(
    "Hints that are due, oldest first",
    ("system", "stream", "now", "limit"),
    lambda d: page(
        select(hint)
        .where(*here(hint, "system", "stream"), hint.c.at <= bindparam("now"))
        .order_by(hint.c.at, hint.c.external_id)
    ),
)


COUNT_HINTS = Statement(
    "How many objects of a stream are to be looked at",
    ("system", "stream"),
    lambda d: select(func.count()).select_from(hint).where(*here(hint, "system", "stream")),
)


def put_hints(session: Session, hints: Sequence[Hint]) -> None:
    """Look at these."""
    session.many(PUT_HINT, ((one.system, one.stream, one.id, one.at, one.tries) for one in hints))


def drop_hints(session: Session, hints: Sequence[Hint]) -> None:
    """Looked at; one that was put again meanwhile stays."""
    session.many(DROP_HINT, ((one.system, one.stream, one.id, one.at, one.tries) for one in hints))


def count_hints(session: Session, system: str, stream: str) -> int:
    """Those that are due, and those for later."""
    return int(session.rows(COUNT_HINTS, (system, stream))[0][0])


def hints_due(session: Session, system: str, stream: str, now: float, limit: int) -> Sequence[Hint]:
    """A batch to look at."""
    found = session.rows(HINTS, (system, stream, now, limit))
    return [Hint(system=s, stream=t, id=i, at=at, tries=tries) for s, t, i, at, tries in found]


# ---- parked rows
PARK = saving("Parks rows that belong to no record", parked_row)
UNPARK = dropping("Forgets parked rows that found their record", parked_row)
PARKED = at_rows("Parked rows by external id", parked_row, "body")
PARKED_FINGERPRINTS = at_rows("Fingerprints of parked rows by external id", parked_row, "fingerprint")
PARKED_BY_KEY = Statement(
    "Rows that were ambiguous by a match key",
    ("keys",),
    lambda d: (
        select(parked_row.c.body)
        .where(d.one_of(parked_row.c.match_key, "keys"))
        .order_by(*(parked_row.c[name] for name in ROW))
    ),
)
PARKED_AFTER = Statement(
    "Parked rows of a stream beyond an id, in order",
    ("system", "stream", "after", "limit"),
    lambda d: page(
        select(parked_row.c.body)
        .where(*here(parked_row, "system", "stream"), parked_row.c.external_id > bindparam("after"))
        .order_by(parked_row.c.external_id)
    ),
)


ANY_PARKED = any_of_stream("Is any row of a stream parked?", parked_row)


def park(session: Session, rows: Sequence[ParkedRow]) -> None:
    """Visible from now on."""
    session.many(
        PARK,
        ((r.system, r.stream, r.id, r.fingerprint, r.key, r.parking.code, encode(r)) for r in rows),
    )


def unpark(session: Session, rows: Sequence[Row]) -> None:
    """No longer parked."""
    for (system, stream), ids in by_stream(rows).items():
        if session.rows(ANY_PARKED, (system, stream)):
            session.many(UNPARK, ((system, stream, one) for one in ids))


def parked_at(session: Session, rows: Iterable[Row]) -> Mapping[Row, ParkedRow]:
    """In the order asked for."""
    wanted = list(rows)
    found = {}
    for (system, stream), ids in by_stream(wanted).items():
        if not session.rows(ANY_PARKED, (system, stream)):
            continue
        for external_id, body in session.rows(PARKED, (system, stream, session.pack(ids))):
            found[system, stream, external_id] = decode_parked(body)
    return {row: found[row] for row in wanted if row in found}


def parked_fingerprints(session: Session, system: str, stream: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Of those that are parked."""
    if not session.rows(ANY_PARKED, (system, stream)):
        return {}
    return dict(session.rows(PARKED_FINGERPRINTS, (system, stream, session.pack(ids))))


def parked_by_key(session: Session, keys: Iterable[Key]) -> Sequence[ParkedRow]:
    """In the order of their ids."""
    wanted = sorted({"\n".join(key) for key in keys})
    return [decode_parked(body) for (body,) in session.rows(PARKED_BY_KEY, (session.pack(wanted),))]


def parked_after(session: Session, system: str, stream: str, after: str, limit: int) -> Sequence[ParkedRow]:
    """A page of a stream's parked rows."""
    return [decode_parked(body) for (body,) in session.rows(PARKED_AFTER, (system, stream, after, limit))]


# ---- waiting rows
WAITING_ROW = ("waiting_system", "waiting_stream", "waiting_id")
WAIT = Statement(
    "Rows wait for a row to be linked",
    (*ROW, *WAITING_ROW),
    lambda d: d.insert(waiting).inline().on_conflict_do_nothing(),
)
STOP_WAITING = dropping("Nothing waits for these rows any more", waiting)
ANY_WAITED_FOR = any_of_stream("Is any row of a stream waited for?", waiting)
WAITING = at_rows("What waits for rows", waiting, *WAITING_ROW)


def wait(session: Session, pairs: Sequence[tuple[Row, Row]]) -> None:
    """(row, the row that waits for it)."""
    session.many(WAIT, ((*row, *waits) for row, waits in pairs))


def stop_waiting(session: Session, rows: Sequence[Row]) -> None:
    """They are linked."""
    session.many(STOP_WAITING, rows)


def waiting_for(session: Session, rows: Iterable[Row]) -> Mapping[Row, Sequence[Row]]:
    """In the order asked for; rows that nothing waits for are not in it."""
    wanted = list(rows)
    found: dict[Row, list[Row]] = defaultdict(list)
    for (system, stream), ids in by_stream(wanted).items():
        if not session.rows(ANY_WAITED_FOR, (system, stream)):
            continue
        for external_id, *waits in session.rows(WAITING, (system, stream, session.pack(ids))):
            found[system, stream, external_id].append((waits[0], waits[1], waits[2]))
    return {row: sorted(found[row]) for row in wanted if row in found}
