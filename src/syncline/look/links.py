"""Which rows are one record, as a list."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from syncline.look.looking import Looking
from syncline.look.named import names_of


class Linked(Struct, frozen=True, kw_only=True):
    """A row of a record; no id: it is still to be made."""

    record: int
    entity: str
    name: str
    system: str
    stream: str
    id: str | None
    state: str


def linked(looking: Looking, records: Iterable[int]) -> list[Linked]:
    """All rows of these records, in their order."""
    ids = list(dict.fromkeys(records))
    names = names_of(ids, looking.declaration, looking.ledger)
    links = looking.ledger.links_of(ids)
    return [
        Linked(
            record=rid, entity=link.entity, name=names.get(rid, ""), system=link.system, stream=link.stream,
            id=link.external_id, state=link.state,
        )
        for rid in ids
        for link in links.get(rid, ())
    ]  # fmt: skip
