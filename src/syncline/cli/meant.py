"""What the words of a command mean in a hub: a place, by whatever people have for a record."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, NoReturn

from syncline.cli.opened import Declared, looking_at
from syncline.cli.told import BAD_INPUT, stop

if TYPE_CHECKING:
    from syncline.look.find import Several
    from syncline.look.looking import Looking
    from syncline.look.place import Place

ON_SCREEN = 20


def place_of(opened: Declared, what: str, command: str, *, field: str | None = None) -> str:
    """The place that an act is about: as it is written, or of the record that has exactly this key."""
    from syncline.look.place import NoPlace, parse

    try:
        place = parse(what)
    except NoPlace:
        place = found_by(opened, what, command)
    return str(with_field(place, field))


def found_by(opened: Declared, what: str, command: str) -> Place:
    """By a match key's value, as an e-mail or an order number, or a page's address; never by a part of a name."""
    from syncline.look import find
    from syncline.look.place import Place, parse

    with looking_at(opened) as found:
        try:
            one = find.exactly(found, what)
        except find.NotFound as error:
            stop(str(error.args[0]), f"syncline show {quote(what)} searches for it", BAD_INPUT)
        except find.Several as error:
            several(error, command)
    return Place(record=one.record) if one.record else parse(one.at)


def with_field(place: Place, field: str | None) -> Place:
    """The same place, of a field."""
    from msgspec.structs import replace

    return place if field is None else replace(place, field=field)


def exact_record(opened: Declared, what: str, command: str) -> int:
    """The record that an act is about; stops for a row that belongs to none."""
    place = found_by(opened, what, command)
    if not place.record:
        stop(f"{place} belongs to no record: it is parked.", f"syncline parked retry {place}", BAD_INPUT)
    return place.record


def named(found: Looking, what: str, command: str) -> tuple[int | str, Place]:
    """The record's number, or the place of a row without one; stops where there is none, or several."""
    from syncline.look import find

    try:
        one, place = find.one(found, what)
    except find.NotFound as error:
        stop(str(error.args[0]), f"{command} SYSTEM/STREAM/ID, or syncline status", BAD_INPUT)
    except find.Several as error:
        several(error, command)
    return one.record or one.at, place


def several(error: Several, command: str) -> NoReturn:
    """Each with its place."""
    lines = "\n".join(f"  {one.at}  {one.entity} {one.name} ({one.by})" for one in error.found[:ON_SCREEN])
    stop(f"That is more than one:\n{lines}", f"{command} {error.found[0].at}", BAD_INPUT)


def record_of(found: Looking, what: str, command: str) -> tuple[int, Place]:
    """The record that is meant; stops for a row that belongs to none."""
    one, place = named(found, what, command)
    if isinstance(one, str):
        stop(f"{one} belongs to no record: it is parked.", f"syncline parked retry {one}", BAD_INPUT)
    return one, place


def row_of(opened: Declared, what: str, command: str) -> str:
    """The one row that `RECORD@SYSTEM` means, as `system/stream/id`."""
    from syncline.look.place import NoPlace, Place, parse

    try:
        place = parse(what)
    except NoPlace:
        place = found_by(opened, what, command)
    if place.row is not None:
        return str(Place(system=place.system, stream=place.stream, id=place.id))
    with looking_at(opened) as found:
        links = [
            link for link in found.ledger.links_of([place.record]).get(place.record, ())
            if link.external_id is not None and link.system == place.system and link.state != "tombstone"
        ]  # fmt: skip
    if len(links) != 1:
        stop(f"{what} names {len(links) or 'no'} rows of one system.", f"{command} SYSTEM/STREAM/ID", BAD_INPUT)
    return str(Place(system=links[0].system, stream=links[0].stream, id=str(links[0].external_id)))
