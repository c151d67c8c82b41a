"""What was used of long limits, for a restart to know. Every statement on `budget`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, select

from syncline.ledger.rows import here
from syncline.ledger.schema import budget
from syncline.ledger.sql import SqlLedger
from syncline.ledger.statement import Session, Statement, saving

LIMIT = ("system", "name")

KEEP = saving("Keeps what was used of a limit in stretches of its window", budget)
FORGET = Statement(
    "Forgets stretches that began before a moment",
    (*LIMIT, "began"),
    lambda d: delete(budget).where(*here(budget, *LIMIT), budget.c.began < bindparam("began")),
)
USED = Statement(
    "What was used of a limit, oldest stretch first",
    LIMIT,
    lambda d: select(budget.c.began, budget.c.used).where(*here(budget, *LIMIT)).order_by(budget.c.began),
)


class Budgets:
    """The use of long limits, on the ledger that this process writes."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger

    def used(self, system: str, limit: str) -> Sequence[tuple[float, int]]:
        """(beginning of a stretch, at most so many units were used in it), oldest first."""
        return [(began, used) for began, used in self.ledger.ask(used_of, system, limit)]

    def keep(self, system: str, limit: str, used: Mapping[float, int], since: float) -> None:
        """Writes these stretches down, and forgets those that began before `since`, in a unit of its own."""
        with self.ledger.unit(urgent=True) as unit:
            unit.keep("budget", keep, [(system, limit, used, since)])


def used_of(session: Session, system: str, limit: str) -> Sequence[tuple[float, int]]:
    """Of one limit."""
    return session.rows(USED, (system, limit))


def keep(session: Session, rows: Sequence[tuple[str, str, Mapping[float, int], float]]) -> None:
    """(system, limit, units by stretch, since) of each."""
    for system, limit, used, since in rows:
        session.many(KEEP, [(system, limit, began, units) for began, units in used.items()])
        session.do(FORGET, (system, limit, since))
