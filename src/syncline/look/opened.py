"""What is open, as people are told of it: its place, both values, why, and the command that settles it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from msgspec import Struct, structs

from syncline.identity.seats import DUPLICATE_ROW
from syncline.ledger.open_items import ITSELF, OpenItem, OpenKind
from syncline.look.beside import Side, in_a_line, side
from syncline.look.named import name_of
from syncline.look.place import Place
from syncline.look.said import NameOf, in_words, nameless
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import DOES_NOT_FIT, RECORD_SIDE, Parking, Value
from syncline.model.rows import ParkedRow
from syncline.sync import plan
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub

PAGE = 500
KINDS: tuple[OpenKind, ...] = (
    "conflict", "difference", "parked", "withheld", "candidate", "held", "asked", "paused",
)  # fmt: skip


class Opened(Struct, frozen=True, kw_only=True):
    """Something that waits for a person or a changed condition.

    at:   its place, as commands take it. name: what people call the record.
    names: what people call the records that `ours` and `theirs` refer to.
    sides: of what may be one, both records beside each other. score, reasons: how alike, of 100, and in what.
    code: of what is parked, the brake's kind of what is held; else the kind again.
    """

    at: str
    kind: str
    code: str
    entity: str = ""
    name: str = ""
    system: str = ""
    field: str = ""
    why: str = ""
    remedy: str = ""
    ours: Value = None
    theirs: Value = None
    since: float = 0.0
    names: dict[int, str] = {}
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()


# ---- lists
def everything(hub: Hub, kinds: Sequence[OpenKind] = KINDS, code: str | None = None) -> Iterator[Opened]:
    """What is open of these kinds, and rows without a record among the parked ones; read page by page."""
    for kind in kinds:
        after: OpenItem | None = None
        while page := hub.ledger.open_items(kind, after=after, limit=PAGE):
            after = page[-1]
            yield from described(hub, [one for one in page if code in (None, one.code)])
    if "parked" in kinds:
        yield from (of_row(hub, row) for row in parked_rows(hub) if code in (None, row.parking.code))


class Which(Protocol):
    """What of a list is meant."""

    def means(self, item: OpenItem) -> bool:
        """As far as the item itself says."""

    @property
    def holds(self) -> Callable[[Case], bool]:
        """Is the condition true of the record?"""


def chosen_of(hub: Hub, kinds: Sequence[OpenKind], which: Which) -> Iterator[Opened]:
    """What is open of these kinds and is meant, kind by kind, page by page."""
    for kind in kinds:
        after: OpenItem | None = None
        while page := hub.ledger.open_items(kind, after=after, limit=PAGE):
            after = page[-1]
            desk = plan.desk_on_paper(hub)
            meant = [one for one in page if which.means(one)]
            desk.load({one.record for one in meant})
            yield from described(hub, [one for one in meant if which.holds(desk.cases[one.record])])


def parked_rows(hub: Hub) -> Iterator[ParkedRow]:
    """Rows that belong to no record: all of them, stream by stream, a page at a time."""
    for system, stream in dict.fromkeys((b.system, b.stream) for b in hub.declaration.bindings):
        after = ""
        while page := hub.ledger.parked_after(system, stream, after, PAGE):
            yield from page
            after = page[-1].id


def of_records(hub: Hub, records: Sequence[int]) -> list[Opened]:
    """What is open of these records."""
    from syncline.ledger.open_items import of_link, of_record

    links = hub.ledger.links_of(records)
    items = [item for record in hub.ledger.records(records).values() for item in of_record(record)]
    items += [item for several in links.values() for link in several for item in of_link(link)]
    return described(hub, items)


def described(hub: Hub, items: Sequence[OpenItem]) -> list[Opened]:
    """Items of the ledger's list, in their order; what was settled meanwhile is left out."""
    desk = plan.desk_on_paper(hub)
    desk.load({item.record for item in items})
    return [one for item in items if (one := described_one(desk, item)) is not None]


def described_one(desk: Desk, item: OpenItem) -> Opened | None:
    """One of them, by its kind."""
    case = desk.cases.get(item.record)
    if case is None or (item.link != ITSELF and item.link not in case.links):
        return None
    link = case.links.get(item.link)
    if item.kind == "conflict":
        return of_conflict(desk, case, item)
    if item.kind == "parked":
        return of_parking(desk, case, item)
    if item.kind == "candidate":
        return of_candidate(desk, case, item)
    if item.kind == "paused":
        why = "a person paused it: it is not written anywhere until it is resumed"
        return made(desk, case, item, at=str(item.record), why=why, remedy=f"syncline resume {item.record}")
    if item.kind == "asked":
        at = str(Place(record=item.record))
        why = f"the condition of the rule {item.field} ended: what becomes of what it made?"
        return made(
            desk, case, item, at=at, why=why, remedy=f"syncline rules answer {item.field} {at} keep|cancel|credit"
        )
    assert link is not None, f"{item.kind} is open on a link"
    return of_held(desk, case, item, link) if item.kind == "held" else of_side(desk, case, item, link)


def made(
    desk: Desk, case: Case, item: OpenItem, *, at: str, why: str, remedy: str, system: str = "",
    ours: Value = None, theirs: Value = None,
) -> Opened:  # fmt: skip
    """With what all kinds have."""
    return Opened(
        at=at, kind=item.kind, code=item.code, entity=item.entity, name=name_of(case.record, desk.declaration),
        system=system or item.system, field=item.field, why=why, remedy=remedy, ours=ours, theirs=theirs,
        since=item.since, names=names_in(desk, item, (ours, theirs)),
    )  # fmt: skip


def names_in(desk: Desk, item: OpenItem, values: Sequence[Value]) -> dict[int, str]:
    """Of the records that these values of a field refer to."""
    if item.field not in desk.hub.reference_fields.get(item.entity, ()):
        return {}
    return {one: calling(desk)(one) for one in values if isinstance(one, int)}


# ---- each kind
def of_conflict(desk: Desk, case: Case, item: OpenItem) -> Opened | None:
    """Its sides by their systems."""
    conflict = case.record.conflicts.get(item.field)
    if conflict is None:
        return None
    kind = desk.declaration.entities[item.entity].of(item.field).type.name
    zone, ours = desk.declaration.zone, case.value(item.field).value
    sides = {name_of_side(case, side): value for side, value in conflict.sides.items()}
    others = [(system, value) for system, value in sides.items() if not case.equal(item.field, value, ours)]
    system, theirs = others[0] if others else next(iter(sides.items()))
    at = str(Place(record=item.record, field=item.field))
    told = ", ".join(f"{side} says {in_words(value, kind, zone, calling(desk))}" for side, value in sides.items())
    takes = " or ".join(f"syncline conflicts take {side} {at}" for side in sides)
    return made(
        desk, case, item, at=at, why=f"several changed it: {told}", system=system, ours=ours, theirs=theirs,
        remedy=f"{takes}, or syncline conflicts set VALUE {at}",
    )  # fmt: skip


def calling(desk: Desk) -> NameOf:
    """What people call a record."""

    def name(record: int) -> str:
        found = desk.case(record)
        return nameless(record) if found is None else name_of(found.record, desk.declaration)

    return name


def name_of_side(case: Case, side: str) -> str:
    """The system of a side; its row too, where that system has several."""
    if side == RECORD_SIDE or int(side) not in case.links:
        return RECORD_SIDE
    return where(case, case.links[int(side)])


def where(case: Case, link: Link) -> str:
    """A link's system; its row too, where that system has several of the record."""
    several = [one for one in case.links.values() if one.system == link.system and one.state != "tombstone"]
    if len(several) > 1 and link.external_id is not None:
        return f"{link.system}/{link.stream}/{link.external_id}"
    return link.system


def place(case: Case, link: Link, field: str) -> str:
    """As commands take it."""
    base = str(Place(record=case.record.id, field=field))
    return f"{base}@{where(case, link)}"


def of_side(desk: Desk, case: Case, item: OpenItem, link: Link) -> Opened:
    """A first difference, or a withheld field."""
    at, theirs = place(case, link, item.field), case.view(link.id).get(item.field)
    ours = case.value(item.field).value
    if item.kind == "difference":
        why = "both had it already when they were linked for the first time, and they differ"
        take = f"syncline conflicts take {where(case, link)} {at}"
        return made(
            desk, case, item, at=at, why=why, ours=ours, theirs=theirs,
            remedy=f"{take}, or syncline conflicts redo {at}",
        )  # fmt: skip
    withheld = case.known(link.id, item.field).withheld
    undone = withheld is not None and withheld.undo
    why = f"put back by the undo of run {withheld.undo}" if withheld and undone else "left alone by a person's wish"
    return made(
        desk, case, item, at=at, why=why, ours=ours, theirs=theirs,
        remedy=f"syncline conflicts keep {at}, or syncline conflicts redo {at}",
    )  # fmt: skip


def of_parking(desk: Desk, case: Case, item: OpenItem) -> Opened | None:
    """Of a record, an expression of it, a link or a field on a link."""
    link = case.links.get(item.link)
    parking = parking_of(case, item, link)
    if parking is None:
        return None
    at = place(case, link, item.field) if link is not None else str(Place(record=item.record, field=item.field))
    theirs = parking.theirs
    if theirs is None and link is not None and item.field:
        theirs = case.view(link.id).get(item.field)
    ours = parking.ours if parking.ours is not None or not item.field else case.value(item.field).value
    return made(
        desk, case, item, at=at, why=parking.reason or parking.code, ours=ours, theirs=theirs,
        remedy=remedy_of(parking, at) if parking.code != DUPLICATE_ROW else of_two_rows(desk, case, item, parking),
    )  # fmt: skip


def of_two_rows(desk: Desk, case: Case, item: OpenItem, parking: Parking) -> str:
    """What to do about two rows of one record in one system, with the command that makes two records of it again."""
    entries = desk.unit.history([case.record.id]).get(case.record.id, ())
    run = next((one.run for one in reversed(entries) if one.kind == "record-merged" and one.link == item.link), None)
    merged = (one.before for one in entries if one.kind == "record-merged" and (one.run, one.link) == (run, None))
    alias = next((rid for rid in merged if isinstance(rid, int)), None)
    return parking.remedy if alias is None else f"{parking.remedy}: syncline links remove {alias}"


def parking_of(case: Case, item: OpenItem, link: Link | None) -> Parking | None:
    """Where it is kept."""
    if link is not None:
        return case.known(link.id, item.field).parked if item.field else link.parked
    return case.record.unfit.get(item.field) if item.field else case.record.parked


def remedy_of(parking: Parking, at: str) -> str:
    """What to do about it, and the command that tries it again; what a correction there heals needs none."""
    if parking.code == DOES_NOT_FIT and parking.remedy:
        return parking.remedy
    if "syncline parked retry" in parking.remedy:
        return parking.remedy
    again = f"syncline parked retry {at}"
    return f"{parking.remedy}, then: {again}" if parking.remedy else again


def of_candidate(desk: Desk, case: Case, item: OpenItem) -> Opened | None:
    """It shares a match key with another record, or looks like it."""
    other = case.record.asks
    if other is None:
        return None
    found = desk.case(other)
    called = f"{name_of(found.record, desk.declaration)}, record {other}" if found is not None else f"record {other}"
    at = str(Place(record=item.record))
    one = made(
        desk, case, item, at=at, why=f"may be the same as {called}", system=case.record.origin,
        remedy=f"syncline links add {other} {at}, or syncline links distinct {at}",
    )  # fmt: skip
    may_be, sides = case.record.may_be, tuple(side(desk, each, calling(desk)) for each in (case, found) if each)
    if may_be is None:
        return structs.replace(one, sides=sides)
    beside = " | ".join(in_a_line(each) for each in sides)
    why = f"looks like {called}, {may_be.score:.0f} of 100 ({', '.join(may_be.why)}): {beside}"
    return structs.replace(one, why=why, score=may_be.score, reasons=may_be.why, sides=sides)


def of_held(desk: Desk, case: Case, item: OpenItem, link: Link) -> Opened:
    """A write that a brake, or mode approve, holds."""
    brake = f"{link.system}/{link.stream}/{item.code}"
    mode = desk.declaration.mode_of(link.system, link.entity)
    why = "mode approve: it waits for a person" if mode == "approve" else f"the brake holds each {item.code} there"
    ours = case.value(item.field).value if item.field else None
    theirs = case.view(link.id).get(item.field) if item.field and link.state != "birth" else None
    return made(
        desk, case, item, at=place(case, link, item.field), why=why, ours=ours, theirs=theirs,
        remedy=f"syncline brake release {brake}",
    )  # fmt: skip


def of_row(hub: Hub, row: ParkedRow) -> Opened:
    """A row that belongs to no record."""
    at = str(Place(system=row.system, stream=row.stream, id=row.id))
    entity = next((b.entity for b in hub.declaration.bindings if (b.system, b.stream) == (row.system, row.stream)), "")
    parking = row.parking
    return Opened(
        at=at, kind="parked", code=parking.code, entity=entity, name=name_of_row(row), system=row.system,
        why=parking.reason or parking.code, remedy=remedy_of(parking, at), theirs=parking.theirs, since=parking.at,
    )  # fmt: skip


def name_of_row(row: ParkedRow) -> str:
    """What its system calls it."""
    told = (row.raw.get(name) for name in ("name", "display_name", "email", "subject", "dealname", "hs_sku"))
    found = next(islice((one for one in told if isinstance(one, str) and one.strip()), 1), None)
    return found or f"{row.stream} {row.id}"
