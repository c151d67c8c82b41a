"""Contacts typed once more under another address, with the name and the street of one that is there.

The hub asks a person whether they are one, and meanwhile makes neither beside the other. People say yes or no, or
edit what made them look the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from syncline.config.declaration import Declaration
from syncline.identity.alike import AlikeRule
from syncline.model.record import Record
from syncline.sync import answers, people
from syncline.testing import company, joined, users
from syncline.testing.edits import Edit

if TYPE_CHECKING:
    from syncline.testing.world import World

TWINS = 0.25
"""How often something is typed that looks like what is there."""


def declaration() -> Declaration:
    """The same company, which compares names and streets."""
    rule = AlikeRule(fields=("name", "addr"), at_least=85.0, apart=("code",))
    return replace(company.declaration(), alike={"contact": rule})


def act(world: World) -> None:
    """Often a row that looks like another, else what users do anyway."""
    rows = [row for one in world.systems.values() for row in one.rows[company.STREAM].values() if row.dead is None]
    if not rows or world.random.random() > TWINS * world.climate.births * 4:
        users.act(world)
        return
    like = world.random.choice(rows).now.values
    world.number += 1
    values = {"email": f"q{world.number}@x" if world.random.random() < 0.7 else ""}
    values |= {name: like[name] for name in ("name", "addr") if like[name]}
    system = world.systems[world.random.choice(company.ORDER)]
    row = system.make(company.STREAM, values)
    for field in values:
        if field != "email":
            value = row.now.values[field]
            edit = Edit(at=world.now, system=system.name, row=row.id, field=field, value=value, kind="born")
            world.edits.append(edit)
    world.say("user types once more", system.name, row.id, values)


def decide(world: World) -> None:
    """A person answers, or decides what else there is to decide."""
    asking = [one for one in records(world) if one.may_be is not None]
    if not asking or world.random.random() < 0.4:
        users.decide(world)
        return
    one = world.random.choice(asking)
    assert one.may_be is not None
    if world.random.random() < 0.5:
        world.say("not the same", one.id, one.may_be.record)
        world.safely(people.not_the_same, world.hub, one.id, "anna")
    else:
        keep, lose = sorted((one.id, one.may_be.record))
        world.say("the same", keep, lose)
        joined.asked(world, lambda: answers.merge_records(world.hub, keep, lose, "anna"))


def records(world: World) -> Iterator[Record]:
    """All of them."""
    ledger = world.hub.ledger
    yield from ledger.records(ledger.scan(0, 10_000)).values()


def watch(world: World, point: str) -> None:
    """Rule 20: while it is asked whether two are one, neither is made where the other has a row."""
    joined.watch(world, point)
    if point != "create committed":
        return
    ledger = world.hub.ledger
    for intent in ledger.intents_sent():
        link = ledger.links([intent.link])[intent.link]
        if intent.kind == "create" and intent.at == world.now and link.state == "birth":
            asking = [
                one for one in records(world) if one.may_be is not None and link.record in (one.id, one.may_be.record)
            ]
            for one in asking:
                assert one.may_be is not None
                other = one.may_be.record if one.id == link.record else one.id
                here = [k for k in ledger.links_of([other])[other] if (k.system, k.state) == (link.system, "active")]
                if here and not here[0].deleting:
                    world.violations.append(f"20 made record {link.record} beside {here[0].external_id} of {other}")


# ---- what must hold
def check(world: World) -> list[str]:
    """Every violation, as a sentence that begins with the rule's number."""
    return [*joined.check(world), *one_question_each(world), *about_the_living(world)]


def one_question_each(world: World) -> Iterator[str]:
    """Rule 20: two records ask about each other once, and only one thing is asked of each."""
    asked = {one.id: one.may_be.record for one in records(world) if one.may_be is not None}
    for one, other in asked.items():
        if asked.get(other) == one:
            yield f"20 records {one} and {other} ask about each other"


def about_the_living(world: World) -> Iterator[str]:
    """Rule 20: what was deleted, merged, or said to be another is not asked about."""
    every = {one.id: one for one in records(world)}
    for one in every.values():
        if one.may_be is None:
            continue
        other = every[one.may_be.record]
        if one.state != "active" or other.state != "active":
            yield f"20 record {one.id}, {one.state}, asks about {other.id}, {other.state}"
        if other.id in one.distinct_from or one.id in other.distinct_from:
            yield f"20 record {one.id} asks about {other.id}, which is another"


ASKED = replace(joined.JOINED, declaration=declaration, acts=act, decides=decide, meanwhile=watch)
