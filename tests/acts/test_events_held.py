"""An event leaves where the mode is live; in approve it waits for a plan that lists it, in read-only for a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import HUB, ActingWorld, acting

from syncline.acts.act import Apply, Plan, Settle, Sync
from syncline.acts.told import Applied, Done, Planned, Refused, Synced
from syncline.cli import sync as command
from syncline.config.load import load
from syncline.model.event import Event
from syncline.sync import plan as plans

RULES = """\
events: {contact.promoted: "name = 'Head'"}
rules:
  tell: {when: contact.promoted, notify: [sales]}
addressees: {sales: ["mailto:sales@example.test"]}
"""


def into(world: ActingWorld, mode: str, entities: str = "") -> None:
    """Somebody changes the mode in hub.yaml."""
    known = dict(world.hub.connectors)
    declared = load((HUB + RULES + entities).replace("MODE", mode), known, environment={}).declaration
    world.hub = type(world.hub)(
        declaration=declared, connectors=known, ledger=world.hub.ledger, door=world, clock=world.clock,
        point=world.point, wait=world.wait,
    )  # fmt: skip


def promoted(folder: Path, world: ActingWorld, mode: str) -> Synced:
    """Rules are armed while all is calm; then somebody is promoted."""
    into(world, "live")
    world.both(2)
    for _ in range(3):
        world.done(Synced, Sync())
        world.now += 100
    into(world, mode)
    world.edit("crm", "crm0", name="Head")
    return world.done(Synced, Sync())


def out(world: ActingWorld) -> list[str]:
    return [one.type for _, one in world.hub.ledger.events(0, 99)]


def held(world: ActingWorld) -> list[Event]:
    return [one for _, one in world.hub.ledger.held_events(0, 99)]


def planned(world: ActingWorld, file: Path, **how: object) -> Planned:
    return world.done(Planned, Plan(out=str(file), **how))  # type: ignore[arg-type]


BOTH = ["contact.promoted", "notification"]


def test_in_live_an_event_leaves_at_once(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        told = promoted(tmp_path, world, "live")
        assert (out(world), held(world), told.events_held) == (BOTH, [], 0)


def test_in_approve_an_event_waits_until_a_plan_that_lists_it_is_applied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        told = promoted(tmp_path, world, "approve")
        assert (out(world), [one.type for one in held(world)]) == ([], BOTH)
        assert told.events_held == 2
        command.show(told, world.hub.declaration)
        assert "2 events not told: the mode is approve." in capsys.readouterr().out
        assert "syncline plan --out" in command.verdict(told, strict=False)[1]
        first = planned(world, tmp_path / "first")
        assert first.events == 2
        assert "2 events told to the world outside" in first.then
        world.edit("crm", "crm1", name="Head")
        world.done(Synced, Sync())
        applied = world.done(Applied, Apply(file=str(tmp_path / "first")))
        assert (applied.events, out(world)) == (2, BOTH), "exactly those that it lists"
        assert len(held(world)) == 2
        again = world.done(Applied, Apply(file=str(tmp_path / "first")))
        assert (again.events, out(world)) == (0, BOTH)
        assert planned(world, tmp_path / "second").events == 2
        world.done(Applied, Apply(file=str(tmp_path / "second")))
        assert (out(world), held(world)) == (BOTH * 2, [])


def test_a_plan_lists_what_is_still_to_be_derived(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        promoted(tmp_path, world, "approve")
        world.done(Applied, Apply(file=planned(world, tmp_path / "calm").file or ""))
        world.edit("crm", "crm1", name="Head")
        listed = planned(world, tmp_path / "plan")
        assert listed.events == 2
        assert [one.type for one in plans.plan(world.hub).foot.events] == BOTH, "each once"
        assert world.done(Applied, Apply(file=str(tmp_path / "plan"))).events == 2


def test_a_plan_of_one_entity_lists_its_events_only(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        promoted(tmp_path, world, "approve")
        assert planned(world, tmp_path / "a", only="contact", where="name = 'Contact 1'").events == 0
        assert planned(world, tmp_path / "b", only="contact", where="name = 'Head'").events == 2


def test_in_read_only_nothing_leaves_whatever_is_applied(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        told = promoted(tmp_path, world, "read-only")
        assert (out(world), told.events_held) == ([], 0)
        listed = planned(world, tmp_path / "plan")
        assert listed.events == 0, "a plan lists what its apply lets go"
        assert isinstance(world.act(Apply(file=str(tmp_path / "plan"))), Refused)
        assert (out(world), len(held(world))) == ([], 2)


def test_what_another_mode_held_goes_out_with_the_first_sync_in_live(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        promoted(tmp_path, world, "approve")
        into(world, "live")
        assert out(world) == []
        assert world.done(Synced, Sync()).events_held == 0
        assert (out(world), held(world)) == (BOTH, [])


@pytest.mark.parametrize("mode", ["approve", "read-only"])
def test_an_entity_that_is_less_than_live_holds_its_events_in_a_live_hub(tmp_path: Path, mode: str) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        promoted(tmp_path, world, "live")
        into(world, "live", f"entities: {{contact: {{mode: {mode}}}}}\n")
        world.edit("crm", "crm1", name="Head")
        world.done(Synced, Sync())
        assert (out(world), len(held(world))) == (BOTH, 2)


def test_a_decision_of_a_person_tells_the_world_nothing_in_approve(tmp_path: Path) -> None:
    with acting(tmp_path, text=HUB + RULES) as world:
        promoted(tmp_path, world, "approve")
        at = f"{world.link('crm', 'crm1').record}.name"
        world.done(Done, Settle(how="set", at=at, value="Head"))
        assert (out(world), len(held(world))) == ([], 4)
