"""Records parted again: both as they were, with their rows, conflicts and references."""

import pytest
from merge_world import MergeWorld, Stop
from pair_world import pair, state

from syncline.sync import answers, people


# ---- un-merging
def test_unmerging_restores_both_records_and_every_row() -> None:
    world, one, other = pair(b={"phone": "22", "tags": "blue"})
    before = state(world)
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert state(world) != before
    plan = answers.plan_unmerge(world.hub, other)
    done = answers.unmerge(world.hub, other, "anna")
    assert plan == done
    assert plan.left == ()
    world.quiet()
    assert state(world) == before


def test_the_plan_writes_nothing() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    before = state(world)
    plan = answers.plan_unmerge(world.hub, other)
    assert {step.what for step in plan.steps} == {"link"}
    assert state(world.quiet()) == before


def test_what_was_said_in_a_row_of_its_own_since_goes_back_with_it() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.delete("crm", "crm0")
    world.quiet()
    world.edit("crm", "crm1", phone="77")
    world.quiet()
    assert world.value(one, "phone") == "77"
    done = answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.value(other, "phone") == "77"
    assert "crm/contact/crm0" not in {step.name for step in done.steps}


def test_a_field_that_was_changed_since_is_left() -> None:
    world, one, other = pair(b={"phone": "22"})
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.edit("erp", "erp0", phone="33")
    world.quiet()
    done = answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert (world.value(one, "phone"), world.value(other, "phone")) == ("33", "22")
    assert f"phone of record {one} was changed since" in done.left


def test_a_row_that_was_deleted_since_is_not_made_again() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.delete("erp", "erp1")
    world.quiet()
    done = answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert "erp/contact/erp1 was deleted; it is not made again" in done.left
    assert world.link("erp", "erp1").state == "tombstone"
    assert world.link("shop", "shop1").state == "active"


def test_unmerging_what_a_system_merged_leaves_the_row_it_deleted() -> None:
    world, _one, other = pair()
    world.merge_rows("crm", "crm1", "crm0")
    world.quiet()
    done = answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert any("became contact/crm0" in why for why in done.left)
    assert world.link("crm", "crm1").record == other
    assert (world.there("erp", "erp0", "name"), world.there("erp", "erp1", "name")) == ("Ann", "Bea")
    world.tell_gone("crm", "crm1", "crm0")
    world.quiet()
    assert world.record(other).state == "active", "the old proof does not merge them again"


def test_unmerging_where_the_alias_had_the_surviving_row() -> None:
    world, one, other = pair()
    world.merge_rows("crm", "crm0", "crm1")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.link("crm", "crm1").record == other
    assert (world.value(one, "name"), world.value(other, "name")) == ("Ann", "Bea")
    assert world.there("erp", "erp0", "name") == "Ann"


def test_who_is_parted_is_not_suspected_of_being_the_same() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="a@x", name="Ann")
    world.quiet()
    one, other = world.link("crm", "crm0").record, world.link("crm", "crm1").record
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.record(other).candidate_of is None
    assert world.record(one).distinct_from == (other,)
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert world.record(one).distinct_from == ()


def test_merging_again_takes_an_unmerge_back() -> None:
    world, one, other = pair(b={"phone": "22"})
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    merged = state(world)
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    answers.merge_records(world.hub, one, other, "anna")
    assert state(world.quiet()) == merged


def test_what_cannot_be_unmerged_is_said() -> None:
    world, one, other = pair()
    assert "is not merged" in answers.plan_unmerge(world.hub, one).left[0]
    third = world.record_of("crm", world.type("crm", email="c@x") and (world.quiet() and "crm2")).id
    answers.merge_records(world.hub, other, third, "anna")
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    done = answers.unmerge(world.hub, third, "anna")
    assert (done.steps, done.left) == ((), (f"record {other} was itself merged since: un-merge that first",))
    answers.unmerge(world.hub, other, "anna")
    answers.unmerge(world.hub, third, "anna")
    world.quiet()
    assert [world.link("crm", f"crm{n}").record for n in range(3)] == [one, other, third]


def test_a_merge_that_history_forgot_is_left_as_it_is() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.hub.ledger.t.entries.clear()  # type: ignore[attr-defined]
    done = answers.unmerge(world.hub, other, "anna")
    assert "history does not say any more" in done.left[0]
    assert world.record(other).state == "merged"
    world.quiet()


def test_a_row_that_was_unlinked_since_does_not_return() -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    answers.remove_link(world.hub, world.link("shop", "shop1").id, "anna")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.parked("shop", "shop1").code == "unlinked"


@pytest.mark.parametrize("point", ["records parted", "un-merge written"])
def test_a_stop_in_an_unmerge_leaves_nothing(point: str) -> None:
    world, one, other = pair()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    before = state(world)
    world.stops = lambda name: name == point
    with pytest.raises(Stop):
        answers.unmerge(world.hub, other, "anna")
    world.recover()
    assert state(world.quiet()) == before


def test_an_edit_of_a_row_that_was_a_shadow_is_its_records_own() -> None:
    world, one, other = pair(a={"phone": "11"}, b={"phone": "11"})
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.edit("crm", "crm1", phone="55")
    world.quiet()
    assert world.value(one, "phone") == "11", "read, never taken"
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert (world.value(one, "phone"), world.value(other, "phone")) == ("11", "55")
    assert world.there("erp", "erp1", "phone") == "55"


def test_a_shadow_that_takes_its_place_is_told_what_the_record_holds_whatever_was_typed_there() -> None:
    world, one, other = pair(a={"phone": "11"}, b={"phone": "11"})
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.edit("crm", "crm1", phone="55")
    world.quiet()
    world.delete("crm", "crm0")
    world.quiet()
    assert (world.value(one, "phone"), world.there("crm", "crm1", "phone")) == ("11", "11")


# ---- conflicts across a merge and back
def in_conflict(world: MergeWorld, number: int) -> None:
    world.now += 5
    for system in ("crm", "erp"):
        world.edit(system, f"{system}{number}", rep=f"{system}{number}")
    world.quiet()


def test_each_record_gets_its_own_conflict_back() -> None:
    world, one, other = pair()
    in_conflict(world, 1)
    sides = world.record(other).conflicts["rep"].sides
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert world.record(one).conflicts
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.record(other).conflicts["rep"].sides == sides
    assert not world.record(one).conflicts


def test_a_conflict_with_the_record_itself_stays_one() -> None:
    world, one, other = pair()
    people.set_value(world.hub, other, "rep", "by anna", "anna")
    world.edit("crm", "crm1", rep="by crm")
    world.quiet()
    assert "record" in world.record(other).conflicts["rep"].sides or world.value(other, "rep") == "by crm"
    held = world.value(other, "rep")
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.value(other, "rep") == held
    assert (world.there("crm", "crm1", "rep") == "by crm") or world.record(other).conflicts == {}


def test_a_conflict_between_the_two_ends_with_each_having_its_own() -> None:
    world = MergeWorld()
    world.type("crm", email="a@x", rep="r")
    world.type("erp", email="b@x", rep="r")
    world.quiet()
    one, other = world.link("crm", "crm0").record, world.link("erp", "erp0").record
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    for system in ("crm", "erp"):
        world.edit(system, f"{system}0", rep=f"by {system}")
    world.quiet()
    assert set(world.record(one).conflicts["rep"].sides.values()) == {"by crm", "by erp"}
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert (world.value(one, "rep"), world.value(other, "rep")) == ("by crm", "by erp")
    assert not world.record(one).conflicts
    assert not world.record(other).conflicts


# ---- references
def test_references_point_back_where_a_row_still_means_the_other() -> None:
    world, one, other = pair(tasks=True)
    task = world.type("crm", "task", title="call", owner="crm1")
    world.quiet()
    world.edit("crm", task, "task", title="call her")
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert world.record_of("crm", task, "task").fields["owner"].value == one
    done = answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.record_of("crm", task, "task").fields["owner"].value == other
    assert [step.record for step in done.steps if step.what == "reference"] == [world.link("crm", task, "task").record]


def test_a_reference_that_every_row_gives_to_the_survivor_stays_there() -> None:
    world, one, other = pair(tasks=True, born=[])
    task = world.type("crm", "task", title="call", owner="crm1")
    world.quiet()
    world.merge_rows("crm", "crm1", "crm0")
    world.edit("crm", task, "task", owner="crm0")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    assert world.record_of("crm", task, "task").fields["owner"].value == one


def test_a_reference_in_conflict_is_re_pointed_on_every_side_and_back() -> None:
    world, one, _other = pair(tasks=True)
    world.type("crm", email="c@x")
    world.quiet()
    task = world.type("crm", "task", title="call", owner="crm1")
    world.quiet()
    rid = world.link("crm", task, "task").record
    twin = next(k for k in world.links(rid) if k.system == "erp")
    world.stops = lambda name: name == "called"
    world.edit("crm", task, "task", owner="crm2")
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    answers.merge_records(world.hub, one, world.link("crm", "crm2").record, "anna")
    world.quiet()
    assert world.value(rid, "owner") == one
    there = world.there("erp", str(twin.external_id), "owner", "task")
    assert world.link("erp", there).record == one
