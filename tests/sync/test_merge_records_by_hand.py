"""Records merged and parted by a person, and rows linked and unlinked by hand."""

from typing import Any

import pytest
from merge_world import TASK, MergeWorld, Stop

from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.sync import answers, people, undo
from syncline.sync.answers import CannotDo


def pair(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **world: Any) -> tuple[MergeWorld, int, int]:
    """Two contacts, each with a row in all three systems."""
    small = MergeWorld(**{"born": ["erp", "shop"], **world})
    small.type("crm", **{"email": "a@x", "name": "Ann", **(a or {})})
    small.quiet()
    small.type("crm", **{"email": "b@x", "name": "Bea", **(b or {})})
    small.quiet()
    return small, small.link("crm", "crm0").record, small.link("crm", "crm1").record


def state(world: MergeWorld) -> Any:
    """What the records are and what the systems hold, beside versions and times."""
    records = [
        (r.id, r.state, r.merged_into, {n: v.value for n, v in r.fields.items() if v.value}) for r in world.records()
    ]
    links = [(k.system, str(k.external_id), k.record, k.state) for r in world.records() for k in world.links(r.id)]
    rows = [(s, r, {n: v for n, v in world.row(s, r, t).now.values.items() if v}) for s, t, r in world.alive()]
    return sorted(records, key=str), sorted(links), rows


# ---- merging
def test_a_person_says_which_record_stays() -> None:
    world, one, other = pair()
    assert answers.merge_records(world.hub, other, one, "anna") == other
    world.quiet()
    assert world.record(one).merged_into == other
    assert world.value(other, "name") == "Bea"
    assert sorted(k.state for k in world.links(other)) == ["active"] * 3 + ["shadow"] * 3
    assert [e.why for e in world.kinds(other, "person")] == ["anna: the same"]


def test_an_alias_may_be_named_for_the_record() -> None:
    world, one, other = pair()
    third = world.record_of("crm", world.type("crm", email="c@x") and (world.quiet() and "crm2")).id
    answers.merge_records(world.hub, one, other, "anna")
    answers.merge_records(world.hub, other, third, "anna")
    world.quiet()
    assert world.record(third).merged_into == one


def test_what_cannot_be_merged_is_said() -> None:
    world, one, other = pair(tasks=True)
    task = world.record_of("crm", world.type("crm", "task", title="t") and (world.quiet() and "crm-task0"), "task").id
    for keep, lose in ((one, one), (one, 999), (one, task)):
        with pytest.raises(CannotDo):
            answers.merge_records(world.hub, keep, lose, "anna")
    answers.merge_records(world.hub, one, other, "anna")
    with pytest.raises(CannotDo):
        answers.merge_records(world.hub, one, other, "anna")


def test_a_create_on_its_way_is_resolved_first() -> None:
    world = MergeWorld(born=["erp"])
    world.type("crm", email="a@x")
    world.quiet()
    world.type("crm", email="b@x")
    world.stops = lambda name: name == "created"
    with pytest.raises(Stop):
        world.quiet()
    world.recover()
    ids = world.link("crm", "crm0").record, world.link("crm", "crm1").record
    with pytest.raises(CannotDo):
        answers.merge_records(world.hub, *ids, "anna")
    world.now += 60
    world.quiet()
    answers.merge_records(world.hub, *ids, "anna")
    world.quiet()


def test_a_deleted_record_lives_again_when_it_is_merged_into_a_living_one() -> None:
    world, one, other = pair()
    world.delete("crm", "crm0")
    world.quiet()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert world.record(one).state == "active"
    assert world.row("crm", "crm1").dead is None
    assert not any(k.carried for k in world.links(one))


@pytest.mark.parametrize("point", ["records merged", "merge written"])
def test_a_stop_in_a_merge_by_hand_leaves_nothing(point: str) -> None:
    world, one, other = pair()
    before = state(world)
    world.stops = lambda name: name == point
    with pytest.raises(Stop):
        answers.merge_records(world.hub, one, other, "anna")
    world.recover()
    assert state(world.quiet()) == before
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()


def test_parked_fields_and_withheld_ones_come_along() -> None:
    world, one, other = pair(a={"vat": "V"}, b={"vat": "V"})
    world.edit("erp", "erp1", vat=["no", "text"])
    world.quiet()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    answers.unmerge(world.hub, other, "anna")
    world.quiet()
    parked = world.link("erp", "erp1").known["vat"].parked
    assert parked is not None
    assert parked.code == "does-not-fit"


def test_documents_are_joined_without_mixing_their_lines() -> None:
    from syncline.identity import seats
    from syncline.identity.merging import join
    from syncline.merge.case import Case
    from syncline.merge.policy import Setting
    from syncline.model.link import Link
    from syncline.model.record import FieldValue, Record

    kind = TASK["title"].type
    fields = {
        "title": FieldPolicy(name="title", type=kind),
        "lines/*/title": FieldPolicy(name="lines/*/title", type=kind),
    }
    setting = Setting(
        entity=EntityPolicy(name="order", fields=fields), order=("crm", "erp"), view=lambda link: {}, now=1.0, run=1
    )

    def case(rid: int, system: str) -> Case:
        record = Record(
            id=rid, entity="order", origin=system, fields={"lines/1/title": FieldValue(value=f"of {rid}", version=1)}
        )
        link = Link(id=rid, record=rid, entity="order", system=system, stream="order", external_id=str(rid))
        return Case(record=record, links={rid: link}, setting=setting)

    keep, lose = case(1, "crm"), case(2, "erp")
    join(keep, lose, "anna")
    assert keep.value("lines/1/title").value == "of 1"
    assert keep.links[2].state == "shadow"
    assert seats.seat(keep, "erp", "order") == [2], "alone in its stream, it is told once somebody seats it"


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


# ---- links
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


# ---- undo of what was written before a merge
def test_an_undo_of_a_run_before_the_merge_does_not_mistake_one_version_for_another() -> None:
    """Both records have a second version of the name; the ERP was told one, and after the merge the other."""
    world = MergeWorld()
    world.type("crm", email="a@x", name="Ann")
    world.type("crm", email="b@x", name="Bea")
    world.type("erp", email="b@x", name="Bea")
    world.quiet()
    world.edit("crm", "crm0", name="Anna")
    world.edit("crm", "crm1", name="Beatrix")
    world.quiet()
    ledger = world.hub.ledger
    run = next(run.id for run in ledger.runs(100) if any(i.system == "erp" for i in ledger.intents_of_run(run.id)))
    answers.merge_records(world.hub, world.link("crm", "crm0").record, world.link("crm", "crm1").record, "anna")
    world.quiet()
    assert world.there("erp", "erp0", "name") == "Anna"
    undo.undo_run(world.hub, run, "anna")
    world.quiet()
    assert world.there("erp", "erp0", "name") == "Anna"
