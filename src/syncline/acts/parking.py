"""What becomes of parked things: of a field, a link, a record, or a row that belongs to none; or of all with a code."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syncline.acts.act import Parked, Say
from syncline.acts.deciding import decided
from syncline.acts.finding import case_at, field_at, is_itself, parked_at
from syncline.acts.refusal import Refusal, refuse
from syncline.acts.telling import look
from syncline.acts.told import Done
from syncline.acts.typed import typed
from syncline.ledger.open_items import OpenItem
from syncline.look.opened import PAGE
from syncline.look.place import Place, parse
from syncline.model.record import DOES_NOT_FIT
from syncline.model.rows import ParkedRow
from syncline.sync import parked_by_hand as by_hand
from syncline.sync import people
from syncline.sync.answers import CannotDo
from syncline.sync.hub import Hub

SAID = {"retry": "tried again", "skip": "left alone", "delete": "deleted everywhere"}


def parked(hub: Hub, act: Parked, who: str, say: Say) -> Done:
    """Raises Refusal, CannotDo, NoPlace or Unfit where that cannot be done."""
    if (act.at is None) == (act.code is None):
        raise refuse("Name what is parked, by its place or by its code.", "syncline parked lists both")
    if act.how == "edit":
        return edited(hub, act, who, say)
    if act.code is not None:
        return all_with(hub, act, who, say)
    place = parse(act.at or "")
    row = row_parked(hub, place)
    if row is not None:
        return decided(hub, who, say, f"{place} is {SAID[act.how]}", lambda h: met_again(h, act, row, who), count=1)
    case = case_at(hub, place)
    items = parked_at(case, place)

    def decide(working: Hub) -> Collection[int]:
        for item in items:
            of_item(working, act, item, who)
        return [case.record.id]

    return decided(hub, who, say, f"{place} is {SAID[act.how]}", decide, count=len(items))


def row_parked(hub: Hub, place: Place) -> ParkedRow | None:
    """The row, where it belongs to no record."""
    if place.record or place.row is None:
        return None
    return hub.ledger.parked_rows([place.row]).get(place.row)


def of_item(hub: Hub, act: Parked, item: OpenItem, who: str) -> None:
    """One parked thing of a record."""
    if act.how == "delete":
        by_hand.carry_delete_on(hub, item.record, who)
    elif act.how == "retry":
        if is_itself(item):
            by_hand.retry_record(hub, item.record, item.field, who)
        elif item.field:
            by_hand.retry_field(hub, item.record, item.link, item.field, who)
        else:
            by_hand.retry_link(hub, item.record, item.link, who)
    elif is_itself(item):
        by_hand.skip_record(hub, item.record, item.field, who, act.why)
    elif item.field:
        by_hand.skip_field(hub, item.record, item.link, item.field, who, act.why)
    else:
        by_hand.skip_link(hub, item.record, item.link, who, act.why)


def met_again(hub: Hub, act: Parked, row: ParkedRow, who: str) -> Collection[int]:
    """One row; the record that it became is told at once."""
    of_row(hub, act, row, who)
    look(hub, {})
    at = (row.system, row.stream, row.id)
    return [link.record for link in hub.ledger.links_at([at]).values()]


def of_row(hub: Hub, act: Parked, row: ParkedRow, who: str) -> None:
    """A row that belongs to no record."""
    if act.how == "delete":
        raise refuse(f"{row.system} {row.stream} {row.id} belongs to no record.", "delete it in its system")
    if act.how == "retry":
        by_hand.retry_row(hub, row)
    else:
        by_hand.skip_row(hub, row, who, act.why)


def edited(hub: Hub, act: Parked, who: str, say: Say) -> Done:
    """The record's field gets the value, in that person's name; every system is then due."""
    place = parse(act.at) if act.at is not None else None
    if place is None or row_parked(hub, place) is not None:
        raise refuse("Only a field of a record can be edited.", "correct a row in its own system; name RECORD.field")
    case = case_at(hub, place)
    field = field_at(hub, case, place)
    value = typed(hub, case.record.entity, field, act.value)

    def decide(working: Hub) -> Collection[int]:
        people.set_value(working, case.record.id, field, value, who)
        return [case.record.id]

    done = decided(hub, who, say, f"{case.record.id}.{field} is {value!r} now", decide)
    misfits = [
        link.system for link in case.links.values()
        if (mark := case.known(link.id, field).parked) is not None and mark.code == DOES_NOT_FIT
    ]  # fmt: skip
    if misfits:  # I15
        more = f"It is not written over what does not fit: correct it in {', '.join(misfits)}."
        return Done(count=done.count, said=f"{done.said} {more}")
    return done


# ---- all with a code
def all_with(hub: Hub, act: Parked, who: str, say: Say) -> Done:
    """Page by page; what cannot be done is counted, and stays as it is."""
    count = {"done": 0, "left": 0}

    def decide(working: Hub) -> Collection[int]:
        records: set[int] = set()
        for item in with_code(working, act.code or ""):
            try:
                of_item(working, act, item, who)
            except (CannotDo, Refusal):
                count["left"] += 1
                continue
            count["done"] += 1
            records.add(item.record)
        for row in rows_with_code(working, act.code or ""):
            of_row(working, act, row, who)
            count["done"] += 1
        return records

    done = decided(hub, who, say, f"everything parked as {act.code} is {SAID[act.how]}", decide)
    if not count["done"] and not count["left"]:
        raise refuse(f"Nothing is parked as {act.code}.", "syncline parked lists what is, with its codes")
    left = f" {count['left']} could not be, and stay as they are." if count["left"] else ""
    return Done(count=count["done"], said=f"{done.said}{left}")


def with_code(hub: Hub, code: str) -> Iterator[OpenItem]:
    """What is parked of records and links."""
    after: OpenItem | None = None
    while page := hub.ledger.open_items("parked", after=after, limit=PAGE):
        after = page[-1]
        yield from (item for item in page if item.code == code)


def rows_with_code(hub: Hub, code: str) -> Iterator[ParkedRow]:
    """Rows that belong to no record."""
    for system, stream in dict.fromkeys((b.system, b.stream) for b in hub.declaration.bindings):
        last = ""
        while rows := hub.ledger.parked_after(system, stream, last, PAGE):
            last = rows[-1].id
            yield from (row for row in rows if row.parking.code == code)
