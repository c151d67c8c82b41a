"""What became of our writes."""

import pytest

from merge.kit import CRM, SHOP, START, Scene, plain
from syncline.merge import receipts
from syncline.model.link import Sent, Withheld


def moved(**policy):
    """The name was changed in crm, and the shop is due."""
    scene = Scene(plain(**policy)).agreed(name="Acme")
    scene.sees("crm", name="Apex Company")
    return scene


def shop_sees(scene, **values):
    """A read of the shop that began after its receipt."""
    return scene.sees("shop", **values)


# ---- the answer tells
def test_a_receipt_sets_the_agreement_to_the_version_in_the_intent():
    scene = moved()
    intent = scene.writes("shop")
    scene.sees("crm", name="Atlas")
    scene.answers(intent, name="Apex Company")
    assert scene.known("shop").agreed == 2
    assert scene.due("shop") == {"name": "Atlas"}


def test_a_told_form_of_its_own_is_agreed():
    scene = moved()
    scene.answers(scene.writes("shop"), name="The Apex Company")
    assert (scene.due("shop"), scene.parked("shop"), scene.value()) == ({}, None, "Apex Company")
    shop_sees(scene)
    assert scene.value() == "Apex Company"


def test_a_value_cut_on_the_way_never_flows_back():
    scene = moved()
    scene.answers(scene.writes("shop"), name="Apex")
    parking = scene.known("shop").parked
    assert (parking.code, parking.ours, parking.theirs) == ("value-was-cut", "Apex Company", "Apex")
    assert "shop" in parking.reason
    shop_sees(scene)
    assert (scene.value(), scene.due_anywhere()) == ("Apex Company", {"erp": {"name": "Apex Company"}})


def test_a_new_value_of_the_record_ends_the_parking_and_is_told():
    scene = moved()
    scene.answers(scene.writes("shop"), name="Apex")
    scene.sees("crm", name="Ape")
    assert (scene.parked("shop"), scene.due("shop")) == (None, {"name": "Ape"})


def test_a_cut_value_of_a_version_that_is_past_parks_nothing():
    scene = moved()
    intent = scene.writes("shop")
    scene.sees("crm", name="Ape")
    scene.answers(intent, name="Apex")
    assert (scene.parked("shop"), scene.due("shop")) == (None, {"name": "Ape"})


# ---- the answer does not tell
def test_a_write_whose_answer_tells_nothing_is_unconfirmed_and_looked_at():
    scene = moved()
    scene.says_nothing("shop")
    assert scene.case.hints == [(SHOP, scene.now)]
    assert scene.case.links[SHOP].fingerprint == b""
    assert scene.case.links[SHOP].direct_at == scene.now
    assert scene.known("shop").sent[0].value == "Apex Company"
    assert scene.case.view(SHOP) == {"name": "Acme"}
    assert scene.due("shop") == {}


def test_of_fields_that_the_answer_leaves_out_only_those_are_unconfirmed():
    scene = Scene(plain(), plain("phone")).agreed(name="Acme", phone="1")
    scene.sees("crm", name="Apex", phone="2")
    scene.answers(scene.writes("shop"), name="Apex")
    assert (len(scene.known("shop", "name").sent), len(scene.known("shop", "phone").sent)) == (0, 1)
    assert scene.case.hints == [(SHOP, scene.now)]


def test_our_echo_is_agreed_at_the_version_of_that_value_and_is_no_move():
    scene = moved()
    scene.says_nothing("shop")
    shop_sees(scene, name="APEX COMPANY")
    assert (scene.known("shop").agreed, scene.known("shop").sent, scene.kinds()) == (2, (), ["taken"])


def test_an_older_echo_leaves_the_link_due():
    scene = moved()
    scene.says_nothing("shop")
    scene.sees("crm", name="Atlas")
    scene.says_nothing("shop")
    shop_sees(scene, name="Apex Company")
    assert (scene.value(), scene.known("shop").agreed, scene.due("shop")) == ("Atlas", 2, {"name": "Atlas"})


def test_a_write_without_effect_is_never_a_move():
    scene = moved()
    scene.says_nothing("shop")
    shop_sees(scene, name="Acme")
    assert (scene.value(), scene.kinds()) == ("Apex Company", ["taken", "no-effect"])
    assert scene.due("shop") == {"name": "Apex Company"}


def test_what_goes_even_to_the_truth_is_told_again_where_it_had_no_effect():
    scene = Scene(plain(policy="truth", truth="crm")).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    scene.sees("crm", name="Acme")
    scene.case.put(CRM, seen={"name": "other"})  # as a merge left it there, that was taken back since
    scene.case.learn(CRM, "name", agreed=None, filling=True)
    scene.says_nothing("crm")
    scene.sees("crm", name="other")
    assert scene.due("crm") == {"name": "Acme"}
    scene.says_nothing("crm")
    scene.sees("crm", name="Acme")
    assert (scene.due("crm"), scene.known("crm").filling) == ({}, False)


def test_the_echo_of_an_older_value_leaves_what_fills_the_truth_to_be_told():
    """An un-merge gives a truth its value back while a write of the merged record is not confirmed yet."""
    scene = Scene(plain(truth="crm")).agreed(name="Acme")
    receipts.receive(scene.case, scene.writes("crm", name="Merged"), None, scene.now)
    scene.case.learn(CRM, "name", agreed=None, filling=True, sent=(Sent(value="Merged", version=0),))
    scene.sees("crm", name="Merged", read={"direct": True})
    assert (scene.value(), scene.due("crm")) == ("Acme", {"name": "Acme"})


def test_an_edit_made_while_a_write_had_no_effect_is_still_a_conflict():
    scene = moved(policy="manual")
    scene.says_nothing("shop")
    shop_sees(scene)
    shop_sees(scene, name="Atlas")
    assert scene.case.record.conflicts["name"].sides == {str(CRM): "Apex Company", str(SHOP): "Atlas"}


def test_a_write_without_effect_is_sent_again_three_times_and_then_parked():
    scene = moved()
    for _ in range(receipts.TRIES_WITHOUT_EFFECT + 1):
        assert scene.due("shop") == {"name": "Apex Company"}
        scene.says_nothing("shop")
        shop_sees(scene)
    assert (scene.parked("shop"), scene.due("shop")) == ("write-had-no-effect", {})
    scene.sees("crm", name="Atlas")
    assert scene.due("shop") == {"name": "Atlas"}


def test_a_write_that_had_an_effect_ends_the_count_of_those_without():
    scene = moved()
    scene.says_nothing("shop")
    shop_sees(scene)
    scene.echoes("shop")
    assert scene.known("shop").tries == 0


def test_anything_else_after_an_unconfirmed_write_is_a_move():
    scene = moved()
    scene.says_nothing("shop")
    shop_sees(scene, name="Atlas")
    assert scene.value() == "Atlas"
    assert scene.known("shop").rewrites[0].times == 1


def test_a_value_that_comes_back_cut_parks_the_field_at_once():
    scene = moved()
    scene.says_nothing("shop")
    shop_sees(scene, name="Apex C")
    assert (scene.parked("shop"), scene.value()) == ("value-was-cut", "Apex Company")


def test_a_cut_value_that_comes_back_of_a_version_that_is_past_leaves_the_link_due():
    scene = moved()
    scene.says_nothing("shop")
    scene.sees("crm", name="Ape")
    shop_sees(scene, name="Apex C")
    assert (scene.parked("shop"), scene.value(), scene.due("shop")) == (None, "Ape", {"name": "Ape"})


def rewritten(scene):
    """The shop makes `Inc Apex` of `Apex`."""
    scene.sees("crm", name="Apex")
    scene.says_nothing("shop")
    shop_sees(scene, name="Inc Apex")


def corrected(scene):
    """A person says otherwise, and the shop keeps that as it is."""
    scene.sees("crm", name="Atlas")
    scene.settles()


def test_the_same_pair_of_sent_and_come_back_is_parked_the_second_time():
    scene = Scene().agreed(name="Acme")
    rewritten(scene)
    assert scene.value() == "Inc Apex"
    scene.settles()
    corrected(scene)
    rewritten(scene)
    assert (scene.parked("shop"), scene.value()) == ("system-rewrites-value", "Apex")
    assert (scene.known("shop").parked.ours, scene.known("shop").parked.theirs) == ("Apex", "Inc Apex")


def test_a_rewriting_of_a_version_that_is_past_parks_nothing():
    scene = Scene().agreed(name="Acme")
    rewritten(scene)
    scene.settles()
    corrected(scene)
    scene.sees("crm", name="Apex")
    scene.says_nothing("shop")
    scene.sees("crm", name="Aspen")
    shop_sees(scene, name="Inc Apex")
    assert scene.parked("shop") is None
    assert scene.known("shop").rewrites[0].times == 2


def test_another_pair_is_counted_by_itself_and_only_four_are_kept():
    scene = Scene()
    pairs = ()
    for sent in "abcdea":
        pairs = receipts.counted(scene.case, "name", pairs, sent, sent + "!")
    assert [pair.sent for pair in pairs] == ["a", "e", "d", "c"]
    assert next(pair.times for pair in receipts.counted(scene.case, "name", pairs, "E", "E!")) == 2


# ---- an undo's write
@pytest.mark.parametrize("tells", [True, False])
def test_an_undo_is_written_once_its_value_is_there(tells):
    scene = Scene().agreed(name="Acme")
    scene.case.learn(SHOP, "name", agreed=None, emptied=1, withheld=Withheld(before="Old"))
    if tells:
        scene.echoes("shop")
    else:
        scene.says_nothing("shop")
        shop_sees(scene, name="Old")
    assert scene.known("shop").withheld == Withheld(before="Old", written=True)
    assert (scene.known("shop").agreed, scene.due("shop"), scene.value()) == (None, {}, "Acme")


def test_an_echo_that_is_what_an_undo_wants_is_the_undo_done():
    scene = moved()
    scene.says_nothing("shop")
    scene.case.learn(SHOP, "name", withheld=Withheld(before="Apex Company"))
    shop_sees(scene, name="Apex Company")
    assert scene.known("shop").withheld.written


def test_there_is_nothing_to_mark_where_no_undo_withholds():
    scene = moved()
    before = scene.case.links[SHOP]
    receipts.undo_is_written(scene.case, SHOP, "name")
    assert scene.case.links[SHOP] == before


def test_the_receipt_is_vouched_for_and_no_longer_awaited():
    scene = moved()
    scene.case.put(SHOP, writing=7, direct_at=START + 99)
    scene.echoes("shop")
    assert (scene.case.links[SHOP].writing, scene.case.links[SHOP].direct_at) == (None, START + 99)
    assert scene.case.hints == []
