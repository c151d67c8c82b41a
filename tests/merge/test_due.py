"""What a link must be told, and nothing else."""

import pytest
from msgspec.structs import replace

from merge.kit import ERP, SHOP, START, Scene, plain
from syncline.merge import due
from syncline.model.link import Known, Sent, Stopped, Withheld
from syncline.model.record import Conflict, FieldValue, Parking

PARKED = Parking(code="rejected", reason="no")


def moved(*fields):
    """The shop is due a new name."""
    scene = Scene(*fields).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    return scene


def test_a_due_field_is_told_with_its_version_and_what_was_there():
    told = moved().told("shop")["name"]
    assert (told.value, told.version, told.before) == ("Apex", 2, "Acme")


def test_a_due_field_already_equal_is_agreed_without_a_write():
    scene = moved()
    scene.case.put(SHOP, seen={"name": "APEX"}, as_of=scene.now)
    assert (scene.due("shop"), scene.known("shop").agreed) == ({}, 2)


def test_an_equal_value_under_an_unconfirmed_write_is_told_all_the_same():
    scene = moved()
    scene.case.put(SHOP, seen={"name": "Apex"}, as_of=scene.now)
    scene.case.learn(SHOP, "name", sent=(Sent(value="Atlas", version=1),))
    assert scene.due("shop") == {"name": "Apex"}


@pytest.mark.parametrize(
    "known",
    [
        {"differs": True},
        {"parked": PARKED},
        {"withheld": Withheld(before="Acme", written=True)},
        {"waiting": True},
        {"agreed": 2},
    ],
)
def test_what_is_open_waiting_or_agreed_is_not_due(known):
    scene = moved()
    scene.case.learn(SHOP, "name", **known)
    assert scene.due("shop") == {}


def test_of_a_paused_record_nothing_is_due_but_the_end_of_what_was_sent():
    scene = moved()
    scene.case.record = replace(scene.case.record, paused=True)
    assert scene.due_anywhere() == {}
    assert not due.is_due(scene.case, SHOP, ["name"])
    scene.case.put(SHOP, state="birth", external_id=None)
    assert not due.is_due(scene.case, SHOP, ["name"])
    scene.case.put(SHOP, writing=7)
    assert due.is_due(scene.case, SHOP, ["name"])
    scene.case.record = replace(scene.case.record, paused=False)
    scene.case.put(SHOP, writing=None)
    assert due.is_due(scene.case, SHOP, ["name"])


def test_a_field_in_an_open_conflict_is_due_nowhere():
    scene = moved()
    scene.case.record = type(scene.case.record)(
        id=1, entity="thing", origin="crm", fields=scene.case.record.fields, conflicts={"name": Conflict(sides={})}
    )
    assert scene.due_anywhere() == {}


def test_what_a_new_version_ends_may_be_told_again():
    scene = moved()
    scene.case.learn(SHOP, "name", waiting=True, tries=3)
    scene.sees("crm", name="Atlas")
    assert scene.due("shop") == {"name": "Atlas"}


def test_the_truth_is_not_told_what_it_said_itself():
    scene = Scene(plain(truth="erp")).agreed("erp", name="Acme")
    scene.case.learn(ERP, "name", agreed=None)
    scene.case.put(ERP, seen={"name": "Old"})
    assert scene.due("erp") == {}
    scene.case.learn(ERP, "name", filling=True)
    assert scene.due("erp") == {"name": "Acme"}


def test_the_truth_is_told_what_a_person_took():
    scene = Scene(plain(truth="erp")).agreed("erp", name="Acme")
    scene.case.set_value("name", "Apex", None, scene.now, scene.now, "ann")
    assert scene.due("erp") == {"name": "Apex"}


def test_an_absent_or_hidden_field_is_not_written_blindly():
    scene = moved()
    scene.case.put(SHOP, seen={})
    assert scene.due("shop") == {}


def test_a_birth_has_seen_nothing_yet_and_is_told_all():
    scene = moved()
    scene.case.put(SHOP, seen={}, known={}, state="birth")
    assert scene.due("shop") == {"name": "Apex"}


def test_a_create_whose_answer_told_nothing_may_be_told_more():
    scene = moved()
    scene.case.put(SHOP, seen={}, known={"name": Known(agreed=1, sent=(Sent(value="Acme", version=1),))})
    assert scene.due("shop") == {"name": "Apex"}


# ---- an undo
@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, {"name": "Old"}),
        ({"parked": PARKED}, {}),
        ({"withheld": Withheld(before="Old", written=True)}, {}),
    ],
)
def test_an_undo_is_due_until_it_is_written_or_parked(known, told):
    scene = Scene().agreed(name="Acme")
    scene.case.learn(SHOP, "name", **{"withheld": Withheld(before="Old"), "agreed": None, "emptied": 1, **known})
    assert scene.due("shop") == told


def test_an_undo_carries_no_version():
    scene = Scene().agreed(name="Acme")
    scene.case.learn(SHOP, "name", withheld=Withheld(before="Old"))
    assert scene.told("shop")["name"].version is None


# ---- is a link due
@pytest.mark.parametrize(
    ("parts", "is_due"),
    [
        ({"state": "birth"}, True),
        ({"state": "birth", "parked": PARKED}, False),
        ({"state": "birth", "why": "scope"}, False),
        ({"state": "birth", "why": "scope", "writing": 7}, True),
        ({"deleting": True}, True),
        ({"deleting": True, "parked": PARKED}, False),
        ({}, False),
    ],
)
def test_a_birth_is_due_unless_something_is_in_its_way_and_so_is_a_delete(parts, is_due):
    scene = Scene().agreed(name="Acme")
    scene.case.put(SHOP, **parts)
    assert due.is_due(scene.case, SHOP, ["name"]) is is_due


def test_a_link_with_a_due_field_is_due():
    assert due.is_due(moved().case, SHOP, ["name"])
    assert not due.is_due(moved().case, SHOP, [])


@pytest.mark.parametrize(
    ("parts", "free"),
    [
        ({"held": (Stopped(kind="rewrite", field="name", version=2),)}, False),
        ({"held": (Stopped(kind="rewrite", field="name", version=1),)}, True),
        ({"held": (Stopped(kind="rewrite", field="name", version=2, released=True),)}, True),
        ({"held": (Stopped(kind="delete"),), "deleting": True}, False),
        ({"held": (Stopped(kind="create"),), "state": "birth"}, False),
        ({"held": (Stopped(kind="rewrite", field="name", version=2),), "state": "birth"}, True),
    ],
)
def test_of_a_link_with_held_writes_only_what_nobody_holds_goes_on(parts, free):
    scene = moved()
    scene.case.put(SHOP, **parts)
    assert due.is_free(scene.case, SHOP, ["name"]) is free


def test_a_field_that_was_never_held_has_no_version():
    scene = Scene()
    assert scene.case.value("name") == FieldValue()
    assert (scene.due("shop"), scene.now) == ({}, START)
