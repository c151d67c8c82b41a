"""One record becomes two again, on cases alone: what goes back, and what is left and why."""

from typing import Any

import pytest
from cases import agreed, case, conflict, link, setting
from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import join
from syncline.identity.unmerging import merge_of, part, state_then
from syncline.merge import due, taking
from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.link import Known, Link
from syncline.model.record import Parking


def entries_of(one: Case) -> list[Entry]:
    return list(one.entries)


def joined(keep: Case, lose: Case) -> tuple[Case, Case, list[Entry]]:
    """Merged, and then worked on in a later run."""
    join(keep, lose, "anna")
    history = entries_of(keep)
    for one in (keep, lose):
        one.setting = setting(9)
        one.entries.clear()
    return keep, lose, history


def test_a_merge_that_history_does_not_know_is_left_alone() -> None:
    keep, lose, _ = joined(case(1, {}, link(1, 1)), case(2, {}, link(2, 2, "erp")))
    assert part(keep, lose, []) == ([], ["history does not say any more what record 2 was"])


def test_a_merge_whose_history_was_blanked_is_left_alone() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {"name": "B"}, link(2, 2, "erp")))
    erased = [replace(e, before=None, after=None) if e.link is not None else e for e in history]
    assert part(keep, lose, erased) == ([], ["history does not say any more what record 2 was"])


def test_a_row_that_belongs_to_another_record_by_now_does_not_go_back() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {}, link(2, 2, "erp")))
    del keep.links[2]
    steps, left = part(keep, lose, history)
    assert (steps, left) == ([], ["erp/contact/2 belongs to another record now"])


def test_a_row_that_was_deleted_since_is_not_made_again() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {}, link(2, 2, "erp")))
    keep.put(2, state="tombstone")
    _, left = part(keep, lose, history)
    assert left == ["erp/contact/2 was deleted; it is not made again"]
    assert lose.links[2].state == "tombstone"


def test_a_row_that_its_system_made_into_another_is_not_made_again() -> None:
    gone = link(2, 2, state="tombstone", into="contact/1")
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {}, gone))
    _, left = part(keep, lose, history)
    assert left == ["crm/contact/2 became contact/1 in crm; it is not made again"]


def test_what_the_merge_filled_is_blank_again() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {"phone": "1"}, link(2, 2, "erp")))
    assert keep.value("phone").value == "1"
    steps, left = part(keep, lose, history)
    assert (keep.value("phone").value, lose.value("phone").value, left) == (None, "1", [])
    assert [(s.record, s.name, s.before, s.after) for s in steps if s.what == "field"] == [(1, "phone", "1", None)]


@pytest.mark.parametrize("said", ["2", "1"])
def test_what_somebody_said_since_is_left(said: str) -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {"phone": "1"}, link(2, 2, "erp")))
    keep.set_value("phone", said, 1, 1.0, 1.0, "")
    steps, left = part(keep, lose, history)
    assert (keep.value("phone").value, left) == (said, ["phone of record 1 was changed since"])
    assert [step for step in steps if step.what == "field"] == []


def test_a_row_of_the_survivor_that_had_to_make_room_has_its_place_again() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Bob"}, state="asleep"), link(3, 1, "erp"))
    keep, lose, history = joined(keep, case(2, {}, link(2, 2, seen={"name": "Cy"})))
    assert (keep.links[1].state, keep.links[2].state) == ("shadow", "active")
    part(keep, lose, history)
    assert (keep.links[1].state, lose.links[2].state) == ("asleep", "active")


def test_a_shadow_that_comes_alone_is_seated_and_told_what_it_lacks() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1))
    join(keep, case(2, {}, link(2, 2, "erp", {"name": None}, state="shadow")), "anna")
    assert keep.links[2].state == "active"
    assert keep.known(2, "name").filling


def test_the_last_merge_is_the_one_that_is_taken_back() -> None:
    told = [Entry(kind="record-merged", record=1, before=2, after=1, run=run) for run in (3, 8)]
    assert [e.run for e in merge_of(2, told)] == [8]


def test_a_side_of_a_conflict_that_goes_back_leaves_no_conflict_of_one() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}))
    lose = case(
        2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Cy"}), conflicts={"name": conflict(_2="Cy", record="Bea")}
    )
    keep, lose, history = joined(keep, lose)
    part(keep, lose, history)
    assert keep.record.conflicts == {}
    assert lose.record.conflicts["name"].sides == {"record": "Bea", "2": "Cy"}


def test_a_conflict_of_others_is_left_to_them() -> None:
    both = conflict(_1="Ann", _3="Bea")
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}), link(3, 1, "shop", {"name": "Bea"}))
    keep, lose, history = joined(keep, case(2, {}, link(2, 2, "erp")))
    keep.record = replace(keep.record, conflicts={"name": both})
    part(keep, lose, history)
    assert keep.record.conflicts == {"name": both}


def test_three_sides_stay_a_conflict_of_the_two_that_are_left() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}), link(3, 1, "shop", {"name": "Bea"}))
    keep, lose, history = joined(keep, case(2, {}, link(2, 2, "erp", {"name": "Cy"})))
    keep.record = replace(keep.record, conflicts={"name": replace(conflict(_1="Ann", _3="Bea", _2="Cy"), run=8)})
    part(keep, lose, history)
    assert keep.record.conflicts["name"].sides == {"1": "Ann", "3": "Bea"}
    assert lose.value("name").value == "Cy", "said since, in its own row"


def test_a_side_whose_row_is_deleted_stays_gone_and_one_that_was_a_shadow_is_none_any_more() -> None:
    """Being a shadow a side says nothing; its own record's again it does, if it lives."""
    sides = conflict(_2="Bea", _4="Cy", _6="Di")
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}))
    lose = case(
        2, {"name": "Bea"}, link(2, 2, seen={"name": "Bea"}), link(4, 2, "erp", {"name": "Cy"}, state="tombstone"),
        link(6, 2, "shop", {"name": "Di"}), conflicts={"name": replace(sides, gone=("4",))},
    )  # fmt: skip
    keep, lose, history = joined(keep, lose)
    assert set(keep.record.conflicts["name"].gone) == {"2", "4"}
    part(keep, lose, history)
    assert lose.record.conflicts["name"].gone == ("4",)


def test_a_side_of_the_survivor_that_was_a_shadow_is_not_gone_when_it_has_its_place_again() -> None:
    sides = conflict(_1="Ann", _3="Bea")
    keep = case(
        1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}, state="asleep"), link(3, 1, "erp", {"name": "Bea"}),
        conflicts={"name": sides},
    )  # fmt: skip
    keep, lose, history = joined(keep, case(2, {}, link(2, 2)))
    assert keep.record.conflicts["name"].gone == ("1",)
    part(keep, lose, history)
    assert keep.record.conflicts == {"name": sides}


def test_what_its_own_row_said_since_is_nothing_new_where_it_is_what_it_had() -> None:
    keep, lose, history = joined(case(1, {"name": "Ann"}, link(1, 1)), case(2, {"name": "Bea"}, link(2, 2, "erp")))
    keep.set_value("name", "bea", 2, 1.0, 1.0, "")
    steps, _ = part(keep, lose, history)
    assert [step for step in steps if step.record == 2 and step.what == "field"] == []


def test_a_sleeping_row_is_told_nothing_when_it_goes_back() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {}, link(2, 2, "erp", {"name": "x"}, state="asleep")))
    part(keep, lose, history)
    assert lose.value("name").version == 0


# ---- what was read in a shadow, and what the merge wrote
def in_shadow(**facts: Any) -> tuple[Case, Case, list[Entry]]:
    """Two contacts with a row in the CRM each: that of the second is a shadow now, and agreed before."""
    known = {"name": Known(agreed=2, emptied=2)}
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}, known=known))
    lose = case(2, {"name": "Ann"}, link(2, 2, seen={"name": "Ann"}, known=known), link(4, 2, "erp"))
    keep, lose, history = joined(keep, replace_link(lose, 2, **facts))
    assert keep.links[2].state == "shadow"
    return keep, lose, history


def replace_link(one: Case, lid: int, **facts: Any) -> Case:
    one.put(lid, **facts)
    return one


def edited(one: Case, lid: int, **values: Any) -> None:
    """Somebody edits a row that is a shadow, and the hub reads it."""
    seats.read_only(one, lid, values)
    one.put(lid, seen={**one.links[lid].seen, **values})


def test_an_edit_of_a_shadow_is_measured_from_what_was_there_before() -> None:
    keep, lose, history = in_shadow()
    edited(keep, 2, name="Zoe")
    edited(keep, 2, name="Zoe Zimmer")
    part(keep, lose, history)
    known = lose.known(2, "name")
    assert (known.has_base, known.base) == (True, "Ann")
    assert not taking.hub_moved(lose, 2, "name")


def test_an_edit_of_a_shadow_is_kept_through_a_second_merge() -> None:
    keep, _, _ = in_shadow()
    edited(keep, 2, name="Zoe")
    third = case(3, {"name": "Cy"}, link(3, 3))
    third, keep, history = joined(third, keep)
    part(third, keep, history)
    assert (keep.links[2].state, keep.known(2, "name").base) == ("shadow", "Ann")


@pytest.mark.parametrize("value", ["Ann", "ANN"])
def test_a_shadow_that_was_edited_there_and_back_says_nothing(value: str) -> None:
    keep, lose, history = in_shadow()
    edited(keep, 2, name="Zoe")
    edited(keep, 2, name=value)
    part(keep, lose, history)
    assert (lose.known(2, "name").has_base, lose.known(2, "name").agreed) == (False, 2)


def test_an_edit_of_a_shadow_that_says_what_the_record_holds_is_agreed() -> None:
    keep, lose, history = in_shadow()
    lose.set_value("name", "Zoe", None, 1.0, 1.0, "")
    edited(keep, 2, name="Zoe")
    part(keep, lose, history)
    assert (lose.known(2, "name").has_base, lose.known(2, "name").agreed) == (False, 3)


def test_what_a_shadow_does_not_show_any_more_is_no_edit() -> None:
    keep, lose, history = in_shadow()
    edited(keep, 2, name="Zoe")
    keep.put(2, seen={})
    part(keep, lose, history)
    assert not lose.known(2, "name").has_base


def test_edits_of_a_shadow_and_of_its_record_elsewhere_are_concurrent() -> None:
    keep, lose, history = in_shadow()
    keep.set_value("name", "Bob", 4, 50.0, 50.0, "")
    edited(keep, 2, name="Zoe")
    part(keep, lose, history)
    assert lose.value("name").value == "Bob"
    assert taking.hub_moved(lose, 2, "name")


def test_an_open_first_difference_of_a_shadow_stays_one() -> None:
    keep, lose, history = in_shadow(known={"name": Known(differs=True)}, seen={"name": "Bea"})
    edited(keep, 2, name="Zoe")
    part(keep, lose, history)
    assert (lose.known(2, "name").differs, lose.known(2, "name").has_base) == (True, False)


def test_an_edit_of_a_row_of_the_survivor_that_had_to_make_room_is_an_edit() -> None:
    keep = case(1, {"phone": None, "name": "Ann"}, link(1, 1, seen={"name": "Ann", "phone": None}, state="asleep"))
    keep, lose, history = joined(keep, case(2, {"phone": "1"}, link(2, 2, seen={"phone": "1"})))
    keep.put(1, state="shadow")
    edited(keep, 1, name="Zoe", phone="7")
    history = [replace(e, before={"record": 1, "state": "active"}) if e.link == 1 else e for e in history]
    part(keep, lose, history)
    assert [keep.known(1, name).base for name in ("name", "phone")] == ["Ann", None]
    assert [keep.known(1, name).has_base for name in ("name", "phone")] == [True, True]
    assert not taking.hub_moved(keep, 1, "phone"), "what the un-merge restored is no edit"


def test_what_the_merge_wrote_at_the_truth_is_not_what_the_truth_said() -> None:
    """The code is the origin's. The other record's came from its ERP, where the merge wrote the survivor's."""
    keep = case(1, {"code": "A"}, link(1, 1, seen={"code": "A"}))
    lose = case(2, {"code": "B"}, link(2, 2, "erp", {"code": "B"}, known=agreed(code=2)))
    lose.record = replace(lose.record, origin="erp")
    keep, lose, history = joined(keep, lose)
    assert due.due_fields(keep, 2, ["code"])["code"].value == "A"
    keep.put(2, seen={"code": "A"})
    keep.learn(2, "code", agreed=2)
    part(keep, lose, history)
    assert due.due_fields(lose, 2, ["code"])["code"].value == "B"


def test_what_is_parked_stays_so_where_its_own_record_takes_the_value_along() -> None:
    parked = Parking(code="value-was-cut", reason="")
    keep, lose, history = joined(
        case(1, {"name": "Ann"}, link(1, 1)),
        case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea"}), link(4, 2, "shop")),
    )
    version = keep.set_value("name", "Annabel", 4, 1.0, 1.0, "")
    keep.put(2, seen={"name": "Anna"})
    keep.learn(2, "name", agreed=version, parked=parked)
    part(keep, lose, history)
    assert (lose.value("name").value, lose.known(2, "name").parked) == ("Annabel", parked)


@pytest.mark.parametrize(
    ("now", "before", "then"),
    [
        (link(1, 1, state="tombstone"), "active", "tombstone"),
        (link(1, 1, state="tombstone", external_id=None), "shadow", "tombstone"),
        (link(1, 1, state="tombstone", external_id=None), "birth", "birth"),
        (link(1, 1, state="active"), "tombstone", "active"),
        (link(1, 1, state="active"), "birth", "active"),
        (link(1, 1, state="shadow"), "active", "active"),
        (link(1, 1, state="active"), "asleep", "asleep"),
    ],
)
def test_a_link_goes_back_as_far_as_its_row_allows(now: Link, before: Any, then: str) -> None:
    assert state_then(now, before) == then
