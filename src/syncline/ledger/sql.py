"""The ledger on SQL: opened with its lease, migrated, read by any thread, written one unit at a time."""

from __future__ import annotations

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from syncline.ledger import about, lease, marks
from syncline.ledger.about import About
from syncline.ledger.dialect import Sqlite, Synchronous
from syncline.ledger.errors import LedgerClosed, LedgerError, NoLedger, ReadOnly, UnitOpen, Unusable
from syncline.ledger.migrate import check_version, migrate, version_of
from syncline.ledger.numbers import Numbers
from syncline.ledger.reads import SqlReads
from syncline.ledger.statement import Session, Texts, connected
from syncline.ledger.turns import Turns
from syncline.ledger.unit import SqlUnit

P = ParamSpec("P")
T = TypeVar("T")

LEASE_SECONDS = 60.0


def open_ledger(
    where: str | Path, *, synchronous: Synchronous = "FULL", owner: str = "syncline", read_only: bool = False,
    clock: Callable[[], float] = time.time, lease_seconds: float = LEASE_SECONDS,
) -> SqlLedger:  # fmt: skip
    """Opens the ledger at a path or `sqlite:///path`; for writing it is made, migrated, and its lease taken.

    synchronous: FULL in production; OFF is for simulations, whose machine does not lose power.
    owner:       what the lease calls this process.
    read_only:   only looks; needs no lease and never waits for the process that writes.
    clock:       the lease's seconds; all processes on one ledger must mean the same by it.

    Raises LeaseHeld, NoLedger, Unusable or LedgerTooNew.
    """
    path = path_of(where)
    if read_only and not path.exists():
        raise NoLedger(f"there is no ledger at {path}; it is made by the first command that writes")
    dialect = Sqlite(path=path, synchronous=synchronous)
    engine = dialect.engine(read_only=read_only)
    texts = Texts(dialect, engine)
    try:
        if read_only:
            with engine.connect() as connection:
                check_version(version_of(connection), path)
            return SqlLedger(texts, None, Numbers({}))
        return open_to_write(texts, path, lease.Holder.here(owner), clock, lease_seconds)
    except (DatabaseError, sqlite3.DatabaseError) as error:
        engine.dispose()
        if not read_only and "locked" in str(error):
            raise
        raise Unusable(path, error) from error
    except BaseException:
        engine.dispose()
        raise


def path_of(where: str | Path) -> Path:
    """A file: units and readers are different connections, which nothing joins in memory."""
    scheme, _, path = str(where).rpartition(":///")
    if scheme not in ("", "sqlite") or "://" in path:
        raise LedgerError(f"{where} is no ledger this version can open; say a file, or sqlite:///FILE")
    if path in ("", ":memory:"):
        raise LedgerError("a ledger is a file; for tests without one there is syncline.testing.memory")
    return Path(path)


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """The lease that this process took."""

    fencing: int
    clock: Callable[[], float]
    seconds: float


def open_to_write(
    texts: Texts, path: Path, holder: lease.Holder, clock: Callable[[], float], seconds: float
) -> SqlLedger:
    """In one transaction: nobody else migrates a ledger that is in use, or one that is being migrated."""
    with texts.engine.begin() as connection:
        session = Session(connection.connection, texts)
        session.begin()
        version = version_of(connection)
        fencing = lease.take(session, holder, clock(), seconds, path) if version is not None else None
        migrate(connection, version, path)
        if fencing is None:
            fencing = lease.take(session, holder, clock(), seconds, path)
        numbers = Numbers(marks.reserved(session))
    return SqlLedger(texts, Tenure(fencing=fencing, clock=clock, seconds=seconds), numbers)


class SqlLedger(SqlReads):
    """Any thread may read at any time; units follow one another."""

    def __init__(self, texts: Texts, tenure: Tenure | None, numbers: Numbers) -> None:
        self.texts, self.tenure, self.numbers = texts, tenure, numbers
        self.turns = Turns()
        self.committed = 0
        self.closed = False
        self.latest = 0
        self.heard: Callable[[int], None] = nobody_hears
        self.engine: Engine = texts.engine

    def ask(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """On a connection of the pool, outside any transaction."""
        with self.session() as session:
            return question(session, *args, **kwargs)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A connection for a while."""
        if self.closed:
            raise LedgerClosed(LedgerClosed.__doc__)
        with connected(self.texts) as session:
            yield session

    def urgent(self) -> UrgentLedger:
        """The same ledger for work that somebody waits for: its units come before all others that wait."""
        return UrgentLedger(self)

    @contextmanager
    def unit(self, *, urgent: bool = False) -> Iterator[SqlUnit]:
        """Commits at its end, or leaves no trace when it is left by an exception."""
        if self.tenure is None:
            raise ReadOnly(ReadOnly.__doc__)
        if self.turns.is_mine():
            raise UnitOpen(UnitOpen.__doc__)
        with self.turns.turn(urgent=urgent), self.session() as session, collector_at_rest():
            with transaction(session):
                lease.hold(session, self.tenure.fencing, self.tenure.clock(), self.tenure.seconds)
                # Nobody else writes while the lease is held: a unit with the next number saw what this one left.
                unit = SqlUnit(session, self.numbers, self.committed + 1)
                yield unit
                unit.flush()
            self.committed += 1
            self.numbers.reserved.update(unit.reserved)
            if unit.latest > self.latest:
                self.latest = unit.latest
                self.heard(self.latest)

    def about(self) -> About:
        """Which ledger this is, and of which hub."""
        return self.ask(about.about_ledger)

    def belong(self, hub: str) -> None:
        """It is this hub's from now on."""
        with self.unit() as unit:
            about.belong(unit.session, hub)

    def skip_numbers(self, many: int) -> None:
        """So many of each counter are never given out: another ledger may have."""
        with self.unit():
            self.numbers.skip(many)

    def close(self) -> None:
        """Gives the lease back. What another process took over meanwhile is left alone."""
        if self.closed:
            return
        if self.tenure is not None:
            with self.turns.turn(urgent=True), self.session() as session, transaction(session):
                if lease.stands(session, self.tenure.fencing):
                    marks.reserve(session, self.numbers.given)  # the rest of each block was never given out
                    lease.give_back(session, self.tenure.fencing)
        self.closed = True
        self.engine.dispose()

    def __enter__(self) -> SqlLedger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class UrgentLedger(SqlReads):
    """A ledger whose units do not wait behind bulk work."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger

    def ask(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As the ledger does."""
        return self.ledger.ask(question, *args, **kwargs)

    def unit(self) -> AbstractContextManager[SqlUnit]:
        """The next turn."""
        return self.ledger.unit(urgent=True)


def nobody_hears(run: int) -> None:
    """The default for `SqlLedger.heard`, which hears of the highest run that was committed."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """A unit holds many thousand values that none of its steps lets go: to look through them again and again for
    circles was a third of its time. What it let go is found after its end.
    """
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """All of it or nothing, whatever ends it."""
    session.begin()
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
