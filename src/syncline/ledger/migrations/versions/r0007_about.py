"""Every ledger says which one it is, and of which hub."""

from secrets import token_hex

from alembic import op
from sqlalchemy import CheckConstraint, Column, SmallInteger, Text, text

revision = "0007"
down_revision = "0006"

WORDS = Text().with_variant(Text(collation="C"), "postgresql")
NAME_BYTES = 4
"""Enough that no two ledgers of one hub are ever called the same."""


def upgrade() -> None:
    """One row."""
    op.create_table(
        "about",
        Column("id", SmallInteger(), CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        Column("ledger", WORDS, nullable=False),
        Column("hub", WORDS, nullable=False),
    )
    op.get_bind().execute(text("INSERT INTO about VALUES (1, :ledger, '')"), {"ledger": token_hex(NAME_BYTES)})
