"""Who may write: one process at a time holds the hub's lease. Every statement on `lease`.

A fencing number goes up whenever the lease changes hands, and each unit checks its own in its transaction: a
process that slept while another took over changes nothing any more.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import bindparam, literal_column, select, update

from syncline.ledger.errors import LeaseHeld, LeaseLost
from syncline.ledger.schema import lease
from syncline.ledger.statement import Session, Statement, saving

TAKE = saving("Takes the lease", lease)
CURRENT = Statement("The lease as it is", (), lambda d: select(lease))
PROLONG = Statement(
    "Prolongs the lease of a fencing number",
    ("until", "fencing"),
    lambda d: update(lease).values(until=bindparam("until")).where(lease.c.fencing == bindparam("fencing")),
)
STANDING = Statement(
    "Until when a fencing number stands",
    ("fencing",),
    lambda d: select(lease.c.until).where(lease.c.fencing == bindparam("fencing"), lease.c.id == literal_column("1")),
)

GIVEN_BACK = 0.0
"""The end of a lease that nobody holds."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process: what it calls itself, its machine, and its number with the moment it began, where one can tell."""

    owner: str
    host: str
    process: str

    @staticmethod
    def here(owner: str) -> Holder:
        """This process."""
        return Holder(owner=owner, host=platform.node(), process=process_named(os.getpid()))

    def is_gone(self) -> bool:
        """Is it a process of this machine that does not run any more? Of other machines nobody can tell."""
        pid = int(self.process.split("@")[0])
        return self.host == platform.node() and not (runs(pid) and process_named(pid) == self.process)


def process_named(pid: int) -> str:
    """A process number is used again after a while, and at once in a container: the start of the process tells."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return str(pid)
    after_name = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return f"{pid}@{after_name[19]}"


def runs(pid: int) -> bool:
    """Is there such a process?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def take(session: Session, holder: Holder, now: float, seconds: float, path: Path) -> int:
    """Takes the lease, or says who holds it. Returns the fencing number."""
    fencing = 1
    for _, owner, host, process, last, since, until in session.rows(CURRENT):
        other = Holder(owner=owner, host=host, process=process)
        if until > now and not other.is_gone():
            raise LeaseHeld(held(path, other, since, until))
        fencing = last + 1
    session.do(TAKE, (1, holder.owner, holder.host, holder.process, fencing, now, now + seconds))
    return fencing


def held(path: Path, other: Holder, since: float, until: float) -> str:
    """Who writes, since when, and what to do."""
    pid = other.process.split("@")[0]
    return (
        f"{path} is being written by {other.owner} (process {pid} on {other.host}) since {shown(since)}. "
        f"Stop that one first, or open the ledger to look only; "
        f"if it is gone, its lease ends by itself at {shown(until)}"
    )


def shown(moment: float) -> str:
    """For people."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who holds the lease: what it calls itself, its process and machine, and since when."""

    owner: str
    host: str
    process: str
    since: float


def writer(session: Session, now: float) -> Writer | None:
    """Who holds the lease now; None: nobody, or a process that is gone."""
    for _, owner, host, process, _, since, until in session.rows(CURRENT):
        if until > now and not Holder(owner=owner, host=host, process=process).is_gone():
            return Writer(owner=owner, host=host, process=process.split("@")[0], since=since)
    return None


def stands(session: Session, fencing: int) -> bool:
    """Did nobody take over since?"""
    return bool(session.rows(STANDING, (fencing,)))


def hold(session: Session, fencing: int, now: float, seconds: float) -> None:
    """In every unit's transaction: the lease is still ours, and goes on. It is written only every now and then."""
    until = session.rows(STANDING, (fencing,))
    if not until:
        raise LeaseLost(LeaseLost.__doc__)
    if until[0][0] - now < seconds / 2:
        session.do(PROLONG, (now + seconds, fencing))


def give_back(session: Session, fencing: int) -> None:
    """Nobody holds it; the fencing number stays."""
    session.do(PROLONG, (GIVEN_BACK, fencing))
