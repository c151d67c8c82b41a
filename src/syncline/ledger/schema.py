"""The tables, as they are after the latest migration. What is looked up by is a column; the rest is one blob.

Types exist in SQLite and PostgreSQL alike. Keys are integers that count up, or what a system calls its rows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()

Number = BigInteger().with_variant(Integer(), "sqlite")
"""In SQLite only `INTEGER PRIMARY KEY` is the row's own address."""

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared by code point in both, as Python does."""


def key_of_row() -> list[Column[str]]:
    """(system, stream, external id): what a system calls one of its rows."""
    return [Column(name, Words, primary_key=True) for name in ("system", "stream", "external_id")]


def only(where: str) -> dict[str, Any]:
    """An index over some rows."""
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


record = Table(
    "record", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("entity", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("record_entity", "entity"),
)  # fmt: skip

# `due_at` is set only while the link is due and no receipt is awaited, so that the index holds what is due and
# nothing else; the link's own moment is in its body.
link = Table(
    "link", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("record", Number, ForeignKey("record.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("system", Words, nullable=False),
    Column("stream", Words, nullable=False),
    Column("external_id", Words),
    Column("state", Words, nullable=False),
    Column("due_at", Double),
    Column("body", LargeBinary, nullable=False),
    Index("link_record", "record"),
    Index("link_due", "system", "stream", "due_at", **only("due_at IS NOT NULL")),
)  # fmt: skip

# The link of each row, at most one, with its fingerprint. Most of what a poll shows is settled already: that
# question is answered from here, without touching the links themselves (2 us an id against 6 of 300,000 links).
link_row = Table(
    "link_row", metadata,
    *key_of_row(),
    Column("link", Number, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

# Counting a million links takes longer than a page of them: the number is kept in the unit that changes it.
link_count = Table(
    "link_count", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("active", Number, nullable=False),
)  # fmt: skip

match_key = Table(
    "match_key", metadata,
    Column("rule", Words, primary_key=True),
    Column("value", Words, primary_key=True),
    Column("record", Number, primary_key=True, autoincrement=False),
    Index("match_key_record", "record"),
    sqlite_with_rowid=False,
)  # fmt: skip

reference = Table(
    "reference", metadata,
    Column("record", Number, primary_key=True, autoincrement=False),
    Column("refers_to", Number, primary_key=True, autoincrement=False),
    Index("reference_to", "refers_to"),
    sqlite_with_rowid=False,
)  # fmt: skip

history = Table(
    "history", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("record", Number, nullable=False),
    Column("kind", Words, nullable=False),
    Column("field", Words),
    Column("link", Number),
    Column("at", Double, nullable=False),
    Column("run", Number, nullable=False),
    Column("why", Words, nullable=False),
    Index("history_record", "record"),
)  # fmt: skip

# Apart from the entry, so that retention and erasure can blank values and keep what happened.
history_value = Table(
    "history_value", metadata,
    Column("entry", Number, ForeignKey("history.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary),
)  # fmt: skip

# What is open, one row each: derived from records and links as they are saved, so that it can be listed.
open_item = Table(
    "open_item", metadata,
    Column("record", Number, primary_key=True, autoincrement=False),
    Column("link", Number, primary_key=True, autoincrement=False),  # 0: the record itself
    Column("field", Words, primary_key=True),  # empty: all of it
    Column("kind", Words, primary_key=True),
    Column("code", Words, nullable=False),
    Column("entity", Words, nullable=False),
    Column("system", Words, nullable=False),
    Column("stream", Words, nullable=False),
    Column("since", Double, nullable=False),
    Index("open_item_link", "link"),
    Index("open_item_kind", "kind", "record"),
    sqlite_with_rowid=False,
)  # fmt: skip

hint = Table(
    "hint", metadata,
    *key_of_row(),
    Column("at", Double, nullable=False),
    Column("tries", Number, nullable=False),
    Index("hint_at", "system", "stream", "at"),
    sqlite_with_rowid=False,
)  # fmt: skip

parked_row = Table(
    "parked_row", metadata,
    *key_of_row(),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("match_key", Words),
    Column("code", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(
        "parked_row_key", "match_key",
        **only("match_key IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)  # fmt: skip

waiting = Table(
    "waiting", metadata,
    *key_of_row(),
    Column("waiting_system", Words, primary_key=True),
    Column("waiting_stream", Words, primary_key=True),
    Column("waiting_id", Words, primary_key=True),
    sqlite_with_rowid=False,
)  # fmt: skip

# Two rows that somebody said are one thing, in the order of their names; `ended` is the run that took it back.
coupling = Table(
    "coupling", metadata,
    *key_of_row(),
    Column("other_system", Words, primary_key=True),
    Column("other_stream", Words, primary_key=True),
    Column("other_id", Words, primary_key=True),
    Column("run", Number, nullable=False),
    Column("ended", Number),
    Column("body", LargeBinary, nullable=False),
    Index("coupling_other", "other_system", "other_stream", "other_id"),
    Index("coupling_run", "run"),
    Index("coupling_ended", "ended", **only("ended IS NOT NULL")),
    sqlite_with_rowid=False,
)  # fmt: skip

cursor = Table(
    "cursor", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("path", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

staged = Table(
    "staged", metadata,
    *key_of_row(),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

intent = Table(
    "intent", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("run", Number, nullable=False),
    Column("link", Number, nullable=False),
    Column("kind", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("undone_by", Number),
    Column("body", LargeBinary, nullable=False),
    Index("intent_run", "run"),
    Index("intent_written", "run", "kind", "undone_by", "state"),
    Index("intent_link", "link"),
    Index("intent_sent", "state", **only("state = 'sent'")),
)  # fmt: skip

run = Table(
    "run", metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    Column("at", Double, nullable=False),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

told = Table(
    "told", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("at", Double, primary_key=True),
    Column("number", Number, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

held = Table(
    "held", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

event = Table(
    "event", metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("id", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("at", Double, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("event_id", "id", unique=True),
)  # fmt: skip

# `number` counts up, so the oldest mark is the lowest.
dirty = Table(
    "dirty", metadata,
    Column("number", Number, primary_key=True),
    Column("record", Number, nullable=False),
    Index("dirty_record", "record", unique=True),
)  # fmt: skip

wake = Table(
    "wake", metadata,
    Column("record", Number, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("why", Words, nullable=False),
    Index("wake_at", "at", "record"),
)  # fmt: skip

armed = Table(
    "armed", metadata,
    Column("rule", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

system_state = Table(
    "system_state", metadata,
    Column("system", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)  # fmt: skip

# What is known of the fields of ours that the declaration needs: whether they are there, and who made them.
own_field = Table(
    "own_field", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

counter = Table(
    "counter", metadata,
    Column("name", Words, primary_key=True),
    Column("reserved", Number, nullable=False),
)  # fmt: skip

# One row: who may write. It stays when the lease is given back, so that fencing numbers only go up.
lease = Table(
    "lease", metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("owner", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("process", Words, nullable=False),
    Column("fencing", Number, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
)  # fmt: skip

# How much of a limit's long window was used, by stretches of it: of the present one an upper bound.
budget = Table(
    "budget", metadata,
    Column("system", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("began", Double, primary_key=True),
    Column("used", Number, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

# Sealed by a key of `secret_key`, which is sealed by the master key; that one is never here.
secret = Table(
    "secret", metadata,
    Column("system", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("hosts", Words, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

secret_key = Table(
    "secret_key", metadata,
    Column("id", Words, primary_key=True),
    Column("master", Words, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)  # fmt: skip

# What one process at a time does for a short while, beside the hub's lease.
short_lease = Table(
    "short_lease", metadata,
    Column("name", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("process", Words, nullable=False),
    Column("fencing", Number, nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
)  # fmt: skip

# What a command asks of the service that holds the lease: the one row that another process may write. state: waiting,
# taken, done, gone. `taker`: the fencing number of the service that took it; `until`: after that nobody takes it.
request = Table(
    "request", metadata,
    Column("id", Number, primary_key=True),
    Column("who", Words, nullable=False),
    Column("at", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("declaration", Words, nullable=False),
    Column("act", LargeBinary, nullable=False),
    Column("state", Words, nullable=False),
    Column("taker", Number),
    Column("progress", LargeBinary),
    Column("answer", LargeBinary),
    Column("ended", Double),
    Index("request_waiting", "id", **only("state = 'waiting'")),
)  # fmt: skip

# Where a system's webhooks arrive: the hash of the secret part of the address, which is told once and kept nowhere.
webhook = Table(
    "webhook", metadata,
    Column("system", Words, primary_key=True),
    Column("path", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)  # fmt: skip

# One row: which ledger this is (a random name, for ever the same), and of which hub; empty until it was opened for one.
about = Table(
    "about", metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("ledger", Words, nullable=False),
    Column("hub", Words, nullable=False),
)  # fmt: skip

# What the fields of a stream looked like, and what is no longer as the declaration says.
compared = Table(
    "compared", metadata,
    Column("system", Words, primary_key=True),
    Column("stream", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip
