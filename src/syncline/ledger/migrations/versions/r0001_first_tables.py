"""The tables of the first version."""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)

revision = "0001"
down_revision = None

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def only(where: str) -> dict[str, Any]:
    """An index over some rows."""
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


def upgrade() -> None:
    """Makes them all."""
    records()
    history()
    streams()
    work()
    hub()


def records() -> None:
    """Records, links and what they are found by."""
    op.create_table(
        "record",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("entity", WORDS, nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_index("record_entity", "record", ["entity"])
    op.create_table(
        "link",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("record", NUMBER, ForeignKey("record.id", deferrable=True, initially="DEFERRED"), nullable=False),
        Column("system", WORDS, nullable=False),
        Column("stream", WORDS, nullable=False),
        Column("external_id", WORDS),
        Column("state", WORDS, nullable=False),
        Column("due_at", Double()),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_index("link_due", "link", ["system", "stream", "due_at"], **only("due_at IS NOT NULL"))
    op.create_index("link_record", "link", ["record"])
    op.create_table(
        "link_row",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("external_id", WORDS, primary_key=True),
        Column("link", NUMBER, nullable=False),
        Column("fingerprint", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "link_count",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("active", NUMBER, nullable=False),
    )  # fmt: skip
    op.create_table(
        "match_key",
        Column("rule", WORDS, primary_key=True),
        Column("value", WORDS, primary_key=True),
        Column("record", NUMBER, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("match_key_record", "match_key", ["record"])
    op.create_table(
        "reference",
        Column("record", NUMBER, primary_key=True, autoincrement=False),
        Column("refers_to", NUMBER, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("reference_to", "reference", ["refers_to"])


def history() -> None:
    """What happened, and what is open."""
    op.create_table(
        "history",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("record", NUMBER, nullable=False),
        Column("kind", WORDS, nullable=False),
        Column("field", WORDS),
        Column("link", NUMBER),
        Column("at", Double(), nullable=False),
        Column("run", NUMBER, nullable=False),
        Column("why", WORDS, nullable=False),
    )  # fmt: skip
    op.create_index("history_record", "history", ["record"])
    op.create_table(
        "history_value",
        Column("entry", NUMBER, ForeignKey("history.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        Column("before", LargeBinary()),
        Column("after", LargeBinary()),
    )  # fmt: skip
    op.create_table(
        "open_item",
        Column("record", NUMBER, primary_key=True, autoincrement=False),
        Column("link", NUMBER, primary_key=True, autoincrement=False),
        Column("field", WORDS, primary_key=True),
        Column("kind", WORDS, primary_key=True),
        Column("code", WORDS, nullable=False),
        Column("entity", WORDS, nullable=False),
        Column("system", WORDS, nullable=False),
        Column("stream", WORDS, nullable=False),
        Column("since", Double(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("open_item_kind", "open_item", ["kind", "record"])
    op.create_index("open_item_link", "open_item", ["link"])


def streams() -> None:
    """What is known of streams and their rows before any record."""
    op.create_table(
        "hint",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("external_id", WORDS, primary_key=True),
        Column("at", Double(), nullable=False),
        Column("tries", NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("hint_at", "hint", ["system", "stream", "at"])
    op.create_table(
        "parked_row",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("external_id", WORDS, primary_key=True),
        Column("fingerprint", LargeBinary(), nullable=False),
        Column("match_key", WORDS),
        Column("code", WORDS, nullable=False),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("parked_row_key", "parked_row", ["match_key"], **only("match_key IS NOT NULL"))
    op.create_table(
        "waiting",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("external_id", WORDS, primary_key=True),
        Column("waiting_system", WORDS, primary_key=True),
        Column("waiting_stream", WORDS, primary_key=True),
        Column("waiting_id", WORDS, primary_key=True),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "cursor",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("path", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "staged",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("external_id", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip


def work() -> None:
    """What the hub does and did."""
    op.create_table(
        "intent",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("run", NUMBER, nullable=False),
        Column("state", WORDS, nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_index("intent_run", "intent", ["run"])
    op.create_index("intent_sent", "intent", ["state"], **only("state = 'sent'"))
    op.create_table(
        "run",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("kind", WORDS, nullable=False),
        Column("at", Double(), nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "told",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("kind", WORDS, primary_key=True),
        Column("at", Double(), primary_key=True),
        Column("number", NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "held",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("kind", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "event",
        Column("number", NUMBER, primary_key=True, autoincrement=False),
        Column("id", WORDS, nullable=False),
        Column("type", WORDS, nullable=False),
        Column("at", Double(), nullable=False),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_index("event_id", "event", ["id"], unique=True)
    op.create_table(
        "dirty",
        Column("number", NUMBER, primary_key=True),
        Column("record", NUMBER, nullable=False),
    )  # fmt: skip
    op.create_index("dirty_record", "dirty", ["record"], unique=True)
    op.create_table(
        "wake",
        Column("record", NUMBER, primary_key=True, autoincrement=False),
        Column("at", Double(), nullable=False),
        Column("why", WORDS, nullable=False),
    )  # fmt: skip
    op.create_index("wake_at", "wake", ["at", "record"])


def hub() -> None:
    """The hub itself."""
    op.create_table(
        "armed",
        Column("rule", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "system_state",
        Column("system", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "counter",
        Column("name", WORDS, primary_key=True),
        Column("reserved", NUMBER, nullable=False),
    )  # fmt: skip
    op.create_table(
        "lease",
        Column("id", SmallInteger(), CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        Column("owner", WORDS, nullable=False),
        Column("host", WORDS, nullable=False),
        Column("process", WORDS, nullable=False),
        Column("fencing", NUMBER, nullable=False),
        Column("since", Double(), nullable=False),
        Column("until", Double(), nullable=False),
    )  # fmt: skip
