"""What a rule makes, what becomes of it when its condition is left, and what follows its source."""

from __future__ import annotations

from typing import Any

import pytest
from derive_world import Small, declaration, sql, true_when
from msgspec import structs
from rule_world import BINDINGS, episode, events, making_of, orders, rule, selling, win

from syncline.config.declaration import Birth
from syncline.config.settings import Making
from syncline.mapping.text import text
from syncline.merge.case import Case
from syncline.merge.policy import EntityPolicy, FieldPolicy, Setting
from syncline.model.record import FieldValue, Record
from syncline.model.rows import Armed
from syncline.sync import arming, by_hand, making
from syncline.sync.desk import open_desk


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
