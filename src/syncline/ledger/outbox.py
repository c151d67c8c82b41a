"""Domain events on their way out: every statement on `event`.

One that a mode holds has a number below 0, which no reader of the outbox asks for; it gets its place in the order when
it is let go.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from syncline.ledger.coding import decoder, encode
from syncline.ledger.numbers import Numbers
from syncline.ledger.schema import event
from syncline.ledger.statement import Session, Statement, adding, page
from syncline.model.event import Event

decode = decoder(Event)

ADD = adding("Adds events to the outbox", event)
KNOWN = Statement(
    "Which of these events are there already",
    ("ids",),
    lambda d: select(event.c.id).where(d.one_of(event.c.id, "ids")),
)
AFTER = Statement(
    "Events beyond a number, in order",
    ("after", "limit"),
    lambda d: page(
        select(event.c.number, event.c.body).where(event.c.number > bindparam("after")).order_by(event.c.number)
    ),
)
HELD = Statement(
    "Events that are held, the oldest first",
    ("after", "limit"),
    lambda d: page(
        select(event.c.number, event.c.body).where(event.c.number < bindparam("after")).order_by(event.c.number.desc())
    ),
)
THESE = Statement(
    "These events, wherever they are",
    ("ids",),
    lambda d: select(event.c.number, event.c.body).where(d.one_of(event.c.id, "ids")),
)
DROP = Statement("Takes events away", ("ids",), lambda d: delete(event).where(d.one_of(event.c.id, "ids")))


def add(session: Session, numbers: Numbers, events: Sequence[Event], *, held: bool = False) -> None:
    """Each happening once, however often it was derived: an event that is there stays as it is."""
    first = {one.id: one for one in reversed(events)}
    known = {eid for (eid,) in session.rows(KNOWN, (session.pack(list(first)),))}
    new = [first[eid] for eid in dict.fromkeys(one.id for one in events) if eid not in known]
    start = numbers.block("event", len(new))
    placed = ((-number if held else number, one) for number, one in enumerate(new, start))
    session.many(ADD, ((number, one.id, one.type, one.at, encode(one)) for number, one in placed))


def release(session: Session, numbers: Numbers, ids: Sequence[str]) -> None:
    """What is held of these goes to the end of the outbox, in the order in which it happened."""
    rows = [(number, body) for number, body in session.rows(THESE, (session.pack(list(ids)),)) if number < 0]
    found = [decode(body) for _, body in sorted(rows, reverse=True)]
    if found:
        session.do(DROP, (session.pack([one.id for one in found]),))
        add(session, numbers, found)


def held(session: Session, after: int, limit: int) -> Sequence[tuple[int, Event]]:
    """A page of what is held, the oldest first; `after`: the number of the last one, 0 to begin with."""
    return [(n, decode(body)) for n, body in session.rows(HELD, (min(after, 0), limit))]


def after(session: Session, number: int, limit: int) -> Sequence[tuple[int, Event]]:
    """A page of the outbox."""
    return [(n, decode(body)) for n, body in session.rows(AFTER, (number, limit))]
