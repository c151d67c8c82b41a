"""Sealed secrets and the sealed keys they are sealed by. Every statement on `secret` and `secret_key`.

They are written beside the hub's lease, in short transactions of their own: a command that signs in anew may do so
while the service runs, and nothing the service holds in memory stands for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import bindparam, delete, select

from syncline.ledger import short_lease
from syncline.ledger.dialect import Sqlite
from syncline.ledger.lease import Holder
from syncline.ledger.migrate import REVISIONS, version_of
from syncline.ledger.rows import here
from syncline.ledger.schema import secret, secret_key
from syncline.ledger.short_lease import Other, Taken
from syncline.ledger.sql import open_ledger, path_of, transaction
from syncline.ledger.statement import Rows, Session, Statement, Texts, connected, saving

NAME = ("system", "name")

SAVE = saving("Keeps a sealed secret", secret)
SAVE_KEY = saving("Keeps a sealed key", secret_key)
ONE = Statement("A sealed secret", NAME, lambda d: select(secret).where(*here(secret, *NAME)))
ALL = Statement("All sealed secrets", (), lambda d: select(secret).order_by(secret.c.system, secret.c.name))
DROP = Statement("Forgets a secret", NAME, lambda d: delete(secret).where(*here(secret, *NAME)))
KEYS = Statement("All sealed keys", (), lambda d: select(secret_key).order_by(secret_key.c.id))
DROP_KEY = Statement("Forgets a key", ("id",), lambda d: delete(secret_key).where(secret_key.c.id == bindparam("id")))


@dataclass(frozen=True, kw_only=True)
class SealedSecret:
    """A row of `secret`. hosts: where it may be sent; at: when it was given."""

    system: str
    name: str
    hosts: tuple[str, ...]
    sealed: bytes
    at: float


@dataclass(frozen=True, kw_only=True)
class SealedKey:
    """A row of `secret_key`: a key, sealed by the master key of that id."""

    id: str
    master: str
    sealed: bytes
    at: float


class SecretReads:
    """What is kept of secrets."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def one(self, system: str, name: str) -> SealedSecret | None:
        """The secret of that name."""
        found = secrets_of(self.session.rows(ONE, (system, name)))
        return found[0] if found else None

    def all(self) -> list[SealedSecret]:
        """In the order of systems and names."""
        return secrets_of(self.session.rows(ALL))

    def data_keys(self) -> list[SealedKey]:
        """Those that anything may be sealed by."""
        return [SealedKey(id=i, master=m, sealed=s, at=at) for i, m, s, at in self.session.rows(KEYS)]


class SecretUnit(SecretReads):
    """One transaction on secrets; what it reads is what is there."""

    def save(self, row: SealedSecret) -> None:
        """Replaces one of the same name."""
        hosts = msgspec.json.encode(row.hosts).decode()
        self.session.do(SAVE, (row.system, row.name, hosts, row.sealed, row.at))

    def drop(self, system: str, name: str) -> None:
        """It is gone."""
        self.session.do(DROP, (system, name))

    def save_key(self, row: SealedKey) -> None:
        """Replaces one of the same id."""
        self.session.do(SAVE_KEY, (row.id, row.master, row.sealed, row.at))

    def drop_key(self, key: str) -> None:
        """Nothing is sealed by it any more."""
        self.session.do(DROP_KEY, (key,))

    def take(self, name: str, holder: Holder, now: float, seconds: float) -> Taken | Other:
        """A short lease."""
        return short_lease.take(self.session, name, holder, now, seconds)

    def stands(self, taken: Taken) -> bool:
        """Is a short lease still ours?"""
        return short_lease.stands(self.session, taken)

    def give_back(self, taken: Taken) -> None:
        """A short lease."""
        short_lease.give_back(self.session, taken)


def secrets_of(rows: Rows) -> list[SealedSecret]:
    """As they are in the table."""
    return [
        SealedSecret(system=system, name=name, hosts=tuple(msgspec.json.decode(hosts)), sealed=sealed, at=at)
        for system, name, hosts, sealed, at in rows
    ]


class SecretTables:
    """The tables of one ledger, for any thread and beside any process."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    @contextmanager
    def look(self) -> Iterator[SecretReads]:
        """Reads what is committed, and waits for nobody."""
        with connected(self.texts) as session:
            yield SecretReads(session)

    @contextmanager
    def unit(self) -> Iterator[SecretUnit]:
        """Commits at its end, or leaves no trace when it is left by an exception. Keep it short: others wait."""
        with connected(self.texts) as session, transaction(session):
            yield SecretUnit(session)

    def close(self) -> None:
        """Ends its connections."""
        self.texts.engine.dispose()


def open_secrets(where: str | Path) -> SecretTables:
    """The secrets of a ledger, which is made or brought up to date where it has to be.

    Raises LeaseHeld where that has to be and another process writes the ledger, or LedgerTooNew.
    """
    path = path_of(where)
    if not is_up_to_date(path):
        open_ledger(path).close()
    dialect = Sqlite(path=path, cache_kib=64, busy_seconds=30.0)
    return SecretTables(Texts(dialect, dialect.engine(read_only=False)))


def is_up_to_date(path: Path) -> bool:
    """Are the tables there as this version knows them?"""
    if not path.exists():
        return False
    engine = Sqlite(path=path).engine(read_only=True)
    try:
        with engine.connect() as connection:
            return version_of(connection) == REVISIONS[-1]
    finally:
        engine.dispose()
