"""Another company for the simulation: deals with lines, and the contacts they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncline.config.declaration import Birth, Declaration
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.document import LinesBinding
from syncline.mapping.expression import Expression
from syncline.mapping.lens import rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import boolean, integer
from syncline.mapping.reference import reference
from syncline.mapping.text import text
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.testing.cast import Cast
from syncline.testing.company import ORDER, crm_stores, shop_stores
from syncline.testing.edits import Edit
from syncline.testing.systems import Habits, RowAt, SimSystem

if TYPE_CHECKING:
    from syncline.testing.world import World

PLAIN, NUMBER = text(case="ignore"), integer()

CONTACT = EntityPolicy(
    name="contact",
    fields={"email": FieldPolicy(name="email", type=PLAIN), "name": FieldPolicy(name="name", type=PLAIN)},
)
DEAL = EntityPolicy(
    name="deal",
    line_key=("product",),
    fields={
        "title": FieldPolicy(name="title", type=PLAIN),
        "stage": FieldPolicy(name="stage", type=PLAIN),
        "contact": FieldPolicy(name="contact", type=reference("contact")),
        "lines/*": FieldPolicy(name="lines/*", type=boolean(), empty="clear"),
        "lines/*/product": FieldPolicy(name="lines/*/product", type=PLAIN),
        "lines/*/qty": FieldPolicy(name="lines/*/qty", type=NUMBER),
    },
)


def stores_of(own: Any) -> Any:
    """What a system makes of a value; ids it leaves as they are."""
    return lambda name, value: value if name == "contact" else own(name, value)


HABITS = {
    "crm": Habits(versions="seconds", tells=False, stores=stores_of(crm_stores), empty="", safe_by="find", drops=0.1),
    "erp": Habits(versions="counter", safe_by="key", conditional=True),
    "shop": Habits(versions=None, stores=stores_of(shop_stores), safe_by="external_id", empty="", line_ids=False),
}
FIELDS = {"contact": ("email", "name"), "deal": ("title", "stage", "contact", "lines")}


def declaration() -> Declaration:
    """Contacts before deals; both are born everywhere."""
    always = Expression(text="TRUE", reads=frozenset(), evaluate=lambda column: True)
    streams = [(system, stream) for stream in FIELDS for system in ORDER]
    return Declaration(
        name="deals", order=ORDER, entities={"contact": CONTACT, "deal": DEAL},
        bindings=tuple(binding(system, stream) for system, stream in streams),
        births=tuple(Birth(entity=stream, system=system, stream=stream, when=always) for system, stream in streams),
        matching={"contact": (MatchRule(fields=("email",)),), "deal": (MatchRule(fields=("title",)),)},
    )  # fmt: skip


def binding(system: str, stream: str) -> Binding:
    """Fields under their own names; a deal's contact by that system's id, its lines in one list."""
    empty = HABITS[system].empty
    if stream == "contact":
        fields = [BoundField(field=name, lens=rename(name, PLAIN, empty=empty)) for name in FIELDS["contact"]]
        return Binding(system=system, stream=stream, entity=stream, fields=tuple(fields))
    fields = [BoundField(field=name, lens=rename(name, PLAIN, empty=empty)) for name in ("title", "stage")]
    fields.append(BoundField(field="contact", lens=reference_lens("contact", system, "contact", empty=empty)))
    columns = {"product": rename("product", PLAIN, empty=empty), "qty": rename("qty", NUMBER, empty=empty)}
    lines = LinesBinding(raw="lines", columns=columns, id_field="id" if HABITS[system].line_ids else None)
    return Binding(system=system, stream=stream, entity=stream, fields=tuple(fields), lines=lines)


# ---- users
def opens(world: World) -> None:
    """Two contacts and two deals."""
    for _ in range(2):
        type_contact(world)
        type_deal(world)


def act(world: World) -> None:
    """One action of one user."""
    random = world.random
    chance = random.random()
    if chance < world.climate.births / 2:
        type_contact(world)
    elif chance < world.climate.births:
        type_deal(world)
    else:
        system = world.systems[random.choice(ORDER)]
        rows = [row for row in system.rows["deal"].values() if row.dead is None]
        if rows:
            edit_deal(world, system, random.choice(rows))


def type_contact(world: World) -> None:
    """A new contact."""
    world.number += 1
    values = {"email": f"c{world.number}@x", "name": f"n{world.number}"}
    name = world.random.choice(ORDER)
    world.say("user types", name, world.systems[name].make("contact", values).id, values)


def type_deal(world: World) -> None:
    """A new deal with up to three lines, for a contact of that system or for none."""
    world.number += 1
    system = world.systems[world.random.choice(ORDER)]
    contacts = [row.id for row in system.rows["contact"].values()]
    values: dict[str, Any] = {"title": f"d{world.number}", "stage": f"s{world.number}", "lines": []}
    if contacts and world.random.random() < 0.8:
        values["contact"] = world.random.choice(contacts)
    for _ in range(world.random.randint(0, 3)):
        values["lines"].append(new_line(world))
    row = system.make("deal", values)
    for line in row.now.values["lines"]:
        world.edits.append(Edit(world.now, system.name, row.id, "lines", line["product"], "add"))
    world.say("user types", system.name, row.id, values)


def new_line(world: World) -> dict[str, Any]:
    """A product nobody ordered before."""
    world.number += 1
    return {"product": f"x{world.number}", "qty": world.number}


def edit_deal(world: World, system: SimSystem, row: RowAt) -> None:
    """Edits the stage, the contact, or a line."""
    random, lines = world.random, [dict(line) for line in row.now.values["lines"]]
    chance = random.random()
    world.number += 1
    if chance < 0.15:
        remember(world, system, row, "stage", f"s{world.number}", "set", {"stage": f"s{world.number}"})
    elif chance < 0.25:
        contacts = [one.id for one in system.rows["contact"].values()]
        if contacts:
            system.change("deal", row.id, {"contact": random.choice(contacts)})
    elif chance < 0.5 or not lines:
        line = new_line(world)
        lines.insert(random.randint(0, len(lines)), line)
        remember(world, system, row, "lines", line["product"], "add", {"lines": lines})
    elif chance < 0.65:
        line = lines.pop(random.randrange(len(lines)))
        remember(world, system, row, "lines", line["product"], "remove", {"lines": lines})
    else:
        line = random.choice(lines)
        line["qty"] = world.number
        remember(world, system, row, f"qty of {str(line['product']).casefold()}", world.number, "set", {"lines": lines})
    name, rid = system.name, row.id
    if random.random() < 0.6:
        world.errands.append((world.now + random.uniform(0, 6), lambda: world.webhook(name, rid, "deal")))


def remember(
    world: World, system: SimSystem, row: RowAt, field: str, value: Any, kind: str, raw: dict[str, Any]
) -> None:
    """Does an edit and notes it."""
    system.change("deal", row.id, raw)
    world.edits.append(Edit(world.now, system.name, row.id, field, value, kind))
    world.say("user", kind, system.name, row.id, field, value)


DEALS = Cast(order=ORDER, habits=HABITS, fields=FIELDS, declaration=declaration, opens=opens, acts=act)
