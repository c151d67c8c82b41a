"""Rows linked and unlinked by a person."""

import pytest
from merge_world import MergeWorld, Stop
from pair_world import pair, state

from syncline.sync import answers
from syncline.sync.answers import CannotDo


def test_a_row_is_linked_by_hand() -> None:
    world, one, _other = pair(born=[])
    world.type("shop", email="s@x", name="Ann", phone="5")
    world.quiet()
    answers.remove_link(world.hub, world.link("shop", "shop0").id, "anna")
    link = answers.add_link(world.hub, ("shop", "contact", "shop0"), one, "anna")
    world.quiet()
    assert world.link("shop", "shop0").id == link
    assert world.link("shop", "shop0").record == one
    assert world.value(one, "phone") == "5"
    assert "anna: linked by hand" in [e.why for e in world.kinds(one, "person")]


def test_a_row_that_is_unlinked_stays_so_whatever_rules_say() -> None:
    world, one, _ = pair()
    row = answers.remove_link(world.hub, world.link("shop", "shop0").id, "anna")
    world.quiet()
    assert row == ("shop", "contact", "shop0")
    assert world.parked("shop", "shop0").code == "unlinked"
    world.edit("shop", "shop0", phone="6")
    world.quiet()
    assert world.parked("shop", "shop0").code == "unlinked"
    assert list(world.systems["shop"].rows["contact"]) == ["shop0", "shop1"], "nothing is made in its place"
    assert world.value(one, "phone") is None
    answers.add_link(world.hub, row, one, "anna")
    world.quiet()
    assert world.value(one, "phone") == "6"


def test_a_row_that_is_unlinked_may_begin_a_record_of_its_own() -> None:
    world, one, _ = pair()
    row = answers.remove_link(world.hub, world.link("shop", "shop0").id, "anna")
    world.quiet()
    rid = answers.begin_anew(world.hub, row, "anna")
    world.quiet()
    assert world.link("shop", "shop0").record == rid != one


def test_unlinking_the_active_of_two_rows_seats_the_other() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    answers.remove_link(world.hub, world.link("erp", "erp0").id, "anna")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.there("erp", "erp1", "name") == "Ann"


def test_an_ambiguous_row_is_given_to_one_of_the_records_by_hand() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x")
    world.type("erp", email="b@x")
    world.quiet()
    world.edit("erp", "erp0", email="a@x")
    world.quiet()
    world.type("shop", email="a@x")
    world.quiet()
    answers.add_link(world.hub, ("shop", "contact", "shop0"), world.link("erp", "erp0").record, "anna")
    world.quiet()
    assert world.parked("shop", "shop0") is None
    assert world.link("shop", "shop0").record == world.link("erp", "erp0").record


def test_what_cannot_be_linked_is_said() -> None:
    world, one, other = pair(tasks=True)
    world.type("crm", "task", title="t")
    world.quiet()
    task = world.link("crm", "crm-task0", "task").record
    world.delete("shop", "shop1")
    world.quiet()
    answers.remove_link(world.hub, world.link("erp", "erp1").id, "anna")
    world.quiet()
    row = ("erp", "contact", "erp1")
    for wrong in (
        lambda: answers.add_link(world.hub, ("erp", "contact", "erp0"), other, "anna"),
        lambda: answers.add_link(world.hub, row, one, "anna"),
        lambda: answers.add_link(world.hub, row, task, "anna"),
        lambda: answers.add_link(world.hub, ("erp", "contact", "none"), other, "anna"),
        lambda: answers.remove_link(world.hub, 999, "anna"),
        lambda: answers.remove_link(world.hub, world.link("shop", "shop1").id, "anna"),
    ):
        with pytest.raises(CannotDo):
            wrong()
    world.quiet()


@pytest.mark.parametrize("point", ["link added", "link removed"])
def test_a_stop_while_linking_leaves_nothing(point: str) -> None:
    world, one, _ = pair()
    world.stops = lambda name: name == point
    lid = world.link("shop", "shop0").id
    before = state(world)
    if point == "link removed":
        with pytest.raises(Stop):
            answers.remove_link(world.hub, lid, "anna")
    else:
        world.stops = lambda name: False
        row = answers.remove_link(world.hub, lid, "anna")
        world.quiet()
        before = state(world)
        world.stops = lambda name: name == point
        with pytest.raises(Stop):
            answers.add_link(world.hub, row, one, "anna")
    world.recover()
    assert state(world.quiet()) == before
