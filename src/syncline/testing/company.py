"""The simulated company's declaration: three systems that disagree about contacts, one policy of each kind."""

from __future__ import annotations

from typing import Any

from syncline.config.declaration import Birth, Declaration
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.choices import set_of
from syncline.mapping.expression import Expression
from syncline.mapping.lens import rename
from syncline.mapping.text import text
from syncline.mapping.words import set_lens
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.testing.systems import Habits

ORDER = ("crm", "erp", "shop")
STREAM = "contact"
PLAIN = text(case="ignore")
TAGS = set_of(PLAIN)

FIELDS = {
    "email": FieldPolicy(name="email", type=PLAIN),
    "name": FieldPolicy(name="name", type=PLAIN),
    "addr": FieldPolicy(name="addr", type=PLAIN, empty="clear"),
    "price": FieldPolicy(name="price", type=PLAIN, policy="truth", truth="erp"),
    "code": FieldPolicy(name="code", type=PLAIN, policy="truth", truth="origin"),
    "rep": FieldPolicy(name="rep", type=PLAIN, policy="manual"),
    "tags": FieldPolicy(name="tags", type=TAGS, policy="union", empty="clear"),
}
CONTACT = EntityPolicy(name="contact", fields=FIELDS)


def crm_stores(name: str, value: Any) -> Any:
    """Lower-cases, writes out the ampersand, cuts addresses."""
    if not isinstance(value, str):
        return value
    value = value.lower().replace("&", "and")
    return value[:10] if name == "addr" else value


def shop_stores(name: str, value: Any) -> Any:
    """Title-cases, cuts addresses."""
    if not isinstance(value, str):
        return value
    return value.title()[:10] if name == "addr" else value.title()


HABITS = {
    "crm": Habits(versions="seconds", tells=False, stores=crm_stores, empty="", safe_by="find", drops=0.15),
    "erp": Habits(versions="counter", safe_by="key", conditional=True, clock_ahead=600.0),
    "shop": Habits(versions=None, stores=shop_stores, safe_by="external_id", empty=""),
}


def binding(system: str) -> Binding:
    """Every field under its own name; tags as one text."""
    empty = HABITS[system].empty
    fields = tuple(
        BoundField(
            field=name,
            lens=set_lens(name, TAGS, separator=",", empty=empty)
            if name == "tags"
            else rename(name, FIELDS[name].type, empty=empty),
        )
        for name in FIELDS
    )
    return Binding(system=system, stream=STREAM, entity="contact", fields=fields)


def birth(system: str) -> Birth:
    """Born everywhere, but one contact never in the shop."""
    only = Expression(
        text="email <> 'p1@x'", reads=frozenset({"email"}),
        evaluate=lambda column: system != "shop" or column("email") != "p1@x",
    )  # fmt: skip
    return Birth(entity="contact", system=system, stream=STREAM, when=only)


def declaration() -> Declaration:
    """The whole of it."""
    return Declaration(
        name="sim", order=ORDER, entities={"contact": CONTACT}, bindings=tuple(binding(system) for system in ORDER),
        births=tuple(birth(system) for system in ORDER), matching={"contact": (MatchRule(fields=("email",)),)},
    )  # fmt: skip
