"""Which rows are one record, as a list; and the couplings that wait for a row."""

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


class WaitingFor(Struct, frozen=True, kw_only=True):
    """A coupling that joins nothing yet. one, other: SYSTEM/STREAM/ID. why: who said so, and where.

    missing: the one that has no record; parked: it was read and is parked; read_since: its stream was read to the end
    since that was said, so what is not known of it is not there, or takes no part.
    """

    one: str
    other: str
    missing: str
    read_since: bool
    parked: bool
    why: str


def waiting(looking: Looking, limit: int) -> list[WaitingFor]:
    """The first of them, in the order of their rows."""
    found = looking.ledger.couplings_waiting(limit=limit)
    rows = [row for one in found for row in (one.one, one.other)]
    known, parked = looking.ledger.links_at(rows), looking.ledger.parked_rows(rows)
    streams = {row[:2] for row in rows}
    ended = {place: looking.ledger.cursor(*place, "changes") for place in streams}
    out = []
    for one in found:
        missing = one.one if one.one not in known else one.other
        cursor = ended[missing[:2]]
        out.append(
            WaitingFor(
                one="/".join(one.one), other="/".join(one.other), missing="/".join(missing), why=one.why,
                read_since=cursor.baselined and cursor.ended > one.at, parked=missing in parked,
            )
        )  # fmt: skip
    return out
