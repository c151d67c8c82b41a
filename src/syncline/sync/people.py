"""What a person decides: a side of a conflict, a first difference, a parked field, a withheld one, a duplicate."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from syncline.mapping.field_type import Unfit
from syncline.merge import conflicts
from syncline.merge.case import Case
from syncline.model.record import DOES_NOT_FIT, Value
from syncline.sync import duplicates, settle
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.undo import undo_writes as undo_run

Decision = Callable[[Desk, Case], None]
"""What is decided of one record. Raises before it has changed anything, where that cannot be done."""

NOT_THE_SAME = "not the same"
"""What history says of a candidate that is a record of its own."""


def decide(hub: Hub, record: int, decision: Decision) -> None:
    """One decision about one record, in one transaction."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person")
        case = desk.case(record)
        assert case is not None, f"there is no record {record}"
        decision(desk, case)
        settle.close_desk(desk)
        hub.point("decided")


def take_side(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """That side's present value becomes the record's: agreed there, due elsewhere."""
    decide(hub, record, side_taken(field, link, who))


def side_taken(field: str, link: int, who: str) -> Decision:
    """The same, for one desk."""

    def decision(desk: Desk, case: Case) -> None:
        conflict = case.record.conflicts.get(field)
        if conflict is not None and str(link) in conflict.sides:
            conflicts.settle(case, field, conflict.sides[str(link)], link, who)
        elif case.known(link, field).differs:
            take_difference(case, field, link, who)

    return decision


def set_value(hub: Hub, record: int, field: str, value: Value, who: str) -> None:
    """A person's own value: due everywhere."""

    def decision(desk: Desk, case: Case) -> None:
        if field in case.record.conflicts:
            conflicts.settle(case, field, value, None, who)
        else:
            case.note("person", field, None, case.value(field).value, value, who)
            case.set_value(field, value, None, desk.now, desk.now, who)

    decide(hub, record, decision)


def take_difference(case: Case, field: str, link: int, who: str) -> None:
    """A first difference settled for the side that joined."""
    value, now = case.view(link).get(field), case.setting.now
    case.note("person", field, link, case.value(field).value, value, who)
    version = case.set_value(field, value, link, now, now, who)
    case.learn(link, field, differs=False, agreed=version, has_base=False, base=None)


def keep_record(hub: Hub, record: int, field: str, link: int, who: str) -> None:
    """A first difference or parked field settled for the record: this link is due.

    Raises Unfit where what the system holds does not fit: over what cannot be read nothing is written.
    """
    decide(hub, record, record_kept(field, link, who))


def record_kept(field: str, link: int, who: str) -> Decision:
    """The same, for one desk."""

    def decision(desk: Desk, case: Case) -> None:
        known = case.known(link, field)
        if known.parked is not None and known.parked.code == DOES_NOT_FIT:
            raise Unfit(known.parked.theirs, f"{known.parked.reason}; {known.parked.remedy}")  # I15
        case.note("person", field, link, case.view(link).get(field), case.value(field).value, who)
        pending = known.withheld if known.withheld is not None and not known.withheld.written else None
        case.learn(
            link, field, differs=False, parked=None, tries=0, rewrites=(), agreed=None, filling=True,
            emptied=case.value(field).version, withheld=pending,
        )  # fmt: skip

    return decision


def not_the_same(hub: Hub, record: int, who: str) -> None:
    """A duplicate candidate is a record of its own."""

    def decision(desk: Desk, case: Case) -> None:
        other = case.record.asks
        case.note("person", None, None, other, None, f"{who}: {NOT_THE_SAME}")
        if other is not None:
            case.record = replace(case.record, distinct_from=(*case.record.distinct_from, other))
            desk.spread.marks.add(other)
        duplicates.clear(desk, case)

    decide(hub, record, decision)


__all__ = ["decide", "keep_record", "not_the_same", "set_value", "take_difference", "take_side", "undo_run"]
