"""Rules: what becomes true is acted on once, whatever crashes; what was true before is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from derive_world import BIRTHS, CRM, ERP, ERP_ORDER, Small, declaration, sql, true_when
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from syncline.config.declaration import Birth
from syncline.config.settings import Making, RolledUp, Rule
from syncline.mapping.rollup import Rollup
from syncline.mapping.substitution import compile_substitution
from syncline.mapping.text import text
from syncline.merge.case import Case
from syncline.merge.policy import EntityPolicy, FieldPolicy, Setting
from syncline.model.event import Event
from syncline.model.record import Episode, FieldValue, Record
from syncline.model.rows import Armed
from syncline.sync import arming, by_hand, making
from syncline.sync.desk import open_desk

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


# ---- what is made
def test_a_value_that_does_not_fit_is_left_out_visibly() -> None:
    odd = making_of(given={"ref": sql("deal", "title"), "total": sql("deal", "cast(reason AS integer)")})
    world = selling(rule(makes=(odd,)))
    win(world, reason="many")
    (record,) = orders(world)
    assert "total" not in record.fields
    assert list(record.unfit) == ["total"]
    assert len(world.rows("erp", "order")) == 1


def test_what_is_made_nowhere_is_born_where_it_is_declared() -> None:
    into = Birth(entity="order", system="erp", stream="order", when=true_when("order", "total > 3"))
    world = Small(
        declaration(bindings=BINDINGS, births=(into,), rules=(rule(makes=(making_of(system=None),)),))
    )  # fmt: skip
    world.settle(8)
    win(world, title="small", amount=1)
    win(world, title="large", amount=4)
    assert [world.held("erp", "order", row)["ref"] for row in world.rows("erp", "order")] == ["order of large"]
    assert {record.origin for record in orders(world)} == {"hub"}


def test_what_was_made_and_then_merged_stands_as_what_took_it_over() -> None:
    world = selling(rule(makes=(making_of(leaving="cancel", cancelled={"state": "gone"}),)))
    deal = win(world)
    (made,) = orders(world)
    other = world.type("erp", "order", ref="typed", state="new")
    world.settle(8)
    kept = world.record("erp", "order", other)
    with world.hub.ledger.unit() as unit:
        unit.save_records([structs.replace(made, state="merged", merged_into=kept.id)])
    world.edit("crm", "deal", deal, stage="open")
    world.settle(10)
    assert world.held("erp", "order", other)["state"] == "gone"


def test_arming_waits_for_what_the_first_pass_set_off() -> None:
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(rule(),)))
    world.type("crm", "deal", title="d")
    while not arming.is_ready(world.hub, rule()):
        world.round(wake=False)
    while world.hub.ledger.armed().get("deal_becomes_order", Armed(rule="")).round == 0:
        arming.arm(world.hub)
    with world.hub.ledger.unit() as unit:
        unit.mark_dirty([1])
    assert arming.arm(world.hub) == 0
    world.settle(8)
    assert world.hub.ledger.armed()["deal_becomes_order"].at is not None


def test_the_lines_of_a_document_are_taken_over() -> None:
    fields = {
        "lines/1": FieldValue(value=True, version=1), "lines/1/sku": FieldValue(value="A", version=1),
        "lines/2": FieldValue(value=None, version=2), "lines/2/sku": FieldValue(value="B", version=1),
    }  # fmt: skip
    source = Record(id=1, entity="deal", origin="crm", fields=fields)
    copied = making.lines_of(source, Making(entity="order", lines={"product": "sku", "qty": "amount"}))
    assert copied == {"lines/1": True, "lines/1/product": "A", "lines/1/qty": None, "lines/2": None}
    assert making.lines_of(source, Making(entity="order")) == {}


def test_lines_that_are_taken_over_keep_their_ids() -> None:
    columns = {name: FieldPolicy(name=name, type=text()) for name in ("lines/*", "lines/*/sku")}
    entity = EntityPolicy(name="order", fields=columns)
    setting = Setting(entity=entity, order=("erp",), view=lambda link: {}, now=1.0, run=1)
    fields = {"lines/3": FieldValue(value=True, version=1), "lines/3/sku": FieldValue(value="A", version=1)}
    source = Case(Record(id=1, entity="deal", origin="crm", fields=fields, next_line=4), {}, setting)
    made = Case(Record(id=2, entity="order", origin="erp"), {}, setting)
    world = selling()
    with world.hub.ledger.unit() as unit:
        desk = open_desk(world.hub, unit, "test")
        making.fill(desk, source, made, rule(), Making(entity="order", lines={"sku": "sku"}))
    assert made.record.fields["lines/3/sku"].value == "A"
    assert made.record.next_line == 4


# ---- leaving
def reopened(leaving: str, **changes: Any) -> tuple[Small, str]:
    world = selling(rule(makes=(making_of(leaving=leaving, **changes),)))
    deal = win(world)
    world.edit("crm", "deal", deal, stage="open")
    world.settle(10)
    return world, deal


def again(world: Small, deal: str) -> None:
    world.edit("crm", "deal", deal, stage="won")
    world.settle(10)


def test_leaving_keeps_and_a_new_episode_takes_it_up_again() -> None:
    world, deal = reopened("keep")
    (made,) = orders(world)
    again(world, deal)
    assert [record.id for record in orders(world)] == [made.id]
    assert (episode(world, deal).number, episode(world, deal).made) == (2, (made.id,))
    assert [event.type for event in events(world)] == ["deal.won", "deal.won"]


def test_leaving_cancels_by_deleting_and_a_new_episode_makes_another() -> None:
    world, deal = reopened("cancel")
    assert world.rows("erp", "order") == []
    assert len(orders(world, "archived")) == 1
    again(world, deal)
    assert len(world.rows("erp", "order")) == 1
    assert len({record.made_by for record in world.records("order")}) == 2


def test_leaving_cancels_by_the_values_that_mean_it() -> None:
    world, deal = reopened("cancel", cancelled={"state": "cancelled"})
    (row,) = world.rows("erp", "order")
    assert world.held("erp", "order", row)["state"] == "cancelled"
    again(world, deal)
    assert sorted(world.held("erp", "order", one)["state"] for one in world.rows("erp", "order")) == [
        "cancelled",
        "new",
    ]


def test_leaving_credits() -> None:
    credit = Making(
        entity="order",
        system="erp",
        given={"ref": sql("order", "'credit of ' || ref"), "total": sql("order", "-total")},
    )
    world, deal = reopened("credit", credit=credit)
    totals = {one["ref"]: one["total"] for one in (world.held("erp", "order", r) for r in world.rows("erp", "order"))}
    assert totals == {"order of d": 5, "credit of order of d": -5}
    again(world, deal)
    assert len(world.rows("erp", "order")) == 3


@pytest.mark.parametrize(("how", "left"), [("keep", 1), ("cancel", 0)])
def test_leaving_asks_a_person(how: str, left: int) -> None:
    world, deal = reopened("ask")
    assert episode(world, deal).asked
    assert len(world.rows("erp", "order")) == 1
    record = world.link("crm", "deal", deal).record
    by_hand.answer(world.hub, record, "deal_becomes_order", how, "anna")
    world.settle(10)
    assert not episode(world, deal).asked
    assert len(world.rows("erp", "order")) == left
    by_hand.answer(world.hub, record, "deal_becomes_order", "cancel", "anna")  # nobody asks any more
    world.settle(10)
    assert len(world.rows("erp", "order")) == left


def test_while_the_question_is_open_a_new_episode_takes_it_up_again() -> None:
    world, deal = reopened("ask")
    again(world, deal)
    assert len(world.rows("erp", "order")) == 1
    assert not episode(world, deal).asked


def test_credit_without_a_declaration_asks() -> None:
    world, deal = reopened("credit")
    assert episode(world, deal).asked


def test_what_a_user_deleted_does_not_stand() -> None:
    world = selling(rule(makes=(making_of(leaving="keep"),)))
    deal = win(world)
    (row,) = world.rows("erp", "order")
    world.systems["erp"].kill("order", row)
    world.settle(10)
    world.edit("crm", "deal", deal, stage="open")
    world.settle(10)
    again(world, deal)
    assert len(world.rows("erp", "order")) == 1


def test_a_condition_left_before_it_fired_makes_nothing() -> None:
    world = Small(declaration(bindings=BINDINGS, births=(), rules=(rule(),)))
    old = world.type("crm", "deal", title="old", stage="won")
    world.settle(8)
    world.edit("crm", "deal", old, stage="open")
    world.settle(8)
    assert not episode(world, old).holds
    assert world.records("order") == []


# ---- following
FOLLOWING = making_of(follows_until=true_when("order", "state = 'confirmed'"), leaving="keep")


def test_what_follows_takes_the_values_of_its_source_until_it_says_so() -> None:
    world = selling(rule(makes=(FOLLOWING,)))
    deal = win(world)
    (row,) = world.rows("erp", "order")
    world.edit("crm", "deal", deal, amount=8)
    world.settle(10)
    assert world.held("erp", "order", row)["total"] == 8
    world.edit("erp", "order", row, state="confirmed")
    world.settle(10)
    assert episode(world, deal).freed
    world.edit("erp", "order", row, state="new")
    world.edit("crm", "deal", deal, amount=9)
    world.settle(10)
    assert world.held("erp", "order", row)["total"] == 8  # free once, free for ever


def test_a_condition_of_following_without_a_value_leaves_it_as_it_is() -> None:
    world = selling(rule(makes=(making_of(follows_until=true_when("order", "cast(note AS integer) > 0")),)))
    deal = win(world)
    (record,) = orders(world)
    world.edit("crm", "deal", deal, amount=8)
    world.settle(10)
    assert world.value(record, "total") == 5
    assert "rule deal_becomes_order" in world.records("order")[0].unfit


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
