"""A frozen field is there again: what was seen of it is forgotten, and every row of its stream looked at.

So its values meet as those of a new field do: what differs is a first difference, and nothing is a move. # I15
"""

from __future__ import annotations

from collections.abc import Collection

from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.sync import frozen, written
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub

PAGE = 500


def forget(hub: Hub, system: str, stream: str, names: Collection[str]) -> None:
    """Of all rows of a stream. Done again after a stop, it changes nothing more."""
    streams = {one.stream for one in frozen.bindings_of(hub, system, stream)}
    after = 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "meet again")
            desk.load(ids)
            for case in desk.cases.values():
                for link in list(case.links.values()):
                    if link.system == system and link.stream in streams and link.state == "active":
                        forget_one(hub, case, link, names)
            written.flush(desk)


def forget_one(hub: Hub, case: Case, link: Link, names: Collection[str]) -> None:
    """The raw fields of one row, and what their fields were told to be measured from; then it is looked at."""
    seen = {name: value for name, value in link.seen.items() if name not in names}
    case.put(link.id, seen=seen, fingerprint=b"")
    for field in frozen.untellable(names, hub.declaration.binding(link.system, link.stream)):
        if field in link.known and link.known[field].has_base:
            case.learn(link.id, field, has_base=False, base=None)
    case.hints.append((link.id, case.setting.now))
