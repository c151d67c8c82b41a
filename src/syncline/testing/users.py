"""What users do in their systems, and people in the hub: edit, clear, tag, type, delete, retype, take sides, undo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncline.sync import people
from syncline.testing import company
from syncline.testing.cast import Cast
from syncline.testing.edits import Edit

if TYPE_CHECKING:
    from syncline.testing.world import World


def open_contacts(world: World) -> None:
    """Three contacts are there before the hub sees anything."""
    for number in range(3):
        type_row(world, f"p{number}@x", world.random.choice(company.ORDER))


def type_row(world: World, email: str, name: str) -> None:
    """A new row typed into a system, with values of its own."""
    world.number += 1
    values: dict[str, Any] = {"email": email}
    for field in company.FIELDS:
        if field != "email" and world.random.random() < 0.7:
            values[field] = tag(world) if field == "tags" else f"{field[0]}{world.number}"
    system = world.systems[name]
    row = system.make(company.STREAM, values)
    for field in values:
        if field != "email":
            value = row.now.values[field]
            world.edits.append(Edit(at=world.now, system=name, row=row.id, field=field, value=value, kind="born"))
    world.say("user types", name, row.id, values)


def act(world: World) -> None:
    """One action of one user."""
    random = world.random
    if random.random() < world.climate.births:
        world.number += 1
        email = f"q{world.number}@x"
        type_row(world, email, random.choice(company.ORDER))
        if random.random() < 0.3:
            type_row(world, email, random.choice(company.ORDER))
        return
    system = world.systems[random.choice(company.ORDER)]
    rows = [row for row in system.rows[company.STREAM].values() if row.dead is None]
    if not rows:
        return
    row = random.choice(rows)
    if (
        random.random() < world.climate.deletes
        and world.now - row.born > 3 * system.habits.lag
        and world.hub.ledger.links_at([(system.name, company.STREAM, row.id)])
    ):
        delete(world, system, row)
    else:
        edit(world, system, row)
        if random.random() < world.climate.twice:
            world.errands.append((world.now + random.uniform(0.0, 0.8), lambda: edit(world, system, row)))


def delete(world: World, system: Any, row: Any) -> None:
    """Deletes a row; often somebody types it in again."""
    system.kill(company.STREAM, row.id)
    world.say("user deletes", system.name, row.id)
    email, name = row.now.values["email"], system.name
    if world.random.random() < world.climate.retypes:
        world.errands.append((world.now + world.random.uniform(0.5, 12), lambda: type_row(world, email, name)))


def edit(world: World, system: Any, row: Any, field: str | None = None, *, unseen: bool = False) -> None:
    """Edits one field: sets, clears, adds or removes a tag. Every edit has a value of its own."""
    random = world.random
    if row.dead is not None:
        return
    world.number += 1
    if field is None:
        field = random.choice([name for name in company.FIELDS if name != "email"])
        if world.climate.focus is not None and random.random() < 0.7:
            field = world.climate.focus
    was = row.now.values[field]
    kind, value, said = "set", "", ""
    if field == "tags":
        kind, value, said = retag(world, was)
    else:
        value = said = new_text(world, field)
    stored = system.habits.stores(field, value)
    if same(field, stored, was):
        return
    system.change(company.STREAM, row.id, {field: value})
    told = said if kind in ("add", "remove") else stored
    states = len(row.history) if unseen else None
    world.edits.append(
        Edit(at=world.now, system=system.name, row=row.id, field=field, value=told, kind=kind, unseen=states)
    )
    world.say("user", kind, system.name, row.id, field, repr(value))
    name, rid = system.name, row.id
    for _ in range(random.choice(world.climate.webhooks)):
        world.errands.append((world.now + random.uniform(0, 6), lambda: world.webhook(name, rid)))


def retag(world: World, was: Any) -> tuple[str, str, str]:
    """Adds or removes one tag: (kind, the whole value, the tag)."""
    have = items(was)
    if have and world.random.random() < 0.4:
        gone = world.random.choice(sorted(have))
        return "remove", ",".join(sorted(have - {gone})), gone
    new = tag(world)
    return "add", ",".join(sorted(have | {new})), new


def tag(world: World) -> str:
    """A tag that nobody typed before. None begins as another does: it would look like that one cut off."""
    return f"t{world.number}."


def new_text(world: World, field: str) -> str:
    """A value nobody typed before; sometimes a blank, one too long, or one that a system rewrites."""
    text = f"{field[0]}{world.number}"
    chance = world.random.random()
    if chance < 0.08 and field != "rep":
        return ""
    if field == "addr" and chance < 0.35:
        return text + " long street"
    if field == "name" and chance < 0.25:
        return text + " & co"
    return text


def items(value: Any) -> set[str]:
    """The tags of a raw value."""
    return {one.casefold() for one in (value or "").split(",") if one}


def same(field: str, one: Any, other: Any) -> bool:
    """Equal, as the declaration means it."""
    kind = company.FIELDS[field].type
    return bool(kind.key(canonical(field, one)) == kind.key(canonical(field, other)))


def canonical(field: str, value: Any) -> Any:
    """A raw value's normal form."""
    if field == "tags":
        return company.TAGS.normal(sorted(items(value))) if items(value) else None
    return company.FIELDS[field].type.normal(value or None)


def decide(world: World) -> None:
    """A person settles a conflict, or takes a run back."""
    random, ledger = world.random, world.hub.ledger
    records = [ledger.records([rid])[rid] for rid in ledger.scan(0, 10_000)]
    opened = [(r.id, f) for r in records for f in r.conflicts]
    if opened and random.random() < 0.6:
        rid, field = random.choice(opened)
        conflict = next(r for r in records if r.id == rid).conflicts[field]
        side = random.choice(sorted(conflict.sides))
        world.say("take", rid, field, side, conflict.sides)
        world.taken.append((world.now, rid, field))
        if side == "record":
            world.safely(people.set_value, world.hub, rid, field, conflict.sides[side], "anna")
        else:
            world.safely(people.take_side, world.hub, rid, field, int(side), "anna")
    elif random.random() < 0.5:
        runs = [run.id for run in ledger.runs(200) if run.kind in ("deliver", "undo")]
        if runs:
            rate, world.crash_rate = world.crash_rate, 0.0
            world.undo(random.choice(runs))
            world.crash_rate = rate


CONTACTS = Cast(
    order=company.ORDER, habits=company.HABITS, fields={company.STREAM: tuple(company.FIELDS)},
    declaration=company.declaration, opens=open_contacts, acts=act,
)  # fmt: skip

GRUFF = replace(
    CONTACTS,
    habits={
        "crm": replace(company.HABITS["crm"], batches=True, rejects=0.03, formula="score"),
        "erp": replace(company.HABITS["erp"], batches=True, lost_after=0.15, clock_ahead=-600.0),
        "shop": replace(company.HABITS["shop"], rejects=0.05, formula="score", lag=6.0),
    },
    fields={company.STREAM: (*company.FIELDS, "score")},
)
"""The same company, gruffer systems: batches that half fail, refused values, a formula that bumps stamps."""
