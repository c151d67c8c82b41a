"""Conflicts, first differences and withheld fields that a person settles all in one way, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from syncline.ledger.open_items import ITSELF, OpenItem, OpenKind, of_link, of_record, order_of
from syncline.mapping.field_type import Unfit
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import RECORD_SIDE
from syncline.sync import people, settle
from syncline.sync import settled_by_hand as by_hand
from syncline.sync.answers import CannotDo
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.people import Decision
from syncline.sync.plan import desk_on_paper

PAGE = 200
MEANWHILE = "settled meanwhile"

Sort = tuple[OpenKind, str, str]
"""(kind, entity, field)"""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is settled, and how. entity, field: empty where all are meant. holds: the condition over records."""

    how: Literal["take", "keep", "redo"]
    kinds: Sequence[OpenKind]
    system: str = ""
    entity: str = ""
    field: str = ""
    holds: Callable[[Case], bool] = lambda case: True
    limit: int | None = None

    def means(self, item: OpenItem) -> bool:
        """As far as the item itself says."""
        return self.entity in ("", item.entity) and self.field in ("", item.field)


@dataclass
class Settled:
    """What came of one page. records: those that were settled. reasons: why what is left is left."""

    settled: Counter[Sort] = field(default_factory=Counter)
    left: Counter[Sort] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    records: list[int] = field(default_factory=list)


def settle_all(hub: Hub, choice: Choice, who: str, *, dry: bool) -> Iterator[Settled]:
    """Page by page, each in a transaction of its own; dry: on paper."""
    done = 0
    for kind in choice.kinds:
        after: OpenItem | None = None
        while page := hub.ledger.open_items(kind, after=after, limit=PAGE):
            after = page[-1]
            items = [item for item in page if choice.means(item)]
            most = None if choice.limit is None else choice.limit - done
            if most == 0:
                return
            if not items:
                continue
            came = on_desk(desk_on_paper(hub), items, choice, who, most) if dry else kept(hub, items, choice, who, most)
            done += came.settled.total()
            yield came


def kept(hub: Hub, items: Sequence[OpenItem], choice: Choice, who: str, most: int | None) -> Settled:
    """In the ledger."""
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person")
        came = on_desk(desk, items, choice, who, most)
        settle.close_desk(desk)
        hub.point("settled in bulk")
    return came


def on_desk(desk: Desk, items: Sequence[OpenItem], choice: Choice, who: str, most: int | None) -> Settled:
    """Each item of a page. One that cannot be settled so is left as it is, with the reason."""
    came = Settled()
    desk.load(item.record for item in items)
    gone = {order_of(item) for item in items if is_settled(desk.case(item.record), item)}
    for item in items:
        if most is not None and came.settled.total() >= most:
            break
        case, sort = desk.case(item.record), (item.kind, item.entity, item.field)
        if case is None or not choice.holds(case):
            continue
        if order_of(item) in gone:
            came.left[sort] += 1
            came.reasons[MEANWHILE] += 1
            continue
        try:
            decision_of(case, item, choice, who)(desk, case)
        except (CannotDo, Unfit) as error:
            came.left[sort] += 1
            came.reasons[str(error) if isinstance(error, CannotDo) else "what is there cannot be read"] += 1
            continue
        came.settled[sort] += 1
        came.records.append(case.record.id)
    return came


def is_settled(case: Case | None, item: OpenItem) -> bool:
    """Is it open no more? Since its page was read another may have settled it, or the link is another record's."""
    if case is None or case.record.id != item.record:
        return True
    link = case.links.get(item.link)
    found = of_record(case.record) if item.link == ITSELF else of_link(link) if link is not None else ()
    return not any(order_of(one) == order_of(item) for one in found)


# ---- what is decided of one
def decision_of(case: Case, item: OpenItem, choice: Choice, who: str) -> Decision:
    """Raises CannotDo."""
    if choice.how == "take":
        return taken(case, item, choice.system, who)
    if item.kind == "conflict":
        if choice.how == "keep":
            raise CannotDo("in a conflict both sides changed it: take a side")
        return by_hand.record_taken(item.field, who)
    if choice.how == "keep":
        return by_hand.there_kept(item.field, item.link, who)
    through = by_hand.passed_through if item.kind == "withheld" else people.record_kept
    return through(item.field, item.link, who)


def taken(case: Case, item: OpenItem, system: str, who: str) -> Decision:
    """That system's value: of a first difference it may be the one that the record has."""
    name, conflict = item.field, case.record.conflicts.get(item.field)
    if item.kind == "conflict":
        if system == RECORD_SIDE:
            return by_hand.record_taken(name, who)
        sides = [int(side) for side in conflict.sides if side != RECORD_SIDE] if conflict is not None else []
        side = next((lid for lid in sides if lid in case.links and case.links[lid].system == system), None)
        if side is None:
            raise CannotDo(f"{system} is no side of the conflict")
        return people.side_taken(name, side, who)
    if case.links[item.link].system == system:
        return by_hand.there_taken(name, item.link, who)
    if system == RECORD_SIDE or any(says_so(case, link, name) for link in case.active() if link.system == system):
        return people.record_kept(name, item.link, who)
    raise CannotDo(f"{system} does not hold the record's value either")


def says_so(case: Case, link: Link, name: str) -> bool:
    """Does that row say what the record holds?"""
    view = case.view(link.id)
    return link.state == "active" and name in view and case.equal(name, view[name], case.value(name).value)


def all_kept(name: str, links: Collection[int], who: str) -> Decision:
    """The record's value goes to all of these."""

    def decision(desk: Desk, case: Case) -> None:
        for lid in links:
            people.record_kept(name, lid, who)(desk, case)

    return decision
