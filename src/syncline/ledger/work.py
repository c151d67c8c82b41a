"""What the hub wrote and may not write yet: every statement on `intent`, `run`, `told` and `held`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ClauseElement, bindparam, delete, func, literal_column, select

from syncline.ledger.coding import decoder, encode
from syncline.ledger.dialect import Dialect
from syncline.ledger.rows import here
from syncline.ledger.schema import held, intent, run, told
from syncline.ledger.statement import Session, Statement, page, saving
from syncline.model.intent import Intent
from syncline.model.rows import Held, Run

decode_intent, decode_run, decode_held = decoder(Intent), decoder(Run), decoder(Held)

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
INTENTS_OF_LINK = Statement(
    "What was written to a row, in order",
    ("link",),
    lambda d: select(intent.c.body).where(intent.c.link == bindparam("link")).order_by(intent.c.id),
)
WRITTEN_OF_RUN = Statement(
    "How much a run wrote, by kind and by what took it back",
    ("run",),
    lambda d: (
        select(intent.c.kind, intent.c.undone_by, func.count(literal_column("1")))
        .where(
            intent.c.run == bindparam("run"),
            intent.c.state.in_((literal_column("'done'"), literal_column("'unknown'"))),
        )
        .group_by(intent.c.kind, intent.c.undone_by)
    ),
)
INTENTS_SENT = Statement(
    "Intents without a receipt",
    (),
    lambda d: select(intent.c.body).where(intent.c.state == literal_column("'sent'")).order_by(intent.c.id),
)


def save_intents(session: Session, intents: Sequence[Intent]) -> None:
    """The last state of each."""
    session.many(
        SAVE_INTENTS, ((one.id, one.run, one.link, one.kind, one.state, one.undone_by, encode(one)) for one in intents)
    )


def intents(session: Session, ids: Iterable[int]) -> Mapping[int, Intent]:
    """In the order asked for."""
    wanted = list(ids)
    found = dict(session.rows(INTENTS, (session.pack(wanted),)))
    return {iid: decode_intent(found[iid]) for iid in wanted if iid in found}


def intents_of_run(session: Session, number: int) -> Sequence[Intent]:
    """In the order they were decided."""
    return [decode_intent(body) for (body,) in session.rows(INTENTS_OF_RUN, (number,))]


def intents_of_link(session: Session, number: int) -> Sequence[Intent]:
    """In the order they were decided."""
    return [decode_intent(body) for (body,) in session.rows(INTENTS_OF_LINK, (number,))]


def written_of_run(session: Session, number: int) -> Sequence[tuple[str, int | None, int]]:
    """(kind, the run that took it back, how many), of what systems took, or may have."""
    return [tuple(row) for row in session.rows(WRITTEN_OF_RUN, (number,))]


def intents_sent(session: Session) -> Sequence[Intent]:
    """In the order they were decided."""
    return [decode_intent(body) for (body,) in session.rows(INTENTS_SENT)]


# ---- runs, and what brakes count
SAVE_RUN = saving("Keeps runs", run)
RUN = Statement("A run by its number", ("number",), lambda d: select(run.c.body).where(run.c.id == bindparam("number")))
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


def run_of(session: Session, number: int) -> Run | None:
    """By its number."""
    found = session.rows(RUN, (number,))
    return decode_run(found[0][0]) if found else None


def latest_runs(session: Session, limit: int) -> Sequence[Run]:
    """Newest first."""
    return [decode_run(body) for (body,) in session.rows(RUNS, (limit,))]


def count_told(session: Session, counts: Sequence[tuple[str, str, str, float, int]]) -> None:
    """Delivered now."""
    session.many(COUNT_TOLD, counts)


def told_since(session: Session, system: str, stream: str, kind: str, since: float) -> int:
    """A sum over the window of a brake."""
    return int(session.rows(TOLD_SINCE, (system, stream, kind, since))[0][0])


# ---- what a brake holds
HELD_KEY = ("system", "stream", "kind")
SAVE_HELD = saving("Keeps what waits for a person's release", held)
DROP_HELD = Statement(
    "Nothing of a kind is held any more",
    HELD_KEY,
    lambda d: delete(held).where(*here(held, *HELD_KEY)),
)
HELD = Statement(
    "What waits for a person's release",
    (),
    lambda d: select(held.c.body).order_by(*(held.c[name] for name in HELD_KEY)),
)


def save_held(session: Session, rows: Sequence[Held]) -> None:
    """The last state of each kind."""
    session.many(SAVE_HELD, ((one.system, one.stream, one.kind, encode(one)) for one in rows))


def drop_held(session: Session, rows: Sequence[Held]) -> None:
    """Released, or no longer due."""
    session.many(DROP_HELD, ((one.system, one.stream, one.kind) for one in rows))


def held_rows(session: Session) -> Sequence[Held]:
    """All of them; there are few."""
    return [decode_held(body) for (body,) in session.rows(HELD)]
