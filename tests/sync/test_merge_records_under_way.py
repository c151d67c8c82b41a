"""A merge that one system made, wherever the hub stops and whatever is on its way."""

from collections.abc import Callable

import pytest
from merge_world import CALM, MergeWorld, Stop, with_a_create_unheard
from twin_world import two

from syncline.sync import observe

# ---- the same with every way of stopping
POINTS = ("page settled", "cursor saved")


@pytest.mark.parametrize("point", POINTS)
def test_a_stop_in_the_merge_leaves_all_or_nothing(point: str) -> None:
    world = two(b={"phone": "22"})
    before = world.records(), [world.links(record.id) for record in world.records()]
    world.delete("crm", "crm1")
    world.stops = lambda name: name == point
    with pytest.raises(Stop):
        world.tell_gone("crm", "crm1", "crm0")
    assert (world.records(), [world.links(record.id) for record in world.records()]) == before
    world.recover()
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert world.value(world.link("crm", "crm0").record, "phone") == "22"
    assert world.link("erp", "erp1").state == "shadow"


@pytest.mark.parametrize("stop", range(1, 14))
def test_a_stop_anywhere_after_the_merge_is_made_good(stop: int) -> None:
    world = two(b={"phone": "22", "tags": "blue"}, a={"tags": "red"})
    world.merge_rows("crm", "crm1", "crm0")
    world.stops = after(stop)
    try:
        world.quiet()
    except Stop:
        world.recover()
    world.quiet()
    rid = world.link("crm", "crm0").record
    assert (world.value(rid, "phone"), world.there("erp", "erp0", "phone")) == ("22", "22")
    assert sorted(world.value(rid, "tags")) == ["blue", "red"]


def after(number: int) -> Callable[[str], bool]:
    """Stops at the point that comes after so many others."""
    left = [number]

    def stops(name: str) -> bool:
        left[0] -= 1
        return left[0] == 0

    return stops


# ---- while writes are on their way
def test_a_create_of_unknown_outcome_is_resolved_and_becomes_a_shadow() -> None:
    world = with_a_create_unheard()
    world.merge_rows("crm", "crm1", "crm0")
    world.now += 60
    world.quiet()
    rows = list(world.systems["erp"].rows["contact"].values())
    assert len(rows) == 2, "made once, not again"
    assert {world.link("erp", row.id).record for row in rows} == {world.link("crm", "crm0").record}
    assert sorted(world.link("erp", row.id).state for row in rows) == ["active", "shadow"]


def test_a_birth_that_was_not_sent_yet_ends() -> None:
    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="b@x")
    observe.advance(world.hub, "crm", "contact")
    assert [k.state for k in world.links(world.link("crm", "crm1").record)] == ["active", "birth"]
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    assert len(world.systems["erp"].rows["contact"]) == 1


def test_an_update_without_an_answer_is_not_taken_for_an_edit_after_the_merge() -> None:
    habits = {"erp": CALM, "crm": CALM}
    world = two(world={"habits": habits})
    world.edit("crm", "crm1", name="Beatrix")
    world.stops = lambda name: name == "called"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    world.merge_rows("crm", "crm0", "crm1")
    world.quiet()
    rid = world.link("crm", "crm1").record
    assert world.value(rid, "name") == "Beatrix"
    assert world.there("erp", "erp0", "name") == "Beatrix"
    assert not world.record(rid).conflicts
