"""What happens by itself at a moment: rules that wait, expressions that read the clock; and on SQLite too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from derive_world import BIRTHS, CALM, CRM, ERP, ERP_ORDER, Small, bound, declaration, sql, true_when
from hypothesis import given
from hypothesis import strategies as st

from syncline.config.declaration import Computed
from syncline.config.settings import Making, RolledUp, Rule
from syncline.ledger.sql import open_ledger
from syncline.mapping.expression import Expression
from syncline.mapping.rollup import Rollup
from syncline.mapping.sql_nodes import NOW
from syncline.model.event import Event
from syncline.sync import by_hand, deliver, derive, observe, rules, wakes
from syncline.sync.desk import open_desk
from syncline.sync.observe import NotNow
from syncline.sync.spread import Spread
from syncline.testing.memory import MemoryLedger

LATE = 60.0
"""Seconds after which a deal without an order is a matter for somebody."""

ERP_ORDERS = bound("erp", "order", "ref", "state", "deal")
BINDINGS = (*CRM, *ERP, ERP_ORDERS, bound("erp", "deal", "title", "owner"))


def waiting(**changes: Any) -> Rule:
    settings: dict[str, Any] = {
        "name": "no_order", "entity": "deal", "event": "abandoned", "when": true_when("deal", "stage = 'won'"),
        "after_seconds": LATE, "without": "order", "events": ("deal.abandoned",),
        "makes": (Making(entity="order", given={"ref": sql("deal", "'remind ' || owner")}),),
    }  # fmt: skip
    return Rule(**{**settings, **changes})


def won(rule: Rule, **how: Any) -> tuple[Small, str, float]:
    """A world in which a deal was won at the moment that is returned."""
    world = Small(declaration(bindings=BINDINGS, births=BIRTHS[:1], rules=(rule,)), **how)
    world.settle(8)
    deal = world.type("crm", "deal", title="d", stage="open", owner="zoe")
    world.settle(8)
    world.now += 0.5
    at = world.now
    world.edit("crm", "deal", deal, stage="won")
    return world, deal, at


def events(world: Small) -> list[Event]:
    return [event for _, event in world.hub.ledger.events(0, 1000)]


def until(world: Small, moment: float) -> None:
    while world.now < moment:
        world.round(2.0)


# ---- rules that wait
def test_a_rule_waits_from_the_stamp_of_the_system() -> None:
    world, deal, at = won(waiting())
    world.now += 20.0  # nobody looked for a while
    until(world, at + LATE - 3.0)
    known = world.record("crm", "deal", deal).episodes["no_order"]
    assert (known.fired, known.since, known.due) == (False, at, at + LATE)
    assert events(world) == []
    until(world, at + LATE + 15.0)
    assert [event.at for event in events(world)] == [at]
    assert len(world.records("order")) == 1


def test_what_happened_meanwhile_ends_the_wait() -> None:
    world, deal, at = won(waiting())
    until(world, at + 20.0)
    world.type("erp", "order", ref="o", deal="erp-deal0")
    world.systems["erp"].make("deal", {"title": "d"})
    until(world, at + LATE + 30.0)
    known = world.record("crm", "deal", deal).episodes["no_order"]
    assert (known.fired, known.due, known.made) == (True, None, ())
    assert events(world) == []


def test_leaving_the_condition_ends_the_wait() -> None:
    world, deal, at = won(waiting())
    until(world, at + 20.0)
    world.edit("crm", "deal", deal, stage="open")
    until(world, at + LATE + 30.0)
    assert events(world) == []


def test_it_fires_only_when_the_other_stream_was_read_past_the_moment() -> None:
    world, _, at = won(waiting())
    until(world, at + 20.0)
    world.systems["erp"].up = False
    until_without(world, at + LATE + 60.0)
    assert events(world) == []
    assert world.hub.ledger.wakes(1e12, 5)
    world.systems["erp"].make("order", {"ref": "o", "deal": "erp-deal0"})  # it had happened, and nobody knew
    world.systems["erp"].make("deal", {"title": "d"})
    world.systems["erp"].up = True
    until(world, world.now + 40.0)
    assert events(world) == []


def until_without(world: Small, moment: float) -> None:
    """While a system is down its steps end early."""
    while world.now < moment:
        world.now += 2.0
        for place in world.places:
            try:
                observe.advance(world.hub, *place)
                observe.look(world.hub, *place)
                deliver.deliver(world.hub, *place)
            except NotNow:
                world.passed["not now"] += 1
            derive.derive_dirty(world.hub)
        wakes.wake(world.hub)


def test_it_fires_only_when_its_own_row_was_read_past_the_moment() -> None:
    world, _, at = won(waiting(without=None))
    until(world, at + 20.0)
    world.systems["crm"].up = False
    until_without(world, at + LATE + 60.0)
    assert events(world) == []  # the deal may have been re-opened since
    world.systems["crm"].up = True
    until(world, world.now + 40.0)
    assert len(events(world)) == 1


@pytest.mark.parametrize("name", ["order", "erp.order"])
def test_without_names_an_entity_or_a_stream(name: str) -> None:
    world, _, _ = won(waiting(without=name))
    with world.hub.ledger.unit() as unit:
        found = rules.not_happened(open_desk(world.hub, unit, "test"), waiting(without=name))
    assert [(binding.system, binding.stream) for binding in found] == [("erp", "order")]


def test_firing_by_hand_waits_too() -> None:
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(waiting(),)))
    world.type("crm", "deal", title="old", stage="won", owner="zoe")
    world.settle(8)
    now = world.now
    assert by_hand.fire(world.hub, "no_order", 0.0) == 1
    assert by_hand.fire(world.hub, "no_order", 0.0) == 0
    until(world, now + LATE + 30.0)
    assert len(events(world)) == 1


def test_without_the_look_at_what_was_read_it_fires_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: by our own clock."""
    monkeypatch.setattr(rules, "read_past", lambda *arguments: True)
    world, _, at = won(waiting())
    until(world, at + 20.0)
    world.systems["erp"].up = False
    until_without(world, at + LATE + 60.0)
    assert len(events(world)) == 1


def test_of_two_wakes_the_earlier_stands() -> None:
    spread = Spread()
    for at in (5.0, 7.0, 3.0):
        spread.wake(1, at, "why")
    assert [wake.at for wake in spread.wakes.values()] == [3.0]


# ---- the clock in expressions
def soon(field: str) -> Expression:
    """True from the moment on that the field names."""
    return Expression(
        text=f"now() > {field}", reads=frozenset({field}), reads_clock=True,
        evaluate=lambda column: column(field) is not None and column(NOW) > column(field),
        next_change=lambda column: column(field) if column(field) and column(NOW) <= column(field) else None,
    )  # fmt: skip


def test_an_expression_that_reads_the_clock_is_asked_again_at_its_moment() -> None:
    label = Expression(
        text="late", reads=frozenset({"value"}), reads_clock=True,
        evaluate=lambda column: "late" if column(NOW) > 1100.0 else "in time",
        next_change=lambda column: 1100.5 if column(NOW) <= 1100.0 else None,
    )  # fmt: skip
    world = Small(declaration(computed=(Computed(entity="account", field="label", expression=label),)))
    account = world.type("crm", "account", name="a")
    world.settle(8)
    assert world.held("crm", "account", account)["label"] == "in time"
    until(world, 1099.0)
    before = world.writes()
    until(world, 1110.0)
    assert world.held("crm", "account", account)["label"] == "late"
    assert world.writes() - before == 1
    assert world.hub.ledger.wakes(1e12, 5) == []


def test_a_scope_and_a_rule_that_read_the_clock() -> None:
    rule = Rule(name="due", entity="deal", event="due", when=soon("amount"), events=("deal.due",))
    world = Small(declaration(bindings=(*CRM, ERP_ORDER), births=(), rules=(rule,)))
    world.settle(8)
    world.type("crm", "deal", title="d", amount=int(world.now) + 50)
    world.settle(8)
    assert events(world) == []
    until(world, world.now + 60.0)
    assert [event.type for event in events(world)] == ["deal.due"]


# ---- stopped anywhere
@pytest.mark.parametrize("point", ["woken", "woken, committed", "armed"])
def test_a_rule_that_waits_fires_once_wherever_the_hub_stops(point: str) -> None:
    number, crashes = 1, 1
    while crashes:
        world, _, at = won(waiting(), stop=(point, number))
        until(world, at + LATE + 30.0)
        assert len(events(world)) == len(world.records("order")) == 1, number
        crashes, number = world.crashes, number + 1
    assert number > 2


@given(at=st.floats(0.0, 100.0), kind=st.sampled_from(["order", "reopen", "nothing"]))
def test_it_fires_if_and_only_if_nothing_happened_in_time(at: float, kind: str) -> None:
    """An order that came before the moment keeps it from firing; one that came after does not take it back."""
    world, deal, start = won(waiting())
    world.systems["erp"].make("deal", {"title": "d"})
    until(world, start + at)
    happened = world.now
    if kind == "order":
        world.type("erp", "order", ref="o", deal="erp-deal0")
    elif kind == "reopen":
        world.edit("crm", "deal", deal, stage="open")
    until(world, start + 160.0)
    if kind == "nothing" or happened > start + LATE + 15.0:
        assert len(events(world)) == 1
    elif happened < start + LATE:
        assert events(world) == []
    else:
        assert len(events(world)) <= 1


# ---- the same on SQLite
def test_the_same_story_on_sqlite(tmp_path: Path) -> None:
    """Every kind of mark, wake and event, in the ledger that counts."""
    count = RolledUp(entity="account", field="open_deals", rollup=Rollup(kind="count", of="deal", by="account"))
    first = Rule(
        name="first", entity="account", event="first", when=true_when("account", "open_deals > 0"),
        events=("account.first",), makes=(Making(entity="order", given={"ref": sql("account", "name")}),),
    )  # fmt: skip
    told = []
    with open_ledger(tmp_path / "ledger.db", synchronous="OFF") as ledger:
        for one in (MemoryLedger(), ledger):
            plan = declaration(
                bindings=BINDINGS, births=BIRTHS[:1], rules=(waiting(), first), rollups=(count,),
                computed=(Computed(entity="account", field="label", expression=sql("account", "upper(name)")),),
            )  # fmt: skip
            world = Small(plan, ledger=one, habits={"crm": CALM})
            world.settle(8)
            account = world.type("crm", "account", name="a", number="1")
            deal = world.type("crm", "deal", title="d", account=account, owner="zoe")
            world.settle(80)
            world.edit("crm", "deal", deal, stage="won")
            until(world, world.now + LATE + 40.0)
            made = [(r.id, r.made_by, {n: v.value for n, v in r.fields.items()}) for r in world.records("order")]
            told.append((events(world), made))
            assert len(events(world)) == 2
    assert told[0] == told[1]
