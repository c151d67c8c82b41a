"""Last write wins, by intervals."""

from dataclasses import replace as with_setting

import pytest

from merge.kit import CRM, SHOP, START, Scene, plain
from syncline.merge import order_in_time
from syncline.model.record import FieldValue


def contest(field=None, *, source=CRM, since, until, lid, unchanged, stamp):
    """The record's change lies in (since, until), this side's in (unchanged, stamp)."""
    scene = Scene(field or plain()).agreed(name="Acme")
    fresh = FieldValue(value="Apex", version=2, source=source, since=since, until=until)
    scene.case.record = type(scene.case.record)(id=1, entity="thing", origin="crm", fields={"name": fresh})
    scene.case.put(lid, as_of=unchanged)
    return scene, scene.look("shop", stamp=stamp)


@pytest.mark.parametrize(
    ("since", "until", "unchanged", "stamp", "later", "why"),
    [
        (100, 110, 120, 130, True, "the later change wins"),
        (120, 130, 100, 110, False, "the later change wins"),
        (100, 120, 110, 130, False, "the changes overlap in time: the order of systems decides"),
        (100, 110, 112, 130, False, "the changes overlap in time: the order of systems decides"),
        (100, 110, 112.5, 130, True, "the later change wins"),
        (132, 140, 120, 130, False, "the changes overlap in time: the order of systems decides"),
    ],
)
def test_disjoint_intervals_are_ordered_by_time_and_close_ones_by_the_declaration(
    since, until, unchanged, stamp, later, why
):
    scene, seen = contest(since=since, until=until, lid=SHOP, unchanged=unchanged, stamp=stamp)
    assert order_in_time.is_later(scene.case, SHOP, "name", seen) is later
    assert order_in_time.why(scene.case, SHOP, "name", seen) == why


def test_overlapping_the_first_system_of_the_order_wins():
    scene, seen = contest(source=SHOP, since=100, until=120, lid=CRM, unchanged=110, stamp=130)
    assert order_in_time.is_later(scene.case, CRM, "name", seen)


def test_a_value_from_no_system_comes_before_all_systems():
    scene, seen = contest(source=None, since=100, until=120, lid=CRM, unchanged=110, stamp=130)
    assert not order_in_time.is_later(scene.case, CRM, "name", seen)


def test_a_value_whose_link_is_not_there_any_more_counts_as_from_no_system():
    scene, seen = contest(source=99, since=100, until=120, lid=CRM, unchanged=110, stamp=130)
    assert scene.case.system_of(99) is None
    assert not order_in_time.is_later(scene.case, CRM, "name", seen)


def test_without_a_stamp_a_change_lies_before_the_read_that_shows_it():
    scene = Scene().agreed(name="Acme").later(50)
    assert order_in_time.interval(scene.case, CRM, scene.look("crm")) == (START, START + 50)


def test_a_stamp_from_before_the_last_read_without_the_change_narrows_the_interval_to_itself():
    scene = Scene().agreed(name="Acme")
    assert order_in_time.interval(scene.case, CRM, scene.look("crm", stamp=START - 7)) == (START - 7, START - 7)


def test_history_names_the_truth_where_that_decided():
    scene, seen = contest(plain(truth="shop"), since=1, until=2, lid=SHOP, unchanged=3, stamp=4)
    assert order_in_time.why(scene.case, SHOP, "name", seen) == "shop is the truth of name"


def test_the_place_in_the_declaration_is_the_rank():
    scene = Scene()
    assert [order_in_time.rank(scene.case, one) for one in ("crm", "erp", "shop", None, "other")] == [0, 1, 2, -1, -1]


def test_the_time_of_a_value_is_its_sources_never_that_of_processing():
    scene = Scene().agreed(name="Acme").later(500)
    scene.case.setting = with_setting(scene.case.setting, covered={("crm", "things"): START + 300})
    scene.sees("crm", name="Apex", read={"stamp": START + 320})
    value = scene.case.value("name")
    assert (value.since, value.until, value.source) == (START + 300, START + 320, CRM)


def test_a_change_older_than_what_it_would_replace_was_not_made_in_knowledge_of_it():
    """A row that was hidden from us: the lists seemed to vouch that it had not changed."""
    scene = Scene().agreed(name="Acme")
    scene.case.set_value("name", "Apex", SHOP, START + 20, START + 20, "")
    scene.case.learn(CRM, "name", agreed=2, emptied=2)
    scene.sees("crm", name="Older", read={"stamp": START + 10, "as_of": START + 30, "began": START + 30})
    assert (scene.value(), scene.kinds()[-1:]) == ("Apex", ["conflict-lost"])
    scene.sees("crm", name="Newer", read={"stamp": START + 40, "as_of": START + 50, "began": START + 50})
    assert scene.value() == "Newer"
