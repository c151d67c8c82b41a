"""What one observed value does to the record: taken, refused, or left alone."""

import pytest

from merge.kit import CRM, ERP, SHOP, Scene, plain
from syncline.merge.policy import HUB, ORIGIN
from syncline.model.link import Withheld
from syncline.model.record import Parking

TRUTH = {"policy": "truth", "truth": "erp"}


def test_an_edit_is_taken_and_every_other_side_is_due():
    scene = Scene().agreed(name="Acme")
    scene.sees("erp", name="Apex")
    assert (scene.value(), scene.case.value("name").source) == ("Apex", ERP)
    assert scene.due_anywhere() == {"crm": {"name": "Apex"}, "shop": {"name": "Apex"}}


def test_the_same_edit_on_both_sides_is_agreement_not_conflict():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("shop", name="APEX")
    assert scene.kinds() == ["taken"]
    assert scene.due_anywhere() == {"erp": {"name": "Apex"}}


def test_an_equal_value_seen_before_the_record_got_it_does_not_vouch_for_it():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex", read={"stamp": scene.now + 500})
    scene.sees("shop", name="Apex")
    assert scene.known("shop").agreed == 1


# ---- truth
def test_a_foreign_edit_is_refused_and_the_emptied_agreement_makes_the_link_due():
    scene = Scene(plain(**TRUTH)).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    assert (scene.value(), scene.known("crm").agreed, scene.kinds()) == ("Acme", None, ["refused"])
    assert scene.last("refused").after == "Apex"


def test_the_link_of_a_refused_edit_is_due_once_the_record_has_a_value_it_did_not_say():
    scene = Scene(plain(**TRUTH)).agreed("erp", name="Acme")
    scene.sees("shop", name="Apex")
    assert scene.due_anywhere() == {"shop": {"name": "Acme"}}
    scene.settles()
    assert scene.due_anywhere() == {}


def test_the_truth_overrides_what_another_side_changed_meanwhile_and_history_keeps_it():
    scene = Scene(plain(truth="erp", strict=False)).agreed("erp", name=None)
    scene.sees("crm", name="Apex")  # the truth holds nothing: any side may set it
    assert scene.value() == "Apex"
    scene.sees("erp", name="Atlas")
    assert scene.value() == "Atlas"
    assert scene.last("conflict-lost").before == "Apex"
    assert scene.last("conflict-lost").why == "erp is the truth of name"


def test_while_the_truth_holds_nothing_a_strict_field_is_closed_to_the_others():
    scene = Scene(plain(**TRUTH, strict=True)).agreed(name=None)
    scene.sees("crm", name="Apex")
    assert (scene.value(), scene.kinds()) == (None, ["refused"])


def test_while_the_truth_has_no_active_link_any_side_may_set_the_field():
    scene = Scene(plain(**TRUTH)).agreed(name="Acme")
    scene.case.put(ERP, state="tombstone")
    scene.sees("crm", name="Apex")
    assert scene.value() == "Apex"


def test_the_origin_is_the_system_where_the_record_was_born():
    scene = Scene(plain(policy="truth", truth=ORIGIN), origin="shop").agreed("shop", name="Acme")
    assert scene.case.truth("name") == "shop"
    scene.sees("crm", name="Apex")
    scene.sees("shop", name="Atlas")
    assert (scene.value(), scene.kinds()) == ("Atlas", ["refused", "taken"])


def test_a_computed_field_may_be_set_by_no_system():
    scene = Scene(plain(policy="truth", truth=HUB)).agreed(name=None)
    scene.sees("crm", name="Apex")
    assert (scene.value(), scene.kinds()) == (None, ["refused"])


# ---- blanks
@pytest.mark.parametrize("empty", ["keep", "clear"])
def test_a_blank_somebody_made_overwrites_only_where_the_field_says_so(empty):
    scene = Scene(plain(empty=empty)).agreed("shop", name="Acme")
    scene.sees("crm", name=None)
    assert scene.value() == ("Acme" if empty == "keep" else None)
    assert scene.kinds() == (["blank-refused"] if empty == "keep" else ["taken"])
    assert scene.due("crm") == ({"name": "Acme"} if empty == "keep" else {})


def test_at_the_fields_own_truth_a_blank_always_overwrites():
    scene = Scene(plain(**TRUTH)).agreed("erp", name="Acme")
    scene.sees("erp", name=None)
    assert (scene.value(), scene.kinds()) == (None, ["taken"])


# ---- both moved
def test_the_later_of_two_edits_wins_and_the_other_is_recorded():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("shop")
    scene.sees("shop", name="Atlas")
    assert scene.value() == "Atlas"
    lost = scene.last("conflict-lost")
    assert (lost.link, lost.before, lost.after) == (CRM, "Apex", "Atlas")


@pytest.mark.parametrize(("first", "second", "wins"), [("crm", "erp", "Apex"), ("erp", "crm", "Atlas")])
def test_of_overlapping_edits_the_first_system_of_the_order_wins(first, second, wins):
    scene = Scene().agreed("shop", name="Acme")
    scene.sees(first, name="Apex")
    scene.sees(second, name="Atlas")
    assert scene.value() == wins
    assert scene.last("conflict-lost").why == "the changes overlap in time: the order of systems decides"


def test_losing_a_conflict_empties_the_agreement_and_so_makes_the_link_due():
    scene = Scene().agreed("shop", name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("erp", name="Atlas")
    assert (scene.known("erp").agreed, scene.due("erp")) == (None, {"name": "Apex"})


def test_an_edit_after_a_refusal_is_measured_against_the_version_at_which_it_was_refused():
    scene = Scene(plain(truth="erp")).agreed("erp", name="Acme")
    scene.sees("crm", name="Apex")
    scene.case.put(ERP, state="tombstone")
    scene.sees("crm", name="Atlas")
    assert (scene.value(), scene.kinds()) == ("Atlas", ["refused", "taken"])


def test_two_edits_of_one_side_are_one_after_the_other_and_no_conflict():
    scene = Scene(plain(policy="manual")).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("crm", name="Atlas")
    assert (scene.value(), scene.kinds(), scene.case.record.conflicts) == ("Atlas", ["taken", "taken"], {})


# ---- parked and differing
def test_an_open_first_difference_is_left_alone_until_the_side_comes_to_equal_the_record():
    scene = Scene().agreed(name="Acme")
    scene.case.learn(SHOP, "name", differs=True, agreed=None, emptied=1)
    scene.sees("shop", name="Apex")
    assert (scene.value(), scene.known("shop").differs, scene.kinds()) == ("Acme", True, [])
    scene.sees("shop", name="ACME")
    assert (scene.known("shop").differs, scene.known("shop").agreed) == (False, 1)


@pytest.mark.parametrize(("there", "agreed"), [("Acme", 1), ("Apex", None)])
def test_a_parked_field_that_did_not_move_closes_only_when_it_equals_the_record(there, agreed):
    scene = Scene().agreed(name="Acme")
    scene.case.put(SHOP, seen={"name": there})
    scene.case.learn(SHOP, "name", agreed=None)
    parked(scene)
    scene.sees("shop")
    assert (scene.known("shop").agreed, scene.parked("shop")) == (agreed, None if agreed else "rejected")


def test_an_edit_in_the_system_where_a_field_is_parked_is_an_ordinary_move():
    scene = Scene().agreed(name="Acme")
    parked(scene)
    scene.sees("shop", name="Apex")
    assert (scene.value(), scene.parked("shop")) == ("Apex", None)


def parked(scene):
    scene.case.learn(SHOP, "name", parked=Parking(code="rejected", reason="no"))


# ---- withheld
def withheld(before, there, *, written):
    scene = Scene().agreed(name="Acme")
    scene.case.put(SHOP, seen={"name": there})
    scene.case.learn(SHOP, "name", agreed=None, emptied=1, withheld=Withheld(before=before, written=written))
    return scene


def test_an_undo_not_written_yet_is_not_closed_by_equality():
    scene = withheld("Old", "Acme", written=False)
    scene.sees("shop")
    assert scene.known("shop").withheld == Withheld(before="Old")
    assert scene.kinds() == []


def test_the_value_that_an_undo_wanted_is_there():
    scene = withheld("Old", "Acme", written=False)
    scene.sees("shop", name="Old")
    assert scene.known("shop").withheld == Withheld(before="Old", written=True)
    assert scene.value() == "Acme"


def test_a_withheld_field_is_neither_taken_nor_written():
    scene = withheld("Old", "Old", written=True)
    scene.sees("shop")
    assert (scene.kinds(), scene.due("shop"), scene.value()) == ([], {}, "Acme")


def test_a_withheld_field_that_is_not_what_the_undo_wrote_and_did_not_move_stays():
    scene = withheld("Old", "Older", written=True)
    scene.sees("shop")
    assert (scene.known("shop").withheld is not None, scene.kinds()) == (True, [])


def test_a_withheld_field_that_comes_to_equal_the_record_after_the_undo_closes_by_itself():
    scene = withheld("Old", "Old", written=True)
    scene.sees("shop", name="acme")
    assert (scene.known("shop").withheld, scene.known("shop").agreed) == (None, 1)


def test_an_edit_after_the_undo_in_that_system_is_an_ordinary_change_again():
    scene = withheld("Old", "Old", written=True)
    scene.sees("shop", name="Apex")
    assert (scene.value(), scene.known("shop").withheld, scene.kinds()) == ("Apex", None, ["taken"])


def test_a_new_version_of_the_record_ends_withholding_but_never_at_a_tombstone():
    scene = withheld("Old", "Old", written=True)
    scene.sees("crm", name="Apex")
    assert scene.known("shop").withheld is None
    scene = withheld("Old", "Old", written=True)
    scene.case.put(SHOP, state="tombstone")
    scene.sees("crm", name="Apex")
    assert scene.known("shop").withheld is not None
