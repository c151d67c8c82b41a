"""What commands ask of the service that runs, and where webhooks arrive."""

from alembic import op
from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, Text, text

revision = "0003"
down_revision = "0002"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "request",
        Column("id", NUMBER, primary_key=True),
        Column("who", WORDS, nullable=False),
        Column("at", Double(), nullable=False),
        Column("until", Double(), nullable=False),
        Column("declaration", WORDS, nullable=False),
        Column("act", LargeBinary(), nullable=False),
        Column("state", WORDS, nullable=False),
        Column("taker", NUMBER),
        Column("progress", LargeBinary()),
        Column("answer", LargeBinary()),
        Column("ended", Double()),
    )  # fmt: skip
    waiting = text("state = 'waiting'")
    op.create_index("request_waiting", "request", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "webhook",
        Column("system", WORDS, primary_key=True),
        Column("path", LargeBinary(), nullable=False),
        Column("at", Double(), nullable=False),
    )  # fmt: skip
