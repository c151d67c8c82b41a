"""Contacts of which the shop gets only some: rows leave its scope and come back, and sleep in between.

The scope reads the status. A link out of scope is told the status that put it out, and consent always; nothing else
is written to it, nothing is made or deleted for it, and what was edited there meanwhile counts when it wakes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from syncline.config.declaration import Birth, Declaration
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.expression import Expression
from syncline.mapping.lens import rename
from syncline.mapping.sql import compile_expression
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.link import UNKNOWN_FIELD, Link
from syncline.model.record import NOTHING, Record
from syncline.testing import oracle
from syncline.testing.cast import Cast
from syncline.testing.company import ORDER, STREAM
from syncline.testing.edits import Edit
from syncline.testing.systems import Habits, RowAt

if TYPE_CHECKING:
    from syncline.testing.world import World

PLAIN = text(case="ignore")
FIELDS = ("email", "name", "status", "consent")
ALWAYS_TOLD = {"status", "consent"}
CONTACT = EntityPolicy(
    name=STREAM,
    fields={name: FieldPolicy(name=name, type=PLAIN, exempt=name == "consent") for name in FIELDS},
)
SCOPE = compile_expression("status LIKE 'in%'", dict.fromkeys(FIELDS, PLAIN), wanted="boolean")

HABITS = {
    "crm": Habits(versions="seconds", tells=False, empty="", safe_by="find", drops=0.1),
    "erp": Habits(versions="counter", safe_by="key", conditional=True),
    "shop": Habits(versions=None, safe_by="external_id", empty=""),
}


def declaration() -> Declaration:
    """Everybody everywhere, but in the shop only who is in."""
    always = Expression(text="TRUE", reads=frozenset(), evaluate=lambda column: True)
    return Declaration(
        name="scoped", order=ORDER, entities={STREAM: CONTACT},
        bindings=tuple(binding(system) for system in ORDER),
        births=tuple(Birth(entity=STREAM, system=system, stream=STREAM, when=always) for system in ORDER),
        matching={STREAM: (MatchRule(fields=("email",)),)},
    )  # fmt: skip


def binding(system: str) -> Binding:
    """Every field under its own name."""
    fields = [BoundField(field=name, lens=rename(name, PLAIN, empty=HABITS[system].empty)) for name in FIELDS]
    scope = SCOPE if system == "shop" else None
    return Binding(system=system, stream=STREAM, entity=STREAM, fields=tuple(fields), scope=scope)


# ---- users
def opens(world: World) -> None:
    """Some are there before the hub sees anything."""
    for _ in range(4):
        type_row(world)


def act(world: World) -> None:
    """One action of one user."""
    if world.random.random() < world.climate.births:
        type_row(world)
        return
    system = world.systems[world.random.choice(ORDER)]
    rows = [row for row in system.rows[STREAM].values() if row.dead is None]
    if rows:
        edit(world, system.name, world.random.choice(rows))


def type_row(world: World) -> None:
    """A new contact, in or out; one who is out may be typed into the shop too."""
    world.number += 1
    number, name = world.number, world.random.choice(ORDER)
    values = {"email": f"q{number}@x", "name": f"n{number}", "status": status(world), "consent": f"c{number}"}
    row = world.systems[name].make(STREAM, values)
    world.edits += [Edit(world.now, name, row.id, field, values[field], "born") for field in FIELDS[1:]]
    world.say("user types", name, row.id, values)


def status(world: World) -> str:
    """A status nobody had before."""
    return f"{world.random.choice(['in', 'in', 'out'])} {world.number}"


def edit(world: World, name: str, row: RowAt) -> None:
    """Sets a field; often somebody who goes comes back soon."""
    random = world.random
    world.number += 1
    field = random.choice(["name", "name", "status", "consent"])
    value = status(world) if field == "status" else f"{field[0]}{world.number}"
    world.systems[name].change(STREAM, row.id, {field: value})
    world.edits.append(Edit(world.now, name, row.id, field, value, "set"))
    world.say("user sets", name, row.id, field, value)
    if random.random() < 0.6:
        world.errands.append((world.now + random.uniform(0, 6), lambda: world.webhook(name, row.id)))


# ---- what must hold
def watch(world: World, point: str) -> None:
    """Rule 18: what leaves for the shop is for who is in, or is what those who are out are told."""
    if point not in ("intents committed", "create committed"):
        return
    for intent in world.hub.ledger.intents_sent():
        record = world.hub.ledger.records([intent.record])[intent.record]
        if intent.system != "shop" or is_in(record.fields.get("status", NOTHING).value):
            continue
        if intent.kind == "create" and point == "create committed":
            world.violations.append(f"18 record {record.id} is out and born in the shop")
        elif intent.kind == "update" and not set(intent.values) <= ALWAYS_TOLD:
            world.violations.append(f"18 record {record.id} is out and told {sorted(intent.values)} in the shop")
        elif intent.kind == "delete":
            world.violations.append(f"18 record {record.id} is out and deleted in the shop")


def is_in(value: str | None) -> bool:
    """Does the shop get it?"""
    return value is not None and value.casefold().startswith("in")


def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    bad = list(world.violations)
    for record, links in oracle.families(world):
        bad.extend(oracle.believed_dead(world, record, links))
        here = is_in(record.fields.get("status", NOTHING).value)
        for link in links:
            bad.extend(differences(world, record, link, here=here))
        for field in FIELDS[1:]:
            bad.extend(lost(world, record, links, field))
    bad.extend(line for line in oracle.unknown_rows(world) if not left_out(world, line))
    bad.extend(oracle.doubled(world))
    bad.extend(oracle.writes_again(world))
    return bad


def held(world: World, link: Link, field: str) -> Any:
    """What the system really holds."""
    return PLAIN.normal(world.systems[link.system].rows[STREAM][str(link.external_id)].now.values[field] or None)


def differences(world: World, record: Record, link: Link, *, here: bool) -> Iterator[str]:
    """Rules 2 and 18: who is in agrees whole; who is out sleeps, was told so, and agrees about consent."""
    if link.external_id is None or link.state == "tombstone":
        return
    sleeps = link.system == "shop" and not here
    if (link.state == "asleep") != sleeps:
        yield f"18 record {record.id} in {link.system} is {link.state}, and {'in' if here else 'out'}"
    for field in ("consent",) if sleeps else FIELDS:
        value = record.fields.get(field, NOTHING).value
        there = held(world, link, field)
        if PLAIN.key(there) != PLAIN.key(value) and not oracle.is_open(record, link, field):
            known = link.known.get(field, UNKNOWN_FIELD)
            yield f"2 {field} of record {record.id} differs in {link.system}: {there!r}, record {value!r}, {known}"
    if sleeps and is_in(held(world, link, "status")) and not oracle.is_open(record, link, "status"):
        yield f"18 record {record.id} is out, and {link.external_id} was never told so"


def lost(world: World, record: Record, links: list[Link], field: str) -> Iterator[str]:
    """Rule 1: the record has what was typed last somewhere, and history tells of every other last edit."""
    awake = [link for link in links if link.state == "active" or field in ALWAYS_TOLD]
    newest = {edit.system: edit for edit in reversed(oracle.own_edits(world, awake, field))}
    now = PLAIN.key(record.fields.get(field, NOTHING).value)
    told = listed(world, record, links, field)
    for edit in newest.values():
        value = PLAIN.key(PLAIN.normal(edit.value))
        if value != now and value not in told:
            yield f"1 edit {field}={edit.value!r} {oracle.where(edit)} vanished; record {record.id} holds {now!r}"


def listed(world: World, record: Record, links: list[Link], field: str) -> set[Any]:
    """Every value that history or something open shows."""
    entries = [entry for entry in world.hub.ledger.history([record.id])[record.id] if entry.field == field]
    out = {value for entry in entries for value in (entry.before, entry.after)}
    conflict = record.conflicts.get(field)
    out |= set(conflict.sides.values()) if conflict else set()
    for link in links:
        known = link.known.get(field, UNKNOWN_FIELD)
        out |= {known.withheld.before} if known.withheld else set()
        out |= {held(world, link, field)} if known.differs and link.external_id else set()
    return {PLAIN.key(value) for value in out}


def left_out(world: World, violation: str) -> bool:
    """Is this a row of the shop that is out, and so is nobody's business?"""
    rows = world.systems["shop"].rows[STREAM].values()
    return any(f"'{row.id}'" in violation and not is_in(row.now.values["status"]) for row in rows)


SCOPED = Cast(
    order=ORDER, habits=HABITS, fields={STREAM: FIELDS}, declaration=declaration, opens=opens, acts=act,
    meanwhile=watch,
)  # fmt: skip
