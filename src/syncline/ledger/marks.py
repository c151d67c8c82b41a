"""What is to be derived again and when, and the hub's small facts.

Every statement on `dirty`, `wake`, `armed`, `system_state`, `own_field` and `counter`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ClauseElement, Select, bindparam, delete, exists, select

from syncline.ledger.coding import decoder, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.schema import armed, counter, dirty, link, own_field, record, system_state, wake
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.rows import Armed, OwnField, SystemState, Wake

decode_state, decode_armed, decode_own = decoder(SystemState), decoder(Armed), decoder(OwnField)


# ---- dirty marks
def unborn() -> Select[tuple[int]]:
    """Records of an entity that have no link in a stream, of whatever state."""
    here = exists().where(
        link.c.record == record.c.id, *(link.c[name] == bindparam(name) for name in ("system", "stream"))
    )
    return select(record.c.id).where(record.c.entity == bindparam("entity"), ~here)


MARK = Statement(
    "Marks records to be derived again; an older mark keeps its place",
    ("record",),
    lambda d: d.insert(dirty).values(record=bindparam("record")).inline().on_conflict_do_nothing(),
)
MARK_ENTITY = Statement(
    "Marks every record of entities",
    ("entities",),
    lambda d: (
        d.insert(dirty)
        .from_select(
            ["record"],
            select(record.c.id).where(d.one_of(record.c.entity, "entities")).order_by(record.c.id),
        )
        .inline()
        .on_conflict_do_nothing()
    ),
)
MARK_UNBORN = Statement(
    "Marks every record of an entity without a link in a stream",
    ("entity", "system", "stream"),
    lambda d: d.insert(dirty).from_select(["record"], unborn().order_by(record.c.id)).inline().on_conflict_do_nothing(),
)
CLEAN = Statement(
    "Records were derived", ("record",), lambda d: delete(dirty).where(dirty.c.record == bindparam("record"))
)
DIRTY = Statement(
    "Records to be derived again, oldest mark first",
    ("limit",),
    lambda d: page(select(dirty.c.record).order_by(dirty.c.number)),
)


def mark(session: Session, records: Sequence[int]) -> None:
    """In this order, behind older marks."""
    session.many(MARK, ((rid,) for rid in records))


def mark_entities(session: Session, entities: Sequence[str]) -> None:
    """In one statement, however many records there are."""
    session.do(MARK_ENTITY, (session.pack(entities),))


def mark_unborn(session: Session, streams: Sequence[tuple[str, str, str]]) -> None:
    """(entity, system, stream) of each."""
    for stream in streams:
        session.do(MARK_UNBORN, stream)


def clean(session: Session, records: Sequence[int]) -> None:
    """No longer dirty."""
    session.many(CLEAN, ((rid,) for rid in records))


def marked(session: Session, limit: int) -> Sequence[int]:
    """The oldest marks."""
    return [rid for (rid,) in session.rows(DIRTY, (limit,))]


# ---- wakes
def put_wake(d: Dialect) -> ClauseElement:
    """One per record; of two the earlier stands."""
    insert = d.insert(wake).inline()
    new = insert.excluded
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["record"], set_={"at": new.at, "why": new.why}, where=new.at < wake.c.at
    )


PUT_WAKE = Statement("Derive records again at a moment", ("record", "at", "why"), put_wake)
DROP_WAKE = Statement("Forgets wakes", ("record",), lambda d: delete(wake).where(wake.c.record == bindparam("record")))
WAKES = Statement(
    "Wakes that are due, oldest first",
    ("now", "limit"),
    lambda d: page(select(wake).where(wake.c.at <= bindparam("now")).order_by(wake.c.at, wake.c.record)),
)


def put_wakes(session: Session, wakes: Sequence[Wake]) -> None:
    """Of two for one record the earlier moment stands."""
    session.many(PUT_WAKE, ((one.record, one.at, one.why) for one in wakes))


def drop_wakes(session: Session, records: Sequence[int]) -> None:
    """Woken."""
    session.many(DROP_WAKE, ((rid,) for rid in records))


def wakes_due(session: Session, now: float, limit: int) -> Sequence[Wake]:
    """A batch to wake."""
    return [Wake(record=rid, at=at, why=why) for rid, at, why in session.rows(WAKES, (now, limit))]


# ---- rules
ARM = saving("Keeps how far rules are from being armed", armed)
ARMED = Statement("How far each rule is from being armed", (), lambda d: select(armed.c.body).order_by(armed.c.rule))


def arm(session: Session, rules: Sequence[Armed]) -> None:
    """The last state of each."""
    session.many(ARM, ((one.rule, encode(one)) for one in rules))


def armed_rules(session: Session) -> Mapping[str, Armed]:
    """By name; there are few."""
    found = [decode_armed(body) for (body,) in session.rows(ARMED)]
    return {one.rule: one for one in found}


# ---- systems
SAVE_STATE = saving("Keeps whether systems may be spoken to", system_state)
STATE = Statement(
    "May a system be spoken to?",
    ("system",),
    lambda d: select(system_state.c.body).where(system_state.c.system == bindparam("system")),
)


def save_states(session: Session, states: Sequence[SystemState]) -> None:
    """The last state of each."""
    session.many(SAVE_STATE, ((one.system, encode(one)) for one in states))


def state_of(session: Session, system: str) -> SystemState:
    """A system that nothing is known of may be spoken to."""
    found = session.rows(STATE, (system,))
    return decode_state(found[0][0]) if found else SystemState(system=system)


# ---- fields of ours
SAVE_OWN = saving("Keeps what is known of fields of ours", own_field)
OWN = Statement(
    "What is known of fields of ours in a system",
    ("system",),
    lambda d: (
        select(own_field.c.body)
        .where(own_field.c.system == bindparam("system"))
        .order_by(own_field.c.stream, own_field.c.name)
    ),
)


def save_own_fields(session: Session, rows: Sequence[OwnField]) -> None:
    """The last that is known of each."""
    session.many(SAVE_OWN, ((one.system, one.stream, one.name, encode(one)) for one in rows))


def own_fields_of(session: Session, system: str) -> Sequence[OwnField]:
    """By stream and name; there are few."""
    return [decode_own(body) for (body,) in session.rows(OWN, (system,))]


# ---- counters
RESERVE = saving("Reserves the numbers up to one", counter)
RESERVED = Statement("The numbers reserved so far", (), lambda d: select(counter.c.name, counter.c.reserved))


def reserve(session: Session, upto: Mapping[str, int]) -> None:
    """Never to be given out again."""
    session.many(RESERVE, list(upto.items()))


def reserved(session: Session) -> dict[str, int]:
    """By counter."""
    return dict(session.rows(RESERVED))
