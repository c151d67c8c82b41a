"""Verify finds what differs, counts what is open apart, and does not count what heals on the second look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from acting_world import ActingWorld, acting, down

from syncline.acts.act import Sync, Undo, Verify
from syncline.acts.told import Refused, Synced, Undone, Verified


def quiet(world: ActingWorld, count: int = 3) -> None:
    world.both(count, rep="old", visits=1)
    world.done(Synced, Sync())


def silently(world: ActingWorld, system: str, rid: str, **values: Any) -> None:
    """Somebody changed it, and nothing tells."""
    world.row(system, rid).now.values.update(values)


def test_two_systems_that_agree_score_one(world: ActingWorld) -> None:
    quiet(world)
    before = world.writes()
    runs = world.hub.ledger.runs(100)
    told = world.done(Verified, Verify())
    assert (told.score, told.records, told.differing, told.open, told.waited) == (1.0, 3, 0, 0, 0.0)
    assert told.compared == told.equal == 3 * 6 * 2
    assert world.writes() == before
    assert world.hub.ledger.runs(100) == runs, "it settles nothing"


def test_a_planted_difference_is_found_with_its_place(world: ActingWorld) -> None:
    quiet(world)
    silently(world, "erp", "erp1", name="Planted")
    told = world.done(Verified, Verify())
    (one,) = told.differs
    record = world.link("erp", "erp1").record
    assert (one.at, one.name, one.record, one.there) == (f"{record}.name@erp", "Contact 1", "Contact 1", "Planted")
    assert (told.compared, told.equal, told.differing) == (36, 35, 1)
    assert told.score == 35 / 36
    assert world.value("erp", "erp1", "name") == "Contact 1", "nothing was settled"


def test_what_heals_on_the_second_look_is_no_difference(world: ActingWorld) -> None:
    quiet(world)
    settles = {"crm": 20.0, "erp": 7.0}
    for name, seconds in settles.items():
        made = world.hub.connectors[name]
        streams = tuple(replace(one, settles_in=replace(one.settles_in, get=seconds)) for one in made.streams)
        world.hub = replace(world.hub, connectors={**world.hub.connectors, name: replace(made, streams=streams)})
    silently(world, "erp", "erp1", name="Planted")
    silently(world, "erp", "erp2", phone="0")
    world.at["wait"] = lambda: silently(world, "erp", "erp1", name="Contact 1")
    told = world.done(Verified, Verify())
    assert [one.field for one in told.differs] == ["phone"]
    assert (told.compared, told.differing) == (36, 1)
    assert world.waits == [7.0]
    assert told.waited == 7.0


def test_what_is_open_is_counted_apart(world: ActingWorld) -> None:
    quiet(world)
    world.edit("crm", "crm0", rep="one")
    world.edit("erp", "erp0", rep="two")
    world.edit("crm", "crm1", name="Another")
    run = world.done(Synced, Sync()).run
    world.done(Undone, Undo(run=run))
    told = world.done(Verified, Verify())
    assert (told.open, told.differing) == (3, 0)
    assert told.score == 33 / 36


def test_what_is_not_delivered_yet_is_a_difference(world: ActingWorld) -> None:
    quiet(world)
    world.type("crm", email="new@example.test", name="New")
    world.edit("crm", "crm0", name="Another")
    world.done(Synced, Sync(only="contact", where="name = 'nobody'"))
    told = world.done(Verified, Verify())
    assert sorted((one.field, one.name, one.id) for one in told.differs) == [
        ("", "New", ""),
        ("name", "Another", "erp0"),
    ]


def test_a_row_that_is_gone_is_a_difference(world: ActingWorld) -> None:
    quiet(world)
    world.systems["erp"].kill("contact", "erp2")
    (one,) = world.done(Verified, Verify()).differs
    assert (one.field, one.id, one.there) == ("", "erp2", None)


def test_what_a_system_stores_in_its_own_way_is_equal_and_counted(tmp_path: Path) -> None:
    def stores(name: str, value: Any) -> Any:
        return "Another!" if value == "Another" else value

    with acting(tmp_path, erp={"stores": stores}) as world:
        quiet(world)
        world.edit("crm", "crm0", name="Another")
        world.done(Synced, Sync())
        assert world.there("erp", "erp0", "name") == "Another!"
        told = world.done(Verified, Verify())
        assert told.differing == 0
        assert told.stored >= 1
        silently(world, "erp", "erp0", name="Another!!")
        assert world.done(Verified, Verify()).differing == 1, "it does not hold what it stored any more"


def test_what_does_not_fit_there_differs(world: ActingWorld) -> None:
    quiet(world)
    silently(world, "erp", "erp0", visits="a few")
    (one,) = world.done(Verified, Verify()).differs
    assert (one.field, one.there) == ("visits", "a few")


def test_a_stream_that_shows_lists_only_is_compared_too(world: ActingWorld) -> None:
    quiet(world)
    made = world.hub.connectors["erp"]
    streams = tuple(replace(one, get=None) for one in made.streams)
    world.hub = replace(world.hub, connectors={**world.hub.connectors, "erp": replace(made, streams=streams)})
    silently(world, "erp", "erp1", name="Planted")
    told = world.done(Verified, Verify())
    assert [(one.field, one.there) for one in told.differs] == [("name", "Planted")]
    assert told.compared == 36


def test_a_system_that_is_down_is_named_and_the_other_compared(world: ActingWorld) -> None:
    quiet(world)
    down(world, "erp")
    told = world.done(Verified, Verify())
    assert [one.system for one in told.not_reached] == ["erp"]
    assert (told.compared, told.score) == (18, 1.0)


def test_an_entity_that_there_is_not_is_refused(world: ActingWorld) -> None:
    told = world.act(Verify(only="acount"))
    assert isinstance(told, Refused)
    assert "no entity acount" in told.why


def test_what_the_declaration_knows_no_more_is_not_compared(world: ActingWorld) -> None:
    quiet(world)
    declared = world.hub.declaration
    kept = tuple(one for one in declared.bindings if one.system == "crm")
    world.hub = replace(world.hub, declaration=replace(declared, bindings=kept, births=(), order=("crm",)))
    told = world.done(Verified, Verify())
    assert (told.compared, told.score) == (18, 1.0)
