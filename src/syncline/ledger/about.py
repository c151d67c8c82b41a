"""Which ledger this is, and of which hub: every statement on `about`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from syncline.ledger.schema import about
from syncline.ledger.statement import Session, Statement

READ = Statement("Which ledger this is", (), lambda d: select(about.c.ledger, about.c.hub))
BELONGS = Statement("Says whose ledger it is", ("hub",), lambda d: update(about).values(hub=bindparam("hub")))


@dataclass(frozen=True, kw_only=True)
class About:
    """ledger: its own name, random and for ever the same, also in its copies. hub: whose it is; empty: nobody's yet."""

    ledger: str
    hub: str


def about_ledger(session: Session) -> About:
    """The one row."""
    ledger, hub = session.rows(READ)[0]
    return About(ledger=ledger, hub=hub)


def belong(session: Session, hub: str) -> None:
    """From now on."""
    session.do(BELONGS, (hub,))
