"""What the fields of streams looked like, and what has changed since: every statement on `compared`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from syncline.ledger.coding import decoder, encode
from syncline.ledger.schema import compared
from syncline.ledger.statement import Session, Statement, saving
from syncline.model.drift import Compared

decode = decoder(Compared)
SAVE = saving("Keeps what the fields of a stream look like", compared)
OF_SYSTEM = Statement(
    "What is known of the fields of a system's streams",
    ("system",),
    lambda d: select(compared.c.body).where(compared.c.system == bindparam("system")).order_by(compared.c.stream),
)


def save(session: Session, rows: Sequence[Compared]) -> None:
    """The last that is known of each stream."""
    session.many(SAVE, ((one.system, one.stream, encode(one)) for one in rows))


def of_system(session: Session, system: str) -> Sequence[Compared]:
    """By stream; there are few."""
    return [decode(body) for (body,) in session.rows(OF_SYSTEM, (system,))]
