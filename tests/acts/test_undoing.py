"""A sync is taken back field by field, except what people changed since; and that can be taken back."""

from __future__ import annotations

from pathlib import Path

from acting_world import ActingWorld, acting

from syncline.acts.act import Sync, Undo
from syncline.acts.told import Refused, Synced, Undone


def synced(world: ActingWorld) -> int:
    """Two contacts and a new one were told to the ERP by one sync."""
    world.both(2, visits=1)
    world.done(Synced, Sync())
    world.edit("crm", "crm0", name="Another", phone="99")
    world.edit("crm", "crm1", visits=7)
    world.type("crm", email="new@example.test", name="New")
    return world.done(Synced, Sync()).run


def test_an_undo_is_said_first(world: ActingWorld) -> None:
    run = synced(world)
    before, runs = world.writes(), len(world.hub.ledger.runs(100))
    told = world.done(Undone, Undo(run=run, dry=True))
    assert (told.by, told.synced) == (0, None)
    assert told.counts == {"put back": 3, "deleted": 1}
    assert {(one.what, one.name, one.field, one.before, one.after) for one in told.steps} == {
        ("put back", "Another", "name", "Another", "Contact 0"), ("put back", "Another", "phone", "99", "0"),
        ("put back", "Contact 1", "visits", 7, 1), ("deleted", "New", None, None, None),
    }  # fmt: skip
    assert world.writes() == before
    assert len(world.hub.ledger.runs(100)) == runs


def test_a_sync_is_taken_back_field_by_field_and_stays_so(world: ActingWorld) -> None:
    run = synced(world)
    world.edit("erp", "erp0", phone="mine")
    world.done(Synced, Sync())
    told = world.done(Undone, Undo(run=run))
    assert told.counts == {"put back": 2, "deleted": 1, "left": 1}
    assert told.synced is not None
    assert (told.synced.run, told.synced.written) == (told.by, {"update": 2, "delete": 1})
    for full in (False, True, False):
        world.done(Synced, Sync(full=full))
        assert world.there("erp", "erp0", "name") == "Contact 0"
        assert world.there("erp", "erp0", "phone") == "mine", "what somebody changed since stays"
        assert world.there("erp", "erp1", "visits") == 1
        assert world.alive("erp") == ["erp0", "erp1"]
        assert world.there("crm", "crm0", "name") == "Another", "the source is untouched"


def test_an_undo_is_one_run_and_is_taken_back_by_its_number(world: ActingWorld) -> None:
    run = synced(world)
    runs = len(world.hub.ledger.runs(100))
    first = world.done(Undone, Undo(run=run))
    assert len(world.hub.ledger.runs(100)) == runs + 1
    second = world.done(Undone, Undo(run=first.by))
    assert second.counts == {"told again": 3, "left": 1}, "what was deleted is not made again"
    assert world.there("erp", "erp0", "name") == "Another"
    third = world.done(Undone, Undo(run=second.by))
    assert third.counts["put back"] == 3
    assert world.there("erp", "erp0", "name") == "Contact 0"
    assert world.there("erp", "erp1", "visits") == 1
    fourth = world.done(Undone, Undo(run=third.by))
    assert fourth.counts["told again"] == 3
    world.done(Synced, Sync())
    assert world.there("erp", "erp0", "name") == "Another"


def test_what_a_run_told_twice_goes_back_to_what_was_there_first(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.edit("crm", "crm0", name="One")
    world.at["receipts committed"] = lambda: world.edit("crm", "crm0", name="Two")
    run = world.done(Synced, Sync()).run
    assert world.there("erp", "erp0", "name") == "Two"
    assert len(world.hub.ledger.intents_of_run(run)) == 2
    told = world.done(Undone, Undo(run=run))
    assert [(one.before, one.after) for one in told.steps] == [("Two", "Contact 0")]
    assert world.there("erp", "erp0", "name") == "Contact 0"


def test_what_somebody_typed_between_two_writes_of_a_run_comes_back(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.edit("crm", "crm0", price="5")
    world.edit("erp", "erp0", price="1")
    world.done(Synced, Sync())
    assert world.there("crm", "crm0", "price") == "1"
    world.edit("erp", "erp0", price="2")

    def somebody() -> None:
        world.edit("crm", "crm0", price="typed")

    world.at["receipts committed"] = somebody
    run = world.done(Synced, Sync()).run
    assert world.there("crm", "crm0", "price") == "2", "the ERP owns the price"
    assert len(world.hub.ledger.intents_of_run(run)) == 2
    told = world.done(Undone, Undo(run=run))
    assert [(one.what, one.before, one.after) for one in told.steps] == [("put back", "2", "typed")]


def test_what_an_undo_told_beside_is_taken_back_with_it(world: ActingWorld) -> None:
    run = synced(world)
    world.edit("crm", "crm0", visits=3)
    world.systems["erp"].up = False
    world.done(Synced, Sync())
    world.systems["erp"].up = True
    first = world.done(Undone, Undo(run=run))
    assert world.there("erp", "erp0", "visits") == 3, "it was due, and went with the rest"
    second = world.done(Undone, Undo(run=first.by))
    assert second.counts == {"told again": 3, "put back": 1, "left": 1}
    assert (world.there("erp", "erp0", "visits"), world.there("erp", "erp0", "name")) == (1, "Another")
    third = world.done(Undone, Undo(run=second.by))
    assert (third.counts["put back"], third.counts["told again"]) == (3, 1)
    assert (world.there("erp", "erp0", "visits"), world.there("erp", "erp0", "name")) == (3, "Contact 0")


def test_what_is_not_looked_at_yet_is_looked_at_first(tmp_path: Path) -> None:
    with acting(tmp_path, erp={"tells": False}) as world:
        world.both(1)
        world.done(Synced, Sync())
        world.edit("crm", "crm0", name="Another")
        run = world.done(Synced, Sync()).run
        told = world.done(Undone, Undo(run=run))
        assert told.counts == {"put back": 1}
        assert world.there("erp", "erp0", "name") == "Contact 0"


def test_an_undo_while_the_system_is_down_is_told_later(world: ActingWorld) -> None:
    run = synced(world)
    world.systems["erp"].up = False
    told = world.done(Undone, Undo(run=run))
    assert told.synced is not None
    assert [one.system for one in told.synced.not_reached] == ["erp"]
    world.systems["erp"].up = True
    world.done(Synced, Sync())
    assert world.there("erp", "erp0", "name") == "Contact 0"


def test_a_run_that_is_undone_already_is_refused_and_makes_no_run(world: ActingWorld) -> None:
    run = synced(world)
    first = world.done(Undone, Undo(run=run))
    runs = len(world.hub.ledger.runs(100))
    for dry in (False, True):
        told = world.act(Undo(run=run, dry=dry))
        assert isinstance(told, Refused)
        assert (told.code, f"Run {run} is already undone by run {first.by}" in told.why) == ("bad-input", True)
        assert f"syncline undo {first.by}" in told.remedy
    assert len(world.hub.ledger.runs(100)) == runs
    second = world.done(Undone, Undo(run=first.by))
    told = world.act(Undo(run=first.by))
    assert isinstance(told, Refused)
    assert f"already undone by run {second.by}" in told.why
    assert world.done(Undone, Undo(run=run)).counts["put back"] == 3, "told again, it can be taken back again"


def test_a_run_that_wrote_nothing_is_refused_and_makes_no_run(world: ActingWorld) -> None:
    world.both(1)
    run = world.done(Synced, Sync()).run
    told = world.act(Undo(run=run))
    assert isinstance(told, Refused)
    assert f"Run {run} wrote nothing" in told.why
    assert [one.id for one in world.hub.ledger.runs(100)] == [run]


def test_a_run_that_there_is_not_is_refused(world: ActingWorld) -> None:
    told = world.act(Undo(run=99))
    assert isinstance(told, Refused)
    assert ("run 99" in told.why, told.remedy) == (True, "syncline runs lists them")
