"""Deletes about which a person is asked: what returned, and what was edited meanwhile."""

from typing import Any

import pytest
from delete_world import everywhere, revive
from merge_world import MergeWorld

from syncline.sync import answers, observe


# ---- what returns
def test_a_new_row_takes_the_place_of_a_tombstone_while_the_record_lives_elsewhere() -> None:
    world = everywhere()
    world.delete("shop", "shop0")
    world.quiet()
    world.type("shop", email="a@x", name="Annie")
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert [world.link("shop", r).record for r in ("shop0", "shop1")] == [rid, rid]
    assert (world.link("shop", "shop0").state, world.link("shop", "shop1").state) == ("tombstone", "active")
    assert world.link("shop", "shop1").known["name"].differs, "a first meeting, never a conflict"


def test_a_record_without_a_row_anywhere_claims_nothing() -> None:
    world = MergeWorld(on_delete={"crm": "unlink"})
    world.type("crm", email="a@x")
    world.quiet()
    world.delete("crm", "crm0")
    world.quiet()
    world.type("crm", email="a@x")
    world.quiet()
    assert world.link("crm", "crm1").record != world.link("crm", "crm0").record


def returned(**world: Any) -> MergeWorld:
    """Deleted everywhere, and typed again in the shop."""
    small = everywhere(**world)
    small.delete("crm", "crm0")
    small.quiet()
    small.type("shop", email="a@x", name="Annie")
    return small.quiet()


def test_where_the_delete_was_carried_on_the_row_parks() -> None:
    parked = returned().parked("shop", "shop1")
    assert parked.code == "returned-after-delete"
    assert parked.remedy == "revive the twins, or begin a new record"


def test_a_row_that_comes_while_the_delete_is_on_its_way_parks_too() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    observe.poll_deletes(world.hub, "crm", "contact")
    world.type("shop", email="a@x")
    observe.advance(world.hub, "shop", "contact")
    assert world.parked("shop", "shop1").code == "returned-after-delete"
    world.quiet()


def test_the_answer_revives_the_twins() -> None:
    world = returned()
    rid = world.link("crm", "crm0").record
    answers.revive_twins(world.hub, ("shop", "contact", "shop1"), rid, "anna")
    world.quiet()
    assert world.record(rid).state == "active"
    assert world.link("shop", "shop1").record == rid
    assert world.link("erp", "erp1").state == "active"
    assert world.link("crm", "crm1").state == "active"
    assert world.link("crm", "crm0").state == "tombstone"
    assert world.value(rid, "name") == "Ann"


def test_or_begins_a_new_record() -> None:
    world = returned()
    rid = answers.begin_anew(world.hub, ("shop", "contact", "shop1"), "anna")
    world.quiet()
    assert world.record(rid).state == "active"
    assert world.link("shop", "shop1").record == rid != world.link("crm", "crm0").record
    assert world.link("erp", "erp1").record == rid
    assert world.row("erp", "erp0").dead is not None


def test_what_a_person_says_must_fit_what_is_asked() -> None:
    world = returned()
    row, rid = ("shop", "contact", "shop1"), world.link("crm", "crm0").record
    other = world.type("crm", email="o@x")
    world.quiet()
    for wrong in (
        lambda: answers.revive_twins(world.hub, row, world.link("crm", other).record, "anna"),
        lambda: answers.revive_twins(world.hub, ("shop", "contact", "none"), rid, "anna"),
        lambda: answers.revive_twins(world.hub, None, rid, "anna"),
        lambda: answers.carry_delete_on(world.hub, rid, "anna"),
        lambda: answers.make_again(world.hub, rid, "anna"),
        lambda: answers.make_again(world.hub, 999, "anna"),
        lambda: answers.begin_anew(world.hub, ("crm", "contact", other), "anna"),
    ):
        with pytest.raises(answers.CannotDo):
            wrong()
    world.quiet()
    assert world.parked("shop", "shop1").code == "returned-after-delete"


def test_an_undelete_at_the_origin_is_asked_about_when_the_twins_are_gone() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    world.quiet()
    revive(world, "crm", "crm0")
    world.quiet()
    record = world.record_of("crm", "crm0")
    assert (record.state, record.parked.code) == ("active", "returned-after-delete")
    answers.revive_twins(world.hub, None, record.id, "anna")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"


def test_or_the_twins_stay_deleted() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    world.quiet()
    revive(world, "crm", "crm0")
    world.quiet()
    rid = world.link("crm", "crm0").record
    answers.leave_deleted(world.hub, rid, "anna")
    world.quiet()
    assert world.record(rid).parked is None
    assert list(world.systems["erp"].rows["contact"]) == ["erp0"]


def test_an_undelete_before_the_twins_are_deleted_stops_that() -> None:
    world = everywhere()
    world.delete("crm", "crm0")
    observe.poll_deletes(world.hub, "crm", "contact")
    revive(world, "crm", "crm0")
    world.now += 1
    observe.advance(world.hub, "crm", "contact")
    observe.look(world.hub, "crm", "contact")
    world.quiet()
    assert world.record_of("crm", "crm0").state == "active"
    assert world.record_of("crm", "crm0").parked is None
    assert world.row("erp", "erp0").dead is None


# ---- deleted against an edit
def asked() -> MergeWorld:
    world = everywhere()
    world.delete("crm", "crm0")
    world.edit("erp", "erp0", name="Anna")
    observe.advance(world.hub, "erp", "contact")
    return world.quiet()


def test_the_delete_is_meant() -> None:
    world = asked()
    answers.carry_delete_on(world.hub, world.link("crm", "crm0").record, "anna")
    world.quiet()
    assert world.row("erp", "erp0").dead is not None
    assert world.row("shop", "shop0").dead is not None
    assert world.record_of("crm", "crm0").parked is None


def test_the_delete_is_not_meant() -> None:
    world = asked()
    rid = world.link("crm", "crm0").record
    answers.make_again(world.hub, rid, "anna")
    world.quiet()
    assert world.there("crm", "crm1", "name") == "Anna"
    assert world.there("shop", "shop0", "name") == "Anna"
    assert (world.link("crm", "crm0").state, world.record(rid).parked) == ("tombstone", None)
