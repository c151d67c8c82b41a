"""Records merged by a person."""

import pytest
from merge_world import TASK, MergeWorld, Stop, with_a_create_unheard
from pair_world import pair, state

from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.sync import answers, undo
from syncline.sync.answers import CannotDo


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
    world = with_a_create_unheard()
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


# ---- what is edited in a shadow that then takes the seat
@pytest.mark.parametrize("field", ["price", "phone"])
def test_an_edit_of_its_own_value_in_a_shadow_is_taken_when_the_other_row_is_deleted(field: str) -> None:
    world, one, other = pair()
    world.edit("erp", "erp1", **{field: "19"})
    world.quiet()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    assert world.link("erp", "erp1").state == "shadow"
    assert world.value(one, field) == "19", "it fills a blank"
    world.edit("erp", "erp1", **{field: "33"})
    world.look_at_everything()
    world.quiet()
    assert world.value(one, field) == "19", "a shadow is only read"
    world.delete("erp", "erp0")
    world.quiet()
    assert world.link("erp", "erp1").state == "active"
    assert world.value(one, field) == "33", "nobody else has set it since"
    assert {world.there(s, f"{s}0", field) for s in ("crm", "shop")} == {"33"}
    assert world.there("erp", "erp1", field) == "33"


def test_what_others_set_since_holds_against_the_shadow() -> None:
    world, one, other = pair()
    world.edit("erp", "erp1", phone="19")
    world.quiet()
    answers.merge_records(world.hub, one, other, "anna")
    world.quiet()
    world.edit("erp", "erp1", phone="33")
    world.look_at_everything()
    world.quiet()
    world.edit("crm", "crm0", phone="44")
    world.quiet()
    world.delete("erp", "erp0")
    world.quiet()
    assert {world.value(one, "phone"), world.there("erp", "erp1", "phone")} == {"44"}
