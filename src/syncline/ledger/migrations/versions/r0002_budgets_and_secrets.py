"""What is used of long limits, secrets, and short leases."""

from alembic import op
from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, Text

revision = "0002"
down_revision = "0001"

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORDS = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "budget",
        Column("system", WORDS, primary_key=True),
        Column("name", WORDS, primary_key=True),
        Column("began", Double(), primary_key=True),
        Column("used", NUMBER, nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "secret",
        Column("system", WORDS, primary_key=True),
        Column("name", WORDS, primary_key=True),
        Column("hosts", WORDS, nullable=False),
        Column("sealed", LargeBinary(), nullable=False),
        Column("at", Double(), nullable=False),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "secret_key",
        Column("id", WORDS, primary_key=True),
        Column("master", WORDS, nullable=False),
        Column("sealed", LargeBinary(), nullable=False),
        Column("at", Double(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "short_lease",
        Column("name", WORDS, primary_key=True),
        Column("owner", WORDS, nullable=False),
        Column("host", WORDS, nullable=False),
        Column("process", WORDS, nullable=False),
        Column("fencing", NUMBER, nullable=False),
        Column("since", Double(), nullable=False),
        Column("until", Double(), nullable=False),
    )  # fmt: skip
