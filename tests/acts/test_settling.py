"""Conflicts, first differences, refused proposals and withheld fields are settled by a person, and told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import ActingWorld, acting

from syncline.acts.act import Plan, Settle, Sync, Undo, Withhold
from syncline.acts.told import Done, Planned, Refused, Synced, Undone


def conflict(world: ActingWorld) -> str:
    """Both sides changed the rep: the place."""
    world.both(1, rep="old")
    world.done(Synced, Sync())
    world.edit("crm", "crm0", rep="one")
    world.edit("erp", "erp0", rep="two")
    return world.done(Synced, Sync()).new[0].at


@pytest.mark.parametrize(
    ("act", "value"),
    [
        (Settle(how="take", at="", system="crm"), "one"),
        (Settle(how="take", at="", system="erp"), "two"),
        (Settle(how="take", at="", system="record"), "one"),
        (Settle(how="set", at="", value="three"), "three"),
        (Settle(how="redo", at=""), "one"),
    ],
)
def test_a_conflict_is_settled_and_told(world: ActingWorld, act: Settle, value: str) -> None:
    at = conflict(world)
    act = Settle(how=act.how, at=at, system=act.system, value=act.value)
    said = world.done(Done, act).said
    assert "updated" in said
    assert [world.there("crm", "crm0", "rep"), world.there("erp", "erp0", "rep")] == [value, value]
    assert world.done(Synced, Sync()).open_count == 0


def test_a_decision_is_a_run_that_undo_takes_back(world: ActingWorld) -> None:
    at = conflict(world)
    world.done(Done, Settle(how="set", at=at, value="three"))
    run = world.hub.ledger.runs(1)[0]
    assert run.kind == "person"
    assert run.note.startswith("anna: ")
    assert world.done(Undone, Undo(run=run.id)).counts == {"put back": 2}
    assert [world.there("crm", "crm0", "rep"), world.there("erp", "erp0", "rep")] == ["one", "two"]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Settle(how="take", at="1.rep"), "whose value"),
        (Settle(how="take", at="1.rep", system="shop"), "no row at shop"),
        (Settle(how="keep", at="1.rep"), "in a conflict"),
        (Settle(how="redo", at="1.name"), "Nothing is open"),
        (Settle(how="take", at="1.name", system="erp"), "nothing of 1.name to take"),
        (Settle(how="take", at="1.name", system="record"), "in no conflict"),
        (Settle(how="set", at="1.visits", value="x"), "does not fit"),
        (Settle(how="set", at="1"), "names no field"),
        (Withhold(at="1.nme"), "has no field"),
        (Withhold(at="1.name", system="shop"), "no row at shop"),
    ],
)
def test_what_cannot_be_settled_is_said(world: ActingWorld, act: Settle | Withhold, why: str) -> None:
    conflict(world)
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy


# ---- first differences
def difference(tmp: ActingWorld) -> str:
    tmp.type("crm", email="a@example.test", rep="one")
    tmp.type("erp", email="a@example.test", rep="two")
    (one,) = tmp.done(Synced, Sync()).new
    assert one.kind == "difference"
    return one.at


@pytest.mark.parametrize(("how", "both"), [("take", True), ("redo", True), ("keep", False)])
def test_a_first_difference_is_settled(world: ActingWorld, how: str, both: bool) -> None:
    at = difference(world)
    system = at.partition("@")[2]
    world.done(Done, Settle(how=how, at=at, system=system if how == "take" else None))  # type: ignore[arg-type]
    told = world.done(Synced, Sync())
    assert (told.open_count, told.written) == (0, {})
    values = {world.there("crm", "crm0", "rep"), world.there("erp", "erp0", "rep")}
    assert len(values) == (1 if both else 2)
    assert world.done(Planned, Plan()).writes == 0, "what a system keeps is in no plan"


# ---- a refused proposal
def test_a_refused_edit_is_taken_by_a_person_and_goes_to_the_truth_too(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.edit("erp", "erp0", price="10")
    world.done(Synced, Sync())
    world.edit("crm", "crm0", price="12")
    world.done(Synced, Sync())
    assert world.there("crm", "crm0", "price") == "10", "the ERP owns the price"
    record = world.link("crm", "crm0").record
    told = world.done(Done, Settle(how="take", at=f"{record}.price", system="crm"))
    assert "'12', which was refused" in told.said
    assert [world.there("crm", "crm0", "price"), world.there("erp", "erp0", "price")] == ["12", "12"]
    entry = [one for one in world.hub.ledger.history([record])[record] if one.kind == "person"][-1]
    assert (entry.field, entry.after, entry.why) == ("price", "12", "anna")


# ---- withheld
def test_a_field_is_withheld_until_it_is_let_through(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    record = world.link("crm", "crm0").record
    assert "left alone in erp" in world.done(Done, Withhold(at=f"{record}.name", system="erp")).said
    world.edit("crm", "crm0", name="Another")
    world.edit("erp", "erp0", phone="5")
    for full in (False, True):
        world.done(Synced, Sync(full=full))
    assert world.there("erp", "erp0", "name") == "Another", "a new value of the record ends it"
    world.done(Done, Withhold(at=f"{record}.name"))
    assert len(world.hub.ledger.open_items("withheld")) == 2


def test_what_an_undo_withheld_is_kept_or_let_through(world: ActingWorld) -> None:
    world.both(2)
    world.done(Synced, Sync())
    for n in (0, 1):
        world.edit("crm", f"crm{n}", name="Another")
    run = world.done(Synced, Sync()).run
    world.done(Undone, Undo(run=run))
    places = [f"{world.link('erp', f'erp{n}').record}.name@erp" for n in (0, 1)]
    world.done(Done, Settle(how="redo", at=places[0]))
    world.done(Done, Settle(how="keep", at=places[1]))
    assert world.there("erp", "erp0", "name") == "Another"
    told = world.done(Synced, Sync(full=True))
    assert (told.open_count, told.written) == (0, {})
    assert world.there("erp", "erp1", "name") == "Contact 1"
    assert world.done(Planned, Plan()).writes == 0, "what a system keeps is in no plan"
    world.edit("crm", "crm1", name="Newer")
    world.done(Synced, Sync())
    assert world.there("erp", "erp1", "name") == "Newer", "a new value is an ordinary one"


def test_in_mode_approve_a_decision_is_not_told_by_itself(tmp_path: Path) -> None:
    with acting(tmp_path, mode="approve") as world:
        at = conflict(world)
        told = world.done(Done, Settle(how="set", at=at, value="three"))
        assert "Told" not in told.said
        assert world.there("erp", "erp0", "rep") == "two"
        assert world.done(Planned, Plan()).writes == 2


def test_a_decision_while_a_system_is_down_is_told_later(world: ActingWorld) -> None:
    at = conflict(world)
    world.systems["erp"].up = False
    told = world.done(Done, Settle(how="set", at=at, value="three"))
    assert "erp is told later (erp: erp is down)" in told.said
    world.systems["erp"].up = True
    world.done(Synced, Sync())
    assert world.there("erp", "erp0", "rep") == "three"
