"""What a connector must hold of fields: it tells which there are and who wrote them, makes ours and takes them away."""

from __future__ import annotations

from typing import get_args

from syncline.connect.request import Request
from syncline.connect.stream import Field, Writer
from syncline.model.outcome import Done, Outcome
from syncline.sync import send
from syncline.testing.conformance_door import SYSTEM
from syncline.testing.conformance_reads import OFF_BY_SECONDS
from syncline.testing.conformance_world import Raw, Subject, World, require
from syncline.testing.conformance_writes import done, told

TOLD = {"name", "label", "type", "required", "writable"}
MAYBE = {"choices", "ours"}


def describing(subject: Subject) -> None:
    """Every field of the object is described once, as the contract says."""
    world = World(subject)
    rows = list(described(world).values())
    for row in rows:
        keys = row.keys()
        require(keys >= TOLD, f"{row.get('name')} is described without {sorted(TOLD - keys)}")
        require(keys <= TOLD | MAYBE, f"{row['name']} is described with {sorted(keys - TOLD - MAYBE)}")
        texts = [row["label"], row["type"], *row.get("choices", ())]
        require(all(isinstance(one, str) for one in texts), f"{row['name']} is described in other things than texts")
    require(subject.text in described(world), f"{subject.text} is not described")
    if world.stream.update is not None:
        require(described(world)[subject.text]["writable"], f"{subject.text} is described as read only, and is written")


def who_wrote(subject: Subject) -> None:
    """Who typed a row is never this hub, and what this hub wrote was never a person."""
    world = World(subject)
    typed = world.type(1)
    ids = [typed]
    if world.stream.create is not None:
        made = world.create(2)
        require(isinstance(made, Done), f"the second row cannot be made: {made}")
        ids += [made.id] if isinstance(made, Done) else []
    at = world.clock.now()
    world.wait(100.0)
    assert world.stream.writers is not None
    rows = world.show(world.stream.writers(ids, [subject.text])).records
    for row in rows:
        require(row["kind"] in get_args(Writer), f"{row['kind']!r} is no kind of writer")
        require(isinstance(row["by"], str) and bool(row["by"]), f"a writer has the name {row['by']!r}")
        require(abs(row.get("at", at) - at) <= OFF_BY_SECONDS, f"it was written at {at}, and {row.get('at')} is told")
        require(row.get("field", subject.text) == subject.text, f"of another field than {subject.text} it is told")
        wrong = ("us", "integration") if str(row["id"]) == typed else ("person", "import")
        require(row["kind"] not in wrong, f"row {row['id']}: {row['kind']} is told, which it was not")
    require({str(row["id"]) for row in rows} == set(ids), f"of the rows {ids} the writers of {rows} are told")


def defining(subject: Subject) -> None:
    """A field that was made there can be written and read."""
    assert subject.new_field is not None
    name = subject.new_field.name
    world = World(subject, name)
    world.define(subject.new_field)
    rid = world.type(1)
    done(world.write("update", rid, {name: "Its value"}), f"an update of the new field {name}")
    world.wait(world.stream.settles_in.get)
    require(told(world.look(rid)[rid], name) == "Its value", f"the new field {name} does not keep its value")


def taking_away(subject: Subject) -> None:
    """A field of ours is taken away, is ours as long as it is there, and no field of the vendor's goes that way."""
    assert subject.new_field is not None
    world = World(subject)
    world.define(subject.new_field)
    if world.stream.described is not None:
        require(subject.new_field.name in described(world), "a field that was made is not described")
    undefine(world, Field(name=subject.text))
    undefine(world, subject.new_field)
    if world.stream.described is not None:
        left = described(world)
        require(subject.text in left, f"{subject.text}, a field of the vendor's own, was taken away")
        require(subject.new_field.name not in left, "a field that was taken away is still described")
    outcome = undefine(world, subject.new_field)
    require(not isinstance(outcome, Done), "what is gone is taken away once more")


def undefine(world: World, field: Field) -> Outcome:
    """What became of it."""
    assert world.stream.undefine is not None
    asked = world.stream.undefine(field)
    if not isinstance(asked, Request):
        return send.converse(world.hub, SYSTEM, world.intent("update", None, {}), asked)
    answer = world.door.call(SYSTEM, asked, "write")
    return world.connector.errors(answer) or Done(id=field.name)


def described(world: World) -> dict[str, Raw]:
    """All fields by name."""
    assert world.stream.described is not None
    rows = world.show(world.stream.described()).records
    found = {str(row["name"]): row for row in rows}
    require(len(found) == len(rows), "two fields are described under one name")
    return found
