"""Fields that are only written in a system: what it says of them is never taken, or never told."""

from dataclasses import replace

import pytest

from merge.kit import CRM, ERP, Scene, plain
from syncline.mapping.binding import Reading
from syncline.merge import first_meeting, receipts, taking


def company(*systems, never_shown=False):
    """The ERP is told the name, and nobody believes what it says of it."""
    scene = Scene(plain(), plain("phone"), systems=systems)
    place = frozenset({("erp", "things", "name")})
    shown = place if never_shown else frozenset()
    scene.case.setting = replace(scene.case.setting, never_taken=place, never_shown=shown)
    return scene


def refusals(scene):
    return [(e.field, e.link, e.after, e.why) for e in scene.case.entries if e.kind == "refused"]


@pytest.mark.parametrize("systems", [("erp",), ("crm", "erp")])
def test_a_record_is_not_born_with_it(systems):
    scene = company(*systems)
    told = {"name": "Acme", "phone": "1"}
    first_meeting.found(scene.case, ERP, scene.look("erp"), dict(told), Reading(told=told), b"print")
    assert (scene.value("name"), scene.value("phone")) == (None, "1")
    assert refusals(scene) == [("name", ERP, "Acme", taking.ONLY_WRITTEN)]


def test_at_a_first_meeting_it_is_refused_and_written_over():
    scene = company("crm").agreed(name="Acme")
    scene.add("erp")
    scene.joins("erp", name="Apex")
    assert (scene.value(), refusals(scene)) == ("Acme", [("name", ERP, "Apex", taking.ONLY_WRITTEN)])
    assert scene.due("erp") == {"name": "Acme"}


def test_an_edit_of_it_is_refused_and_put_back():
    scene = company("crm", "erp").agreed(name="Acme", phone="1")
    scene.sees("erp", name="Apex", phone="2")
    assert (scene.value("name"), scene.value("phone")) == ("Acme", "2")
    assert refusals(scene) == [("name", ERP, "Apex", taking.ONLY_WRITTEN)]
    assert scene.due_anywhere() == {"crm": {"phone": "2"}, "erp": {"name": "Acme"}}


def test_elsewhere_the_same_field_is_taken():
    scene = company("crm", "erp").agreed(name="Acme")
    scene.sees("crm", name="Apex")
    assert (scene.value(), scene.case.value("name").source, scene.due("erp")) == ("Apex", CRM, {"name": "Apex"})


@pytest.mark.parametrize(("never_shown", "waits"), [(True, 0), (False, 1)])
def test_of_what_no_read_tells_the_receipt_is_all_there_is_to_know(never_shown, waits):
    scene = company("crm", "erp", never_shown=never_shown).agreed(name="Acme")
    scene.sees("crm", name="Apex")
    receipts.receive(scene.case, scene.writes("erp"), None, scene.now)
    known = scene.known("erp")
    assert (known.agreed, len(known.sent)) == (2, waits)
    assert scene.due("erp") == {}
