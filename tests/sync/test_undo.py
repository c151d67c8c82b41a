"""An undo is a list first; it puts back, deletes what was made, says what stays, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed
from small_world import CONTACT, Small, calm, contacts, filled

from syncline.model.link import UNKNOWN_FIELD, Known
from syncline.sync import deliver, people, stops
from syncline.sync.apply import apply
from syncline.sync.plan import plan
from syncline.sync.undo import Undoing, plan_undo, undo_run
from syncline.testing.twins import TWINS, in_place


def told(**habits: object) -> tuple[Small, int]:
    """The name of one contact was told to the ERP: the small world, and the run."""
    small = Small(contacts("crm", "erp"), {"erp": calm(**habits)})
    for system in ("crm", "erp"):
        filled(small, system, 2)
    small.observe()
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"name": "after", "phone": "9"})
    small.observe()
    small.deliver(1)
    return small, small.last_run("deliver")


def made() -> tuple[Small, int]:
    """One contact of the CRM was made in the ERP by an apply."""
    small = Small(contacts("crm", "erp", mode="approve"))
    filled(small, "crm", 1)
    small.observe()
    run = apply(small.hub, plan(small.hub)).run
    small.other(replace(small.hub.declaration, mode="live"))
    return small, run


def known(small: Small, field: str, system: str = "erp") -> Known:
    return small.link(system, small.row(system, "contact").id).known.get(field, UNKNOWN_FIELD)


def steps(undoing: Undoing) -> list[tuple[str, str | None, object, object]]:
    return [(one.what, one.field, one.before, one.after) for one in undoing.steps]


def whys(undoing: Undoing) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in undoing.steps]


# ---- fields
def test_an_undo_is_said_first_and_then_done() -> None:
    small, run = told()
    before = len(small.hub.ledger.runs(1000))
    shown = plan_undo(small.hub, run)
    assert steps(shown) == [("put back", "name", "after", "n0"), ("put back", "phone", "9", "p0")]
    assert len(small.hub.ledger.runs(1000)) == before
    undoing = undo_run(small.hub, run, "anna")
    assert steps(undoing) == steps(shown)
    small.settle()
    assert small.values("erp")["name"] == "n0"
    assert small.values("crm")["name"] == "after", "the source is untouched"
    assert [i.undone_by for i in small.hub.ledger.intents_of_run(run)] == [undoing.by]
    told_by = small.hub.ledger.run(undoing.by)
    assert told_by is not None
    assert (told_by.undoes, told_by.note) == (run, "anna")


def test_what_somebody_changed_since_is_left_and_said() -> None:
    small, run = told()
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"name": "mine"})
    small.observe()
    assert ("left", "the record has gone on since") in whys(plan_undo(small.hub, run))
    undo_run(small.hub, run, "anna")
    small.settle()
    assert small.values("erp")["name"] == "mine"
    assert small.values("erp")["phone"] == "p0"


def test_what_nobody_looked_at_since_is_left() -> None:
    small, run = told(tells=False)
    assert whys(plan_undo(small.hub, run)) == [("left", "nobody has looked at it since it was written")] * 2
    small.observe()
    assert {one.what for one in plan_undo(small.hub, run).steps} == {"put back"}


def test_an_undone_field_is_left_by_a_second_undo() -> None:
    small, run = told()
    undo_run(small.hub, run, "anna")
    assert whys(plan_undo(small.hub, run)) == [("left", "the field is open")] * 2


def test_a_row_that_is_gone_is_left() -> None:
    small, run = told()
    small.systems["erp"].kill("contact", small.row("erp", "contact").id)
    small.observe()
    assert whys(plan_undo(small.hub, run)) == [("left", "its row is tombstone by now")] * 2


def test_the_undo_of_an_undo_tells_the_records_value_again() -> None:
    small, run = told()
    first = undo_run(small.hub, run, "anna")
    small.settle()
    assert small.values("erp")["name"] == "n0"
    second = undo_run(small.hub, first.by, "bob")
    assert [one.what for one in second.steps] == ["told again", "told again"]
    small.settle()
    assert small.values("erp")["name"] == "after"
    assert known(small, "name").withheld is None
    third = undo_run(small.hub, second.by, "anna")
    assert [one.what for one in third.steps] == ["put back", "put back"]
    small.settle()
    assert small.values("erp")["name"] == "n0"


def test_an_undo_that_was_not_written_yet_is_taken_back_without_a_write() -> None:
    small, run = told()
    first = undo_run(small.hub, run, "anna")
    before = len(small.writes())
    undo_run(small.hub, first.by, "anna")
    small.settle()
    assert len(small.writes()) == before
    assert small.values("erp")["name"] == "after"


def test_an_undo_that_ended_by_an_edit_is_not_taken_back() -> None:
    small, run = told()
    first = undo_run(small.hub, run, "anna")
    small.settle()
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"name": "edited"})
    small.settle()
    assert ("left", "the undo of this field ended before") in whys(undo_run(small.hub, first.by, "bob"))
    small.settle()
    assert small.values("erp")["name"] == "edited"


def test_an_undo_of_a_run_nobody_knows_does_nothing() -> None:
    small, _ = told()
    assert plan_undo(small.hub, 10**6).steps == []
    with small.hub.ledger.unit() as unit:
        run = small.hub.ledger.run(small.last_run("deliver"))
        assert run is not None
        unit.save_run(changed(run, id=10**7, kind="undo", undoes=10**6))
    assert plan_undo(small.hub, 10**7).steps == []


def test_only_writes_are_taken_back_by_the_short_way() -> None:
    small, run = told()
    link = small.link("erp", small.row("erp", "contact").id)
    assert sorted(people.undo_run(small.hub, run, "anna")) == [(link.id, "name"), (link.id, "phone")]


# ---- conflicts
def bystander() -> tuple[Small, int]:
    """The shop was told a rep; then CRM and ERP disagree about it."""
    small = Small(contacts("crm", "erp", "shop"))
    for system in ("crm", "erp", "shop"):
        filled(small, system, 1, rep="old")
    small.observe()
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"rep": "new"})
    small.settle(2)
    links = small.case_of("crm").links.values()
    shop = next(link.id for link in links if link.system == "shop")
    runs = [run.id for run in small.hub.ledger.runs(1000) if run.kind == "deliver"]
    run = next(r for r in runs if any(i.link == shop for i in small.hub.ledger.intents_of_run(r)))
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"rep": "one"})
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"rep": "two"})
    return small, run


def test_an_undo_waits_for_an_open_conflict_and_is_dropped_by_a_new_value() -> None:
    small, run = bystander()
    undo_run(small.hub, run, "anna")
    small.observe()
    rid = small.case_of("crm").record.id
    small.deliver()
    assert "rep" in small.case(rid).record.conflicts
    assert small.values("shop")["rep"] == "new"
    people.set_value(small.hub, rid, "rep", "settled", "bob")
    small.settle()
    assert small.values("shop")["rep"] == "settled"
    why = [entry.why for entry in small.hub.ledger.history([rid])[rid] if entry.kind == "undo" and entry.why]
    assert why == ["dropped: the field has a new value"]


def conflicted() -> tuple[Small, int, int]:
    """The shop was told `new` and stands for it; CRM and ERP disagree since: the world, the run, the record."""
    small = Small(contacts("crm", "erp", "shop"))
    for system in ("crm", "erp", "shop"):
        filled(small, system, 1, rep="old")
    small.observe()
    erp, shop = (small.row(system, "contact").id for system in ("erp", "shop"))
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"rep": "new"})
    small.observe(2)
    deliver.deliver(small.hub, "shop", "contact")
    run = small.last_run("deliver")
    small.systems["erp"].change("contact", erp, {"rep": "two"})
    small.observe()
    rid = small.link("shop", shop).record
    assert "rep" in small.case(rid).record.conflicts
    return small, run, rid


def test_an_undo_asked_for_in_an_open_conflict_waits_for_its_end() -> None:
    small, run, rid = conflicted()
    assert whys(plan_undo(small.hub, run)) == [("put back", "waits for the open conflict")]
    undo_run(small.hub, run, "anna")
    small.settle()
    assert small.values("shop")["rep"] == "new"
    people.take_side(small.hub, rid, "rep", small.link("crm", small.row("crm", "contact").id).id, "bob")
    small.settle()
    assert small.values("erp")["rep"] == "new"
    assert small.values("shop")["rep"] == "old", "settled for the same value: the undo goes on"


def test_the_broken_twin_writes_an_undo_into_an_open_conflict() -> None:
    small, run, _ = conflicted()
    with in_place(next(twin for twin in TWINS if twin.title == "undo in a conflict")):
        undo_run(small.hub, run, "anna")
        small.settle()
    assert small.values("shop")["rep"] == "old"


def test_a_side_of_the_conflict_is_left() -> None:
    small, run, _ = conflicted()
    small.systems["shop"].change("contact", small.row("shop", "contact").id, {"rep": "three"})
    small.observe()
    assert whys(plan_undo(small.hub, run)) == [("left", "somebody has changed it in shop")]


# ---- creates
def test_a_created_row_is_deleted_and_never_made_again() -> None:
    small, run = made()
    assert [one.what for one in plan_undo(small.hub, run).steps] == ["deleted"]
    undo_run(small.hub, run, "anna")
    small.settle()
    assert small.alive("erp") == []
    assert len(small.alive("crm")) == 1
    assert small.link("erp", small.row("erp", "contact").id).state == "tombstone"
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"name": "later"})
    small.settle()
    assert small.alive("erp") == []


def test_what_a_system_fills_in_itself_when_a_row_is_made_is_nobodys_change() -> None:
    """An ERP gives a new order its number and its state."""
    small = Small(contacts("crm", "erp", mode="approve"))
    filled(small, "crm", 1, phone=None)
    small.observe()
    erp = small.systems["erp"]
    made_there = erp.make

    def make(stream: str, values: Any, key: str | None = None) -> Any:
        return made_there(stream, {**values, "phone": "given"}, key)

    erp.make = make  # type: ignore[method-assign]
    run = apply(small.hub, plan(small.hub)).run
    small.other(replace(small.hub.declaration, mode="live"))
    small.settle()
    assert small.values("crm")["phone"] == "given"
    assert [one.what for one in plan_undo(small.hub, run).steps] == ["deleted"]
    small.now += 60.0
    erp.change("contact", small.row("erp", "contact").id, {"phone": "edited"})
    small.settle()
    assert whys(plan_undo(small.hub, run))[-1] == ("left", "somebody has changed it in erp")


def test_a_created_row_that_somebody_changed_stays() -> None:
    small, run = made()
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "edited"})
    small.settle()
    assert whys(plan_undo(small.hub, run)) == [("left", "somebody has changed it in erp")]
    undo_run(small.hub, run, "anna")
    small.settle()
    assert len(small.alive("erp")) == 1


@pytest.mark.parametrize("read_before", [True, False])
def test_a_created_row_that_was_edited_before_the_delete_left_stays(read_before: bool) -> None:
    small, run = made()
    undo_run(small.hub, run, "anna")
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "edited"})
    small.now += 1.0
    if read_before:
        small.observe()
    small.deliver()
    small.settle()
    assert len(small.alive("erp")) == 1
    assert small.case_of("crm").record.parked is None
    assert small.values("crm")["phone"] == "edited"


def test_a_carried_delete_stops_for_an_edit_that_was_read_before_it_left() -> None:
    small = Small(contacts("crm", "erp"))
    for system in ("crm", "erp"):
        filled(small, system, 1)
    small.observe()
    small.systems["crm"].kill("contact", small.row("crm", "contact").id)
    small.observe()
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "edited"})
    small.settle()
    assert len(small.alive("erp")) == 1
    parked = small.case(small.link("erp", small.row("erp", "contact").id).record).record.parked
    assert parked is not None
    assert parked.code == "deleted-against-edit"


def test_what_a_delete_by_people_means_does_not_keep_what_the_run_made() -> None:
    small, run = made()
    keeps = replace(CONTACT, on_delete={"erp": "unlink", "crm": "unlink"})
    small.other(replace(small.hub.declaration, entities={"contact": keeps}))
    assert whys(plan_undo(small.hub, run)) == [("deleted", "")]


def test_what_cannot_be_deleted_stays() -> None:
    small, run = made()
    erp = small.hub.connectors["erp"]
    streams = tuple(replace(stream, delete=None) for stream in erp.streams)
    small.hub = replace(small.hub, connectors={**small.hub.connectors, "erp": replace(erp, streams=streams)})
    assert whys(plan_undo(small.hub, run)) == [("left", "erp deletes nothing")]


def test_a_created_row_that_nobody_looked_at_stays_until_somebody_did() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(tells=False)})
    filled(small, "crm", 1)
    small.observe()
    small.deliver(3)
    run = small.last_run("birth")
    assert whys(plan_undo(small.hub, run)) == [("left", "nobody has looked at it since it was written")]
    small.observe()
    assert [one.what for one in plan_undo(small.hub, run).steps] == ["deleted"]


def test_undone_creates_pass_the_brake_and_do_not_count() -> None:
    small = Small(contacts("crm", "erp", brakes_from_links=10**6))
    filled(small, "crm", 80)
    small.settle(3)
    runs = [run.id for run in small.hub.ledger.runs(1000) if run.kind == "birth"]
    small.other(replace(small.hub.declaration, brakes_from_links=50))
    for run in runs:
        undo_run(small.hub, run, "anna")
    small.settle(3)
    assert small.alive("erp") == []
    assert stops.held(small.hub) == []
    assert small.hub.ledger.told_since("erp", "contact", "delete", 0.0) == 0


def test_the_undo_of_a_create_is_taken_back_while_the_row_is_there() -> None:
    small, run = made()
    first = undo_run(small.hub, run, "anna")
    assert whys(plan_undo(small.hub, run)) == [("left", "it is being deleted by now")]
    second = undo_run(small.hub, first.by, "bob")
    assert [one.what for one in second.steps] == ["kept"]
    small.settle()
    assert len(small.alive("erp")) == 1
    assert [one.what for one in undo_run(small.hub, second.by, "bob").steps] == ["deleted"]
    small.settle()
    again = undo_run(small.hub, first.by, "bob")
    assert whys(again) == [("left", "it was deleted, and is not made again")]


def test_an_undo_that_did_not_delete_a_row_does_not_keep_it() -> None:
    small, run = made()
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "edited"})
    small.settle()
    first = undo_run(small.hub, run, "anna")
    assert whys(undo_run(small.hub, first.by, "bob")) == [("left", "the undo did not delete it")]


def test_a_delete_that_was_sent_is_final() -> None:
    small = Small(contacts("crm", "erp"))
    for system in ("crm", "erp"):
        filled(small, system, 1)
    small.observe()
    small.systems["crm"].kill("contact", small.row("crm", "contact").id)
    small.settle()
    shown = plan_undo(small.hub, small.last_run("deliver"))
    assert whys(shown) == [("final", "a delete that was sent cannot be taken back")]
