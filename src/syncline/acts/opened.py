"""What is open, as people are told of it: its place, its reason, both values, and the next command to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from syncline.acts.told import Opened
from syncline.ledger.open_items import OpenItem
from syncline.look.name import name_of
from syncline.look.place import Place
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import RECORD_SIDE, Parking
from syncline.model.rows import ParkedRow
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper

PAGE = 500


def opened(hub: Hub, items: Sequence[OpenItem]) -> list[Opened]:
    """These items, with their values as they are now."""
    desk = desk_on_paper(hub)
    desk.load(item.record for item in items)
    return [told_of(desk.cases[item.record], item) for item in items if item.record in desk.cases]


def told_of(case: Case, item: OpenItem) -> Opened:
    """One of them."""
    link = case.links.get(item.link)
    at = str(place_of(case, link, item.field))
    more = {
        "conflict": in_conflict, "difference": differing, "withheld": withheld, "parked": parked,
        "candidate": candidate, "held": held, "asked": asked,
    }[item.kind](case, link, item, at)  # fmt: skip
    return Opened(
        at=at, kind=item.kind, code=item.code, entity=item.entity, name=name_of(case.record), system=item.system,
        field=item.field, since=item.since, **more,
    )  # fmt: skip


def place_of(case: Case, link: Link | None, field: str = "") -> Place:
    """Where it is; with the row's own name where the record has several rows in that system."""
    if link is None:
        return Place(record=case.record.id, field=field)
    here = [one for one in case.links.values() if one.system == link.system and one.state != "tombstone"]
    if len(here) > 1 and link.external_id is not None:
        return Place(
            record=case.record.id, field=field, system=link.system, stream=link.stream, id=link.external_id
        )  # fmt: skip
    return Place(record=case.record.id, field=field, system=link.system)


# ---- each kind
def in_conflict(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """Both sides changed it."""
    sides = case.record.conflicts[item.field].sides
    names = {side: RECORD_SIDE if side == RECORD_SIDE else case.links[int(side)].system for side in sides}
    said = "; ".join(f"{names[side]} holds {value!r}" for side, value in sides.items())
    values = list(sides.values())
    takes = " or ".join(f"syncline conflicts take {name} {at}" for name in names.values())
    return {
        "why": f"changed on both sides: {said}", "remedy": f"{takes}, or syncline conflicts set VALUE {at}",
        "ours": values[0], "theirs": values[-1],
    }  # fmt: skip


def differing(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """Two rows that were there already, and disagree."""
    assert link is not None
    return {
        "why": f"{link.system} held another value when it was linked",
        "remedy": f"syncline conflicts take {link.system} {at}, or syncline conflicts redo {at}",
        "ours": case.value(item.field).value, "theirs": case.view(link.id).get(item.field),
    }  # fmt: skip


def withheld(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """Put back by an undo, or left alone by a person's wish."""
    assert link is not None
    mark = case.known(link.id, item.field).withheld
    assert mark is not None
    return {
        "why": f"put back by undo {mark.undo}" if mark.undo else "left alone by a person's wish",
        "remedy": f"syncline conflicts redo {at} lets the record's value through, syncline conflicts keep {at} ends it",
        "ours": case.value(item.field).value, "theirs": case.view(link.id).get(item.field),
    }  # fmt: skip


def parked(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """A field, a link, a record, or an expression that gives no value."""
    parking: Parking | None
    if link is None:
        parking = case.record.unfit.get(item.field) if item.field else case.record.parked
    else:
        parking = case.known(link.id, item.field).parked if item.field else link.parked
    return of_parking(parking, at)


def of_parking(parking: Parking | None, at: str) -> dict[str, Any]:
    """As it says itself."""
    assert parking is not None, f"{at} is listed as parked"
    remedy = f"{parking.remedy}; then syncline parked retry {at}" if parking.remedy else f"syncline parked retry {at}"
    return {"why": parking.reason, "remedy": remedy, "ours": parking.ours, "theirs": parking.theirs}


def candidate(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """May be another record."""
    other = case.record.candidate_of
    return {
        "why": f"it may be the same as record {other}",
        "remedy": f"syncline links add {other} {at} if it is, syncline links distinct {at} if it is not",
    }


def held(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """A brake waits for a person."""
    return {
        "why": f"too many writes of kind {item.code} to {item.system} {item.stream} fall together",
        "remedy": f"syncline brake release {item.system}/{item.stream}/{item.code}",
    }


def asked(case: Case, link: Link | None, item: OpenItem, at: str) -> dict[str, Any]:
    """A rule's condition ended, and what it made stands."""
    return {
        "why": f"what rule {item.field} made stands, and its condition ended",
        "remedy": f"syncline rules answer {item.field} {case.record.id} keep, cancel or credit",
    }


# ---- rows that belong to no record
def parked_rows(hub: Hub) -> Iterator[ParkedRow]:
    """All of them, stream by stream, a page at a time."""
    for binding in hub.declaration.bindings:
        after = ""
        while page := hub.ledger.parked_after(binding.system, binding.stream, after, PAGE):
            yield from page
            after = page[-1].id


def opened_row(hub: Hub, row: ParkedRow) -> Opened:
    """One of them."""
    at, entity = str(Place(system=row.system, stream=row.stream, id=row.id)), entity_of(hub, row)
    said = of_parking(row.parking, at)
    return Opened(
        at=at, kind="parked", code=row.parking.code, entity=entity, name=f"{row.stream} {row.id}", system=row.system,
        since=row.parking.at, why=said["why"], remedy=said["remedy"],
    )  # fmt: skip


def entity_of(hub: Hub, row: ParkedRow) -> str:
    """What its stream holds."""
    return hub.declaration.binding(row.system, row.stream).entity
