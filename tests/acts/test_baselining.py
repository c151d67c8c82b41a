"""What went back is read anew and let go by a person: all of it, or one system or stream of it."""

from __future__ import annotations

import pytest
from acting_world import ActingWorld, down

from syncline.acts.act import Act, Baseline, Plan, Sync, encoded
from syncline.acts.act import decoded as act_of
from syncline.acts.forgetting import begin_anew
from syncline.acts.told import Done, Planned, Refused, Synced
from syncline.sync import rebaseline

WHY = "the ledger was restored"


def settled(world: ActingWorld, count: int = 4) -> None:
    world.both(count)
    for _ in range(2):
        world.done(Synced, Sync())


def test_all_that_is_stopped_is_read_anew_planned_and_let_go(world: ActingWorld) -> None:
    settled(world)
    rebaseline.stop_all(world.hub, WHY)
    world.edit("crm", "crm0", name="Newer")
    told = world.done(Synced, Sync())
    assert {one.system for one in told.not_reached} == {"crm", "erp"}
    assert {one.remedy for one in told.not_reached} == {"syncline baseline begin crm", "syncline baseline begin erp"}
    before = world.writes()
    begun = world.done(Done, Baseline(how="begin"))
    assert begun.count == 2
    assert "syncline baseline confirm" in begun.said
    told = world.done(Synced, Sync())
    assert told.baselines == ("crm/contact", "erp/contact")
    assert isinstance(world.act(Plan()), Planned), "plan works meanwhile"
    assert world.writes() == before
    assert world.done(Done, Baseline(how="confirm")).count == 2
    told = world.done(Synced, Sync())
    assert told.baselines == ()
    assert (world.there("erp", "erp0", "name"), told.open_count) == ("Contact 0", 1), "who of the two is right is asked"


def test_rows_that_are_gone_are_counted_and_left_alone(world: ActingWorld) -> None:
    settled(world)
    rebaseline.stop_all(world.hub, WHY)
    del world.systems["erp"].rows["contact"]["erp1"]
    begun = world.done(Done, Baseline(how="begin"))
    assert "1 row that was known is not there any more" in begun.said
    world.done(Done, Baseline(how="confirm"))
    world.done(Synced, Sync())
    assert len(world.alive("erp")) == 3
    assert len(world.alive("crm")) == 4


def test_a_system_that_does_not_answer_is_read_by_the_next_sync(world: ActingWorld) -> None:
    settled(world)
    rebaseline.stop_all(world.hub, WHY)
    down(world, "erp")
    begun = world.done(Done, Baseline(how="begin"))
    assert begun.count == 0
    assert "erp contact: being read anew" in begun.said
    refused = world.act(Baseline(how="confirm"))
    assert isinstance(refused, Refused)
    assert "not read to its end" in refused.why
    world.systems["erp"].up = True
    world.done(Synced, Sync())
    assert world.done(Done, Baseline(how="confirm")).count == 2


def test_a_person_may_have_one_stream_read_anew(world: ActingWorld) -> None:
    settled(world)
    assert world.done(Done, Baseline(how="begin", what="erp/contact")).count == 1
    world.edit("crm", "crm0", name="Newer")
    before = world.writes()
    told = world.done(Synced, Sync())
    assert (told.baselines, world.writes()) == (("erp/contact",), before)
    world.done(Done, Baseline(how="confirm", what="erp"))
    world.done(Synced, Sync())
    assert world.there("erp", "erp0", "name") == "Newer"


def test_one_system_of_a_ledger_that_went_back_waits_for_the_others(world: ActingWorld) -> None:
    settled(world)
    rebaseline.stop_all(world.hub, WHY)
    world.done(Done, Baseline(how="begin", what="erp"))
    refused = world.act(Baseline(how="confirm", what="erp"))
    assert isinstance(refused, Refused), refused
    assert "only when crm contact is read anew too" in refused.why
    assert "syncline baseline begin crm" in refused.remedy
    assert len(rebaseline.stopped(world.hub)) == 2
    world.done(Done, Baseline(how="begin", what="crm"))
    assert world.done(Done, Baseline(how="confirm", what="erp")).count == 1
    assert world.done(Done, Baseline(how="confirm", what="crm")).count == 1


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Baseline(how="begin"), "Nothing has gone back"),
        (Baseline(how="confirm"), "Nothing is stopped"),
        (Baseline(how="confirm", what="erp"), "erp is not stopped"),
        (Baseline(how="begin", what="shop"), "no system or stream"),
        (Baseline(how="begin", what="erp/orders"), "no system or stream"),
    ],
)
def test_what_cannot_be_read_anew_or_confirmed_is_said(world: ActingWorld, act: Act, why: str) -> None:
    settled(world, 1)
    told = world.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy


def test_it_is_handed_to_a_service_as_every_act_is() -> None:
    act = Baseline(how="begin", what="erp/contact")
    assert act_of(encoded(act)) == act


def test_a_hub_that_begins_anew_still_waits_for_a_persons_word(world: ActingWorld) -> None:
    world.both(2)
    world.done(Planned, Plan())
    rebaseline.stop_all(world.hub, WHY)
    assert begin_anew(world.hub, asked=True)
    assert len(rebaseline.stopped(world.hub)) == 2
    world.done(Done, Baseline(how="begin"))
    world.type("crm", email="new@example.test")
    before = world.writes()
    world.done(Synced, Sync())
    assert world.writes() == before
    world.done(Done, Baseline(how="confirm"))
    world.done(Synced, Sync())
    assert world.writes() > before
