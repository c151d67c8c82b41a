"""A create of unknown outcome in a system that can only be searched: found by what was sent, or left to a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derive_world import BIRTHS, CALM, CRM, ERP, Small, declaration
from msgspec import structs

from syncline.merge import sleep
from syncline.model.link import Link

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
