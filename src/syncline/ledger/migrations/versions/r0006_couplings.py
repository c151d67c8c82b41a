"""Rows that somebody said are one thing."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, text

revision = "0006"
down_revision = "0005"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "coupling",
        *(Column(name, WORDS, primary_key=True) for name in ("system", "stream", "external_id")),
        *(Column(name, WORDS, primary_key=True) for name in ("other_system", "other_stream", "other_id")),
        Column("run", NUMBER, nullable=False),
        Column("ended", NUMBER),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    ended = text("ended IS NOT NULL")
    op.create_index("coupling_other", "coupling", ["other_system", "other_stream", "other_id"])
    op.create_index("coupling_run", "coupling", ["run"])
    op.create_index("coupling_ended", "coupling", ["ended"], sqlite_where=ended, postgresql_where=ended)
