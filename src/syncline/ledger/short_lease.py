"""What one process at a time does for a short while. Every statement on `short_lease`.

Like the hub's lease, with a name: a fencing number goes up whenever it changes hands, so that whoever slept can
tell. The row of one that was given back is gone; one that is left behind says that somebody did not come to an end.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from syncline.ledger.lease import Holder
from syncline.ledger.rows import here
from syncline.ledger.schema import short_lease
from syncline.ledger.statement import Session, Statement, saving

TAKE = saving("Takes a short lease", short_lease)
CURRENT = Statement(
    "A short lease as it is", ("name",), lambda d: select(short_lease).where(*here(short_lease, "name"))
)
GIVE_BACK = Statement(
    "Gives a short lease back",
    ("name", "fencing"),
    lambda d: delete(short_lease).where(*here(short_lease, "name", "fencing")),
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A short lease that is ours. abandoned: since when somebody had it who never gave it back."""

    name: str
    fencing: int
    abandoned: float | None = None


@dataclass(frozen=True, kw_only=True)
class Other:
    """Somebody else has it, until this moment if they do not come to an end."""

    owner: str
    process: str
    host: str
    until: float


def take(session: Session, name: str, holder: Holder, now: float, seconds: float) -> Taken | Other:
    """In a transaction: takes it if it is free, ended, or its holder gone."""
    fencing, abandoned = 1, None
    for _, owner, host, process, last, since, until in session.rows(CURRENT, (name,)):
        other = Holder(owner=owner, host=host, process=process)
        if until > now and not other.is_gone():
            return Other(owner=owner, process=process.split("@")[0], host=host, until=until)
        fencing, abandoned = last + 1, since
    session.do(TAKE, (name, holder.owner, holder.host, holder.process, fencing, now, now + seconds))
    return Taken(name=name, fencing=fencing, abandoned=abandoned)


def stands(session: Session, taken: Taken) -> bool:
    """Did nobody take over since?"""
    return any(row[4] == taken.fencing for row in session.rows(CURRENT, (taken.name,)))


def give_back(session: Session, taken: Taken) -> None:
    """Ended as it should."""
    session.do(GIVE_BACK, (taken.name, taken.fencing))
