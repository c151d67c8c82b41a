"""Contacts whose users act in the middle of the hub's work: between its look and its write, between write and receipt.

Where a system takes a write only on a condition, nothing may be lost by that. Elsewhere the hub looks first, and what
is typed after its look into the very field that it then writes is written over: that much the design accepts, and no
other edit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncline.testing import company, evidence, oracle, users

if TYPE_CHECKING:
    from syncline.model.intent import Intent
    from syncline.testing.edits import Edit
    from syncline.testing.world import World

BETWEEN = ("looked", "intents written", "intents committed", "called", "receipts written", "receipts committed")
"""The points of a delivery at which a user may act."""

SHARE = 0.25
SAME_FIELD = 0.6
DELETES = 0.05


def meanwhile(world: World, point: str) -> None:
    """A user edits, or seldom deletes, a row; while a write is under way mostly that row, often that field."""
    if point not in BETWEEN or are_calm(world) or world.random.random() > SHARE:
        return
    sent = [intent for intent in world.hub.ledger.intents_sent() if intent.kind == "update"]
    if sent and world.random.random() < 0.8:
        beside(world, world.random.choice(sent))
    else:
        system = world.systems[world.random.choice(company.ORDER)]
        rows = [row for row in system.rows[company.STREAM].values() if row.dead is None]
        if rows:
            users.edit(world, system, world.random.choice(rows), unseen=True)


def are_calm(world: World) -> bool:
    """Have faults and users ended?"""
    return not any(system.faults for system in world.systems.values())


def beside(world: World, intent: Intent) -> None:
    """The row that is being written is edited by a user, or deleted."""
    link = world.hub.ledger.links([intent.link])[intent.link]
    system = world.systems[intent.system]
    row = system.rows[company.STREAM][str(link.external_id)]
    fields = sorted(set(intent.values) - {"email"})
    if row.dead is None and world.random.random() < DELETES:
        users.delete(world, system, row)
    elif fields and world.random.random() < SAME_FIELD:
        users.edit(world, system, row, world.random.choice(fields), unseen=True)
    else:
        users.edit(world, system, row, unseen=True)


# ---- what must hold
def check(world: World) -> list[str]:
    """As always, but for the edits that the hub could not see before it wrote over them."""
    bad = oracle.check(world)
    if not any(rule(violation) == "1" for violation in bad):
        return bad
    edits = world.edits
    world.edits = without_lost(world)
    still = oracle.check(world)
    world.edits = edits
    return [violation for violation in bad if rule(violation) != "1" or violation in still]


def rule(violation: str) -> str:
    """Its number."""
    return violation.split(" ", 1)[0]


def without_lost(world: World) -> list[Edit]:
    """The edits that may not be lost. A tag whose removal was written over is there or not, as it comes."""
    lost = [edit for edit in world.edits if written_over(world, edit) or gave_back(world, edit)]
    either = {edit.value.casefold() for edit in lost if edit.kind == "remove"}
    return [
        edit
        for edit in world.edits
        if edit not in lost and not (edit.field == "tags" and users.items(edit.value) & either)
    ]


def gave_back(world: World, edit: Edit) -> bool:
    """Did the row leave this one moment with what its field had held before? Nobody could see what lay between."""
    if edit.unseen is None:
        return False
    history = world.systems[edit.system].rows[company.STREAM][edit.row].history
    before, at_once = [s for s in history if s.at < edit.at], [s for s in history if s.at == edit.at]
    values = [users.canonical(edit.field, state.values[edit.field]) for state in (*before[-1:], *at_once[-1:])]
    return len(values) == 2 and evidence.key(edit.field, values[0]) == evidence.key(edit.field, values[1])


def written_over(world: World, edit: Edit) -> bool:
    """Did a write of the same moment, of a system that sets no condition, end what this edit had made of its field?"""
    system = world.systems[edit.system]
    if edit.unseen is None or system.habits.conditional:
        return False
    sent = [
        written.values[edit.field]
        for written in system.written
        if (written.at, written.id) == (edit.at, edit.row) and written.values and edit.field in written.values
    ]
    stored = [system.habits.stores(edit.field, value) for value in sent]
    later = system.rows[company.STREAM][edit.row].history[edit.unseen :]
    return any(state.values[edit.field] in stored for state in later)


WINDOWS = replace(users.CONTACTS, meanwhile=meanwhile)
