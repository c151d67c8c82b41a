"""Two records become one, on cases alone: what each link stands for, and what stays open."""

import pytest
from cases import FIELDS, PLAIN, agreed, case, conflict, link, view
from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import join, restated
from syncline.merge.policy import EntityPolicy, FieldPolicy, Setting
from syncline.model.intent import Intent, Told
from syncline.model.link import Doubt, Known, Link, Sent, Withheld
from syncline.model.record import Episode, FieldValue, Parking


# ---- what a link stands for
def test_equal_values_are_agreed_by_the_new_records_versions() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1))
    lose = case(2, {"name": "ann"}, link(2, 2, "erp", {"name": "ann"}, known=agreed(name=2)))
    keep.record = replace(keep.record, fields={"name": FieldValue(value="Ann", version=7, source=1)})
    join(keep, lose, "anna")
    assert keep.known(2, "name").agreed == 7


def test_a_stored_form_that_stood_for_the_same_value_stands_for_it_still() -> None:
    """The ERP cut the name; that was agreed, and is."""
    keep = case(1, {"name": "Annabel"}, link(1, 1))
    lose = case(2, {"name": "Annabel"}, link(2, 2, "erp", {"name": "Anna"}, known=agreed(name=2)))
    join(keep, lose, "anna")
    assert keep.known(2, "name").agreed == 2


def test_what_differs_stands_for_nothing_and_a_blank_is_to_be_filled() -> None:
    keep = case(1, {"name": "Ann", "phone": "1"}, link(1, 1))
    lose = case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea", "phone": None}, known=agreed(name=2)))
    join(keep, lose, "anna")
    assert (keep.known(2, "name").agreed, keep.known(2, "name").filling) == (None, False)
    assert (keep.known(2, "phone").agreed, keep.known(2, "phone").filling) == (None, True)


def test_values_on_their_way_stand_for_the_present_version_or_for_one_that_is_past() -> None:
    knowns = {
        "name": Known(agreed=2, sent=(Sent(value="Ann", version=2, stood=1), Sent(value="Bea", version=3))),
        "phone": Known(doubts=(Doubt(intent=1, value="9", version=2, expires=1.0),)),
        "notes": Known(sent=(Sent(value="x", version=None),)),
    }
    keep = case(1, {"name": "Ann"}, link(1, 1))
    lose = case(2, {"name": "Ann"}, link(2, 2, "erp", {"name": "old"}, known=knowns))
    join(keep, lose, "anna")
    assert [(one.version, one.stood) for one in keep.known(2, "name").sent] == [(2, None), (0, None)]
    assert keep.known(2, "phone").doubts[0].version == 0
    assert keep.known(2, "notes").sent[0].version is None, "an undo has none"


def test_a_write_decided_before_the_merge_is_stated_by_the_present_versions() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1))
    told = {
        "name": Told(value="ann", version=9),
        "phone": Told(value="1", version=4),
        "notes": Told(value="", version=None),
    }
    intent = Intent(id=1, link=1, record=2, system="crm", stream="contact", kind="update", values=told)
    now = restated(keep, intent)
    assert (now.record, {n: t.version for n, t in now.values.items()}) == (1, {"name": 2, "phone": 0, "notes": None})


def test_what_is_parked_or_withheld_stays_so_while_the_value_is_the_same() -> None:
    parked, misfit = Parking(code="value-was-cut", reason=""), Parking(code="does-not-fit", reason="")
    knowns = {
        "name": Known(parked=parked, withheld=Withheld(before="x")),
        "phone": Known(parked=parked, withheld=Withheld(before="x")),
        "notes": Known(parked=misfit, has_base=True, base="b"),
    }
    keep = case(1, {"name": "Ann", "phone": "1", "notes": "n"}, link(1, 1))
    lose = case(2, {"name": "Ann", "phone": "2", "notes": "m"}, link(2, 2, "erp", {"name": "A"}, known=knowns))
    join(keep, lose, "anna")
    assert (keep.known(2, "name").parked, keep.known(2, "name").withheld) == (parked, Withheld(before="x"))
    assert (keep.known(2, "phone").parked, keep.known(2, "phone").withheld) == (None, None)
    assert (keep.known(2, "notes").parked, keep.known(2, "notes").base) == (misfit, "b")


# ---- values
def test_what_is_parked_or_withheld_stays_so_where_its_value_fills_the_survivors_blank() -> None:
    """The ERP cut the name, and a person was told. The value is the same; only whose it is has changed."""
    parked = Parking(code="value-was-cut", reason="")
    marked = {"name": Known(agreed=2, parked=parked), "phone": Known(withheld=Withheld(before="x"))}
    keep = case(1, {}, link(1, 1, seen={"name": None, "phone": None}))
    lose = case(2, {"name": "Annabel", "phone": "1"}, link(2, 2, "erp", {"name": "Anna", "phone": "2"}, known=marked))
    join(keep, lose, "anna")
    assert (keep.value("name").value, keep.known(2, "name").agreed, keep.known(2, "name").parked) == (
        "Annabel", 1, parked,
    )  # fmt: skip
    assert keep.known(2, "phone").withheld == Withheld(before="x")
    assert [entry for entry in keep.entries if entry.kind == "undo"] == [], "nothing was dropped"


def test_computed_fields_and_lines_are_left_to_what_makes_them() -> None:
    keep, lose = case(1, {"score": "1"}, link(1, 1)), case(2, {"score": "2"}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("score").value == "1"
    assert not [e for e in keep.entries if e.field == "score"]


def test_a_blank_that_somebody_made_is_filled_and_recorded() -> None:
    keep, lose = case(1, {"name": None}, link(1, 1)), case(2, {"name": "Bea"}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert (keep.value("name").value, keep.value("name").source) == ("Bea", 2)
    assert [(e.before, e.after) for e in keep.entries if e.kind == "first-lost"] == [(None, "Bea")]


@pytest.mark.parametrize(("row", "stays", "lost"), [(2, "Bea", "Ann"), (1, "Ann", "Bea"), (None, "Ann", "Bea")])
def test_what_the_surviving_row_of_the_other_record_shows_counts(row: int | None, stays: str, lost: str) -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}))
    join(keep, case(2, {"name": "Bea"}, link(2, 2, seen={"name": "Bea"})), "crm merged them", row)
    assert keep.value("name").value == stays
    assert [e.before for e in keep.entries if e.kind == "first-lost"] == [lost]


@pytest.mark.parametrize(("mine", "theirs", "stays"), [("crm", "erp", "60 days"), ("erp", "crm", "30 days")])
def test_the_value_of_the_truths_row_counts_whichever_row_survived(mine: str, theirs: str, stays: str) -> None:
    keep = case(1, {"terms": "30 days"}, link(1, 1, mine, {"terms": "30 days"}))
    lose = case(2, {"terms": "60 days"}, link(2, 2, theirs, {"terms": "60 days"}))
    join(keep, lose, "anna", row=2)
    assert keep.value("terms").value == stays


def test_of_two_rows_at_the_truth_the_survivors_counts() -> None:
    keep = case(1, {"terms": "30 days"}, link(1, 1, "erp", {"terms": "30 days"}))
    join(keep, case(2, {"terms": "60 days"}, link(2, 2, "erp", {"terms": "60 days"})), "anna")
    assert keep.value("terms").value == "30 days"


def test_a_blank_of_the_other_changes_nothing() -> None:
    keep, lose = case(1, {"name": "Ann"}, link(1, 1)), case(2, {"name": None}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("name").value == "Ann"


def test_a_set_that_holds_everything_already_is_not_a_new_value() -> None:
    keep, lose = case(1, {"tags": ["a", "b"]}, link(1, 1)), case(2, {"tags": ["a"]}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("tags").version == 2


def test_sets_are_joined_with_nothing_removed_and_the_union_comes_from_no_row() -> None:
    keep, lose = case(1, {"tags": ["a", "b"]}, link(1, 1)), case(2, {"tags": ["b", "c"]}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert (set(keep.value("tags").value), keep.value("tags").source) == ({"a", "b", "c"}, None)


def test_texts_that_are_appended_to_are_not_run_together() -> None:
    keep, lose = case(1, {"notes": "one"}, link(1, 1)), case(2, {"notes": "two"}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("notes").value == "one"
    assert [e.before for e in keep.entries if e.kind == "first-lost"] == ["two"]


# ---- conflicts


def test_a_field_in_conflict_is_not_settled_by_a_merge() -> None:
    keep = case(
        1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}), conflicts={"name": conflict(_1="Ann", record="A")}
    )
    lose = case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea"}))
    join(keep, lose, "anna")
    assert keep.record.conflicts["name"].sides == {"1": "Ann", "record": "A", "2": "Bea"}
    assert keep.value("name").value == "Ann"


def test_the_record_as_a_side_stays_one_where_the_value_is_the_same() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}))
    lose = case(
        2, {"name": "Ann"}, link(2, 2, "erp", {"name": "Bea"}), conflicts={"name": conflict(_2="Bea", record="Ann")}
    )
    join(keep, lose, "anna")
    assert keep.record.conflicts["name"].sides == {"2": "Bea", "record": "Ann"}
    assert lose.record.conflicts == {}, "an alias has nothing open"


@pytest.mark.parametrize(
    ("mine", "side"),
    [
        (link(1, 1, seen={"name": "Ann"}), "1"),
        (link(1, 1, seen={"name": "moved"}), "record"),
        (link(1, 1, seen={"name": "Ann"}, state="tombstone"), "record"),
    ],
)
def test_the_survivors_value_becomes_a_side_of_the_others_conflict(mine: Link, side: str) -> None:
    keep = case(1, {"name": "Ann"}, mine)
    lose = case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea"}), conflicts={"name": conflict(_2="Bea", _9="Cy")})
    join(keep, lose, "anna")
    assert keep.record.conflicts["name"].sides == {side: "Ann", "2": "Bea", "9": "Cy"}


def test_a_value_that_no_row_brought_is_the_records_side() -> None:
    keep, held = case(1, {}, link(1, 1)), FieldValue(value="Ann", version=1)
    keep.record = replace(keep.record, fields={"name": held})
    lose = case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea"}), conflicts={"name": conflict(_2="Bea", _9="Cy")})
    join(keep, lose, "anna")
    assert keep.record.conflicts["name"].sides["record"] == "Ann"


def test_the_conflicts_of_both_become_one_with_the_sides_of_both_since_the_first() -> None:
    late = replace(conflict(_1="Ann", _8="Amy"), since=7.0, gone=("8",))
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}), conflicts={"name": late})
    early = replace(conflict(_2="Bea", _9="Cy", record="Bea"), gone=("9",))
    join(keep, case(2, {"name": "Bea"}, link(2, 2, "erp", {"name": "Bea"}), conflicts={"name": early}), "anna")
    found = keep.record.conflicts["name"]
    assert found.sides == {"1": "Ann", "8": "Amy", "2": "Bea", "9": "Cy"}
    assert (found.since, set(found.gone)) == (3.0, {"8", "9"})


def test_a_conflict_among_the_others_rows_stays_theirs_where_both_records_hold_the_same() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}))
    rows = link(2, 2, "erp", {"name": "Bea"}), link(3, 2, "shop", {"name": "Cy"})
    join(keep, case(2, {"name": "ann"}, *rows, conflicts={"name": conflict(_2="Bea", _3="Cy")}), "anna")
    assert keep.record.conflicts["name"].sides == {"2": "Bea", "3": "Cy"}


def test_a_conflict_whose_sides_are_equal_after_the_merge_is_closed() -> None:
    keep = case(1, {"name": "Bea"}, link(1, 1, seen={"name": "Bea"}))
    lose = case(2, {"name": "x"}, link(2, 2, "crm", {"name": "x"}), conflicts={"name": conflict(_2="Bea")})
    join(keep, lose, "anna")
    assert keep.record.conflicts == {}
    assert keep.value("name").value == "Bea"


def test_a_side_that_comes_to_be_equal_as_it_joins_closes_the_conflict() -> None:
    keep = case(1, {"name": "Ann"}, link(1, 1, seen={"name": "Ann"}), conflicts={"name": conflict(_1="Ann", _2="Bea")})
    lose = case(2, {"name": "Ann"}, link(2, 2, "erp", {"name": "Ann"}), link(3, 2, "shop", {"name": "Ann"}))
    join(keep, lose, "anna")
    assert keep.record.conflicts == {}


# ---- the record itself
def test_what_is_no_field_comes_along() -> None:
    parked = Parking(code="x", reason="")
    keep = case(1, {}, link(1, 1), state="archived", created_at=9.0, candidate_of=2, distinct_from=(2, 7),
                episodes={"r": Episode(number=1)})  # fmt: skip
    lose = case(2, {}, link(2, 2, "erp", deleting=True), parked=parked, created_at=5.0, paused=True,
                distinct_from=(1, 8), episodes={"r": Episode(number=9), "s": Episode(number=3)})  # fmt: skip
    keep.put(1, deleting=True, carried=True)
    lose.hints.append((2, 50.0))
    join(keep, lose, "anna")
    record = keep.record
    assert (record.state, record.parked, record.created_at, record.paused) == ("active", parked, 5.0, True)
    assert (record.candidate_of, record.distinct_from) == (None, (7, 8))
    assert {name: one.number for name, one in record.episodes.items()} == {"r": 1, "s": 3}
    assert not any(one.deleting or one.carried for one in keep.links.values())
    assert ((2, 50.0) in keep.hints, lose.hints, lose.links) == (True, [], {})


def test_two_deleted_records_stay_deleted() -> None:
    keep, lose = case(1, {}, link(1, 1), state="archived"), case(2, {}, link(2, 2, "erp"), state="archived")
    join(keep, lose, "anna")
    assert keep.record.state == "archived"


def test_the_candidate_of_a_third_stays_one() -> None:
    keep, lose = case(1, {}, link(1, 1), candidate_of=9), case(2, {}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.record.candidate_of == 9


def test_the_lines_of_documents_stay_with_their_own_record() -> None:
    policy = EntityPolicy(
        name="contact", fields=FIELDS | {"lines/*/name": FieldPolicy(name="lines/*/name", type=PLAIN)}
    )
    keep = case(1, {"lines/1/name": "of 1"}, link(1, 1))
    lose = case(2, {"lines/1/name": "of 2"}, link(2, 2, "erp"), link(3, 2, "shop", state="birth", external_id=None))
    for one in (keep, lose):
        one.setting = Setting(entity=policy, order=("crm",), view=view, now=1.0, run=5)
    join(keep, lose, "anna")
    assert keep.value("lines/1/name").value == "of 1"
    assert (keep.links[2].state, keep.links[3].state) == ("shadow", "birth")


# ---- seats
def test_an_active_row_sits_before_a_sleeping_one_and_births_end() -> None:
    one = case(
        1, {}, link(1, 1, state="asleep"), link(2, 1), link(3, 1, state="birth", external_id=None),
        link(4, 1, state="birth", external_id=None, writing=8), link(5, 1, "erp", state="birth", external_id=None),
        link(6, 1, "erp", state="birth", external_id=None),
    )  # fmt: skip
    assert seats.seat_all(one) == []
    states = {lid: k.state for lid, k in one.links.items()}
    assert states == {1: "shadow", 2: "active", 3: "tombstone", 4: "birth", 5: "birth", 6: "tombstone"}


def test_a_shadow_is_seated_when_nobody_else_is_there() -> None:
    one = case(1, {}, link(1, 1, state="tombstone"), link(2, 1, state="shadow"), link(3, 1, state="shadow"))
    assert seats.seat(one, "crm", "contact") == [2]
    assert one.links[3].state == "shadow"
