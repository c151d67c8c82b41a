"""Rules: what becomes true is acted on once, whatever crashes; what was true before is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from derive_world import Small, declaration, sql, true_when
from hypothesis import given
from hypothesis import strategies as st
from rule_world import BINDINGS, episode, events, making_of, orders, rule, selling, win

from syncline.config.settings import Making, RolledUp, Rule
from syncline.mapping.rollup import Rollup
from syncline.model.record import Episode
from syncline.sync import arming, by_hand, making


# ---- firing
def test_what_becomes_true_makes_a_record_and_an_event_once() -> None:
    world = selling(rule())
    deal = win(world)
    (order,) = world.rows("erp", "order")
    want = {"ref": "order of d", "total": 5, "note": "for zoe & co", "state": "new"}
    assert world.held("erp", "order", order) == want
    (record,) = orders(world)
    assert (record.origin, record.made_by is not None) == ("erp", True)
    (event,) = events(world)
    won = world.record("crm", "deal", deal)
    assert (event.type, event.subject) == ("deal.won", f"deal/{won.id}")
    assert event.data["title"] == "d"
    assert event.at == won.fields["stage"].until
    world.edit("crm", "deal", deal, owner="eve", amount=9)
    world.settle(8)
    assert world.held("erp", "order", order) == want  # a snapshot
    assert len(events(world)) == 1
    assert "made" in world.kinds(won)


def test_what_was_true_before_never_fires_but_by_hand() -> None:
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(rule(),)))
    old = world.type("crm", "deal", title="old", stage="won")
    world.settle(8)
    assert (world.rows("erp", "order"), events(world)) == ([], [])
    known = episode(world, old)
    assert (known.holds, known.fired, known.due) == (True, False, None)
    world.edit("crm", "deal", old, owner="eve")
    world.settle(8)
    assert world.rows("erp", "order") == []
    assert by_hand.fire(world.hub, "deal_becomes_order", world.now) == 0  # none was made since now
    assert by_hand.fire(world.hub, "deal_becomes_order", 0.0) == 1
    assert by_hand.fire(world.hub, "deal_becomes_order", 0.0) == 0
    world.settle(8)
    assert len(world.rows("erp", "order")) == len(events(world)) == 1
    with pytest.raises(KeyError):
        by_hand.fire(world.hub, "unheard of", 0.0)


def test_what_was_true_before_fires_when_it_becomes_true_again() -> None:
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(rule(),)))
    old = world.type("crm", "deal", title="old", stage="won")
    world.settle(8)
    world.edit("crm", "deal", old, stage="open")
    world.settle(8)
    world.edit("crm", "deal", old, stage="won")
    world.settle(8)
    assert episode(world, old).number == 2
    assert len(world.rows("erp", "order")) == 1


def test_a_record_first_seen_true_fires_only_if_it_was_made_since() -> None:
    world = selling(rule())
    world.type("crm", "deal", title="new", stage="won")
    world.settle(8)
    assert len(world.rows("erp", "order")) == 1
    armed = world.hub.ledger.armed()["deal_becomes_order"]
    row = world.systems["crm"].make("deal", {"title": "imported", "stage": "won"})
    row.born = (armed.at or 0.0) - 1.0
    world.settle(8)
    assert len(world.rows("erp", "order")) == 1
    assert not episode(world, row.id).fired


def test_a_system_that_does_not_tell_when_a_row_was_made_sets_nothing_off() -> None:
    world = selling(rule())
    made = world.type("crm", "deal", title="new", stage="won")
    world.systems["crm"].rows["deal"][made].born = None  # type: ignore[assignment]
    world.settle(8)
    assert world.rows("erp", "order") == []


def test_a_newly_declared_rule_is_armed_by_what_is_there() -> None:
    world = Small(declaration(bindings=BINDINGS, births=()), batch=3)
    deals = [world.type("crm", "deal", title=f"d{n}", stage="won" if n % 2 else "open") for n in range(10)]
    world.settle(8)

    world.hub = replace(
        world.hub, declaration=declaration(bindings=BINDINGS, births=(), rules=(rule(), rule(name="b")))
    )
    world.round()
    assert world.hub.ledger.armed()["b"].at is None
    world.edit("crm", "deal", deals[0], stage="won")  # before it is armed: true before
    world.settle(20)
    assert world.hub.ledger.armed()["b"].at is not None
    assert events(world) == []
    world.edit("crm", "deal", deals[2], stage="won")
    world.settle(8)
    assert len(events(world)) == 2


def test_a_rollup_that_only_becomes_right_sets_nothing_off() -> None:
    """A baseline's children arrive before their parents' rollups do."""
    counted = RolledUp(entity="account", field="open_deals", rollup=Rollup(kind="count", of="deal", by="account"))
    first = Rule(
        name="first_deal", entity="account", event="first_deal", when=true_when("account", "open_deals > 0"),
        events=("account.first_deal",),
    )  # fmt: skip
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(first,), rollups=(counted,)))
    old, new = world.type("crm", "account", name="old"), world.type("crm", "account", name="new")
    world.type("crm", "deal", title="d", account=old)
    world.settle(100)
    assert events(world) == []
    world.type("crm", "deal", title="e", account=new)
    world.settle(100)
    assert [event.subject for event in events(world)] == [f"account/{world.link('crm', 'account', new).record}"]


def test_rules_wait_until_all_they_read_is_baselined() -> None:
    near = rule(when=true_when("deal", "stage = 'won' AND account.region = 'n'", "account"), makes=())
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(near,)))
    assert not arming.is_ready(world.hub, near)
    assert arming.read_entities(world.hub, "deal") == {"account"}
    assert arming.arm(world.hub) == 0
    world.settle(8)
    assert arming.is_ready(world.hub, near)


def test_a_rule_that_reads_a_neighbour_fires_when_that_changes() -> None:
    world = selling(rule(when=true_when("deal", "stage = 'won' AND account.region = 'n'", "account")))
    account = world.type("crm", "account", name="a", number="1")
    win(world, account=account)
    assert world.rows("erp", "order") == []
    world.edit("crm", "account", account, region="n")
    world.settle(8)
    assert len(world.rows("erp", "order")) == 1


def test_the_condition_is_asked_when_it_fires() -> None:
    world = selling(rule(condition=true_when("deal", "amount > 3")))
    small, large = win(world, title="small", amount=1), win(world, title="large", amount=4)
    assert [record.fields["total"].value for record in orders(world)] == [4]
    world.edit("crm", "deal", small, amount=10)
    world.settle(8)
    assert len(orders(world)) == 1  # this episode made nothing
    assert episode(world, large).made != episode(world, small).made == ()


def test_a_condition_without_a_value_is_asked_again() -> None:
    world = selling(rule(condition=true_when("deal", "cast(reason AS integer) > 3")))
    deal = win(world, reason="many")
    assert orders(world) == []
    assert "rule deal_becomes_order" in world.record("crm", "deal", deal).unfit
    world.edit("crm", "deal", deal, reason="7")
    world.settle(8)
    assert len(orders(world)) == 1


def test_what_gives_no_value_neither_begins_nor_ends_an_episode() -> None:
    world = selling(rule(when=true_when("deal", "cast(reason AS integer) > 3")))
    deal = world.type("crm", "deal", title="d", reason="1")
    world.settle(5)
    world.edit("crm", "deal", deal, reason="5")
    world.settle(8)
    assert len(orders(world)) == 1
    world.edit("crm", "deal", deal, reason="many")
    world.settle(8)
    assert len(orders(world)) == 1
    assert episode(world, deal).holds


def test_a_rule_without_a_when_does_nothing() -> None:
    world = selling(rule(when=None))
    win(world)
    assert (events(world), world.hub.ledger.armed()) == ([], {})


# ---- whatever stops
POINTS = ("page settled", "cursor saved", "armed", "intents written", "create written", "create committed",
          "created", "birth written", "birth committed", "receipts written", "hints settled")  # fmt: skip


def story(world: Small) -> list[str]:
    deals = [world.type("crm", "deal", title=f"d{n}", amount=n) for n in range(3)]
    world.settle(5)
    for deal in deals:
        world.edit("crm", "deal", deal, stage="won")
    world.settle(8)
    world.edit("crm", "deal", deals[0], stage="open")
    world.settle(8)
    world.edit("crm", "deal", deals[0], stage="won")
    world.edit("crm", "deal", deals[1], stage="open")
    world.settle(12)
    return deals


@pytest.mark.parametrize("point", POINTS)
def test_made_once_wherever_the_hub_stops(point: str) -> None:
    number, crashes = 1, 1
    while crashes:
        world = Small(declaration(bindings=BINDINGS, births=(), rules=(rule(),)), stop=(point, number))
        world.settle(8)
        story(world)
        refs = sorted(world.held("erp", "order", row)["ref"] for row in world.rows("erp", "order"))
        assert refs == ["order of d0", "order of d2"], (point, number)
        assert len(world.records("order")) == 4
        assert len({record.made_by for record in world.records("order")}) == 4
        assert len(events(world)) == len({event.id for event in events(world)}) == 4
        crashes, number = world.crashes, number + max(1, number // 2)
    assert number > 2, "the point was never passed"


def test_replaying_adds_no_event() -> None:
    world = selling(rule())
    win(world)
    (event,) = events(world)
    with world.hub.ledger.unit() as unit:
        unit.add_events([event, event])
    assert events(world) == [event]
    assert world.hub.ledger.events(1, 10) == []


@given(st.lists(st.sampled_from(["won", "open", "other"]), max_size=8), st.sampled_from(["keep", "cancel", "ask"]))
def test_episodes_follow_the_condition(stages: list[str], leaving: str) -> None:
    """Each time that it becomes true is an episode and an event; what stands is never made twice."""
    world = selling(rule(makes=(making_of(leaving=leaving),)))
    deal = world.type("crm", "deal", title="d", stage="open", amount=1)
    world.settle(5)
    rising, before, deleted = 0, "open", 0
    for number, stage in enumerate(stages):
        world.edit("crm", "deal", deal, stage=f"{stage} {number}", owner=f"o{number}")
        world.settle(6)
        rising += stage == "won" and before != "won"
        deleted += leaving == "cancel" and before == "won" and stage != "won"
        before = stage
    assert len(events(world)) == rising
    made = {"cancel": rising}.get(leaving, min(rising, 1))
    assert len(world.records("order")) == made
    assert len(world.rows("erp", "order")) == made - deleted
    known = world.record("crm", "deal", deal).episodes.get("deal_becomes_order", Episode())
    assert (known.number, known.holds) == (rising, before == "won")
    assert known.asked == (leaving == "ask" and rising > 0 and before != "won")


# ---- corners
def test_a_duplicate_candidate_sets_nothing_off() -> None:
    world = selling(rule())
    one = world.type("crm", "deal", title="same")
    world.settle(5)
    two = world.type("crm", "deal", title="same", stage="won")
    world.settle(8)
    assert world.record("crm", "deal", two).candidate_of == world.record("crm", "deal", one).id
    assert orders(world) == []


def test_a_reference_that_leads_nowhere_is_null() -> None:
    world = selling(rule(when=true_when("deal", "account.region IS NULL AND stage = 'won'", "account")))
    win(world)
    assert len(orders(world)) == 1


def test_names_are_made_of_what_happened() -> None:
    assert making.name_of("a", 1) == making.name_of("a", 1) != making.name_of("a", 2)


def test_a_rule_made_record_may_set_off_another_rule() -> None:
    second = Rule(
        name="big_order", entity="order", event="big", when=true_when("order", "total > 3"), events=("order.big",)
    )
    world = selling(rule(), second)
    win(world, amount=5)
    assert sorted(event.type for event in events(world)) == ["deal.won", "order.big"]


def test_a_chain_of_rules_does_not_hold_up_the_step() -> None:
    endless = Rule(
        name="again", entity="order", event="again", when=true_when("order", "total < 5"),
        makes=(Making(entity="order", given={"total": sql("order", "total + 1")}),),
    )  # fmt: skip
    world = selling(rule(makes=(making_of(system=None),)), endless)
    win(world, amount=1)
    world.settle(10)
    assert sorted(record.fields["total"].value for record in orders(world)) == [1, 2, 3, 4, 5]
