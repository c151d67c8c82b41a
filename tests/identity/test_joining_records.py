"""Two records become one and two again, on cases alone: what each link stands for, and what stays open."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from syncline.identity import seats
from syncline.identity.merging import join, restated
from syncline.identity.unmerging import merge_of, part, state_then
from syncline.mapping.choices import set_of
from syncline.mapping.text import text
from syncline.merge.case import Case
from syncline.merge.policy import HUB, EntityPolicy, FieldPolicy, Setting
from syncline.model.entry import Entry
from syncline.model.intent import Intent, Told
from syncline.model.link import Doubt, Known, Link, Sent, Withheld
from syncline.model.record import Conflict, Episode, FieldValue, Parking, Record

PLAIN = text(case="ignore")
FIELDS = {
    "name": FieldPolicy(name="name", type=PLAIN),
    "phone": FieldPolicy(name="phone", type=PLAIN),
    "score": FieldPolicy(name="score", type=PLAIN, truth=HUB),
    "tags": FieldPolicy(name="tags", type=set_of(PLAIN), policy="union"),
    "notes": FieldPolicy(name="notes", type=PLAIN, policy="append"),
}
ENTITY = EntityPolicy(name="contact", fields=FIELDS)


def view(link: Link) -> Mapping[str, Any]:
    return link.seen


def setting(run: int) -> Setting:
    return Setting(entity=ENTITY, order=("crm", "erp"), view=view, now=100.0 + run, run=run)


def case(rid: int, values: dict[str, Any], *links: Link, run: int = 5, **record: Any) -> Case:
    """A record whose values came from its first link, in their second version."""
    fields = {
        n: FieldValue(value=v, version=2, source=links[0].id if links else None, run=1) for n, v in values.items()
    }
    kept = Record(id=rid, entity="contact", origin="crm", fields=fields, **record)
    return Case(record=kept, links={link.id: link for link in links}, setting=setting(run))


def link(lid: int, record: int, system: str = "crm", seen: dict[str, Any] | None = None, **facts: Any) -> Link:
    """A row; its id is that of the link."""
    return Link(
        id=lid, record=record, entity="contact", system=system, stream="contact", seen=seen or {},
        **{"external_id": str(lid), **facts},
    )  # fmt: skip


def agreed(**versions: int | None) -> dict[str, Known]:
    return {name: Known(agreed=version) for name, version in versions.items()}


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
def test_computed_fields_and_lines_are_left_to_what_makes_them() -> None:
    keep, lose = case(1, {"score": "1"}, link(1, 1)), case(2, {"score": "2"}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("score").value == "1"
    assert not [e for e in keep.entries if e.field == "score"]


def test_a_blank_of_the_other_changes_nothing() -> None:
    keep, lose = case(1, {"name": "Ann"}, link(1, 1)), case(2, {"name": None}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("name").value == "Ann"


def test_a_set_that_holds_everything_already_is_not_a_new_value() -> None:
    keep, lose = case(1, {"tags": ["a", "b"]}, link(1, 1)), case(2, {"tags": ["a"]}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("tags").version == 2


def test_texts_that_are_appended_to_are_not_run_together() -> None:
    keep, lose = case(1, {"notes": "one"}, link(1, 1)), case(2, {"notes": "two"}, link(2, 2, "erp"))
    join(keep, lose, "anna")
    assert keep.value("notes").value == "one"
    assert [e.before for e in keep.entries if e.kind == "first-lost"] == ["two"]


# ---- conflicts
def conflict(**sides: Any) -> Conflict:
    return Conflict(sides={key.removeprefix("_"): value for key, value in sides.items()}, since=3.0, run=2)


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


# ---- parting
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


def test_what_its_own_row_said_since_is_nothing_new_where_it_is_what_it_had() -> None:
    keep, lose, history = joined(case(1, {"name": "Ann"}, link(1, 1)), case(2, {"name": "Bea"}, link(2, 2, "erp")))
    keep.set_value("name", "bea", 2, 1.0, 1.0, "")
    steps, _ = part(keep, lose, history)
    assert [step for step in steps if step.record == 2 and step.what == "field"] == []


def test_a_sleeping_row_is_told_nothing_when_it_goes_back() -> None:
    keep, lose, history = joined(case(1, {}, link(1, 1)), case(2, {}, link(2, 2, "erp", {"name": "x"}, state="asleep")))
    part(keep, lose, history)
    assert lose.value("name").version == 0


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
