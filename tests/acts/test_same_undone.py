"""What a person joined and parted is taken back by the undo of its run, and that by the undo of the undo."""

from __future__ import annotations

from dataclasses import replace

from acting_world import ActingWorld
from test_same import candidates

from syncline.acts.act import Act, Distinct, Join, Part, Sync, Undo
from syncline.acts.told import Done, Refused, Synced, Undone


def run_of(world: ActingWorld, act: Act) -> int:
    """Does it; the run that it was."""
    world.done(Done, act)
    return world.hub.ledger.runs(1)[0].id


def undone(world: ActingWorld, run: int) -> Undone:
    """As it was said before."""
    asked = world.done(Undone, Undo(run=run, dry=True))
    done = world.done(Undone, Undo(run=run))
    assert done.counts == asked.counts
    return done


def candidate_of(world: ActingWorld, record: int) -> int | None:
    return world.hub.ledger.records([record])[record].candidate_of


def test_two_records_that_were_joined_are_two_again_with_what_they_held(world: ActingWorld) -> None:
    one, other = candidates(world)
    run = run_of(world, Join(at=str(other), other=str(one)))
    done = undone(world, run)
    assert done.counts["parted"] == 1
    assert world.hub.ledger.records([other])[other].merged_into is None
    assert world.there("crm", "crm1", "name") == "Contact 2"
    assert world.link("crm", "crm1").state == "active"
    again = undone(world, done.by)
    assert again.counts["joined"] == 1
    assert world.hub.ledger.records([other])[other].merged_into == one
    once_more = undone(world, run)
    told = world.act(Undo(run=run))
    assert isinstance(told, Refused)
    assert told.why == f"Run {run} is already undone by run {once_more.by}."


def test_an_un_merge_is_taken_back(world: ActingWorld) -> None:
    one, other = candidates(world)
    world.done(Done, Join(at=str(other), other=str(one)))
    run = run_of(world, Part(at=str(other)))
    assert undone(world, run).counts["joined"] == 1
    assert world.hub.ledger.records([other])[other].merged_into == one


def test_a_row_that_was_taken_from_its_record_is_its_again(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    record = world.link("crm", "crm0").record
    run = run_of(world, Part(at="erp/contact/erp0"))
    done = undone(world, run)
    assert done.counts == {"linked": 1}
    assert world.link("erp", "erp0").record == record
    assert world.done(Synced, Sync()).written == {}
    back = undone(world, done.by)
    assert back.counts == {"unlinked": 1}


def test_a_row_that_was_linked_by_hand_is_met_again_by_the_rules(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.done(Done, Part(at="erp/contact/erp0"))
    record = world.link("crm", "crm0").record
    run = run_of(world, Join(at=str(record), other="erp/contact/erp0"))
    done = undone(world, run)
    assert done.counts == {"unlinked": 1}
    assert world.link("erp", "erp0").record == record, "the rule says so too"
    kinds = [one.kind for one in world.hub.ledger.history([record])[record]]
    assert kinds.count("unlinked") == 2


def test_whether_it_is_a_duplicate_is_a_question_again_and_what_was_made_of_it_is_deleted(world: ActingWorld) -> None:
    one, other = candidates(world)
    run = run_of(world, Distinct(at=str(other)))
    world.done(Synced, Sync())
    assert world.alive("erp") == ["erp0", "erp1"]
    done = undone(world, run)
    assert done.counts["asked again"] == 1
    assert candidate_of(world, other) == one
    assert world.alive("erp") == ["erp0"]
    assert undone(world, done.by).counts["a record of its own"] == 1
    assert candidate_of(world, other) is None


def test_a_record_that_was_begun_stays_and_the_command_that_parts_it_is_named(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.done(Done, Part(at="erp/contact/erp0"))
    run = run_of(world, Distinct(at="erp/contact/erp0"))
    done = undone(world, run)
    assert done.counts == {"left": 1, "deleted": 1}, "what it made in the CRM is deleted"
    assert "syncline links remove" in done.steps[0].why


def test_what_was_decided_since_is_left_and_said(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    run = run_of(world, Part(at="erp/contact/erp0"))
    world.done(Done, Distinct(at="erp/contact/erp0"))
    told = world.act(Undo(run=run))
    assert isinstance(told, Refused), told
    assert "nothing to take back" in told.why


def test_what_joining_told_both_systems_is_put_back_before_they_are_parted(world: ActingWorld) -> None:
    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, births=()))
    world.type("crm", email="old@example.test", name="Contact 1", phone="1")
    world.type("erp", email="new@example.test", name="Contact One", price="7")
    world.done(Synced, Sync())
    rows = {"crm": dict(world.row("crm", "crm0").now.values), "erp": dict(world.row("erp", "erp0").now.values)}
    one, other = world.link("crm", "crm0").record, world.link("erp", "erp0").record
    run = run_of(world, Join(at=str(one), other=str(other)))
    assert world.there("crm", "crm0", "price") == "7"
    assert world.there("erp", "erp0", "phone") == "1"
    done = undone(world, run)
    assert done.counts["parted"] == 1
    world.done(Synced, Sync())
    for system, before in rows.items():
        now = world.row(system, f"{system}0").now.values
        assert {name: now[name] for name in before} == before
    assert (world.link("crm", "crm0").record, world.link("erp", "erp0").record) == (one, other)
    assert world.done(Synced, Sync()).written == {}
