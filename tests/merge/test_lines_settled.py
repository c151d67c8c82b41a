"""Lines that two sides see differently: refused, removed against an edit, met for the first time, taken back."""

import pytest

from merge.kit import CRM, ERP, SHOP
from merge.papers import Paper, row
from syncline.merge import order_in_time, undo
from syncline.merge.case import truth_holds

APPLE, PEAR = row("apple", 1, "a"), row("pear", 2, "p")
ERP_APPLE, ERP_PEAR = {**APPLE, "id": "erp-apple"}, {**PEAR, "id": "erp-pear"}


def order(*systems, **more):
    """Apple and pear, from crm, made in these systems."""
    paper = Paper(**more).born("crm", APPLE, PEAR)
    for system in systems:
        paper.bears(system)
    return paper


# ---- truth
def test_a_line_that_the_truth_does_not_have_is_refused_and_its_removal_is_due():
    paper = order("erp", truth="crm")
    paper.lists("erp", ERP_APPLE, ERP_PEAR, row("plum", 3, "m"))
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 2)}
    assert [entry.field for entry in paper.case.entries if entry.kind == "refused"] == ["lines/3"]
    assert paper.due("erp") == {"lines/3": None}
    assert paper.sends("erp") == [ERP_APPLE, ERP_PEAR]


def test_a_line_that_was_refused_and_removed_is_due_nowhere():
    paper = order("erp", truth="crm")
    paper.lists("erp", ERP_APPLE, ERP_PEAR, row("plum", 3, "m"))
    paper.sends("erp")
    paper.lists("erp", ERP_APPLE, ERP_PEAR)
    assert paper.due_anywhere() == {}


def test_a_line_removed_against_the_truth_is_put_back_as_a_whole():
    paper = order("erp", truth="crm")
    paper.lists("erp", ERP_APPLE)
    assert paper.last("refused").field == "lines/2"
    assert paper.sends("erp")[1] == {"product": "pear", "qty": 2}
    assert paper.due_anywhere() == {}


@pytest.mark.parametrize(("rows", "holds"), [((APPLE,), True), ((), False)])
def test_the_truth_of_lines_holds_while_it_has_any(rows, holds):
    paper = Paper(truth="crm").born("crm", *rows)
    assert truth_holds(paper.case, "lines/9") is holds


# ---- removed here, edited there
def removed_and_edited(paper, *, gap, edit=5):
    """Crm removes the pear; after so many seconds erp edits it."""
    paper.lists("crm", APPLE)
    paper.later(gap)
    if gap:
        paper.lists("erp", ERP_APPLE, ERP_PEAR)
    paper.lists("erp", ERP_APPLE, {**ERP_PEAR, "qty": edit})
    return paper


def test_an_edit_that_came_later_than_the_removal_brings_the_line_back_with_it():
    paper = removed_and_edited(order("erp"), gap=100)
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 5)}
    assert paper.last("conflict-lost").why == "the line was edited later"
    assert paper.later(1).due("crm") == {"lines/2": True, "lines/2/qty": 5}
    assert paper.sends("crm")[1] == {"product": "pear", "qty": 5}


def test_an_edit_that_did_not_come_later_is_recorded_and_the_line_stays_removed():
    paper = removed_and_edited(order("erp"), gap=0)
    assert paper.lines() == {"1": ("apple", 1)}
    assert (paper.last("conflict-lost").why, paper.last("conflict-lost").after) == ("the line was removed", 5)
    assert paper.due("erp") == {"lines/2": None}


def test_the_truth_of_lines_keeps_what_it_edits_and_what_it_removed():
    paper = removed_and_edited(order("erp", truth="crm"), gap=100)
    assert paper.lines() == {"1": ("apple", 1)}
    paper = order("erp", truth="erp")
    paper.case.put(ERP, state="asleep")
    paper.lists("crm", APPLE)
    paper.case.put(ERP, state="active")
    paper.lists("erp", ERP_APPLE, {**ERP_PEAR, "qty": 5})
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 5)}


def test_a_column_of_a_line_that_was_never_there_removes_nothing():
    paper = order("erp")
    paper.lists("erp", ERP_APPLE, {**ERP_PEAR, "qty": 9})
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 9)}


def test_a_whole_line_is_compared_by_its_latest_change():
    paper = order("erp")
    paper.lists("crm", row("apple", 4, "a"), PEAR)
    assert order_in_time.newest(paper.case, "lines/1") == paper.case.value("lines/1/qty")
    assert order_in_time.newest(paper.case, "lines/2/qty") == paper.case.value("lines/2/qty")


def test_a_removal_that_overlaps_an_edit_is_settled_by_the_order_of_systems():
    paper = order("erp")
    paper.lists("erp", ERP_APPLE, {**ERP_PEAR, "qty": 5})
    paper.lists("crm", APPLE)
    assert paper.lines() == {"1": ("apple", 1)}
    assert paper.last("conflict-lost").field == "lines/2"


# ---- first meeting
def test_documents_that_meet_agree_line_by_line_by_their_key():
    paper = order()
    paper.meets("erp", row("pear", 2, "y"), row("apple", 1, "x"))
    assert paper.case.links[ERP].lines == {"1": "x", "2": "y"}
    assert (paper.kinds(), paper.due_anywhere()) == (["taken"] * 7, {})


def test_a_line_that_only_one_of_two_meeting_documents_has_is_a_first_difference():
    paper = order()
    paper.meets("erp", row("apple", 1, "x"), row("plum", 3, "z"))
    assert [paper.known("erp", f"lines/{one}").differs for one in "123"] == [False, True, True]
    assert paper.due_anywhere() == {}


def test_the_lines_of_the_truth_stand_at_a_first_meeting():
    paper = order(truth="crm")
    paper.meets("erp", row("apple", 1, "x"), row("plum", 3, "z"))
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 2)}
    assert paper.sends("erp") == [row("apple", 1, "x"), row("pear", 2)]


def test_of_what_two_meeting_documents_differ_in_a_person_may_take_one_sides_line():
    paper = order(differ="ask")
    paper.meets("erp", row("apple", 1, "x"), row("plum", 3, "z"))
    assert paper.known("erp", "lines/3").differs
    assert (paper.value("lines/3"), paper.value("lines/3/product")) == (None, "plum")


def test_a_document_without_lines_is_filled_at_a_first_meeting():
    paper = Paper().born("crm")
    paper.meets("erp", row("apple", 1, "x"))
    assert paper.lines() == {"1": ("apple", 1)}
    assert paper.sends("crm") == [row("apple", 1)]


# ---- made, and taken back
def test_a_line_made_in_a_run_is_taken_back_whole():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    intent, sent = paper.drafts("erp")
    paper.tells(intent, *(paper.stored("erp", one) for one in sent))
    assert undo.put_back(paper.case, intent, 9) == []
    assert paper.due("erp") == {"lines/3": None}
    assert paper.sends("erp") == [ERP_APPLE, ERP_PEAR]
    assert paper.lines()["3"] == ("plum", 3)
    paper.lists("erp", ERP_APPLE, ERP_PEAR)
    assert (paper.due_anywhere(), len(paper.lines())) == ({}, 3)


def test_columns_of_a_line_that_is_withheld_there_are_not_told_alone():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    intent, sent = paper.drafts("erp")
    paper.tells(intent, *(paper.stored("erp", one) for one in sent))
    undo.put_back(paper.case, intent, 9)
    paper.sends("erp")
    paper.lists("erp", ERP_APPLE, ERP_PEAR)
    paper.lists("crm", APPLE, PEAR, row("plum", 4, "m"))
    assert paper.due("erp") == {}


def test_a_document_is_told_to_a_birth_with_all_its_lines_in_our_order():
    paper = order()
    paper.add("shop", state="birth")
    assert paper.sends("shop") == [row("apple", 1), row("pear", 2)]
    assert (paper.case.links[SHOP].lines, CRM) == ({"1": "#0", "2": "#1"}, 1)
