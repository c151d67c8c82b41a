"""What the fields of each stream looked like when they were compared with the declaration."""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision = "0008"
down_revision = "0007"

WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "compared",
        Column("system", WORDS, primary_key=True),
        Column("stream", WORDS, primary_key=True),
        Column("body", LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
