"""Brakes are released, and a system, an entity or a record is paused: nothing of it is written until it is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import ActingWorld, acting

from syncline.acts.act import Act, Apply, Pause, Plan, Release, Resume, Sync
from syncline.acts.told import Applied, Done, Planned, Refused, Synced
from syncline.look.opened import everything
from syncline.testing.ledgers import on_sqlite


def changed(world: ActingWorld) -> None:
    world.both(3)
    world.done(Synced, Sync())
    for n in range(3):
        world.edit("crm", f"crm{n}", name=f"Another {n}")
        world.edit("erp", f"erp{n}", phone=f"9{n}")


def test_a_paused_system_is_neither_read_nor_written(world: ActingWorld) -> None:
    changed(world)
    world.done(Done, Pause(what="erp", why="they move house"))
    before = len([1 for system, _, _ in world.calls if system == "erp"])
    told = world.done(Synced, Sync(full=True))
    assert len([1 for system, _, _ in world.calls if system == "erp"]) == before
    assert told.written == {}
    (lost,) = told.not_reached
    assert (lost.what, lost.remedy) == ("paused", "syncline resume erp")
    assert lost.why == "erp: paused: anna: they move house; to go on: syncline resume erp"
    assert (told.held, told.paused) == (3, ("erp",))
    assert world.value("crm", "crm0", "name") == "Another 0", "the other is read"
    world.done(Done, Resume(what="erp"))
    told = world.done(Synced, Sync())
    assert (told.written, told.not_reached) == ({"update": 6}, ())


@pytest.mark.parametrize("what", ["erp", "contact"])
@pytest.mark.parametrize("point", ["looked", "intents committed", "create committed"])
def test_a_pause_ends_a_batch_that_is_under_way(world: ActingWorld, what: str, point: str) -> None:
    world.both(3)
    world.done(Synced, Sync())
    for n in range(3):
        world.type("crm", email=f"new{n}@example.test") if "create" in point else world.edit("crm", f"crm{n}", name="A")
    before = world.writes()
    world.at[point] = lambda: world.done(Done, Pause(what=what))
    told = world.done(Synced, Sync())
    assert (world.writes() - before, told.written, told.held) == (0, {}, 3)
    world.done(Done, Resume(what=what))
    told = world.done(Synced, Sync())
    assert told.written == ({"create": 3} if "create" in point else {"update": 3})
    assert world.writes() - before == 3
    assert world.done(Synced, Sync()).written == {}


def test_a_paused_entity_is_read_and_not_written(world: ActingWorld) -> None:
    changed(world)
    world.done(Done, Pause(what="contact"))
    told = world.done(Synced, Sync())
    assert (told.written, told.held, told.not_reached) == ({}, 6, ())
    assert world.value("crm", "crm0", "phone") == "90"
    world.done(Done, Resume(what="contact"))
    assert world.done(Synced, Sync()).written == {"update": 6}


def test_a_paused_record_is_not_written_planned_or_applied(world: ActingWorld, tmp_path: Path) -> None:
    changed(world)
    file = str(tmp_path / "plan.json")
    world.done(Planned, Plan(out=file))
    record = world.link("crm", "crm1").record
    world.done(Done, Pause(what=str(record), why="under review"))
    planned = world.done(Planned, Plan())
    assert record not in {one.record for one in planned.riskiest}
    assert any("paused" in line for line in planned.then)
    assert world.done(Applied, Apply(file=file)).counts == {"left": 4, "dropped": 2}
    world.done(Synced, Sync(full=True))
    assert [world.there("erp", f"erp{n}", "name") for n in range(3)] == ["Another 0", "Contact 1", "Another 2"]
    said = world.done(Done, Resume(what="erp/contact/erp1")).said
    assert "updated 2" in said
    assert world.there("erp", "erp1", "name") == "Another 1"


def test_a_paused_record_is_born_nowhere(world: ActingWorld) -> None:
    world.type("crm", email="new@example.test", name="New")
    world.systems["erp"].up = False
    world.done(Synced, Sync())
    world.systems["erp"].up = True
    record = world.link("crm", "crm0").record
    world.done(Done, Pause(what=str(record)))
    for _ in range(2):
        world.done(Synced, Sync())
    assert world.alive("erp") == []
    world.done(Done, Resume(what=str(record)))
    world.done(Synced, Sync())
    assert world.alive("erp") == ["erp0"]


def test_a_pause_in_the_middle_of_a_sync_stops_what_is_not_sent_yet(tmp_path: Path) -> None:
    with acting(tmp_path) as world:
        from dataclasses import replace

        changed(world)
        world.hub = replace(world.hub, batch=1)
        world.at["receipts committed"] = lambda: world.act(Pause(what="contact"))
        assert world.done(Synced, Sync()).written == {"update": 1}
        world.done(Done, Resume(what="contact"))
        assert world.done(Synced, Sync()).written == {"update": 5}


def test_a_pause_outlives_a_restart(tmp_path: Path) -> None:
    from syncline.ledger.sql import open_ledger

    with on_sqlite(tmp_path) as first:
        world = ActingWorld(first)
        world.both(1)
        world.done(Synced, Sync())
        world.done(Done, Pause(what="erp"))
        world.done(Done, Pause(what="contact"))
        world.done(Done, Pause(what="1"))
        first.close()  # type: ignore[attr-defined]
        with open_ledger(tmp_path / "world.sqlite", synchronous="OFF") as again:
            other = ActingWorld(again)
            other.systems, other.now = world.systems, world.now
            world.edit("crm", "crm0", name="Later")
            other.now = world.now
            assert other.done(Synced, Sync()).written == {}
            for what in ("erp", "contact", "1"):
                other.done(Done, Resume(what=what))
            other.done(Synced, Sync())
            assert other.there("erp", "erp0", "name") == "Later"


def test_a_system_that_denied_us_is_resumed(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.denied.add("erp")
    (lost,) = world.done(Synced, Sync()).not_reached
    assert (lost.system, lost.what) == ("erp", "refused")
    assert lost.remedy == "syncline connect erp, then: syncline resume erp"
    world.denied.clear()
    (lost,) = world.done(Synced, Sync()).not_reached
    assert (lost.what, lost.remedy) == ("paused", "syncline resume erp"), "it is not asked again by itself"
    assert lost.why.endswith("syncline resume erp")
    world.done(Done, Resume(what="erp"))
    assert world.done(Synced, Sync()).not_reached == ()


# ---- brakes
def test_what_a_brake_holds_is_released_and_told(world: ActingWorld) -> None:
    world.both(60)
    world.done(Synced, Sync())
    for n in range(55):
        world.edit("crm", f"crm{n}", name="All the same")
    told = world.done(Synced, Sync())
    assert told.held == 55
    assert {one.kind for one in told.new} == {"held"}
    done = world.done(Done, Release(at="erp/contact/rewrite"))
    assert (done.count, "updated 55" in done.said) == (55, True)
    assert world.done(Synced, Sync()).held == 0


def test_a_stream_that_went_back_is_read_anew_and_then_confirmed(tmp_path: Path) -> None:
    with acting(tmp_path, erp={"versions": "counter"}) as world:
        world.both(3)
        world.done(Synced, Sync())
        for _ in range(2):
            for n in range(3):
                world.edit("erp", f"erp{n}", phone=f"{n}{world.now}")
        world.done(Synced, Sync())
        for n in range(3):
            row = world.row("erp", f"erp{n}")
            del row.history[-2:]
            row.history.append(row.history[-1])
        told = world.done(Synced, Sync(full=True))
        assert [one.kind for one in world.hub.ledger.held()] == ["rebaseline"]
        assert told.not_reached[0].system == "erp"
        refused = world.act(Resume(what="erp"))
        assert isinstance(refused, Refused)
        assert "syncline baseline begin erp" in refused.remedy
        assert "read anew" in world.done(Done, Release(at="erp/contact/rebaseline")).said
        before = world.writes()
        world.done(Synced, Sync())
        assert world.writes() == before, "nothing is written until a person confirms"
        assert "written again" in world.done(Done, Release(at="erp/contact/rebaseline")).said
        assert world.hub.ledger.held() == []


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Release(at="erp/contact/delete"), "Nothing is held"),
        (Pause(what="shop"), "no system, entity or record"),
        (Pause(what="99"), "no record 99"),
        (Resume(what="erp"), "erp is not paused"),
        (Resume(what="contact"), "contact is not paused"),
        (Resume(what="1"), "Record 1 is not paused"),
    ],
)
def test_what_cannot_be_stopped_or_resumed_is_said(world: ActingWorld, act: Act, why: str) -> None:
    world.both(1)
    world.done(Synced, Sync())
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy


def test_a_system_that_was_nearly_named_is_no_system(world: ActingWorld) -> None:
    world.both(1)
    for what, meant in (("er", "erp"), ("contacts", "contact")):
        for act in (Pause(what=what), Resume(what=what)):
            told = world.act(act)
            assert isinstance(told, Refused)
            assert f"Did you mean {meant}?" in told.why


def test_a_paused_record_is_listed_until_it_is_resumed(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    rid = world.link("crm", "crm0").record
    world.done(Done, Pause(what=str(rid)))
    [one] = list(everything(world.hub))
    assert (one.kind, one.at, one.name, one.remedy) == ("paused", str(rid), "Contact 0", f"syncline resume {rid}")
    assert world.done(Synced, Sync()).open_count == 1
    world.done(Done, Resume(what=str(rid)))
    assert list(everything(world.hub)) == []
