"""What a place means on this hub: a record with its links, one link of it, or a row."""

from __future__ import annotations

from syncline.acts.refusal import refuse
from syncline.ledger.open_items import ITSELF, OpenItem, of_link, of_record
from syncline.look.place import Place, parse
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper
from syncline.sync.store import Row


def case_at(hub: Hub, place: Place) -> Case:
    """The record of a place, by its number or an older one's, or by its row. Raises Refusal."""
    number = place.record
    if not number:
        assert place.row is not None, "a place is a record or a row"
        link = hub.ledger.links_at([place.row]).get(place.row)
        if link is None:
            raise refuse(f"{place} belongs to no record.", "syncline parked lists the rows that belong to none")
        number = link.record
    case = desk_on_paper(hub).case(number)
    if case is None:
        raise refuse(f"There is no record {number}.", "syncline show WHAT finds one by what people have")
    return case


def links_at(case: Case, place: Place) -> list[Link]:
    """The living links that a place means: of its system, of its row, or all. Raises Refusal where there is none."""
    living = [link for link in case.links.values() if link.state != "tombstone"]
    found = [link for link in living if place.system in ("", link.system)]
    if place.id:
        found = [link for link in found if (link.stream, link.external_id) == (place.stream, place.id)]
    if not found:
        where = ", ".join(sorted({link.system for link in living})) or "no system"
        named = str(place).partition("@")[2] or str(place)
        raise refuse(f"Record {case.record.id} has no row at {named}.", f"it is in: {where}")
    return found


def links_of_system(case: Case, place: Place, system: str | None) -> list[Link]:
    """The same, where the system is named apart, as `erp` or `erp/contact/7`."""
    if system is None:
        return links_at(case, place)
    return links_at(case, parse(f"{case.record.id}@{system}"))


def field_at(hub: Hub, case: Case, place: Place) -> str:
    """The field that a place names. Raises Refusal where it names none, or one that there is not."""
    entity = hub.declaration.entities[case.record.entity]
    if not place.field:
        raise refuse(f"{place} names no field.", f"say which: {case.record.id}.FIELD")
    try:
        entity.of(place.field)
    except (KeyError, IndexError):
        names = ", ".join(sorted(name for name in entity.fields if "/" not in name))
        raise refuse(f"{case.record.entity} has no field {place.field}.", f"its fields are: {names}") from None
    return place.field


def parked_at(case: Case, place: Place) -> list[OpenItem]:
    """What is parked of a record, as far as a place says."""
    found = [item for item in of_record(case.record) if item.kind == "parked" and not place.system]
    for link in links_at(case, place) if place.system else case.links.values():
        found += [item for item in of_link(link) if item.kind == "parked"]
    if place.field:
        found = [item for item in found if item.field == place.field]
    if not found:
        raise refuse(f"Nothing is parked at {place}.", "syncline parked lists what is")
    return found


def is_itself(item: OpenItem) -> bool:
    """Is it parked on the record, and not on a link?"""
    return item.link == ITSELF


def row_at(place: Place) -> Row:
    """The row that a place names by itself. Raises Refusal."""
    if place.row is None or place.record:
        raise refuse(f"{place} is no row.", "say it as SYSTEM/STREAM/ID")
    return place.row
