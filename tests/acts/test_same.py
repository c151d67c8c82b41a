"""Records and rows are joined and parted by a person."""

from __future__ import annotations

import pytest
from acting_world import ActingWorld

from syncline.acts.act import Act, Distinct, Join, Part, Sync
from syncline.acts.told import Done, Refused, Synced


def candidates(world: ActingWorld) -> tuple[int, int]:
    """Two rows of the CRM with one e-mail: the record, and its candidate."""
    world.type("crm", email="a@example.test", name="Contact 1")
    world.done(Synced, Sync())
    world.type("crm", email="a@example.test", name="Contact 2")
    told = world.done(Synced, Sync())
    assert [one.kind for one in told.new] == ["candidate"]
    return world.link("crm", "crm0").record, world.link("crm", "crm1").record


def test_a_candidate_is_a_record_of_its_own(world: ActingWorld) -> None:
    _, other = candidates(world)
    assert world.alive("erp") == ["erp0"]
    world.done(Done, Distinct(at=str(other)))
    assert world.done(Synced, Sync()).open_count == 0
    assert world.hub.ledger.records([other])[other].candidate_of is None


def test_two_records_become_one_and_two_again(world: ActingWorld) -> None:
    one, other = candidates(world)
    told = world.done(Done, Join(at=str(other), other=str(one)))
    assert f"are one, as {one}" in told.said
    assert world.hub.ledger.records([other])[other].merged_into == one
    world.done(Done, Part(at=str(other)))
    assert world.hub.ledger.records([other])[other].state == "active"


def test_a_row_is_parted_and_joined_and_begins_a_record(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    record, row = world.link("crm", "crm0").record, "erp/contact/erp0"
    world.done(Done, Part(at=row))
    assert [one.parking.code for one in world.hub.ledger.parked_after("erp", "contact", "", 9)] == ["unlinked"]
    world.done(Done, Join(at=str(record), other=row))
    assert world.link("erp", "erp0").record == record
    world.done(Done, Part(at=f"{record}@{row}"))
    world.done(Done, Distinct(at=row))
    assert world.link("erp", "erp0").record != record


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Distinct(at="1"), "no other record's duplicate"),
        (Distinct(at="erp/contact/none"), "is not parked"),
        (Join(at="1", other="1"), "one record already"),
        (Join(at="1", other="99"), "no record 99"),
        (Join(at="1", other="erp/contact/erp1"), "merge the records"),
        (Join(at="1", other="erp/contact/none"), "erp has no contact none"),
        (Join(at="1", other="shop/contact/1"), "in no stream"),
        (Join(at="erp/contact/erp0", other="crm/contact/crm0"), "through a record"),
        (Part(at="1"), "was not merged"),
        (Part(at="erp/contact/none"), "linked to no such record"),
    ],
)
def test_what_cannot_be_joined_or_parted_is_said(world: ActingWorld, act: Act, why: str) -> None:
    world.both(2)
    world.done(Synced, Sync())
    runs = world.hub.ledger.runs(99)
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy
    assert world.hub.ledger.runs(99) == runs, "what is refused is no run"


def test_a_row_of_a_system_that_is_down_cannot_be_joined_now(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.done(Done, Part(at="erp/contact/erp0"))
    world.systems["erp"].up = False
    told = world.act(Join(at="1", other="erp/contact/erp0"))
    assert isinstance(told, Refused)
    assert told.code == "not-reached"
