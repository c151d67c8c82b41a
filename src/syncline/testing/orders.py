"""A company for the simulation that lives by rules: a won deal makes an order, an offer left alone makes a task.

Stages are the CRM's, so its own log says what was won and when. An order is cancelled with its deal and follows the
amount until somebody writes `done` on it; a task is made once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncline.config.declaration import Birth, Declaration
from syncline.config.settings import Making, Rule
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import FieldType
from syncline.mapping.lens import rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import integer
from syncline.mapping.reference import reference
from syncline.mapping.sql import compile_expression
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.testing.cast import Cast
from syncline.testing.company import ORDER
from syncline.testing.edits import Edit
from syncline.testing.systems import Habits, RowAt

if TYPE_CHECKING:
    from syncline.testing.world import World

PLAIN, NUMBER = text(case="ignore"), integer()
AFTER_SECONDS = 8.0
STAGES = ("open", "offer", "won")

TYPES: dict[str, dict[str, FieldType]] = {
    "deal": {"title": PLAIN, "stage": PLAIN, "amount": NUMBER},
    "order": {"ref": PLAIN, "state": PLAIN, "total": NUMBER, "note": PLAIN, "deal": reference("deal")},
    "task": {"subject": PLAIN, "state": PLAIN},
}

HABITS = {
    "crm": Habits(versions="seconds", tells=False, empty="", safe_by="find", drops=0.1, tells_born=True),
    "erp": Habits(versions="counter", safe_by="key", conditional=True, clock_ahead=60.0, tells_born=True),
    "shop": Habits(versions=None, safe_by="external_id", empty="", lag=5.0),
}


def policy(entity: str) -> EntityPolicy:
    """Stages are the CRM's; all else is whoever said it last."""
    fields = {}
    for name, kind in TYPES[entity].items():
        owned = (entity, name) == ("deal", "stage")
        fields[name] = FieldPolicy(
            name=name, type=kind, policy="truth" if owned else "last-write-wins", truth="crm" if owned else None
        )
    return EntityPolicy(name=entity, fields=fields)


def binding(system: str, stream: str) -> Binding:
    """Every field under its own name; the deal of an order by that system's id."""
    empty = HABITS[system].empty
    fields = [
        BoundField(
            field=name,
            lens=reference_lens(name, system, "deal", empty=empty)
            if name == "deal"
            else rename(name, kind, empty=empty),
        )
        for name, kind in TYPES[stream].items()
    ]
    return Binding(system=system, stream=stream, entity=stream, fields=tuple(fields))


def sql(entity: str, what: str, wanted: Any) -> Expression:
    """An expression over an entity's own fields."""
    return compile_expression(what, TYPES[entity], wanted=wanted)


RULES = (
    Rule(
        name="won", entity="deal", event="won", when=sql("deal", "stage LIKE 'won%'", "boolean"), events=("deal.won",),
        makes=(
            Making(
                entity="order", system="erp", leaving="cancel", cancelled={"state": "cancelled"},
                values={"state": "new"}, follows_until=sql("order", "note LIKE 'done%'", "boolean"),
                given={
                    "ref": sql("deal", "'order of ' || title", PLAIN), "total": sql("deal", "amount", NUMBER),
                },
            ),
        ),
    ),
    Rule(
        name="stale", entity="deal", event="stale", when=sql("deal", "stage LIKE 'offer%'", "boolean"),
        after_seconds=AFTER_SECONDS, without="order", events=("deal.stale",),
        makes=(
            Making(
                entity="task", system="shop", leaving="keep", values={"state": "new"},
                given={"subject": sql("deal", "'ask about ' || title", PLAIN)},
            ),
        ),
    ),
)  # fmt: skip


def declaration() -> Declaration:
    """Deals everywhere; an order also in the shop, a task also in the ERP."""
    always = Expression(text="TRUE", reads=frozenset(), evaluate=lambda column: True)
    born = [("deal", "erp"), ("deal", "shop"), ("deal", "crm"), ("order", "shop"), ("task", "erp")]
    return Declaration(
        name="orders", order=ORDER, entities={entity: policy(entity) for entity in TYPES}, rules=RULES,
        bindings=tuple(binding(system, stream) for stream in TYPES for system in ORDER),
        births=tuple(Birth(entity=stream, system=system, stream=stream, when=always) for stream, system in born),
        matching={"deal": (MatchRule(fields=("title",)),)},
    )  # fmt: skip


# ---- users
@dataclass(frozen=True)
class Stay:
    """A deal stood in a stage in its CRM from one moment to another; None: it still does.

    No two edits write the same text, so what goes to and fro is no loop: `won 7` and `won 9` are one stage.
    """

    stage: str
    since: float
    until: float | None


def stays(row: RowAt) -> list[Stay]:
    """What the CRM's own log says of a deal's stages, oldest first."""
    found: list[Stay] = []
    for state in row.history:
        stage = stage_of(state.values["stage"])
        if found and found[-1].stage == stage:
            continue
        if found:
            found[-1] = Stay(found[-1].stage, found[-1].since, state.at)
        found.append(Stay(stage, state.at, None))
    return found


def stage_of(told: str) -> str:
    """A stage without what makes each text another."""
    return told.split(" ", 1)[0]


def opens(world: World) -> None:
    """A deal of each stage is there before the hub sees anything: one of them is won, and makes nothing."""
    for stage in STAGES:
        type_deal(world, stage)


def act(world: World) -> None:
    """One action of one user."""
    random, chance = world.random, world.random.random()
    if chance < max(world.climate.births, 0.1):
        type_deal(world, random.choice(STAGES))
    elif chance < 0.5:
        move(world, "crm")
    elif chance < 0.55:
        move(world, "shop")  # which is not its place
    elif chance < 0.7:
        name = random.choice(ORDER)
        edit(world, name, "deal", "amount", world.number + 1)
    elif chance < 0.8:
        edit(world, "erp", "order", "note", f"{random.choice(['done', 'n'])}{world.number + 1}")
    elif chance < 0.9:
        type_order(world)
    else:
        edit(world, random.choice(["erp", "shop"]), "task", "state", f"t{world.number + 1}")


def type_deal(world: World, stage: str) -> None:
    """A new deal, in the CRM."""
    world.number += 1
    values = {"title": f"d{world.number}", "stage": f"{stage} {world.number}", "amount": world.number}
    row = world.systems["crm"].make("deal", values)
    world.say("user types", row.id, values)


def type_order(world: World) -> None:
    """An order that somebody types for a deal by hand, in the ERP."""
    deals = sorted(world.systems["erp"].rows["deal"])
    if deals:
        world.number += 1
        values = {"ref": f"by hand {world.number}", "state": "new", "deal": world.random.choice(deals)}
        world.say("user types", world.systems["erp"].make("order", values).id, values)


def move(world: World, name: str) -> None:
    """A deal goes to another stage."""
    edit(world, name, "deal", "stage", f"{world.random.choice(STAGES)} {world.number + 1}")


def edit(world: World, name: str, stream: str, field: str, value: Any) -> None:
    """One field of any row of a stream; often a webhook tells."""
    world.number += 1
    system, random = world.systems[name], world.random
    rows = [row for row in system.rows[stream].values() if row.dead is None]
    row = random.choice(rows) if rows else None
    if row is None or row.now.values[field] == value:
        return
    system.change(stream, row.id, {field: value})
    world.edits.append(Edit(world.now, name, row.id, field, value, "set"))
    world.say("user sets", name, row.id, field, value)
    if random.random() < 0.6:
        world.errands.append((world.now + random.uniform(0, 6), lambda: world.webhook(name, row.id, stream)))


def decide(world: World) -> None:
    """Nobody has to: no field of these waits for a person."""


ORDERS = Cast(
    order=ORDER, habits=HABITS, fields={stream: tuple(fields) for stream, fields in TYPES.items()},
    declaration=declaration, opens=opens, acts=act, decides=decide,
)  # fmt: skip
