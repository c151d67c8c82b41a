"""Which ledger a hub wrote last, and how far: kept beside it, so that one that went back is noticed.

It is written after a run was committed, once for each run, and never before: what it says is at most behind. A file
that is not there says nothing; one that is there and says nothing may have said that all must be read anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from syncline.ledger.about import About
from syncline.ledger.errors import LedgerError
from syncline.ledger.sql import SqlLedger

SUFFIX = ".epoch"
MODE = 0o600


class Epoch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """ledger: which one. run: the last run that it holds. stale: why all must be read anew before anything is written.

    counted: of a ledger that is to be read anew: its numbers go on behind all that were ever given out.
    """

    ledger: str
    run: int = 0
    stale: str = ""
    counted: bool = False


class WentBack(LedgerError):
    """The ledger is not the one that this hub wrote last; `remedy` says what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


RESTORE = "put a backup in its place: syncline restore FILE; to go on without one: syncline baseline anew"
ANEW = "a person said that it is read anew"
UNREADABLE = "{file} is damaged: nobody knows whether the ledger beside it was restored from a backup"
MANY = 1_000_000
"""More numbers than were ever given out since a backup."""


def beside(where: Path) -> Path:
    """The file of a ledger at this path."""
    return where.with_suffix(SUFFIX)


def read(where: Path) -> Epoch | None:
    """What is known of the ledger at this path; of a damaged file, that all must be read anew. # I4"""
    file = beside(where)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Epoch)
    except OSError:  # without it the hub does its work as well
        return None
    except msgspec.DecodeError:
        return Epoch(ledger="", stale=UNREADABLE.format(file=file))


def write(where: Path, epoch: Epoch) -> None:
    """Replaces the file at once: whoever reads it sees the old one or the new one, also after a power cut.

    That a ledger went back is on the disk when this returns; that it went on may be lost, and is then said again.
    """
    file = beside(where)
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(descriptor, "wb") as text:
        text.write(msgspec.json.encode(epoch))
        text.flush()
        os.fsync(text.fileno())
    fresh.replace(file)
    if epoch.stale:
        synced(file.parent)


def synced(path: Path) -> None:
    """It is on the disk before the next step."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def gone(where: Path) -> WentBack | None:
    """What to say of a ledger that is not there although the hub has written one."""
    epoch = read(where)
    if epoch is None or where.exists():
        return None
    return WentBack(f"The ledger {where} is gone, but this hub has written before (run {epoch.run}).", RESTORE)


def check_there(where: Path, *, anew: bool) -> None:
    """Raises that, unless a person says that the hub begins anew."""
    problem = gone(where)
    if problem is not None and not anew:
        raise problem


# ---- a ledger that was opened
def went_back(ledger: SqlLedger, where: Path, hub: str, *, anew: bool) -> str:
    """Why all must be read anew before anything is written; empty: the ledger is as the hub left it.

    anew: a person says that the hub goes on with this one. Raises WentBack where it is not this hub's, or another one.
    """
    about, epoch, latest = ledger.about(), read(where), latest_of(ledger)
    if not anew:
        problem = strange(where, hub, about, epoch, latest)
        if problem is not None:
            raise problem
    why = ANEW if anew else stale(epoch, latest)
    if why and not (epoch is not None and epoch.counted):
        ledger.skip_numbers(MANY)  # I4: a key made of one that was given out before would name another row
    if about.hub != hub:
        ledger.belong(hub)
    return why


def strange(where: Path, hub: str, about: About, epoch: Epoch | None, latest: int) -> WentBack | None:
    """What to say of a ledger of somebody else."""
    if about.hub not in ("", hub):
        why = f"The ledger {where} is of the hub {about.hub}, and hub.yaml is of the hub {hub}."
        renamed = "if it only got another name: syncline baseline anew"
        return WentBack(why, f"name a ledger for each hub: --ledger FILE; {renamed}")
    if epoch is None or epoch.ledger in ("", about.ledger):
        return None
    is_one = "is empty" if latest == 0 else f"is another one (run {latest})"
    return WentBack(
        f"The ledger {where} {is_one}: this hub has written one before that is not there any more (run {epoch.run}).",
        RESTORE,
    )


def stale(epoch: Epoch | None, latest: int) -> str:
    """Does it end before the hub had come to an end?"""
    if epoch is None:
        return ""
    behind = f"the ledger ends with run {latest}, and this hub had come to run {epoch.run}"
    return epoch.stale or (behind if latest < epoch.run else "")


def latest_of(ledger: SqlLedger) -> int:
    """Its last run; 0: it has none."""
    found = ledger.runs(1)
    return found[0].id if found else 0


def follow(ledger: SqlLedger, where: Path) -> None:
    """From now on the file says how far this ledger is."""
    name = ledger.about().ledger

    def heard(run: int) -> None:
        try:
            write(where, Epoch(ledger=name, run=run))
        except OSError:  # the run is committed all the same; the next one writes it again
            return

    latest = latest_of(ledger)
    if latest or read(where) is not None:
        heard(latest)
    ledger.heard = heard
