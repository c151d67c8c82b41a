"""Match keys that two rows of one stream have: known before the first of its rows is met, so that none is guessed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import cast

from syncline.identity.match import Key, keys_of
from syncline.mapping.binding import Binding
from syncline.model.rows import Cursor
from syncline.sync import poison, scope
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.store import Unit

PAGE = 1000
PARTS = 64
"""The hashes of a stream's keys are looked through in so many parts: eight bytes a key, and one part sorted."""


def rule_for(binding: Binding, rule: str) -> str:
    """Under this rule the keys are kept that several rows of a stream have, while it is met for the first time."""
    return f"={binding.system}/{binding.stream} {rule}"


def holder(binding: Binding) -> int:
    """Whose they are: no record's."""
    name = f"{binding.system}/{binding.stream}".encode()
    return -1 - (int.from_bytes(blake2b(name, digest_size=8).digest(), "big") >> 2)


def look_through(hub: Hub, binding: Binding) -> bool:
    """Reads the keys of all staged rows once. Returns whether that was still to be done; done again it is the same."""
    if hub.ledger.cursor(binding.system, binding.stream, "keys").ended:
        return False
    found = doubled(hub, binding) if may_meet(hub, binding) else set()
    several = Counter(key for key in staged_keys(hub, binding) if hash(key) in found) if found else Counter[Key]()
    kept = sorted((rule_for(binding, rule), text) for (rule, text), number in several.items() if number > 1)
    with hub.ledger.unit() as unit:
        unit.save_keys({holder(binding): kept})
        unit.save_cursor(Cursor(system=binding.system, stream=binding.stream, path="keys", ended=hub.clock()))
        hub.point("doubled keys kept")
    return True


def may_meet(hub: Hub, binding: Binding) -> bool:
    """May its rows meet those of another stream?"""
    others = [one for one in hub.declaration.bindings if one.entity == binding.entity]
    return len(others) > 1 and bool(hub.declaration.matching.get(binding.entity))


def doubled(hub: Hub, binding: Binding) -> set[int]:
    """The hashes of the keys that come twice."""
    parts = [array("q") for _ in range(PARTS)]
    for key in staged_keys(hub, binding):
        number = hash(key)
        parts[number % PARTS].append(number)
    found: set[int] = set()
    for part in parts:
        last = None
        for number in sorted(part):
            if number == last:
                found.add(number)
            last = number
    return found


def staged_keys(hub: Hub, binding: Binding) -> Iterator[Key]:
    """The keys of each row in scope, without those of rules that different things of one stream may share."""
    policy = hub.declaration.entities[binding.entity]
    rules = [rule for rule in hub.declaration.matching.get(binding.entity, ()) if rule.shared != "distinct"]
    reads = {name for rule in rules for name in rule.fields} | set(scope.reads_of(binding))
    fields = [name for name in binding.by_field if name in reads]
    after = ""
    while rows := hub.ledger.staged(binding.system, binding.stream, after, PAGE):
        desk = Desk(hub=hub, unit=cast(Unit, hub.ledger), run=0, now=hub.clock())  # it only reads
        for row in rows:
            try:
                reading = binding.read(row.raw, desk.resolve, fields)
                name = (binding.system, binding.stream, row.id)
                judged = scope.judges(desk, binding, reading)
                keys = keys_of(policy, rules, reading.told, [name]) if judged else ()
            except poison.POISON:
                continue  # L2: it is parked when it is met, and holds up no other
            yield from keys
        after = rows[-1].id


def known(desk: Desk, binding: Binding, keys: Iterable[Key]) -> set[Key]:
    """Those of these keys that several rows of the stream had when it was read for the first time."""
    if desk.is_baselined(binding.system, binding.stream):
        return set()
    wanted = {(rule_for(binding, rule), text): (rule, text) for rule, text in keys}
    return {wanted[key] for key in desk.unit.records_with(wanted)}


def forget(unit: Unit, binding: Binding) -> None:
    """Every row was met."""
    unit.save_keys({holder(binding): ()})
    unit.save_cursor(Cursor(system=binding.system, stream=binding.stream, path="keys"))
