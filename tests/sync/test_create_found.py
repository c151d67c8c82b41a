"""A create of unknown outcome in a system that can only be searched: found by what was sent, or left to a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derive_world import BIRTHS, CALM, CRM, ERP, Small, declaration
from msgspec import structs

from syncline.merge import sleep
from syncline.model.link import Link
from syncline.sync import answers

SEARCHED = replace(CALM, safe_by="find", lost_after=1.0)


def created_unheard(**account: Any) -> tuple[Small, str]:
    """An account whose create reached the ERP, and whose answer was lost."""
    world = Small(declaration(bindings=(*CRM, *ERP), births=BIRTHS[:1]), habits={"erp": SEARCHED})
    world.settle(8)
    row = world.type("crm", "account", **account)
    world.systems["erp"].faults = True
    while not world.rows("erp", "account"):
        world.round()
    world.systems["erp"].faults = False
    return world, row


def birth(world: Small, row: str) -> Link:
    return world.twin("crm", "account", row, "erp")


def test_a_row_is_found_by_the_key_it_was_sent_with() -> None:
    """The record is called something else by now; the row that was made is not."""
    world, row = created_unheard(name="old", number="1")
    world.edit("crm", "account", row, name="new")
    world.look("crm", "account", row)
    world.settle(20)
    assert [world.held("erp", "account", one)["name"] for one in world.rows("erp", "account")] == ["new"]
    assert birth(world, row).state == "active"


def test_without_a_key_nothing_can_be_found_and_nothing_is_sent_again() -> None:
    world, row = created_unheard(number="1")
    world.settle(20)
    assert len(world.rows("erp", "account")) == 1
    parked = birth(world, row).parked
    assert parked is not None
    assert parked.code == "unknown-create"


def test_what_is_found_of_a_record_whose_own_row_sleeps_is_kept() -> None:
    """Nobody deleted anything: the row that the record came from is only out of scope."""
    world, row = created_unheard(name="old", number="1")
    asleep = structs.replace(world.link("crm", "account", row), state="asleep", why=sleep.OUT_OF_SCOPE)
    with world.hub.ledger.unit() as unit:
        unit.save_links([asleep])
    world.settle(20)
    assert len(world.rows("erp", "account")) == 1
    assert birth(world, row).state == "active"


def test_two_rows_that_may_be_what_was_made_are_parked_until_a_person_says_which() -> None:
    """None of them is guessed, and none is looked at over and over. # I14, L1"""
    world, row = created_unheard(name="one", number="1")
    (ours,) = world.rows("erp", "account")
    theirs = world.type("erp", "account", name="one", number="1")
    world.settle(40)
    stopped = birth(world, row).parked
    assert stopped is not None
    assert stopped.code == "ambiguous-match"
    places = [("erp", "account", one) for one in (ours, theirs)]
    parked = world.hub.ledger.parked_rows(places)
    assert [parked[place].parking.code for place in places] == ["ambiguous-match"] * 2
    assert not world.hub.ledger.hints("erp", "account", 1e12, 10)
    answers.add_link(world.hub, places[0], birth(world, row).record, "anna")
    world.settle(20)
    assert (birth(world, row).state, birth(world, row).external_id) == ("active", ours)
    assert not world.hub.ledger.parked_rows(places)
    assert world.link("erp", "account", theirs).record != birth(world, row).record
