"""First values, and the first meeting of a row with a record that exists already."""

import pytest

from merge.kit import CRM, ERP, SHOP, Scene, merging, plain
from syncline.mapping.binding import Reading
from syncline.mapping.field_type import Unfit
from syncline.merge import conflicts, first_meeting
from syncline.merge.policy import HUB


def record(*fields, system="crm", **values):
    """A record that one system has, and two that its rows have not met yet."""
    scene = Scene(*fields, systems=[system], origin=system).agreed(system, **values)
    for other in {"crm", "erp", "shop"} - {system}:
        scene.add(other)
    return scene


def born(scene, system, told, misfits=None):
    reading = Reading(told=told, misfits=misfits or {})
    first_meeting.found(scene.case, scene.lid(system), scene.look(system), dict(told), reading, b"print")


# ---- birth
def test_the_values_a_record_is_born_with_are_first_values_also_in_fields_its_system_does_not_own():
    scene = Scene(plain(truth="erp"), plain("phone"))
    born(scene, "crm", {"name": "Acme", "phone": None})
    assert (scene.value(), scene.kinds(), scene.last("taken").why) == ("Acme", ["taken"], "first value")
    assert scene.known("crm", "phone").agreed == 0
    assert scene.case.links[CRM].fingerprint == b"print"
    assert scene.due("crm") == {}


def test_a_record_is_born_with_what_fits():
    scene = Scene(plain(), plain("phone"))
    born(scene, "crm", {"name": "Acme"}, {"phone": Unfit("?", "no")})
    assert (scene.value(), scene.parked("crm", "phone")) == ("Acme", "does-not-fit")


@pytest.mark.parametrize("stamp", [None, 900.0, 5000.0])
def test_a_birth_in_one_step_is_the_birth_field_by_field(stamp):
    told = {"name": "Acme", "phone": None, "code": "7"}
    scenes = [Scene(plain(), plain("phone"), plain("code"), systems=systems) for systems in (["crm"], ["crm", "erp"])]
    for scene in scenes:
        scene.later(10)
        scene.case.put(CRM, as_of=scene.now - 4)
        seen = scene.look("crm", stamp=stamp)
        first_meeting.found(scene.case, CRM, seen, dict(told), Reading(told=told), b"print")
    one, other = (scene.case for scene in scenes)
    assert one.value("name").value == "Acme"
    assert one.record == other.record
    assert (one.links[CRM].known, one.entries) == (other.links[CRM].known, other.entries)


# ---- meeting
def test_equal_fields_are_agreed():
    scene = record(name="Acme")
    scene.joins("erp", name="ACME")
    assert (scene.known("erp").agreed, scene.kinds(), scene.due_anywhere()) == (1, [], {})


def test_a_blank_of_the_row_is_filled_even_at_the_fields_truth():
    scene = record(plain(truth="erp"), name="Acme")
    scene.joins("erp", name=None)
    assert (scene.due("erp"), scene.kinds()) == ({"name": "Acme"}, ["filled"])
    scene.echoes("erp")
    assert not scene.known("erp").filling


def test_a_blank_of_the_record_is_filled_from_the_row():
    scene = record(name="Acme")
    scene.case.record = type(scene.case.record)(id=1, entity="thing", origin="crm")
    scene.joins("erp", name="Apex")
    assert (scene.value(), scene.kinds()) == ("Apex", ["taken"])


def test_a_blank_that_somebody_made_is_filled_too_and_recorded():
    scene = record(plain(empty="clear"), name="Acme")
    scene.sees("crm", name=None)
    scene.joins("erp", name="Apex")
    assert scene.value() == "Apex"
    assert scene.last("first-lost").why == "somebody had cleared it"


def test_a_row_with_a_misfit_joins_with_what_fits():
    scene = record(name="Acme")
    reading = Reading(told={}, misfits={"name": Unfit(1, "no")})
    first_meeting.join(scene.case, ERP, scene.look("erp"), {}, reading, b"print")
    assert scene.parked("erp") == "does-not-fit"


@pytest.mark.parametrize(
    ("policy", "value", "kinds"),
    [
        ({"differ": "ask"}, "Acme", ["first-difference"]),
        ({"differ": "truth"}, "Acme", ["first-difference"]),
        ({"differ": "truth", "truth": "erp"}, "Apex", ["first-lost", "taken"]),
        ({"differ": "truth", "truth": "crm"}, "Acme", ["first-lost"]),
        ({"differ": "truth", "truth": "shop"}, "Acme", ["first-difference"]),
        ({"differ": "truth", "truth": HUB}, "Acme", ["first-lost"]),
        ({"differ": "newest"}, "Acme", ["first-lost"]),
        ({"policy": "manual"}, "Acme", ["first-difference"]),
    ],
)
def test_a_first_difference_is_settled_by_what_is_declared_and_is_never_a_conflict(policy, value, kinds):
    scene = record(plain(**policy), name="Acme")
    scene.joins("erp", name="Apex")
    assert (scene.value(), scene.kinds(), scene.case.record.conflicts) == (value, kinds, {})
    assert scene.known("erp").differs is ("first-difference" in kinds)
    refused = value == "Acme" and "first-lost" in kinds
    assert scene.due("erp") == ({"name": "Acme"} if refused and policy.get("truth") != "erp" else {})


def test_the_newest_value_of_a_first_difference_is_taken():
    scene = record(plain(differ="newest"), name="Acme")
    scene.case.put(ERP, as_of=scene.now + 5)
    scene.joins("erp", name="Apex")
    assert scene.value() == "Apex"
    assert (scene.last("first-lost").before, scene.last("first-lost").why) == (
        "Acme", "first meeting, settled by newest",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "ours", "theirs", "kept"),
    [
        ("union", ["a"], ["b"], ["a", "b"]),
        ("max", 3, 5, 5),
        ("min", 3, 5, 3),
        ("longest", "ab", "xyz", "xyz"),
        ("first-set", "one", "two", "one"),
        ("consent", "by-post", "never", "never"),
    ],
)
def test_fields_with_a_merge_policy_are_merged_with_nothing_removed(policy, ours, theirs, kept):
    scene = record(merging(policy), kept=ours)
    scene.joins("erp", kept=theirs)
    assert scene.value("kept") == kept
    assert scene.due("erp") == ({} if kept == theirs else {"kept": kept})


@pytest.mark.parametrize(("policy", "ours", "theirs"), [("append", "a", "b"), ("sum", "1", "2")])
def test_a_sum_or_an_appended_text_has_nothing_to_be_measured_from_and_is_a_first_difference(policy, ours, theirs):
    scene = record(merging(policy), kept=ours)
    scene.joins("erp", kept=theirs)
    assert (scene.value("kept"), scene.known("erp", "kept").differs) == (ours, True)


def test_a_row_that_joins_while_a_conflict_is_open_becomes_a_side():
    scene = record(plain(policy="manual"), name="Acme")
    conflicts.open_up(scene.case, SHOP, "name", "Acme", "Apex")
    scene.joins("erp", name="Atlas")
    assert scene.case.record.conflicts["name"].sides[str(ERP)] == "Atlas"
    assert scene.due_anywhere() == {}
