"""Parked things of every kind are tried again, left alone, edited; and what cannot be is said."""

from __future__ import annotations

import pytest
from acting_world import ActingWorld

from syncline.acts.act import Parked, Part, Settle, Sync
from syncline.acts.told import Done, Refused, Synced


def refused_field(world: ActingWorld) -> str:
    """The ERP refuses a name: its place."""
    world.both(2)
    world.done(Synced, Sync())
    world.refuses["erp", "name"] = "Bad"
    world.edit("crm", "crm0", name="Bad", phone="7")
    told = world.done(Synced, Sync())
    assert [(one.kind, one.field, one.system) for one in told.new] == [("parked", "name", "erp")]
    return told.new[0].at


# ---- a field
def test_a_field_is_tried_again_when_the_cause_is_gone(world: ActingWorld) -> None:
    at = refused_field(world)
    assert world.there("erp", "erp0", "phone") == "7", "a field holds up no other"
    world.done(Done, Parked(how="retry", at=at))
    assert world.known("erp", "erp0", "name").parked is not None, "the cause is there still"
    world.refuses.clear()
    assert world.done(Synced, Sync()).written == {}, "nothing is tried by itself"
    told = world.done(Done, Parked(how="retry", at=at))
    assert (told.count, "updated 1" in told.said) == (1, True)
    assert world.there("erp", "erp0", "name") == "Bad"
    assert world.known("erp", "erp0", "name").parked is None


def test_a_field_that_is_left_alone_stays_so(world: ActingWorld) -> None:
    at = refused_field(world)
    world.refuses.clear()
    world.done(Done, Parked(how="skip", at=at, why="the ERP has its own name for it"))
    for _ in range(2):
        world.done(Synced, Sync(full=True))
    assert world.there("erp", "erp0", "name") == "Contact 0"
    assert world.known("erp", "erp0", "name").withheld is not None
    record = world.link("erp", "erp0").record
    history = [(one.kind, one.field, one.why) for one in world.hub.ledger.history([record])[record]]
    assert ("left-alone", "name", "anna: the ERP has its own name for it") in history
    world.done(Done, Settle(how="redo", at=at))
    assert world.there("erp", "erp0", "name") == "Bad"


def test_a_field_is_edited_and_goes_everywhere(world: ActingWorld) -> None:
    at = refused_field(world)
    told = world.done(Done, Parked(how="edit", at=at, value="Good"))
    assert "updated 2" in told.said
    assert [world.there(*row, "name") for row in (("crm", "crm0"), ("erp", "erp0"))] == ["Good", "Good"]
    assert world.known("erp", "erp0", "name").parked is None


def test_an_edit_that_does_not_fit_is_refused_with_the_reason(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    record = world.link("crm", "crm0").record
    told = world.act(Parked(how="edit", at=f"{record}.visits", value="many"))
    assert isinstance(told, Refused)
    assert "'many' does not fit: 'many' is not a number" in told.why
    assert world.value("crm", "crm0", "visits") is None
    world.done(Done, Parked(how="edit", at=f"{record}.visits", value="12"))
    assert (world.value("crm", "crm0", "visits"), world.there("erp", "erp0", "visits")) == (12, 12)
    world.done(Done, Parked(how="edit", at=f"{record}.phone", value=" "))
    assert world.there("erp", "erp0", "phone") is None


def test_what_does_not_fit_is_never_written_over(world: ActingWorld) -> None:
    world.both(1, visits=1)
    world.done(Synced, Sync())
    world.edit("erp", "erp0", visits="a few")
    told = world.done(Synced, Sync())
    at = told.new[0].at
    assert told.new[0].code == "does-not-fit"
    world.done(Done, Parked(how="retry", at=at))
    world.done(Done, Parked(how="skip", at=at, why="later"))
    assert world.known("erp", "erp0", "visits").parked is not None
    world.edit("erp", "erp0", phone="5")
    told = world.done(Synced, Sync(full=True))
    assert told.new_count == 0, "left alone, while it says the same"
    edited = world.done(Done, Parked(how="edit", at=at, value=3))
    assert "correct it in erp" in edited.said or world.there("erp", "erp0", "visits") == "a few"
    assert world.there("erp", "erp0", "visits") == "a few"
    assert world.there("crm", "crm0", "visits") == 3
    world.edit("erp", "erp0", visits=4)
    world.done(Synced, Sync())
    assert world.known("erp", "erp0", "visits").parked is None


# ---- a link
def refused_birth(world: ActingWorld) -> str:
    """The ERP refuses to make a row, by what it would be known by: its place."""
    world.refuses["erp", "email"] = "new@example.test"
    world.type("crm", email="new@example.test", name="Bad")
    told = world.done(Synced, Sync())
    assert [one.kind for one in told.new] == ["parked"]
    return told.new[0].at


def test_a_birth_is_tried_again(world: ActingWorld) -> None:
    at = refused_birth(world)
    world.refuses.clear()
    assert "created 1" in world.done(Done, Parked(how="retry", at=at)).said
    assert world.there("erp", "erp0", "name") == "Bad"


def test_a_birth_that_is_left_alone_is_made_by_nothing_but_a_retry(world: ActingWorld) -> None:
    at = refused_birth(world)
    world.refuses.clear()
    world.done(Done, Parked(how="skip", at=at, why="not for the ERP"))
    world.edit("crm", "crm0", phone="1")
    told = world.done(Synced, Sync(full=True))
    assert (told.written, world.alive("erp")) == ({}, [])
    world.done(Done, Parked(how="retry", at=at))
    assert world.alive("erp") == ["erp0"]


# ---- a record
def deleted_against_an_edit(world: ActingWorld) -> str:
    """Deleted in the CRM, and edited in the ERP since: the record's place."""
    world.type("crm", email="new@example.test", name="New")
    world.done(Synced, Sync())
    world.now += 60
    world.systems["crm"].kill("contact", "crm0")
    world.edit("erp", "erp0", phone="5")
    world.systems["crm"].up = False
    world.done(Synced, Sync())
    world.systems["crm"].up = True
    told = world.done(Synced, Sync())
    assert [one.code for one in told.new] == ["deleted-against-edit"]
    return told.new[0].at


@pytest.mark.parametrize(
    ("how", "crm", "erp"), [("retry", ["crm1"], ["erp0"]), ("skip", [], ["erp0"]), ("delete", [], [])]
)
def test_a_delete_in_question_is_answered(world: ActingWorld, how: str, crm: list[str], erp: list[str]) -> None:
    at = deleted_against_an_edit(world)
    world.done(Done, Parked(how=how, at=at, why="said so"))  # type: ignore[arg-type]
    told = world.done(Synced, Sync())
    assert told.open_count == 0
    assert (world.alive("crm"), world.alive("erp")) == (crm, erp)


# ---- a row that belongs to no record
def unlinked_row(world: ActingWorld) -> str:
    """A row that was taken from its record."""
    world.both(1)
    world.done(Synced, Sync())
    at = "erp/contact/erp0"
    world.done(Done, Part(at=at))
    assert world.hub.ledger.parked_rows([("erp", "contact", "erp0")])
    return at


def test_a_row_is_met_again(world: ActingWorld) -> None:
    at = unlinked_row(world)
    record = world.link("crm", "crm0").record
    world.done(Done, Parked(how="retry", at=at))
    assert world.link("erp", "erp0").record == record, "its e-mail is the same still"


def test_a_row_that_is_left_alone_stays_so_until_it_changes(world: ActingWorld) -> None:
    at, row = unlinked_row(world), ("erp", "contact", "erp0")
    world.done(Done, Parked(how="skip", at=at, why="a test"))
    for full in (False, True):
        world.edit("crm", "crm0", email=f"other{full}@example.test")
        world.done(Synced, Sync(full=full))
        assert world.hub.ledger.parked_rows([row])[row].parking.code == "skipped"
    world.edit("erp", "erp0", email="real@example.test")
    world.done(Synced, Sync())
    assert world.record("erp", "erp0").origin == "erp"


# ---- by code, and what cannot be
def test_all_with_a_code_are_tried_again(world: ActingWorld) -> None:
    world.both(3)
    world.done(Synced, Sync())
    world.refuses["erp", "name"] = "Bad"
    for n in range(3):
        world.edit("crm", f"crm{n}", name="Bad")
    assert world.done(Synced, Sync()).new_count == 3
    world.refuses.clear()
    told = world.done(Done, Parked(how="retry", code="rejected"))
    assert (told.count, "updated 3" in told.said) == (3, True)
    assert world.done(Synced, Sync()).open_count == 0


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Parked(how="retry"), "by its place or by its code"),
        (Parked(how="retry", at="nonsense"), "names nothing"),
        (Parked(how="retry", at="999"), "no record 999"),
        (Parked(how="retry", at="1.name@erp"), "Nothing is parked at 1.name@erp"),
        (Parked(how="retry", at="1.name@shop"), "no row at shop"),
        (Parked(how="retry", code="none"), "Nothing is parked as none"),
        (Parked(how="edit", at="1", value="x"), "names no field"),
        (Parked(how="edit", at="1.nme", value="x"), "has no field nme"),
        (Parked(how="edit", code="rejected", value="x"), "Only a field"),
        (Parked(how="skip", at="erp/contact/none"), "belongs to no record"),
        (Parked(how="delete", at="1.name@erp"), "Nothing is parked"),
    ],
)
def test_what_cannot_be_done_is_said(world: ActingWorld, act: Parked, why: str) -> None:
    world.both(1)
    world.done(Synced, Sync())
    before = world.writes()
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy
    assert world.writes() == before
