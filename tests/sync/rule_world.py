"""A company whose won deals become orders by a rule."""

from __future__ import annotations

from typing import Any

from derive_world import BIRTHS, CRM, ERP, ERP_ORDER, Small, declaration, sql, true_when

from syncline.config.settings import Making, Rule
from syncline.mapping.substitution import compile_substitution
from syncline.mapping.text import text
from syncline.model.event import Event
from syncline.model.record import Episode, Record

WON = true_when("deal", "stage LIKE 'won%'")
ORDER = Making(
    entity="order", system="erp", leaving="cancel", values={"state": "new"},
    given={
        "ref": sql("deal", "'order of ' || title"), "total": sql("deal", "amount"),
        "note": compile_substitution("for {owner} & co", {"owner": text()}),
    },
)  # fmt: skip


def rule(**changes: Any) -> Rule:
    settings: dict[str, Any] = {
        "name": "deal_becomes_order", "entity": "deal", "event": "won", "when": WON, "makes": (ORDER,),
        "events": ("deal.won",),
    }  # fmt: skip
    return Rule(**{**settings, **changes})


def making_of(**changes: Any) -> Making:
    settings = {name: getattr(ORDER, name) for name in ("entity", "system", "leaving", "values", "given")}
    return Making(**{**settings, **changes})


BINDINGS = (*CRM, *ERP, ERP_ORDER)


def selling(*declared: Rule, **how: Any) -> Small:
    world = Small(declaration(bindings=BINDINGS, births=BIRTHS[:1], rules=declared, **how.pop("plan", {})), **how)
    world.settle(8)
    return world


def win(world: Small, **values: Any) -> str:
    """A deal that is won after the rule was armed."""
    deal = world.type("crm", "deal", **{"title": "d", "amount": 5, "owner": "zoe", **values})
    world.settle(5)
    world.edit("crm", "deal", deal, stage="won")
    world.settle(8)
    return deal


def episode(world: Small, deal: str, name: str = "deal_becomes_order") -> Episode:
    return world.record("crm", "deal", deal).episodes[name]


def events(world: Small) -> list[Event]:
    return [event for _, event in world.hub.ledger.events(0, 1000)]


def orders(world: Small, state: str = "active") -> list[Record]:
    return [record for record in world.records("order") if record.state == state]
