"""What people call a record: by its name, number or address, else by what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from syncline.config.declaration import Declaration
from syncline.look.kind import REFERENCE, kind_of
from syncline.look.said import in_words
from syncline.model.record import Record
from syncline.sync.store import Reads

FIRST = ("name", "full_name", "number", "title", "subject", "email", "sku", "code")
"""Fields that name a record where it has them, the best first."""


def name_of(record: Record, declaration: Declaration) -> str:
    """`Contact 17`, or `contact 17` for the record of that number."""
    match = [field for rule in declaration.matching.get(record.entity, ()) for field in rule.fields]
    for field in dict.fromkeys((*FIRST, *match)):
        known = record.fields.get(field)
        kind = kind_of(declaration, record.entity, field)
        if known is not None and known.value is not None and not kind.startswith(REFERENCE):
            return in_words(known.value, kind, declaration.zone)
    return f"{record.entity} {record.id}"


def names_of(ids: Iterable[int], declaration: Declaration, ledger: Reads) -> Mapping[int, str]:
    """Of several records; of one that is not there, nothing."""
    return {rid: name_of(record, declaration) for rid, record in ledger.records(set(ids)).items()}


def naming(declaration: Declaration, ledger: Reads) -> Callable[[int], str]:
    """A function from a record's number to its name, which asks the ledger once for each."""
    known: dict[int, str] = {}

    def name(record: int) -> str:
        if record not in known:
            known[record] = names_of([record], declaration, ledger).get(record, f"record {record}")
        return known[record]

    return name
