"""Arming rules: from then on what becomes true sets them off, and not what was true when they were declared.

A rule is armed when every stream of what its condition reads is baselined, and after two passes over all records:
the first makes rollups and computed fields right, the second notes where the condition is true already. Until
then a record that becomes true is noted as true before.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.config.settings import Rule
from syncline.model.rows import Armed
from syncline.sync import derive
from syncline.sync.dependants import refers_to
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub

PASSES = 2


def arm(hub: Hub) -> int:
    """One chunk of a pass, for the rules that are furthest behind together. Returns how many records it looked at."""
    rules = [rule for rule in hub.declaration.rules if rule.when is not None]
    known = hub.ledger.armed() if rules else {}
    states = [known.get(rule.name, Armed(rule=rule.name)) for rule in rules if is_ready(hub, rule)]
    waiting = sorted((one.round, one.after, one.rule) for one in states if one.at is None)
    if not waiting:
        return 0
    chosen = [one for one in states if one.at is None and (one.round, one.after) == waiting[0][:2]]
    if chosen[0].after == 0 and chosen[0].round == PASSES - 1 and hub.ledger.dirty(1):
        return 0  # what the first pass set off comes first
    return advance(hub, chosen)


def advance(hub: Hub, chosen: Sequence[Armed]) -> int:
    """The next records of these rules' pass; behind the last one the next pass begins, or the rules are armed."""
    entities = {rule.entity for rule in hub.declaration.rules if rule.name in {one.rule for one in chosen}}
    wanted = {one for entity in entities for one in read_entities(hub, entity)} | entities
    ids = hub.ledger.scan(chosen[0].after, hub.batch)
    with hub.ledger.unit() as unit:
        if ids:
            unit.arm([replace(one, after=ids[-1]) for one in chosen])
            records = hub.ledger.records(ids)
            derive.derive_ids(open_desk(hub, unit, "arm"), [rid for rid in ids if records[rid].entity in wanted])
        elif chosen[0].round + 1 < PASSES:
            unit.arm([replace(one, round=one.round + 1, after=0) for one in chosen])
        else:
            unit.arm([replace(one, at=hub.clock()) for one in chosen])
        hub.point("armed")
    return max(len(ids), 1)


def is_ready(hub: Hub, rule: Rule) -> bool:
    """Is every stream baselined whose records its condition may read?"""
    return all(
        hub.ledger.cursor(binding.system, binding.stream, "changes").baselined
        for binding in hub.declaration.bindings if binding.entity in read_entities(hub, rule.entity) | {rule.entity}
    )  # fmt: skip


def read_entities(hub: Hub, entity: str) -> frozenset[str]:
    """The entities whose records may decide what one of this entity is: neighbours and children, and theirs."""
    found: set[str] = set()
    left = [entity]
    while left:
        one = left.pop()
        near = {refers_to(hub.declaration, one, field) for field in hub.reference_fields.get(one, ())}
        near |= {rolled.rollup.of for rolled in hub.declaration.rollups if rolled.entity == one}
        fresh = {name for name in near if name is not None} - found
        found |= fresh
        left.extend(fresh)
    return frozenset(found)
