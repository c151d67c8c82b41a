"""Writes of unknown outcome, and the loop brake."""

import pytest

from merge.kit import CRM, SHOP, Scene, merging, plain
from syncline.merge import receipts
from syncline.model.link import Withheld


def unsure(*fields, **values):
    """The record moved, the shop was told, and nobody learnt what became of it."""
    scene = Scene(*fields).agreed("erp", **dict.fromkeys(values) | {"name": "Acme"})
    scene.sees("crm", **(values or {"name": "Apex Company"}))
    scene.no_answer("shop")
    return scene


def test_a_write_of_unknown_outcome_is_looked_at_and_derived_again():
    scene = unsure()
    assert scene.case.hints == [(SHOP, scene.now)]
    assert scene.known("shop").doubts[0].expires == scene.now + 60
    assert scene.case.links[SHOP].writing is None
    assert scene.due("shop") == {"name": "Apex Company"}


def test_a_late_arrival_is_that_intent_once_and_no_move():
    scene = unsure()
    scene.sees("crm", name="Atlas")
    scene.sees("shop", name="Apex Company")
    assert (scene.value(), scene.known("shop").agreed, scene.known("shop").doubts) == ("Atlas", 2, ())
    assert (scene.last("late").after, scene.due("shop")) == ("Apex Company", {"name": "Atlas"})


def test_a_late_arrival_is_no_move_either_where_a_later_write_is_unconfirmed():
    """The later write was dropped, and the earlier one came after all: it is still ours, and outdated."""
    scene = unsure()
    scene.sees("crm", name="Atlas")
    scene.says_nothing("shop")
    scene.sees("shop", name="Apex Company")
    assert (scene.value(), scene.known("shop").agreed, scene.known("shop").doubts) == ("Atlas", 2, ())
    assert (scene.last("late").after, scene.due("shop")) == ("Apex Company", {"name": "Atlas"})
    assert scene.known("shop").rewrites == ()


def test_the_same_value_a_second_time_is_an_edit():
    scene = unsure()
    scene.sees("crm", name="Atlas")
    scene.sees("shop", name="Apex Company")
    scene.echoes("shop")
    scene.sees("shop", name="Apex Company")
    assert scene.value() == "Apex Company"


def test_another_value_is_a_move_and_the_doubt_stays():
    scene = unsure()
    scene.sees("shop")
    scene.sees("shop", name="Atlas")
    assert scene.value() == "Atlas"
    assert len(scene.known("shop").doubts) == 1


def test_an_intent_is_spent_by_the_first_accepted_read_that_shows_its_value_changed_or_not():
    scene = unsure()
    scene.case.put(SHOP, seen={"name": "Apex Company"})
    scene.sees("shop")
    assert scene.known("shop").doubts == ()
    assert "late" not in scene.kinds()


def test_an_intent_is_spent_by_the_first_direct_look_begun_after_it_could_arrive():
    scene = unsure()
    scene.later(100)
    scene.sees("shop")
    assert len(scene.known("shop").doubts) == 1
    scene.sees("shop", read={"direct": True, "as_of": scene.now - 50})
    assert len(scene.known("shop").doubts) == 1
    scene.sees("shop", read={"direct": True})
    assert scene.known("shop").doubts == ()
    assert scene.last("no-effect").why == "never arrived"


def test_a_value_that_arrives_late_and_cut_parks_its_field():
    scene = unsure()
    scene.sees("shop", name="Apex")
    assert (scene.parked("shop"), scene.value()) == ("value-was-cut", "Apex Company")


def test_a_value_that_arrives_late_and_cut_when_the_record_has_gone_on_leaves_the_link_due():
    scene = unsure()
    scene.sees("crm", name="Ape")
    scene.sees("shop", name="Apex")
    assert (scene.parked("shop"), scene.value(), scene.due("shop")) == (None, "Ape", {"name": "Ape"})
    assert (scene.last("late").after, scene.last("late").why) == ("Apex", "cut")


def test_a_late_arrival_that_an_undo_wanted_is_the_undo_done():
    scene = unsure()
    scene.case.learn(SHOP, "name", withheld=Withheld(before="Apex Company"))
    scene.sees("shop", name="Apex Company")
    assert scene.known("shop").withheld.written


def test_the_late_arrival_of_an_undos_write_is_the_undo_done():
    scene = Scene().agreed(name="Acme")
    scene.case.learn(SHOP, "name", agreed=None, emptied=1, withheld=Withheld(before="Old"))
    scene.no_answer("shop")
    scene.sees("shop", name="Old")
    assert scene.known("shop").withheld.written


def test_a_late_arrival_shows_in_an_open_conflict():
    scene = Scene(plain(policy="manual")).agreed("erp", name="Acme")
    scene.sees("crm", name="Apex")
    scene.no_answer("shop")
    scene.sees("erp", name="Atlas")
    scene.sees("shop", name="Apex")
    assert scene.case.record.conflicts["name"].sides[str(SHOP)] == "Apex"
    assert "late" in scene.kinds()


def test_a_doubt_about_one_field_is_none_about_another():
    scene = Scene(plain(), plain("phone")).agreed("erp", name="Acme", phone="1")
    scene.sees("crm", name="Apex")
    scene.no_answer("shop")
    scene.sees("shop", phone="2")
    assert scene.value("phone") == "2"
    assert (len(scene.known("shop").doubts), scene.known("shop", "phone").doubts) == (1, ())


def test_of_two_doubts_only_the_one_that_arrived_is_spent():
    scene = unsure()
    scene.sees("crm", name="Atlas")
    scene.no_answer("shop")
    scene.sees("shop", name="Atlas")
    assert [one.value for one in scene.known("shop").doubts] == ["Apex Company"]


def test_a_merged_field_is_measured_from_what_may_have_arrived():
    scene = Scene(merging("sum")).agreed("erp", kept="10")
    scene.sees("crm", kept="20")
    scene.no_answer("shop")
    scene.sees("shop", kept="21")
    assert scene.value("kept") == "21"
    assert "ambiguous" in scene.kinds()


# ---- the loop brake
def back_and_forth(every):
    scene = Scene().agreed("erp", name="Acme")
    for name in ("Apex", "Acme", "Apex", "Acme", "Apex"):
        scene.later(every / 2).sees("crm", name=name)
    return scene


@pytest.mark.parametrize(("every", "parked"), [(600, "field-alternates"), (3600, None)])
def test_a_field_that_alternates_three_times_within_an_hour_is_parked_and_over_hours_it_is_not(every, parked):
    assert back_and_forth(every).parked("crm") == parked


def test_a_field_that_goes_through_other_values_does_not_alternate():
    scene = Scene().agreed("erp", name="Acme")
    for name in ("a", "b", "c", "d", "a", "c", "b", "a"):
        scene.sees("crm", name=name)
    assert (scene.parked("crm"), scene.value()) == (None, "a")
    assert len(scene.known("crm").turns) == receipts.TURNS_KEPT


def test_the_value_that_alternates_is_listed_and_not_taken():
    scene = back_and_forth(600)
    parking = scene.known("crm").parked
    assert (parking.code, parking.ours, parking.theirs, scene.value()) == ("field-alternates", "Acme", "Apex", "Acme")
    assert (scene.known("crm").turns, scene.due("crm"), CRM) == ((), {}, 1)


# ---- at the field's truth
def owned_by_the_shop():
    """The shop is the truth of the name and holds nothing; the CRM says what it is, and the shop is told."""
    scene = Scene(plain(policy="truth", truth="shop")).agreed("erp", name=None)
    scene.sees("crm", name="Apex")
    return scene


def test_what_the_truth_said_is_put_back_where_our_earlier_write_came_after_all():
    scene = owned_by_the_shop()
    scene.no_answer("shop")
    scene.sees("shop", name="Acme")
    assert scene.value() == "Acme"
    scene.sees("shop", name="Apex")
    assert scene.last("late").after == "Apex"
    assert (scene.value(), scene.due("shop")) == ("Acme", {"name": "Acme"})
    scene.echoes("shop")
    assert scene.due("shop") == {}


def test_what_the_truth_said_is_put_back_where_a_receipt_tells_that_we_wrote_over_it():
    scene = owned_by_the_shop()
    sent = scene.writes("shop")
    scene.sees("shop", name="Acme")
    scene.answers(sent, name="Apex")
    assert (scene.value(), scene.due("shop")) == ("Acme", {"name": "Acme"})
    scene.echoes("shop")
    assert scene.due("shop") == {}
