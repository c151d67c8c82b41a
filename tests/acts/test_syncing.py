"""A sync is one run: what it read, wrote, left open, holds and could not reach; and what was chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from acting_world import ActingWorld, acting, down

from syncline.acts.act import Sync
from syncline.acts.told import Refused, Synced


def test_a_sync_is_one_run_and_says_what_it_did(world: ActingWorld) -> None:
    world.both(2)
    first = world.done(Synced, Sync())
    assert (first.written, first.new_count, first.open_count) == ({}, 0, 0)
    assert first.read >= 4
    world.edit("crm", "crm0", name="Another")
    world.type("crm", email="new@example.test", name="New")
    told = world.done(Synced, Sync())
    assert told.written == {"update": 1, "create": 1}
    assert (told.held, told.waiting, told.not_reached) == (0, 0, ())
    assert world.there("erp", "erp0", "name") == "Another"
    run = world.hub.ledger.run(told.run)
    assert run is not None
    assert (run.kind, run.note) == ("sync", "anna")
    assert {one.kind for one in world.hub.ledger.intents_of_run(told.run)} == {"update", "create"}
    assert len(world.hub.ledger.runs(100)) == 2, "each sync is one run, and nothing else is"
    assert {"reading crm contact", "writing erp contact"} <= {step.what for step in world.steps}


def test_a_settled_hub_writes_nothing(world: ActingWorld) -> None:
    world.both(3)
    world.done(Synced, Sync())
    before = world.writes()
    told = world.done(Synced, Sync(full=True))
    assert told.written == {}
    assert world.writes() == before


def test_what_a_run_left_open_is_told_once(world: ActingWorld) -> None:
    world.both(2, rep="old")
    world.done(Synced, Sync())
    world.edit("crm", "crm0", rep="one")
    world.edit("erp", "erp0", rep="two")
    told = world.done(Synced, Sync())
    assert (told.new_count, told.open_count) == (1, 1)
    (one,) = told.new
    record = world.link("crm", "crm0").record
    assert (one.at, one.kind, one.field, one.name) == (f"{record}.rep", "conflict", "rep", "Contact 0")
    assert {one.ours, one.theirs} == {"one", "two"}
    assert f"syncline conflicts take erp {record}.rep" in one.remedy
    again = world.done(Synced, Sync())
    assert (again.new, again.new_count, again.open_count) == ((), 0, 1)


def test_a_system_that_is_down_is_named_and_holds_up_no_other(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    world.edit("crm", "crm0", name="Another")
    down(world, "erp")
    told = world.done(Synced, Sync())
    assert [one.system for one in told.not_reached] == ["erp"]
    assert "down" in told.not_reached[0].why
    assert world.value("crm", "crm0", "name") == "Another", "the other was read"
    assert told.waiting == 1
    world.systems["erp"].up = True
    assert world.done(Synced, Sync()).written == {"update": 1}


def test_what_waits_for_an_approval_is_held(tmp_path: Path) -> None:
    with acting(tmp_path, mode="approve") as world:
        world.both(1)
        world.done(Synced, Sync())
        world.edit("crm", "crm0", name="Another")
        told = world.done(Synced, Sync())
        assert (told.written, told.held, told.waiting) == ({}, 1, 0)


def test_what_is_to_be_proven_later_waits(tmp_path: Path) -> None:
    with acting(tmp_path, erp={"tells": False, "lag": 3.0}) as world:
        world.both(1)
        for _ in range(3):
            world.done(Synced, Sync())
        world.edit("crm", "crm0", name="Another")
        told = world.done(Synced, Sync())
        assert told.written == {"update": 1}
        assert told.new_count == 0
        world.now += 10
        assert world.done(Synced, Sync()).waiting == 0


def test_a_full_sync_finds_what_no_list_of_changes_told(world: ActingWorld) -> None:
    world.both(2)
    world.done(Synced, Sync())
    state = world.row("crm", "crm0").now
    state.values["name"] = "Unstamped"
    object.__setattr__(state, "version", state.version + 1)
    assert world.done(Synced, Sync()).written == {}
    assert world.done(Synced, Sync(full=True)).written == {"update": 1}
    assert world.there("erp", "erp0", "name") == "Unstamped"


# ---- what is chosen
def three(world: ActingWorld) -> None:
    world.both(3)
    world.done(Synced, Sync())
    for n in range(3):
        world.edit("crm", f"crm{n}", name=f"Another {n}", visits=n)


def test_a_condition_restricts_what_is_delivered_and_nothing_else(world: ActingWorld) -> None:
    three(world)
    told = world.done(Synced, Sync(only="contact", where="visits >= 1 AND name <> 'Another 2'"))
    assert told.written == {"update": 1}
    assert [world.there("erp", f"erp{n}", "name") for n in range(3)] == ["Contact 0", "Another 1", "Contact 2"]
    assert world.value("crm", "crm2", "name") == "Another 2", "everything is observed"
    assert told.waiting == 2
    assert world.done(Synced, Sync()).written == {"update": 2}


@pytest.mark.parametrize("where", [None, "visits >= 0"])
def test_a_limit_counts_writes(world: ActingWorld, where: str | None) -> None:
    three(world)
    assert world.done(Synced, Sync(only="contact", where=where, limit=2)).written == {"update": 2}
    assert world.done(Synced, Sync(only="contact", where=where, limit=2)).written == {"update": 1}


@pytest.mark.parametrize(
    ("act", "why", "remedy"),
    [
        (Sync(where="name = 'x'"), "none was named", "--only contact"),
        (Sync(only="contct"), "no entity contct", "contact"),
        (Sync(only="contact", where="nme = 'x'"), "column 1", "did you mean `name`?"),
        (Sync(only="contact", where="visits +"), "--where", ""),
        (Sync(only="contact", where="visits"), "boolean", ""),
        (Sync(limit=0), "nothing", "--limit"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(world: ActingWorld, act: Sync, why: str, remedy: str) -> None:
    told = world.act(act)
    assert isinstance(told, Refused)
    assert why in told.why
    assert remedy in told.remedy
    assert told.remedy
    assert world.calls == []
    assert world.hub.ledger.runs(10) == []


def test_who_hears_the_hub_already_goes_on_hearing(world: ActingWorld) -> None:
    heard: list[str] = []
    hub = replace(
        world.hub, saw=lambda system, stream, rows: heard.append("saw"), told=lambda intents: heard.append("told")
    )
    world.hub = hub
    world.both(1)
    world.edit("crm", "crm0", name="Another")
    world.type("crm", email="new@example.test")
    world.done(Synced, Sync())
    assert set(heard) == {"saw", "told"}
