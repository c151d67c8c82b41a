"""Intents are found by their link, and counted by their kind without being read."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, text

from syncline.ledger.coding import decode_any

revision = "0004"
down_revision = "0003"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")
PAGE = 1000


def upgrade() -> None:
    """Makes the table anew, and fills the columns from the bodies."""
    op.rename_table("intent", "intent_before")
    op.create_table(
        "intent",
        Column("id", NUMBER, primary_key=True, autoincrement=False),
        Column("run", NUMBER, nullable=False),
        Column("link", NUMBER, nullable=False),
        Column("kind", WORDS, nullable=False),
        Column("state", WORDS, nullable=False),
        Column("undone_by", NUMBER),
        Column("body", LargeBinary(), nullable=False),
    )
    connection, after = op.get_bind(), -1
    page = text("SELECT id, run, state, body FROM intent_before WHERE id > :after ORDER BY id LIMIT :size")
    add = text("INSERT INTO intent VALUES (:id, :run, :link, :kind, :state, :undone_by, :body)")
    while rows := connection.execute(page, {"after": after, "size": PAGE}).fetchall():
        after = rows[-1][0]
        connection.execute(add, [filled(*row) for row in rows])
    op.drop_table("intent_before")
    sent = text("state = 'sent'")
    op.create_index("intent_run", "intent", ["run"])
    op.create_index("intent_written", "intent", ["run", "kind", "undone_by", "state"])
    op.create_index("intent_link", "intent", ["link"])
    op.create_index("intent_sent", "intent", ["state"], sqlite_where=sent, postgresql_where=sent)


def filled(number: int, run: int, state: str, body: bytes) -> dict[str, object]:
    """A row with what its body says."""
    told = decode_any(body)
    return {
        "id": number, "run": run, "link": told["link"], "kind": told["kind"], "state": state,
        "undone_by": told.get("undone_by"), "body": body,
    }  # fmt: skip
