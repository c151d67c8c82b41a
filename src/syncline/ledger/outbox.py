"""Domain events on their way out: every statement on `event`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

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


def add(session: Session, numbers: Numbers, events: Sequence[Event]) -> None:
    """Each happening once, however often it was derived: an event that is there stays as it is."""
    first = {one.id: one for one in reversed(events)}
    known = {eid for (eid,) in session.rows(KNOWN, (session.pack(list(first)),))}
    new = [first[eid] for eid in dict.fromkeys(one.id for one in events) if eid not in known]
    start = numbers.block("event", len(new))
    session.many(ADD, ((number, one.id, one.type, one.at, encode(one)) for number, one in enumerate(new, start)))


def after(session: Session, number: int, limit: int) -> Sequence[tuple[int, Event]]:
    """A page of the outbox."""
    return [(n, decode(body)) for n, body in session.rows(AFTER, (number, limit))]
