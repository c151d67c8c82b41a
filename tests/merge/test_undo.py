"""Taking a run back."""

import pytest
from msgspec.structs import replace

from merge.kit import SHOP, Scene, plain
from syncline.merge import conflicts, deletes, due, undo
from syncline.model.intent import Told
from syncline.model.link import Doubt, Sent, Withheld

UNDO = 9


def delivered(**policy):
    """The shop was told `Apex` where it held `Acme`."""
    scene = Scene(plain(**policy)).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    return scene, scene.echoes("shop")


def test_an_undo_writes_what_was_there_and_leaves_record_and_source_untouched():
    scene, intent = delivered()
    assert undo.put_back(scene.case, intent, UNDO) == []
    assert scene.known("shop").withheld == Withheld(before="Acme", undo=UNDO)
    assert (scene.value(), scene.due("shop")) == ("Apex", {"name": "Acme"})
    assert (scene.last("undo").before, scene.last("undo").after) == ("Apex", "Acme")


def test_what_an_undo_put_back_is_neither_taken_nor_written():
    scene, intent = delivered()
    undo.put_back(scene.case, intent, UNDO)
    scene.echoes("shop")
    scene.sees("shop")
    assert (scene.value(), scene.due("shop")) == ("Apex", {})


def test_an_undo_waits_while_the_field_is_in_an_open_conflict():
    scene, intent = delivered(policy="manual")
    undo.put_back(scene.case, intent, UNDO)
    scene.sees("crm", name="Atlas")
    scene.case.learn(SHOP, "name", withheld=Withheld(before="Acme", undo=UNDO))
    conflicts.open_up(scene.case, 2, "name", "Apex", "Aspen")
    assert scene.due("shop") == {}
    conflicts.settle(scene.case, "name", "ATLAS", 1, "ann")
    assert scene.due("shop") == {"name": "Acme"}


def test_a_conflict_settled_with_a_new_version_drops_the_undo():
    scene, intent = delivered(policy="manual")
    undo.put_back(scene.case, intent, UNDO)
    conflicts.open_up(scene.case, 2, "name", "Apex", "Aspen")
    conflicts.settle(scene.case, "name", "Aspen", None, "ann")
    assert scene.known("shop").withheld is None
    assert scene.due("shop") == {"name": "Aspen"}


def test_an_edit_after_the_undo_that_comes_into_an_open_conflict_ends_it_too():
    scene, intent = delivered(policy="manual")
    undo.put_back(scene.case, intent, UNDO)
    scene.echoes("shop")
    conflicts.open_up(scene.case, 2, "name", "Apex", "Aspen")
    scene.sees("shop", name="Atlas")
    assert scene.known("shop").withheld is None
    conflicts.settle(scene.case, "name", "APEX", 1, "ann")
    assert scene.due("shop") == {"name": "Apex"}, "what was chosen goes to all sides"


def test_an_undo_that_is_written_stays_in_an_open_conflict_where_nobody_edits_it():
    scene, intent = delivered(policy="manual")
    undo.put_back(scene.case, intent, UNDO)
    scene.echoes("shop")
    conflicts.open_up(scene.case, 2, "name", "Apex", "Aspen")
    scene.sees("shop", name="Acme")
    assert scene.known("shop").withheld.written


def test_a_refused_edit_elsewhere_ends_no_undo():
    scene, intent = delivered(truth="crm")
    undo.put_back(scene.case, intent, UNDO)
    scene.echoes("shop")
    scene.sees("erp", name="Atlas")
    assert "refused" in scene.kinds()
    assert scene.known("shop").withheld.written


def test_the_undo_of_an_undo_closes_by_itself():
    scene, intent = delivered()
    undo.put_back(scene.case, intent, UNDO)
    scene.echoes("shop")
    scene.sees("shop", name="Apex")
    assert (scene.known("shop").withheld, scene.due("shop")) == (None, {})


@pytest.mark.parametrize(
    "known",
    [
        {"sent": (Sent(value="x", version=2),)},
        {"doubts": (Doubt(intent=1, value="x", version=2, expires=9.0),)},
        {"differs": True},
        {"agreed": 1},
    ],
)
def test_what_is_in_doubt_open_or_was_changed_since_is_left(known):
    scene, intent = delivered()
    scene.case.learn(SHOP, "name", **known)
    assert undo.put_back(scene.case, intent, UNDO) == ["name"]
    assert scene.known("shop").withheld is None


@pytest.mark.parametrize("parts", [{"state": "tombstone"}, {"seen": {}}])
def test_a_row_that_is_gone_or_does_not_tell_the_field_is_left(parts):
    scene, intent = delivered()
    scene.case.put(SHOP, **parts)
    assert undo.put_back(scene.case, intent, UNDO) == ["name"]


def test_a_link_that_went_with_another_record_is_left():
    scene, intent = delivered()
    del scene.case.links[SHOP]
    assert undo.put_back(scene.case, intent, UNDO) == ["name"]


def test_what_somebody_changed_since_is_left():
    scene, intent = delivered()
    scene.sees("crm", name="Atlas")
    assert undo.put_back(scene.case, intent, UNDO) == ["name"]
    assert scene.due("shop") == {"name": "Atlas"}


def test_a_line_is_taken_back_whole_and_a_column_told_alone_by_itself():
    told = dict.fromkeys(("lines/1", "lines/1/qty", "lines/2/qty", "name"), Told(value=1, version=1))
    whole = replace(delivered()[1], values=told)
    assert undo.goes_with_its_line(whole, "lines/1/qty")
    assert not undo.goes_with_its_line(whole, "lines/1")
    assert not undo.goes_with_its_line(whole, "lines/2/qty")
    assert not undo.goes_with_its_line(whole, "name")


# ---- creates
def created():
    """The shop's row was made in a run that is taken back."""
    scene = Scene().agreed(name="Acme")
    undo.delete(scene.case, SHOP, UNDO)
    return scene


def test_what_a_run_created_is_deleted_and_no_brake_holds_it():
    scene = created()
    link = scene.case.links[SHOP]
    assert (link.deleting, link.carried, [mark.released for mark in link.held]) == (True, True, [True])
    assert due.is_due(scene.case, SHOP, ["name"])
    assert due.is_free(scene.case, SHOP, ["name"])
    assert scene.last("undo").before == "shop-3"
    assert scene.case.record.state == "active"


def test_a_row_is_undone_by_the_undo_that_says_so():
    scene = created()
    link = scene.case.links[SHOP]
    assert undo.is_undone(link)
    assert undo.is_undone(link, UNDO)
    assert not undo.is_undone(link, UNDO + 1)
    assert not undo.is_undone(scene.case.links[1])


def test_a_created_row_that_somebody_changed_since_stays_and_nobody_is_asked():
    scene = created()
    deletes.spare(scene.case, SHOP)
    link = scene.case.links[SHOP]
    assert (link.deleting, link.carried, link.why, link.held) == (False, False, "", ())
    assert (scene.case.record.parked, scene.last("undo").why) == (None, "somebody has changed it since")
