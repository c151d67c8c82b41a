"""What commands ask of the service that holds the lease, and what it answers. Every statement on `request`.

The one table that another process writes while a service runs. A row is taken by one service at most, under its
fencing number; one that is not taken in time, or whose service is gone, is done by nobody. Answers may hold personal
data: they are dropped after a day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, delete, literal_column, or_, select, update

from syncline.ledger import lease
from syncline.ledger.dialect import Sqlite
from syncline.ledger.lease import Holder
from syncline.ledger.schema import request
from syncline.ledger.sql import path_of, transaction
from syncline.ledger.statement import Rows, Statement, Texts, connected

State = Literal["waiting", "taken", "done", "gone"]

SERVICE = "syncline run"
"""What the lease calls a process that serves requests."""

KEPT_SECONDS = 24 * 3600.0
"""How long an answer can be fetched."""

BUSY_SECONDS = 30.0
"""How long a row waits for a transaction of the service, which is over in a second or two."""


ID = request.c.id == bindparam("id")
WAITING: ColumnElement[bool] = request.c.state == literal_column("'waiting'")  # as its index has it
MINE = request.c.taker == bindparam("taker")
GIVEN = ("who", "at", "until", "declaration", "act")


def becomes(state: State, *names: str) -> dict[str, object]:
    """What an update sets: the state, and columns by parameters of their names."""
    return {"state": literal_column(f"'{state}'"), **{name: bindparam(name) for name in names}}


ADD = Statement(
    "Hands an act over", GIVEN,
    lambda d: d.insert(request).values({**becomes("waiting", *GIVEN)}).returning(request.c.id),
)  # fmt: skip
ONE = Statement("A request", ("id",), lambda d: select(request).where(ID))
OLDEST = Statement(
    "The requests that wait, oldest first", ("now",),
    lambda d: select(request).where(WAITING, request.c.until >= bindparam("now")).order_by(request.c.id),
)  # fmt: skip
TAKE = Statement(
    "Takes a request", ("taker", "id"),
    lambda d: update(request).values(becomes("taken", "taker")).where(WAITING, ID).returning(request.c.id),
)  # fmt: skip
WITHDRAW = Statement(
    "Withdraws a request that nobody took", ("ended", "id"),
    lambda d: update(request).values(becomes("gone", "ended")).where(WAITING, ID).returning(request.c.id),
)  # fmt: skip
SAY = Statement(
    "How far a request is", ("progress", "id", "taker"),
    lambda d: update(request).values(progress=bindparam("progress")).where(ID, MINE),
)  # fmt: skip
ANSWER = Statement(
    "Answers a request", ("answer", "ended", "id", "taker"),
    lambda d: update(request).values(becomes("done", "answer", "ended")).where(ID, MINE),
)  # fmt: skip
LEFT = Statement(
    "Ends what another service took, and what nobody took in time", ("ended", "taker", "now"),
    lambda d: update(request).values(becomes("gone", "ended")).where(
        or_(
            (request.c.state == literal_column("'taken'")) & (request.c.taker != bindparam("taker")),
            WAITING & (request.c.until < bindparam("now")),
        )
    ),
)  # fmt: skip
LOST = Statement(
    "Ends a request whose service is gone", ("ended", "id", "taker"),
    lambda d: update(request)
    .values(becomes("gone", "ended"))
    .where(ID, MINE, request.c.state == literal_column("'taken'")),
)  # fmt: skip
FORGET = Statement(
    "Drops old answers", ("before",), lambda d: delete(request).where(request.c.ended < bindparam("before"))
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A row. until: nobody takes it later; declaration: hash of the one it was asked under; taker: a fencing number."""

    id: int
    who: str
    at: float
    until: float
    declaration: str
    act: bytes
    state: State
    taker: int | None = None
    progress: bytes | None = None
    answer: bytes | None = None
    ended: float | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Who holds the hub's lease; `holder` is None where nobody does, or where it was a process that is gone."""

    holder: Holder | None
    fencing: int
    since: float
    until: float


class Requests:
    """The requests of one ledger, for any thread and beside any process. clock: the wall's seconds."""

    def __init__(self, texts: Texts, clock: Callable[[], float]) -> None:
        self.texts, self.clock = texts, clock

    # ---- who asks
    def ask(self, act: bytes, who: str, declaration: str, patience: float) -> int:
        """Hands an act over; nobody takes it after so many seconds. Returns its number."""
        now = self.clock()
        with connected(self.texts) as session:
            return int(session.rows(ADD, (who, now, now + patience, declaration, act))[0][0])

    def one(self, number: int) -> Request | None:
        """A request as it is; None where it is forgotten already."""
        with connected(self.texts) as session:
            found = requests_of(session.rows(ONE, (number,)))
        return found[0] if found else None

    def withdraw(self, number: int) -> bool:
        """Nobody shall take it any more. False: somebody has."""
        with connected(self.texts) as session:
            return bool(session.rows(WITHDRAW, (self.clock(), number)))

    def lost(self, number: int, taker: int) -> None:
        """The service that took it is gone."""
        with connected(self.texts) as session:
            session.do(LOST, (self.clock(), number, taker))

    def lease(self) -> Standing:
        """Who writes the ledger now."""
        with connected(self.texts) as session:
            for _, owner, host, process, fencing, since, until in session.rows(lease.CURRENT):
                holder = Holder(owner=owner, host=host, process=process)
                stands = until > self.clock() and not holder.is_gone()
                return Standing(holder=holder if stands else None, fencing=fencing, since=since, until=until)
        return Standing(holder=None, fencing=0, since=0.0, until=0.0)

    # ---- who serves
    def waiting(self) -> Sequence[Request]:
        """What nobody took yet, oldest first. Whoever asked is waiting for it."""
        with connected(self.texts) as session:
            return requests_of(session.rows(OLDEST, (self.clock(),)))

    def take(self, number: int, taker: int) -> bool:
        """It is this service's. False: it was withdrawn meanwhile."""
        with connected(self.texts) as session:
            return bool(session.rows(TAKE, (taker, number)))

    def say(self, number: int, taker: int, progress: bytes) -> None:
        """How far it is."""
        with connected(self.texts) as session:
            session.do(SAY, (progress, number, taker))

    def answer(self, number: int, taker: int, answer: bytes) -> None:
        """It is done."""
        with connected(self.texts) as session:
            session.do(ANSWER, (answer, self.clock(), number, taker))

    def clear(self, taker: int) -> None:
        """What another service took and never answered is gone, what nobody took in time too; old answers go."""
        now = self.clock()
        with connected(self.texts) as session, transaction(session):
            session.do(LEFT, (now, taker, now))
            session.do(FORGET, (now - KEPT_SECONDS,))

    def close(self) -> None:
        """Ends its connections."""
        self.texts.engine.dispose()


def requests_of(rows: Rows) -> list[Request]:
    """As they are in the table."""
    names = [column.name for column in request.columns]
    return [Request(**dict(zip(names, row, strict=True))) for row in rows]


def open_requests(where: str | Path, clock: Callable[[], float]) -> Requests:
    """The requests of a ledger that a service of this version holds, or held."""
    dialect = Sqlite(path=path_of(where), cache_kib=64, busy_seconds=BUSY_SECONDS)
    return Requests(Texts(dialect, dialect.engine(read_only=False)), clock)
