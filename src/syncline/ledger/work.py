"""What the hub does and did: `intent`, `run`, `told`, `dirty`, `wake`, `system_state` and `counter`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ClauseElement, bindparam, delete, func, literal_column, select

from syncline.ledger.coding import decoder, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.schema import counter, dirty, intent, record, run, system_state, told, wake
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.intent import Intent
from syncline.model.rows import Run, SystemState, Wake

decode_intent, decode_run, decode_state = decoder(Intent), decoder(Run), decoder(SystemState)

# ---- intents
SAVE_INTENTS = saving("Journals writes", intent)
INTENTS = Statement(
    "Intents by id",
    ("ids",),
    lambda d: select(intent.c.id, intent.c.body).where(d.one_of(intent.c.id, "ids")),
)
INTENTS_OF_RUN = Statement(
    "What a run wrote, in order",
    ("run",),
    lambda d: select(intent.c.body).where(intent.c.run == bindparam("run")).order_by(intent.c.id),
)
INTENTS_SENT = Statement(
    "Intents without a receipt",
    (),
    lambda d: select(intent.c.body).where(intent.c.state == literal_column("'sent'")).order_by(intent.c.id),
)


def save_intents(session: Session, intents: Sequence[Intent]) -> None:
    """The last state of each."""
    session.many(SAVE_INTENTS, ((one.id, one.run, one.state, encode(one)) for one in intents))


def intents(session: Session, ids: Iterable[int]) -> Mapping[int, Intent]:
    """In the order asked for."""
    wanted = list(ids)
    found = dict(session.rows(INTENTS, (session.pack(wanted),)))
    return {iid: decode_intent(found[iid]) for iid in wanted if iid in found}


def intents_of_run(session: Session, number: int) -> Sequence[Intent]:
    """In the order they were decided."""
    return [decode_intent(body) for (body,) in session.rows(INTENTS_OF_RUN, (number,))]


def intents_sent(session: Session) -> Sequence[Intent]:
    """In the order they were decided."""
    return [decode_intent(body) for (body,) in session.rows(INTENTS_SENT)]


# ---- runs, and what brakes count
SAVE_RUN = saving("Keeps runs", run)
RUNS = Statement(
    "The latest runs, newest first", ("limit",), lambda d: page(select(run.c.body).order_by(run.c.id.desc()))
)


def count(d: Dialect) -> ClauseElement:
    """One row per moment: writes of the same receipt are one number."""
    insert = d.insert(told).inline()
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["system", "stream", "kind", "at"], set_={"number": told.c.number + insert.excluded.number}
    )


COUNT_TOLD = Statement("Counts delivered writes for the brakes", ("system", "stream", "kind", "at", "number"), count)
TOLD_SINCE = Statement(
    "How many writes of a kind were delivered since",
    ("system", "stream", "kind", "since"),
    lambda d: select(func.coalesce(func.sum(told.c.number), literal_column("0"))).where(
        told.c.system == bindparam("system"), told.c.stream == bindparam("stream"),
        told.c.kind == bindparam("kind"), told.c.at >= bindparam("since"),
    ),
)  # fmt: skip


def save_runs(session: Session, runs: Sequence[Run]) -> None:
    """The last state of each."""
    session.many(SAVE_RUN, ((one.id, one.kind, one.at, encode(one)) for one in runs))


def latest_runs(session: Session, limit: int) -> Sequence[Run]:
    """Newest first."""
    return [decode_run(body) for (body,) in session.rows(RUNS, (limit,))]


def count_told(session: Session, counts: Sequence[tuple[str, str, str, float, int]]) -> None:
    """Delivered now."""
    session.many(COUNT_TOLD, counts)


def told_since(session: Session, system: str, stream: str, kind: str, since: float) -> int:
    """A sum over the window of a brake."""
    return int(session.rows(TOLD_SINCE, (system, stream, kind, since))[0][0])


# ---- dirty marks
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


def clean(session: Session, records: Sequence[int]) -> None:
    """No longer dirty."""
    session.many(CLEAN, ((rid,) for rid in records))


def marked(session: Session, limit: int) -> Sequence[int]:
    """The oldest marks."""
    return [rid for (rid,) in session.rows(DIRTY, (limit,))]


# ---- wakes
PUT_WAKE = saving("Derive records again at a moment, one per record", wake)
DROP_WAKE = Statement("Forgets wakes", ("record",), lambda d: delete(wake).where(wake.c.record == bindparam("record")))
WAKES = Statement(
    "Wakes that are due, oldest first",
    ("now", "limit"),
    lambda d: page(select(wake).where(wake.c.at <= bindparam("now")).order_by(wake.c.at, wake.c.record)),
)


def put_wakes(session: Session, wakes: Sequence[Wake]) -> None:
    """The last one of each record."""
    session.many(PUT_WAKE, ((one.record, one.at, one.why) for one in wakes))


def drop_wakes(session: Session, records: Sequence[int]) -> None:
    """Woken."""
    session.many(DROP_WAKE, ((rid,) for rid in records))


def wakes_due(session: Session, now: float, limit: int) -> Sequence[Wake]:
    """A batch to wake."""
    return [Wake(record=rid, at=at, why=why) for rid, at, why in session.rows(WAKES, (now, limit))]


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


# ---- counters
RESERVE = saving("Reserves the numbers up to one", counter)
RESERVED = Statement("The numbers reserved so far", (), lambda d: select(counter.c.name, counter.c.reserved))


def reserve(session: Session, upto: Mapping[str, int]) -> None:
    """Never to be given out again."""
    session.many(RESERVE, list(upto.items()))


def reserved(session: Session) -> dict[str, int]:
    """By counter."""
    return dict(session.rows(RESERVED))
