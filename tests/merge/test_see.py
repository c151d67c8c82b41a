"""What an accepted observation does to its link, field by field."""

import pytest
from msgspec.structs import replace

from merge.kit import CRM, ERP, Scene, plain
from syncline.mapping.binding import Reading
from syncline.mapping.reference import Ref
from syncline.merge import see
from syncline.model.record import DOES_NOT_FIT, SKIPPED


def test_a_field_nobody_changed_is_neither_history_nor_due():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Acme")
    assert (scene.kinds(), scene.due_anywhere()) == ([], {})


def test_the_same_value_in_another_spelling_is_no_move():
    scene = Scene().agreed(name="Acme")
    scene.sees("erp", name="ACME")
    assert (scene.value(), scene.kinds(), scene.due_anywhere()) == ("Acme", [], {})


def test_seeing_the_last_observation_again_changes_nothing():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex")
    before = scene.case.record, dict(scene.case.links)
    lid, held = CRM, dict(scene.case.view(CRM))
    see.see(scene.case, lid, scene.look("crm"), held, Reading(told=held), b"print")
    assert (scene.case.record, scene.case.links) == before


def test_an_absent_field_is_never_a_blank():
    scene = Scene(plain(empty="clear")).agreed(name="Acme")
    scene.sees("crm", hides=["name"])
    assert (scene.value(), scene.kinds(), scene.due_anywhere()) == ("Acme", [], {})


def test_a_newly_bound_field_is_a_first_meeting_of_that_field():
    scene = Scene(plain(), plain("phone")).agreed(name="Acme")
    scene.sees("crm", phone="1")
    scene.sees("erp", phone="2")
    assert (scene.value("phone"), scene.known("erp", "phone").differs) == ("1", True)


def test_a_field_that_comes_back_into_sight_is_met_again_not_moved():
    scene = Scene().agreed(name="Acme")
    scene.sees("erp", hides=["name"])
    scene.sees("erp", name="Other")
    assert scene.value() == "Acme"
    assert scene.known("erp").differs
    assert scene.kinds() == ["first-difference"]


def test_a_field_whose_write_is_unconfirmed_is_looked_at_though_it_was_never_seen():
    scene = Scene().agreed(name="Acme")
    scene.case.put(ERP, seen={}, known={})
    scene.writes("erp")
    intent = scene.writes("erp", name="Acme")
    scene.answers(intent)
    assert scene.known("erp").sent
    scene.sees("erp", name="Acme")
    assert (scene.known("erp").agreed, scene.known("erp").sent, scene.kinds()) == (1, (), [])


def test_the_fingerprint_is_kept_only_while_no_write_is_in_doubt():
    scene = Scene().agreed(name="Acme")
    scene.sees("crm", name="Apex")
    assert scene.case.links[CRM].fingerprint == b"print"
    scene.no_answer("erp")
    scene.sees("erp")
    assert scene.case.links[ERP].fingerprint == b""


def test_a_look_that_was_accepted_ends_the_attempts():
    scene = Scene().agreed(name="Acme")
    scene.case.put(CRM, attempts=3)
    scene.sees("crm")
    assert scene.case.links[CRM].attempts == 0


# ---- reading only what may have moved
def test_worth_a_look_is_what_was_touched_and_what_does_not_stand():
    fields = [plain(name) for name in ("name", "phone", "city", "code")]
    scene = Scene(*fields).agreed(name="Acme", phone="1", city="Bonn")
    scene.sees("erp", city="Cologne")
    scene.case.entries.clear()
    scene.later(10)
    assert see.worth_a_look(scene.case, CRM, scene.fields, []) == ["city", "code"], "due there, and never seen"
    assert see.worth_a_look(scene.case, CRM, scene.fields, ["phone"]) == ["phone", "city", "code"]
    scene.settles()
    assert see.worth_a_look(scene.case, CRM, ["name", "phone"], []) == []


@pytest.mark.parametrize("change", [{}, {"phone": "2"}, {"city": "Cologne"}, {"phone": None, "city": "Essen"}])
def test_a_reading_of_what_is_worth_a_look_comes_to_the_same_as_a_whole_one(change):
    cases = []
    for whole in (True, False):
        scene = Scene(plain(), plain("phone"), plain("city")).agreed(name="Acme", phone="1", city="Bonn")
        scene.sees("erp", city="Berlin")
        scene.later(10)
        held = {**scene.case.view(CRM), **change}
        worth = see.worth_a_look(scene.case, CRM, scene.fields, change)
        told = held if whole else {name: held[name] for name in worth}
        see.see(scene.case, CRM, scene.look("crm"), held, Reading(told=told, whole=whole), b"print")
        cases.append(scene.case)
    one, other = cases
    assert (one.record, one.links, one.entries) == (other.record, other.links, other.entries)
    assert dict(one.view(CRM)) == dict(other.view(CRM))


# ---- references that cannot be resolved yet
def test_a_reference_that_resolves_later_is_measured_from_what_was_there_before():
    scene = Scene(plain(policy="manual")).agreed("erp", name="Acme")
    unresolved(scene, "crm")
    assert (scene.known("crm").has_base, scene.known("crm").base) == (True, "Acme")
    unresolved(scene, "crm")
    scene.sees("shop", name="Apex")
    scene.sees("crm", name="Atlas")
    assert scene.case.record.conflicts["name"].sides == {"3": "Apex", "1": "Atlas"}


def test_a_reference_that_resolves_to_what_it_was_is_no_move():
    scene = Scene().agreed("erp", name="Acme")
    unresolved(scene, "crm")
    scene.sees("crm", name="Acme")
    assert (scene.kinds(), scene.known("crm").has_base) == ([], False)


def test_a_reference_that_was_never_there_has_no_base():
    scene = Scene()
    unresolved(scene, "crm")
    assert not scene.known("crm").has_base


def unresolved(scene, system):
    """The row refers to a record that is not known yet."""
    seen, held = scene.later(10).look(system), {}
    reading = Reading(told=held, unresolved={"name": Ref(system=system, stream="accounts", id="7")})
    see.see(scene.case, scene.lid(system), seen, held, reading, b"")


# ---- what does not fit
def test_a_value_that_does_not_fit_parks_its_field_and_holds_up_no_other():
    scene = Scene(plain(), plain("phone")).agreed(name="Acme", phone="1")
    held = {"name": "Apex"}
    scene.misfits("crm", phone="x" * 9)
    scene.sees("crm", **held)
    assert scene.parked("crm", "phone") == "does-not-fit"
    assert scene.value() == "Apex"
    assert scene.value("phone") == "1"
    assert scene.known("crm", "phone").base == "1"


def test_the_same_misfit_again_is_not_news_and_another_one_is():
    scene = Scene().agreed(name="Acme")
    scene.misfits("crm", name=1)
    scene.misfits("crm", name=1)
    assert scene.kinds() == ["parked"]
    scene.misfits("crm", name=2)
    assert scene.kinds() == ["parked", "parked"]
    assert scene.known("crm").base == "Acme"


@pytest.mark.parametrize(
    ("back", "value", "kinds"), [("Acme", "Acme", ["parked"]), ("Apex", "Apex", ["parked", "taken"])]
)
def test_a_corrected_value_is_a_move_measured_from_before_the_misfit(back, value, kinds):
    scene = Scene().agreed(name="Acme")
    scene.misfits("crm", name=1)
    scene.sees("crm", name=back)
    assert (scene.value(), scene.kinds(), scene.parked("crm")) == (value, kinds, None)
    assert not scene.known("crm").has_base


def test_a_field_parked_as_misfit_is_not_written():
    scene = Scene().agreed(name="Acme")
    scene.misfits("erp", name=1)
    scene.sees("crm", name="Apex")
    assert "name" not in scene.due("erp")  # what is there is not known: it is not written blindly
    assert scene.parked("erp") == "does-not-fit"  # and so it is shown as long as it is there, with the value of today
    assert scene.known("erp").parked.ours == "Apex"
    assert scene.due("shop") == {"name": "Apex"}


def test_a_misfit_that_a_person_left_alone_stays_so_while_it_says_the_same():
    scene = Scene(plain()).agreed(name="Acme")
    scene.misfits("crm", name=1)
    parked = scene.known("crm").parked
    scene.case.learn(CRM, "name", parked=replace(parked, code=SKIPPED))
    scene.misfits("crm", name=1)
    assert scene.known("crm").parked.code == SKIPPED
    scene.misfits("crm", name=2)
    assert scene.known("crm").parked.code == DOES_NOT_FIT
