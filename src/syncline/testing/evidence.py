"""What the oracle goes by: the systems' rows, the edits of users, and what the hub lists and remembers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from syncline.model.entry import Entry
from syncline.model.link import UNKNOWN_FIELD, Link
from syncline.model.record import Record
from syncline.testing import company, users

if TYPE_CHECKING:
    from syncline.testing.edits import Edit
    from syncline.testing.world import World

LISTED = (
    "refused", "blank-refused", "conflict", "conflict-lost", "first-lost", "first-difference", "no-effect", "parked",
    "filled",
)  # fmt: skip


def families(world: World) -> Iterator[tuple[Record, list[Link]]]:
    """Every record with its links."""
    ledger = world.hub.ledger
    for rid, record in ledger.records(ledger.scan(0, 100_000)).items():
        yield record, list(ledger.links_of([rid])[rid])


def held(world: World, link: Link, field: str) -> Any:
    """What the system really holds, in normal form."""
    row = world.systems[link.system].rows[link.stream][str(link.external_id)]
    return users.canonical(field, row.now.values[field])


def is_dead(world: World, link: Link) -> bool:
    """Was the row deleted?"""
    return world.systems[link.system].rows[link.stream][str(link.external_id)].dead is not None


def is_open(record: Record, link: Link, field: str) -> bool:
    """Listed as open on this link."""
    known = link.known.get(field, UNKNOWN_FIELD)
    return bool(field in record.conflicts or known.differs or known.parked or known.withheld)


def key(field: str, value: Any) -> Any:
    """Equality as the declaration means it."""
    return company.FIELDS[field].type.key(value)


def amp(field: str, value: Any) -> Any:
    """Values as the one rewriting system would say them, so that its spelling is no loss."""
    value = key(field, users.canonical(field, value)) if not isinstance(value, list) else key(field, value)
    return value.replace("&", "and") if isinstance(value, str) else value


def entries(world: World, record: Record, field: str) -> Iterable[Entry]:
    """The history of a field."""
    return [entry for entry in world.hub.ledger.history([record.id])[record.id] if entry.field == field]


def own_edits(world: World, links: list[Link], field: str) -> list[Edit]:
    """The edits of a record's field, newest first."""
    rows = {(link.system, link.external_id) for link in links}
    return [e for e in reversed(world.edits) if e.field == field and (e.system, e.row) in rows]


def where(edit: Edit) -> str:
    """The place and time of an edit."""
    return f"in {edit.system} {edit.row} at {edit.at:.1f}"


def listed_values(world: World, record: Record, links: list[Link], field: str) -> set[Any]:
    """Values that somebody can see were not taken, or are open."""
    out = set()
    for entry in entries(world, record, field):
        if entry.kind in LISTED:
            out |= {amp(field, entry.before), amp(field, entry.after)}
        elif entry.kind == "person":
            out.add(amp(field, entry.before))
    conflict = record.conflicts.get(field)
    out |= {amp(field, value) for value in conflict.sides.values()} if conflict else set()
    for link in links:
        known = link.known.get(field, UNKNOWN_FIELD)
        if known.parked:
            out.add(amp(field, known.parked.theirs))
        if known.withheld:
            out.add(amp(field, known.withheld.before))
        if known.differs and link.state == "active":
            out.add(amp(field, held(world, link, field)))
    return out
