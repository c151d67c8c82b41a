"""Documents: whose line is whose, and what a list of lines says about each of them."""

import pytest

from merge.kit import CRM, ERP, SHOP
from merge.papers import Paper, row
from syncline.mapping.binding import Reading
from syncline.merge import lines, taking

APPLE, PEAR = row("apple", 1, "a"), row("pear", 2, "p")


def order(*systems, **more):
    """Apple and pear, from crm, made in these systems."""
    paper = Paper(**more).born("crm", APPLE, PEAR)
    for system in systems:
        paper.bears(system)
    return paper


# ---- whose line is whose
def test_lines_get_ids_of_ours_and_the_link_keeps_which_of_its_own_they_are():
    paper = order()
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 2)}
    assert paper.case.links[CRM].lines == {"1": "a", "2": "p"}
    assert paper.case.record.next_line == 3


def test_a_line_is_matched_by_its_id_whatever_became_of_its_key_and_place():
    paper = order()
    paper.lists("crm", PEAR, row("plum", 1, "a"))
    assert paper.lines() == {"1": ("plum", 1), "2": ("pear", 2)}


def test_a_line_without_its_id_is_matched_by_the_declared_key():
    paper = order("shop")
    paper.lists("shop", row("pear", 5), row("apple", 1))
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 5)}


def test_of_several_lines_alike_the_first_goes_with_the_first():
    paper = Paper().born("crm", row("apple", 1, "a"), row("apple", 2, "b")).bears("shop")
    paper.lists("shop", row("apple", 3), row("apple", 2))
    assert paper.lines() == {"1": ("apple", 3), "2": ("apple", 2)}


def test_where_lines_have_neither_ids_nor_a_key_the_place_decides():
    paper = order("shop", line_key=())
    assert paper.case.links[SHOP].lines == {"1": "#0", "2": "#1"}
    paper.lists("shop", row("plum", 1), row("pear", 2), row("fig", 9))
    assert paper.lines() == {"1": ("plum", 1), "2": ("pear", 2), "3": ("fig", 9)}


@pytest.mark.parametrize("system", ["erp", "shop"])
@pytest.mark.parametrize("tells", [True, False])
def test_lines_without_a_key_that_we_sent_are_the_new_ones_there_in_the_order_of_both(system, tells):
    paper = Paper(line_key=()).born("crm", APPLE, PEAR)
    paper.add(system, state="birth")
    sent = paper.sends(system, tells=tells)
    paper.case.put(paper.lid(system), state="active")
    paper.lists(system, *(paper.stored(system, one) for one in sent))
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 2)}
    assert paper.due_anywhere() == {}


def test_another_key_is_another_line_even_at_the_same_place():
    paper = order("shop")
    paper.lists("shop", row("plum", 1), row("pear", 2))
    assert paper.lines() == {"2": ("pear", 2), "3": ("plum", 1)}


def test_a_line_whose_key_is_not_filled_goes_by_its_place():
    paper = order("shop")
    paper.lists("shop", row(None, 7), row("pear", 2))
    assert paper.value("lines/1/qty") == 7
    assert paper.last("blank-refused").field == "lines/1/product"


def test_a_line_of_the_record_whose_key_is_not_filled_matches_none():
    paper = Paper().born("crm", row(None, 1, "a"))
    paper.meets("erp", row("apple", 1, "x"))
    assert paper.lines() == {"1": (None, 1)}
    assert paper.known("erp", "lines/2").differs


def test_a_line_with_a_new_id_takes_no_seat_of_a_line_that_is_known_by_another():
    paper = order()
    paper.lists("crm", APPLE, PEAR, row("pear", 2, "q"))
    assert paper.lines()["3"] == ("pear", 2)


# ---- removed
def test_a_line_that_a_complete_read_lacks_is_removed_everywhere():
    paper = order("erp")
    paper.lists("crm", APPLE)
    assert paper.lines() == {"1": ("apple", 1)}
    assert paper.case.links[CRM].lines == {"1": "a"}
    assert paper.due("erp") == {"lines/2": None}
    assert paper.sends("erp") == [{"product": "apple", "qty": 1, "id": "erp-apple"}]


def test_from_a_page_nothing_is_concluded():
    paper = order()
    paper.lists("crm", APPLE, whole=False)
    assert len(paper.lines()) == 2


def test_a_read_from_before_its_receipt_cannot_lack_a_line():
    paper = order("erp").later(100)
    paper.case.put(ERP, line_receipts={"1": paper.now, "2": paper.now}, direct_at=0.0)
    paper.lists("erp", as_of=paper.now - 1)
    assert len(paper.lines()) == 2
    paper.lists("erp")
    assert paper.lines() == {}


def test_a_line_that_has_no_id_here_yet_is_due_here_and_never_removed():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    erp = [{**APPLE, "id": "erp-apple"}, {**PEAR, "id": "erp-pear"}]
    paper.lists("erp", *erp)
    assert paper.lines()["3"] == ("plum", 3)
    assert paper.due("erp") == {"lines/3": True, "lines/3/product": "plum", "lines/3/qty": 3}
    assert paper.sends("erp") == [*erp, {"product": "plum", "qty": 3}]
    assert paper.case.links[ERP].lines["3"] == "erp-plum"
    assert paper.due_anywhere() == {}


def test_a_line_removed_here_and_never_known_there_is_agreed_without_a_write():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    paper.lists("crm", APPLE, PEAR)
    paper.lists("erp", {**APPLE, "id": "erp-apple"}, {**PEAR, "id": "erp-pear"})
    assert paper.due("erp") == {}
    assert paper.known("erp", "lines/3").agreed == paper.case.value("lines/3").version


def test_where_the_list_is_not_told_nothing_is_concluded():
    paper = order()
    reading = paper.reading("crm", {"title": "T1"})
    assert lines.recognise(paper.case, CRM, reading, paper.look("crm")) is reading
    assert lines.view_of(paper.case.links[CRM], reading) == {"title": "T1"}


def test_a_row_that_the_link_does_not_know_is_in_no_view():
    paper = order()
    link = paper.case.links[CRM]
    view = lines.view_of(link, paper.reading("crm", {"lines": [APPLE, row("plum", 1, "m")]}))
    assert view == {"lines/1": True, "lines/1/product": "apple", "lines/1/qty": 1}


def test_a_removal_is_seen_though_a_read_in_between_did_not_show_the_line():
    paper = order("erp")
    paper.lists("crm", APPLE, whole=False)
    paper.lists("crm", APPLE)
    assert paper.lines() == {"1": ("apple", 1)}
    assert paper.due("erp") == {"lines/2": None}


# ---- columns
def test_a_column_that_does_not_fit_parks_itself_and_holds_up_no_other():
    paper = order()
    paper.lists("crm", row("apple", "many", "a"), row("pear", 3, "p"))
    assert paper.parked("crm", "lines/1/qty") == "does-not-fit"
    assert paper.lines() == {"1": ("apple", 1), "2": ("pear", 3)}


def test_an_edited_column_is_told_with_the_whole_list():
    paper = order("erp")
    paper.lists("crm", row("apple", 4, "a"), PEAR)
    assert paper.due("erp") == {"lines/1/qty": 4}
    assert paper.sends("erp") == [
        {"product": "apple", "qty": 4, "id": "erp-apple"},
        {"product": "pear", "qty": 2, "id": "erp-pear"},
    ]


def test_fields_that_are_open_there_keep_the_value_the_system_has():
    paper = order("erp")
    paper.lists("crm", row("apple", 4, "a"), row("pear", 5, "p"))
    paper.case.learn(ERP, "lines/2/qty", differs=True)
    assert [one["qty"] for one in paper.sends("erp")] == [4, 2]


def test_only_columns_of_living_lines_that_are_written_and_the_end_of_removed_ones_may_be_told():
    paper = order()
    paper.lists("crm", APPLE)
    names = lines.writable(paper.case, frozenset({"qty"}))
    assert sorted(names) == ["lines/1", "lines/1/qty", "lines/2"]


# ---- the answer to a write, and none
def test_a_new_line_after_an_answer_that_told_nothing_is_known_by_its_key():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    sent = paper.sends("erp", tells=False)
    paper.lists("erp", *sent[:2], {**sent[2], "id": "new"})
    assert paper.case.links[ERP].lines["3"] == "new"
    assert (len(paper.lines()), paper.due_anywhere()) == (3, {})


def test_a_new_line_that_never_came_is_due_again():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    sent = paper.sends("erp", tells=False)
    paper.lists("erp", *sent[:2])
    assert "no-effect" in paper.kinds()
    assert paper.lines()["3"] == ("plum", 3)
    assert paper.due("erp") == {"lines/3": True, "lines/3/product": "plum", "lines/3/qty": 3}


def test_of_a_line_sent_and_not_there_a_page_or_an_early_read_concludes_nothing():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    sent = paper.sends("erp", tells=False)
    paper.lists("erp", *sent[:2], whole=False)
    assert paper.known("erp", "lines/3").sent


def test_lines_made_at_once_are_recognised_in_the_answer():
    paper = order("erp")
    assert paper.case.links[ERP].lines == {"1": "erp-apple", "2": "erp-pear"}
    assert paper.due_anywhere() == {}


def test_a_line_sent_whose_removal_went_on_here_is_recognised_in_the_answer_all_the_same():
    paper = order("erp")
    paper.lists("crm", APPLE, PEAR, row("plum", 3, "m"))
    intent, sent = paper.drafts("erp")
    paper.lists("crm", APPLE, PEAR)
    paper.tells(intent, *(paper.stored("erp", one) for one in sent))
    assert paper.case.links[ERP].lines["3"] == "erp-plum"
    assert paper.due("erp") == {"lines/3": None}


def test_receipts_of_lines_are_noted_only_where_lines_were_told():
    paper = order()
    before = paper.case.links[CRM]
    lines.note_receipts(paper.case, CRM, ["title", "lines/1/qty"], 5.0)
    assert paper.case.links[CRM] == before
    lines.note_receipts(paper.case, CRM, ["title", "lines/1"], 5.0)
    assert paper.case.links[CRM].line_receipts == {"1": 5.0}


def test_a_case_without_lines_composes_none():
    paper = Paper().born("crm")
    assert lines.compose(paper.case, CRM, {}) == []
    assert lines.recognise(paper.case, CRM, Reading(told={}, rows=()), paper.look("crm")).told == {}


# ---- what moved
def test_to_change_a_line_is_to_move_it_for_one_who_would_remove_it():
    paper = order("erp", "shop")
    assert not taking.hub_moved(paper.case, ERP, "lines/1")
    paper.lists("crm", row("apple", 4, "a"), PEAR)
    assert taking.hub_moved(paper.case, ERP, "lines/1")
    assert not taking.hub_moved(paper.case, ERP, "lines/2")


@pytest.mark.parametrize("name", ["lines/1", "lines/1/qty", "title"])
def test_nothing_moved_on_the_side_that_said_it(name):
    assert not taking.hub_moved(order("erp").case, CRM, name)
