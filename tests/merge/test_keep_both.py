"""Merge policies: both sides' changes are kept."""

import pytest

from merge.kit import CRM, ERP, Scene, merging
from syncline.merge import keep_both
from syncline.model.link import Doubt, Sent


def both(policy, before, ours, theirs, **more):
    """The field was `before` everywhere; the shop made it `ours`, then crm `theirs`."""
    scene = Scene(merging(policy, **more)).agreed("erp", kept=before)
    scene.sees("shop", kept=ours)
    scene.sees("crm", kept=theirs)
    return scene


# policy, before, what shop made of it, what crm made of it, the record, what crm is due
TABLE = [
    ("union", ["a"], ["a", "b"], ["a", "c"], ["a", "b", "c"]),
    ("union", ["a", "b"], ["a", "b", "c"], ["b"], ["b", "c"]),
    ("union", ["a"], ["a", "b"], None, ["b"]),
    ("union", None, ["a"], ["b"], ["a", "b"]),
    ("append", "one", "one two", "one 3", "one two 3"),
    ("append", None, "one", "two", "onetwo"),
    ("sum", "10", "13", "9", "12"),
    ("sum", None, "3", "4", "7"),
    ("max", 5, 9, 7, 9),
    ("max", 5, 7, 9, 9),
    ("min", 5, 4, 3, 3),
    ("min", 5, 3, 4, 3),
    ("longest", "ab", "abcd", "xyz", "abcd"),
    ("longest", "ab", "abc", "wxyz", "wxyz"),
    ("first-set", None, "one", "two", "one"),
    ("consent", "by-post", "never", "always", "never"),
    ("consent", "by-post", "always", "never", "never"),
]


@pytest.mark.parametrize(("policy", "before", "ours", "theirs", "kept"), TABLE)
def test_both_sides_changes_are_kept(policy, before, ours, theirs, kept):
    scene = both(policy, before, ours, theirs, empty="clear")
    assert scene.value("kept") == kept
    holds = scene.case.equal("kept", kept, theirs)
    assert scene.due("crm") == ({} if holds else {"kept": kept})
    scene.settles()
    assert scene.due_anywhere() == {}


@pytest.mark.parametrize(
    ("policy", "before", "correction"),
    [("max", 9, 3), ("min", 3, 9), ("longest", "abcd", "a"), ("first-set", "one", "two"), ("append", "one", "two")],
)
def test_a_persons_correction_is_taken_while_nobody_else_moved(policy, before, correction):
    scene = Scene(merging(policy)).agreed("erp", kept=before)
    scene.sees("crm", kept=correction)
    assert (scene.value("kept"), scene.kinds()) == (correction, ["taken"])


def test_an_appended_text_whose_beginning_was_changed_is_a_conflict_when_both_moved():
    scene = both("append", "one", "one two", "ONE?")
    assert scene.case.record.conflicts["kept"].sides == {"3": "one two", "1": "ONE?"}


def test_a_value_of_consent_outside_the_declared_order_says_nothing():
    scene = Scene(merging("consent")).agreed("erp", kept=None)
    assert keep_both.stricter(scene.case, "kept", None, "maybe") == "maybe"
    assert keep_both.stricter(scene.case, "kept", "by-post", "maybe") == "by-post"


def test_a_side_that_holds_the_merged_value_already_is_agreed_and_the_others_due():
    scene = Scene(merging("union")).agreed("erp", kept=["a"])
    scene.sees("crm", kept=["a", "b"])
    assert (scene.known("crm", "kept").agreed, scene.due("crm")) == (2, {})
    assert scene.due("shop") == {"kept": ["a", "b"]}


def test_a_change_that_adds_nothing_to_the_record_is_recorded_and_repaired():
    scene = both("max", 5, 9, 7)
    assert scene.last("merged").after == 7
    assert scene.known("crm", "kept").agreed is None


@pytest.mark.parametrize(("one", "other", "smaller"), [(None, 3, 3), (3, None, 3), (None, None, None)])
def test_a_blank_is_neither_the_largest_nor_the_smallest(one, other, smaller):
    scene = Scene(merging("max"))
    assert keep_both.extreme(scene.case, "kept", "max", one, other) == smaller


# ---- while a write is unconfirmed, or of unknown outcome
def counting(*, sent=(), doubts=()):
    scene = Scene(merging("sum")).agreed("erp", kept="10")
    scene.case.set_value("kept", "20", ERP, scene.now, scene.now, "")
    scene.case.learn(
        CRM, "kept", sent=tuple(Sent(value=one, version=2) for one in sent),
        doubts=tuple(Doubt(intent=1, value=one, version=2, expires=2e9) for one in doubts),
    )  # fmt: skip
    return scene


@pytest.mark.parametrize("unsure", [{"sent": ["20"]}, {"doubts": ["20"]}])
@pytest.mark.parametrize(("new", "nearest"), [("21", "20"), ("11", "10"), ("15", "20")])
def test_a_change_is_measured_from_the_nearest_value_and_from_the_sent_one_at_a_tie(unsure, new, nearest):
    scene = counting(**unsure)
    assert keep_both.measured_from(scene.case, CRM, "kept", "10", new) == nearest
    assert scene.kinds()[0] == "ambiguous"


def test_what_a_confirmation_left_open_counts_as_sent_too():
    scene = counting()
    assert keep_both.measured_from(scene.case, CRM, "kept", "10", "21", maybe=("20",)) == "20"


def test_without_a_write_in_doubt_a_change_is_measured_from_what_was_seen():
    scene = counting()
    assert keep_both.measured_from(scene.case, CRM, "kept", "10", "21") == "10"
    assert scene.kinds() == []


def test_history_is_silent_where_it_does_not_matter_what_a_change_is_measured_from():
    scene = counting(sent=["10"])
    assert keep_both.measured_from(scene.case, CRM, "kept", "10", "21") == "10"
    assert scene.kinds() == []


@pytest.mark.parametrize(
    ("policy", "one", "other", "apart"),
    [
        ("union", ["a", "b"], ["b", "c"], 2),
        ("union", None, ["b", "c"], 2),
        ("sum", "1.5", None, 1.5),
        ("longest", "a", "A", 0),
        ("longest", "a", "b", 1),
    ],
)
def test_how_far_two_values_are_apart(policy, one, other, apart):
    scene = Scene(merging(policy))
    assert float(keep_both.distance(scene.case, "kept", one, other)) == apart


def test_a_counter_loses_no_delta_when_an_edit_follows_a_write_that_was_never_seen():
    scene = Scene(merging("sum")).agreed("erp", kept="10")
    scene.sees("erp", kept="15")
    scene.says_nothing("crm")
    scene.sees("crm", kept="16", read={"as_of": scene.now + 10})
    assert scene.value("kept") == "16"
    assert scene.due_anywhere() == {"erp": {"kept": "16"}, "shop": {"kept": "16"}}


@pytest.mark.parametrize(("new", "spent"), [("21", True), ("11", False), ("15", False)])
def test_what_is_seen_nearer_to_a_write_of_unknown_outcome_was_made_of_it(new, spent):
    scene = counting(doubts=["20"])
    keep_both.measured_from(scene.case, CRM, "kept", "10", new)
    assert scene.known("crm", "kept").doubts == (
        () if spent else (Doubt(intent=1, value="20", version=2, expires=2e9),)
    )
    assert ("late" in scene.kinds()) is spent


def test_who_takes_back_to_what_we_once_sent_is_not_taken_for_us():
    """The tags were cleared, nobody learnt whether that arrived, somebody added one, and then took it away again."""
    scene = Scene(merging("union", empty="clear")).agreed("erp", kept=["a", "b"])
    scene.sees("erp", kept=None)
    scene.no_answer("crm")
    scene.sees("crm", kept=["c"])
    assert scene.value("kept") == ["c"]
    scene.sees("shop", kept=["a", "b", "d"])
    scene.sees("crm", kept=None)
    assert scene.value("kept") == ["d"], "c was removed by a person"
