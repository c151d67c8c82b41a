"""Which fields of ours are there in each system, and who made them."""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision = "0005"
down_revision = "0004"

WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "own_field",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("name", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
