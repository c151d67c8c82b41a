"""A plan says, and applies exactly; a file that is no plan of this hub is refused with the next command."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from acting_world import ActingWorld, acting, down

from syncline.acts.act import Apply, Plan, Sync, Undo
from syncline.acts.told import Applied, Planned, Refused, Synced, Undone


def changed(world: ActingWorld) -> None:
    world.both(12)
    world.done(Synced, Sync())
    for n in range(12):
        world.edit("crm", f"crm{n}", name=f"Another {n}")
    world.edit("crm", "crm0", phone=None)


def test_a_plan_writes_nothing_and_its_head_is_short(world: ActingWorld, tmp_path: Path) -> None:
    changed(world)
    before, file = world.writes(), tmp_path / "plan.json"
    told = world.done(Planned, Plan(out=str(file)))
    assert world.writes() == before
    assert (told.writes, told.counts) == (12, {"rewrite": 12, "blank": 1})
    (comes,) = told.comes
    assert (comes.entity, comes.system, comes.updated, comes.created) == ("contact", "erp", 12, 0)
    assert comes.fields == {"rewrite": 12, "blank": 1}
    assert len(told.riskiest) == 10
    assert told.riskiest[0].fields[0].effect == "blank", "riskiest first"
    assert told.names[told.riskiest[0].record] == "Another 0"
    assert told.calls["erp"] > 0
    assert told.seconds > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_plan_is_applied_as_one_run_that_undo_takes_back(world: ActingWorld, tmp_path: Path) -> None:
    changed(world)
    file = str(tmp_path / "plan.json")
    world.done(Planned, Plan(out=file))
    world.edit("erp", "erp3", name="Mine")
    told = world.done(Applied, Apply(file=file))
    assert told.counts["left"] == 12
    assert [(one.id, one.field, one.name) for one in told.dropped] == [("erp3", "name", "Mine")]
    assert "gone on since" in told.dropped[0].why
    run = world.hub.ledger.run(told.run)
    assert run is not None
    assert run.kind == "apply"
    again = world.done(Applied, Apply(file=file))
    assert again.counts.get("left", 0) == 0, "applying twice does nothing"
    undone = world.done(Undone, Undo(run=told.run))
    assert undone.counts["put back"] == 12
    assert [world.there("erp", f"erp{n}", "name") for n in (0, 3)] == ["Contact 0", "Mine"]


def test_a_plan_is_restricted_as_a_sync_is(world: ActingWorld) -> None:
    changed(world)
    told = world.done(Planned, Plan(only="contact", where="name = 'Another 7'"))
    assert [one.external_id for one in told.riskiest] == ["erp7"]
    assert world.done(Planned, Plan(limit=3)).writes == 3


def test_a_plan_says_how_much_is_open_and_in_no_plan(world: ActingWorld) -> None:
    changed(world)
    assert world.done(Planned, Plan()).open_count == 0
    world.edit("crm", "crm1", rep="anna")
    world.edit("erp", "erp1", rep="bert")
    assert world.done(Planned, Plan()).open_count == 1


def test_a_plan_names_what_it_could_not_read(world: ActingWorld) -> None:
    changed(world)
    down(world, "erp")
    told = world.done(Planned, Plan())
    assert [one.system for one in told.not_reached] == ["erp"]


def test_a_file_that_cannot_be_written_is_refused(world: ActingWorld, tmp_path: Path) -> None:
    told = world.act(Plan(out=str(tmp_path / "none" / "plan.json")))
    assert isinstance(told, Refused)
    assert "cannot be written" in told.why


def tampered(world: ActingWorld, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"Another 1", b"Another X"))


def missing(world: ActingWorld, file: Path) -> None:
    file.unlink()


def no_plan(world: ActingWorld, file: Path) -> None:
    file.write_text("hello")


def other_hub(world: ActingWorld, file: Path) -> None:
    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, name="other"))


def other_declaration(world: ActingWorld, file: Path) -> None:
    world.hub = replace(world.hub, declaration=replace(world.hub.declaration, currency="CHF"))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (tampered, "was changed after it was written"),
        (missing, "There is no file"),
        (no_plan, "is no plan"),
        (other_hub, "a plan of the hub acting"),
        (other_declaration, "the declaration has changed"),
    ],
)
def test_a_plan_that_does_not_hold_is_refused_whole(
    world: ActingWorld, tmp_path: Path, spoil: object, why: str
) -> None:
    changed(world)
    file = tmp_path / "plan.json"
    world.done(Planned, Plan(out=str(file)))
    before, runs = world.writes(), world.hub.ledger.runs(1)
    spoil(world, file)  # type: ignore[operator]
    told = world.act(Apply(file=str(file)))
    assert isinstance(told, Refused)
    assert why in told.why
    assert "syncline plan" in told.remedy
    assert world.writes() == before
    assert world.hub.ledger.runs(1) == runs, "what is refused is no run"


def test_an_apply_to_a_system_that_is_down_says_so(world: ActingWorld, tmp_path: Path) -> None:
    changed(world)
    file = str(tmp_path / "plan.json")
    world.done(Planned, Plan(out=file))
    down(world, "erp")
    told = world.done(Applied, Apply(file=file))
    assert told.counts == {"dropped": 12}
    assert [one.system for one in told.not_reached] == ["erp"]


def test_a_plan_in_mode_read_only_is_refused_with_what_lets_it_be_applied(tmp_path: Path) -> None:
    with acting(tmp_path, mode="read-only") as world:
        world.type("crm", email="new@example.test", name="New")
        file = str(tmp_path / "plan.json")
        assert world.done(Planned, Plan(out=file)).writes == 1
        told = world.act(Apply(file=file))
        assert isinstance(told, Refused)
        assert "read-only" in told.why
        assert told.remedy == f"set `mode: live` (or approve) in hub.yaml, then: syncline apply {file}"
        assert world.writes() == 0
