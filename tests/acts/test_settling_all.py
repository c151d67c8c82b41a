"""Conflicts and first differences are settled in bulk: one run, counted by field, told, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting_world import ActingWorld, acting

from syncline.acts.act import Act, Release, Settle, SettleAll, Sync, Undo, Withhold
from syncline.acts.told import Done, Refused, Settled, Synced, Undone

COUNT = 5


@pytest.fixture
def differing(world: ActingWorld) -> ActingWorld:
    """Contacts that both systems hold, with another telephone number and another representative."""
    for n in range(COUNT):
        world.type("crm", email=f"contact{n}@example.test", name=f"Contact {n}", phone=f"1{n}", rep="Contact 17")
        world.type("erp", email=f"contact{n}@example.test", name=f"Contact {n}", phone=f"2{n}", rep="Contact 18")
    world.done(Synced, Sync())
    return world


def open_kinds(world: ActingWorld) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in world.hub.ledger.open_items(limit=1000):
        found[one.kind] = found.get(one.kind, 0) + 1
    return found


def settled(world: ActingWorld, **what: object) -> Settled:
    """As it is said before."""
    dry = world.done(Settled, SettleAll(**{**what, "dry": True}))  # type: ignore[arg-type]
    done = world.done(Settled, SettleAll(**what))  # type: ignore[arg-type]
    assert (dry.sorts, dry.left, dry.run) == (done.sorts, done.left, 0)
    return done


def test_first_differences_are_counted_apart_and_are_no_conflicts(differing: ActingWorld) -> None:
    assert open_kinds(differing) == {"difference": 2 * COUNT}
    counts = differing.hub.ledger.counts(differing.now)  # type: ignore[attr-defined]
    assert counts.open == {("difference", "difference"): 2 * COUNT}
    kinds = {one.kind for rid in range(1, COUNT + 1) for one in differing.hub.ledger.history([rid])[rid]}
    assert "first-difference" in kinds
    assert not kinds & {"conflict", "conflict-lost", "conflict-closed"}


@pytest.mark.parametrize(("system", "phone"), [("crm", "1"), ("erp", "2")])
def test_one_systems_value_is_taken_everywhere_whichever_of_the_two_was_read_first(
    differing: ActingWorld, system: str, phone: str
) -> None:  # fmt: skip
    told = settled(differing, how="take", system=system, field="contact.phone")
    assert told.settled == COUNT
    assert [(one.kind, one.entity, one.field, one.settled, one.left) for one in told.sorts] == [
        ("difference", "contact", "phone", COUNT, 0)
    ]
    for n in range(COUNT):
        assert differing.there("crm", f"crm{n}", "phone") == differing.there("erp", f"erp{n}", "phone") == f"{phone}{n}"
    assert open_kinds(differing) == {"difference": COUNT}, "the other field is left alone"
    assert len({one.run for one in differing.hub.ledger.intents_of_run(told.run)}) == 1


def test_an_undo_puts_back_what_was_told_and_leaves_what_was_settled(differing: ActingWorld) -> None:
    told = settled(differing, how="take", system="crm", field="contact.phone")
    undone = differing.done(Undone, Undo(run=told.run))
    assert undone.counts["put back"] == COUNT
    assert [differing.there("erp", f"erp{n}", "phone") for n in range(COUNT)] == [f"2{n}" for n in range(COUNT)]
    assert open_kinds(differing) == {"difference": COUNT, "withheld": COUNT}
    again = settled(differing, how="redo", kinds=("withheld",))
    assert again.settled == COUNT
    assert differing.there("erp", "erp0", "phone") == "10"


def test_a_limit_a_condition_and_an_entity_say_which(differing: ActingWorld) -> None:
    assert settled(differing, how="take", system="erp", field="contact.phone", limit=2).settled == 2
    told = settled(differing, how="redo", only="contact", where="email = 'contact4@example.test'")
    assert sorted(one.field for one in told.sorts) == ["phone", "rep"]
    assert open_kinds(differing) == {"difference": 2 * COUNT - 4}
    assert settled(differing, how="keep").settled == 2 * COUNT - 4
    assert open_kinds(differing) == {}
    assert differing.done(Synced, Sync()).written == {}, "what is kept is not written"


def test_conflicts_are_taken_by_a_side_and_are_not_kept(world: ActingWorld) -> None:
    world.both(2, rep="Contact 17")
    world.done(Synced, Sync())
    for n in range(2):
        world.edit("crm", f"crm{n}", rep="Contact 18")
        world.edit("erp", f"erp{n}", rep="Contact 19")
    world.done(Synced, Sync())
    assert open_kinds(world) == {"conflict": 2}
    assert settled(world, how="keep").settled == 0
    assert settled(world, how="take", system="crm", kinds=("difference",)).settled == 0
    assert settled(world, how="take", system="erp", kinds=("conflict",), limit=1).settled == 1
    assert settled(world, how="redo").settled == 1
    assert open_kinds(world) == {}
    assert world.there("crm", "crm0", "rep") == world.there("erp", "erp0", "rep") == "Contact 19"


def test_what_cannot_be_settled_so_is_left_and_said(differing: ActingWorld) -> None:
    differing.edit("erp", "erp0", phone="30")
    differing.edit("crm", "crm0", phone="40")
    differing.done(Synced, Sync())
    differing.done(Done, Withhold(at="2.name"))
    told = settled(differing, how="take", system="crm")
    assert told.settled + sum(told.left.values()) == sum(one.settled + one.left for one in told.sorts)
    assert open_kinds(differing)["withheld"] == 2
    nothing = settled(differing, how="take", system="record", field="contact.visits")
    assert (nothing.settled, nothing.run, nothing.sorts) == (0, 0, ())


def test_one_difference_is_taken_from_the_system_whose_value_the_record_has(differing: ActingWorld) -> None:
    (first,) = {one.system for one in differing.hub.ledger.open_items(limit=99)}
    other = "erp" if first == "crm" else "crm"
    differing.done(Done, Settle(how="take", at="1.phone", system=other))
    held = differing.there(other, f"{other}0", "phone")
    assert differing.there(first, f"{first}0", "phone") == held
    assert open_kinds(differing) == {"difference": 2 * COUNT - 1}


def test_in_read_only_everything_is_settled_and_nothing_is_told(tmp_path: Path) -> None:
    with acting(tmp_path, mode="read-only") as world:
        for system, phone in (("crm", "1"), ("erp", "2")):
            world.type(system, email="contact1@example.test", phone=phone)
        world.done(Synced, Sync())
        told = settled(world, how="take", system="crm")
        assert "Nothing was told to erp: the mode is read-only" in told.said
        assert world.writes() == 0
        assert open_kinds(world) == {}


def test_what_a_brake_holds_of_it_is_said_with_the_command_that_lets_it_go(world: ActingWorld) -> None:
    for n in range(60):
        world.type("crm", email=f"contact{n}@example.test", phone=f"1{n}")
        world.type("erp", email=f"contact{n}@example.test", phone=f"2{n}")
    world.done(Synced, Sync())
    told = settled(world, how="take", system="crm")
    assert told.settled == 60
    assert (
        "60 writes are held by a brake, since they are many: syncline brake release erp/contact/rewrite." in told.said
    )
    world.done(Done, Release(at="erp/contact/rewrite"))
    assert world.there("erp", "erp59", "phone") == "159"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (SettleAll(how="take", system="shop"), "There is no system shop"),
        (SettleAll(how="redo", field="contact.fone"), "contact has no field fone"),
        (SettleAll(how="redo", field="phone"), "phone is no field"),
        (SettleAll(how="redo", only="task"), "There is no entity task"),
        (SettleAll(how="redo", where="phone IS NULL"), "none was named"),
        (SettleAll(how="keep", kinds=("conflict",)), "conflict cannot be settled by keep"),
        (SettleAll(how="redo", only="contact", field="task.title"), "task.title is no field"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(world: ActingWorld, act: Act, why: str) -> None:
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy


def test_a_stop_in_between_leaves_whole_pages_and_goes_on(differing: ActingWorld) -> None:
    def stop() -> None:
        raise RuntimeError("stopped")

    differing.at["settled in bulk"] = stop
    with pytest.raises(RuntimeError):
        differing.act(SettleAll(how="take", system="crm"))
    assert open_kinds(differing) == {"difference": 2 * COUNT}
    assert settled(differing, how="take", system="crm").settled == 2 * COUNT
