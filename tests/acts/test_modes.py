"""Where the mode keeps writes back, every act says so: nobody is told that systems agree which do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import HUB, ActingWorld, acting, down

from syncline.acts.act import Parked, Pause, Settle, Sync, Undo
from syncline.acts.told import Done, Refused, Synced
from syncline.cli import sync as command
from syncline.cli.status import state
from syncline.config.load import load
from syncline.look.looking import Looking
from syncline.look.status import status


def into(world: ActingWorld, mode: str) -> None:
    """Somebody changes `mode` in hub.yaml."""
    known = dict(world.hub.connectors)
    declared = load(HUB.replace("MODE", mode), known, environment={}).declaration
    world.hub = type(world.hub)(
        declaration=declared, connectors=known, ledger=world.hub.ledger, door=world, clock=world.clock,
        point=world.point, wait=world.wait,
    )  # fmt: skip


def due_in(world: ActingWorld) -> Synced:
    world.both(1)
    world.done(Synced, Sync())
    world.edit("crm", "crm0", name="Another")
    world.type("crm", email="new@example.test", name="New")
    return world.done(Synced, Sync())


@pytest.mark.parametrize(
    ("mode", "then"), [("read-only", "change `mode` in hub.yaml"), ("approve", "syncline plan --out")]
)
def test_a_sync_says_what_the_mode_keeps_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str, then: str
) -> None:
    with acting(tmp_path, mode=mode) as world:
        told = due_in(world)
        assert (told.written, told.kept_back) == ({}, {mode: 2})
        command.show(told, world.hub.declaration)
        said = capsys.readouterr().out
        assert "All systems agree" not in said
        assert f"2 writes due, and not written: the mode is {mode}." in said
        code, remedy = command.verdict(told, strict=False)
        assert code == 1
        assert then in remedy
        assert "syncline plan" in remedy


def test_nothing_is_kept_back_where_the_mode_is_live_or_nothing_is_due(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with acting(tmp_path, mode="read-only") as world:
        world.both(1)
        told = world.done(Synced, Sync())
        assert (told.kept_back, command.verdict(told, strict=True)) == ({}, (0, ""))
        command.show(told, world.hub.declaration)
        assert "All systems agree." in capsys.readouterr().out


def test_an_undo_is_refused_where_the_mode_does_not_let_it_write(world: ActingWorld) -> None:
    run = due_in(world).run
    into(world, "read-only")
    runs, withheld = len(world.hub.ledger.runs(100)), world.known("erp", "erp0", "name").withheld
    for dry in (False, True):
        told = world.act(Undo(run=run, dry=dry))
        assert isinstance(told, Refused)
        assert "erp" in told.why
        assert "read-only" in told.why
        assert "`mode` in hub.yaml" in told.remedy
    assert (len(world.hub.ledger.runs(100)), withheld) == (runs, None)
    assert world.known("erp", "erp0", "name").withheld is None
    assert [one.undone_by for one in world.hub.ledger.intents_of_run(run)] == [None, None]


@pytest.mark.parametrize("mode", ["read-only", "approve"])
def test_a_decision_is_kept_and_says_that_nothing_was_told(world: ActingWorld, mode: str) -> None:
    world.both(1)
    world.done(Synced, Sync())
    into(world, mode)
    at = f"{world.link('crm', 'crm0').record}.phone"
    for act in (Settle(how="set", at=at, value="77"), Parked(how="edit", at=at, value="78")):
        done = world.done(Done, act)
        assert f"Nothing was told to crm and erp: the mode is {mode}" in done.said
    assert (world.value("crm", "crm0", "phone"), world.writes()) == ("78", 0)


def test_a_decision_that_is_told_says_nothing_of_modes(world: ActingWorld) -> None:
    world.both(1)
    world.done(Synced, Sync())
    at = f"{world.link('crm', 'crm0').record}.phone"
    assert "mode" not in world.done(Done, Settle(how="set", at=at, value="77")).said
    assert "mode" not in world.done(Done, Pause(what="erp")).said


def test_a_system_that_was_not_reached_is_not_called_read_until_it_is_read_again(world: ActingWorld) -> None:
    def said() -> str:
        looking = Looking(declaration=world.hub.declaration, ledger=world.hub.ledger, now=world.now)
        return next(state(one) for one in status(looking).systems if one.name == "erp")

    world.both(1)
    world.done(Synced, Sync())
    assert said() == "read"
    down(world, "erp")
    world.done(Synced, Sync())
    assert said().startswith("not reached: erp")
    world.systems["erp"].up = True
    world.done(Synced, Sync())
    assert said() == "read"
