"""A ledger that went back knows old values and not what was made since: what all systems say now is the record's, and
what nothing could find again is not made by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from syncline.mapping.document import line_of
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.link import Link
from syncline.sync import birth, rebaseline, settle, written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.store import Unit

PAGE = 500
WHY = "the hub's ledger went back: all systems say this"
MAY_BE_THERE = "may-be-there-already"


def catch_up(hub: Hub) -> int:
    """Every record, when all streams of its entity were read anew. Returns how many fields were caught up with.

    Done again it finds nothing more. # I12
    """
    held = [one for one in hub.ledger.held() if one.kind == "rebaseline" and one.stale]
    entities = {hub.declaration.binding(one.system, one.stream).entity for one in held}
    for binding in hub.declaration.bindings:
        if rebaseline.state_at(hub, binding.system, binding.stream) != "read":
            entities.discard(binding.entity)
    number, after = 0, 0
    while entities and (ids := hub.ledger.scan(after, PAGE)):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "rebaseline")
            desk.load(ids)
            cases = [one for one in list(desk.cases.values()) if one.record.entity in entities]
            number += sum(follow(case) for case in cases if case.record.state == "active")
            settle.close_desk(desk)
        hub.point("caught up")
    return number


def follow(case: Case) -> int:
    """The fields of one record in which its systems agree with each other, and it is behind them."""
    behind = list(agreed_elsewhere(case))
    now = case.setting.now
    for name, lid in behind:
        before, value = case.value(name).value, case.view(lid)[name]
        version = case.set_value(name, value, lid, now, now, WHY)
        case.note("taken", name, lid, before, value, WHY)
        for link in list(case.active()):
            if name in case.view(link.id):
                case.learn(
                    link.id, name, agreed=version, emptied=version, differs=False, filling=False, has_base=False,
                    base=None,
                )  # fmt: skip
    return len(behind)


def agreed_elsewhere(case: Case) -> Iterator[tuple[str, int]]:
    """(field, link that says it). Not what the hub computes, is in an open conflict, or a person put right by hand."""
    said: dict[str, list[int]] = {}
    for link in case.active():
        for name in case.view(link.id) if link.seen else ():
            said.setdefault(name, []).append(link.id)
    for name, sides in sorted(said.items()):
        if line_of(name) is not None or name in case.record.conflicts or case.truth(name) == HUB:
            continue
        if any(case.known(lid, name).parked or case.known(lid, name).withheld for lid in sides):
            continue
        first = case.view(sides[0])[name]
        if case.equal(name, first, case.value(name).value) or not case.takes(sides[0], name):
            continue
        if all(case.equal(name, case.view(lid)[name], first) for lid in sides[1:]):
            yield name, sides[0]


def park_what_nothing_finds(hub: Hub, unit: Unit, places: Collection[tuple[str, str]]) -> None:
    """Each row that is to be made, and has no key by which one that was made since could have been found. # I4"""
    after = 0
    while places and (ids := hub.ledger.scan(after, PAGE)):
        after = ids[-1]
        links = [link for several in hub.ledger.links_of(ids).values() for link in several]
        births = [one for one in links if one.state == "birth" and (one.system, one.stream) in places]
        unfound = [one for one in births if one.due_at is not None and one.parked is None and is_unfound(hub, one)]
        if unfound:
            park_births(open_desk(hub, unit, "birth"), unfound)


def is_unfound(hub: Hub, link: Link) -> bool:
    """Has it no key?"""
    return not birth.raw_keys(hub, hub.declaration.binding(link.system, link.stream), link, None)


def park_births(desk: Desk, links: Sequence[Link]) -> None:
    """A person says of each whether its row is there."""
    desk.load(link.record for link in links)
    for link in links:
        why = f"nothing tells its row from others, and the hub may have made it in {link.system} since the backup"
        birth.park(desk, link, MAY_BE_THERE, why)
    written.flush(desk)
