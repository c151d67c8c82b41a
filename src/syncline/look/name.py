"""What people call a record: by its own fields, as a list in any of its systems would show it."""

from __future__ import annotations

from collections.abc import Iterable

from syncline.model.record import NOTHING, Record
from syncline.sync.store import Reads

TITLES = ("name", "full_name", "title", "subject", "number", "label")
PARTS = ("first_name", "last_name")
KEYS = ("email", "code", "sku", "ref", "reference")
LONGEST = 80


def name_of(record: Record) -> str:
    """Its title, its first and last name, or what tells it from others; else its kind and number."""

    def text(field: str) -> str:
        value = record.fields.get(field, NOTHING).value
        return value.strip() if isinstance(value, str) else ""

    whole = " ".join(filter(None, map(text, PARTS)))
    found = next(filter(None, [*map(text, TITLES), whole, *map(text, KEYS)]), f"{record.entity} {record.id}")
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 3]}..."


def names_of(ledger: Reads, records: Iterable[int]) -> dict[int, str]:
    """By their numbers. One that there is not is not in it."""
    return {rid: name_of(record) for rid, record in ledger.records(sorted(set(records))).items()}
