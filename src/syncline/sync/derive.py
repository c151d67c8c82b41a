"""Step 6, derive: computed fields and births. What reads a neighbour is derived again when the neighbour changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncline.config.declaration import Birth
from syncline.merge.case import Case
from syncline.sync import writing
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub


def derive_changed(desk: Desk) -> None:
    """Derives every case that this transaction changed."""
    for case in list(desk.changed()):
        derive(desk, case)


def derive_dirty(hub: Hub) -> int:
    """Derives a chunk of records that a neighbour's change marked dirty. Returns how many."""
    ids = hub.ledger.dirty(hub.batch)
    if not ids:
        return 0
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "derive")
        desk.load(ids)
        for rid in ids:
            if rid in desk.cases:
                derive(desk, desk.cases[rid])
        unit.clean(ids)
        desk.flush()
        hub.point("derived")
    return len(ids)


def derive(desk: Desk, case: Case) -> None:
    """Computed fields first, since births may read them."""
    writing.unwait(desk, case)
    if case.record.state != "active":
        return
    compute(desk, case)
    for birth in desk.declaration.births:
        if birth.entity == case.record.entity:
            bear(desk, case, birth)


def compute(desk: Desk, case: Case) -> None:
    """Fields whose truth is the hub."""
    for computed in desk.declaration.computed:
        if computed.entity != case.record.entity:
            continue
        policy = case.policy(computed.field)
        value = policy.type.dump(computed.expression.evaluate(lookup(desk, case)))
        if not case.equal(computed.field, value, case.value(computed.field).value):
            case.set_value(computed.field, value, None, desk.now, desk.now, f"computed: {computed.expression.text}")


def bear(desk: Desk, case: Case, birth: Birth) -> None:
    """A birth is a link row without an external id; a tombstone is never re-created."""
    if case.record.candidate_of is not None or case.record.parked is not None:
        return
    if any((k.system, k.stream) == (birth.system, birth.stream) for k in case.links.values()):
        return
    if not any(link.state == "active" for link in case.links.values()):
        return
    if not desk.hub.ledger.cursor(birth.system, birth.stream, "changes").baselined:
        return
    if birth.when.evaluate(lookup(desk, case)) is True:
        desk.new_link(case, birth.system, birth.stream, None)


def lookup(desk: Desk, case: Case) -> Callable[[str], Any]:
    """Names to loaded values: own fields, and neighbours' through a reference (`account.erp_number`)."""

    def value(name: str) -> Any:
        if "." not in name:
            return case.policy(name).type.load(case.value(name).value)
        reference, column = name.split(".", 1)
        rid = case.value(reference).value
        if rid is None:
            return None
        desk.load([rid])
        neighbour = desk.cases.get(rid)
        return lookup(desk, neighbour)(column) if neighbour is not None else None

    return value
