"""A person says what becomes of what a rule made, and fires a rule for what was true before it was armed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from acting_world import ActingWorld, acting

from syncline.acts.act import Act, Answer, Fire, Plan, Sync, Undo
from syncline.acts.told import Done, Planned, Refused, Synced, Undone

STREAMS = {"deal": ("title", "stage"), "order": ("ref", "state")}
TEXT = """\
hub: ruling
mode: MODE
systems:
  crm: {connector: crm, roles: [crm]}
  erp: {connector: erp, roles: [erp]}
first_sync: {match: {deal: [title]}}
fields:
  deal.title: {type: text, at: {crm: deal.title}}
  deal.stage: {type: enum, values: [open, won], at: {crm: deal.stage}}
  order.ref: {type: text, at: {erp: order.ref}}
  order.state: {type: enum, values: [new, cancelled], at: {erp: order.state}}
rules:
  won_becomes_order:
    when: deal.won
    make:
      order: {in: erp, ref: "of {title}", state: new, leaving: ask}
"""


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[ActingWorld]:
    with acting(tmp_path, text=TEXT, streams=STREAMS) as world:
        yield world


def rows(world: ActingWorld) -> list[dict[str, object]]:
    return [row.now.values for row in world.systems["erp"].rows["order"].values() if row.dead is None]


def asked(world: ActingWorld) -> int:
    """A deal was won, its order made, and the deal opened again: the deal's record."""
    world.systems["crm"].make("deal", {"title": "Deal 1", "stage": "open"})
    world.done(Synced, Sync())
    world.now += 5
    world.systems["crm"].change("deal", "crm-deal0", {"stage": "won"})
    for _ in range(2):
        world.done(Synced, Sync())
    assert rows(world) == [{"ref": "of Deal 1", "state": "new"}]
    world.now += 5
    world.systems["crm"].change("deal", "crm-deal0", {"stage": "open"})
    told = world.done(Synced, Sync())
    assert [(one.kind, one.field) for one in told.new] == [("asked", "won_becomes_order")]
    return int(told.new[0].at)


@pytest.mark.parametrize(("how", "left"), [("keep", 1), ("cancel", 0)])
def test_what_a_rule_made_is_kept_or_cancelled_at_once(ruled: ActingWorld, how: str, left: int) -> None:
    record = asked(ruled)
    told = ruled.done(Done, Answer(at=str(record), rule="won_becomes_order", how=how))  # type: ignore[arg-type]
    assert ("deleted 1" in told.said) == (how == "cancel")
    assert len(rows(ruled)) == left
    assert ruled.done(Synced, Sync()).open_count == 0


def test_what_was_true_before_is_made_by_firing_and_is_in_the_next_plan(ruled: ActingWorld) -> None:
    ruled.systems["crm"].make("deal", {"title": "Old deal", "stage": "won"})
    for _ in range(2):
        ruled.done(Synced, Sync())
    assert rows(ruled) == []
    told = ruled.done(Done, Fire(rule="won_becomes_order", since=0.0))
    assert told.count == 1
    assert rows(ruled) == [], "it is shown first"
    planned = ruled.done(Planned, Plan())
    assert [(one.write, one.entity) for one in planned.riskiest] == [("create", "order")]
    run = ruled.done(Synced, Sync()).run
    assert rows(ruled) == [{"ref": "of Old deal", "state": "new"}]
    assert ruled.done(Undone, Undo(run=run)).counts == {"deleted": 1}
    ruled.done(Synced, Sync())
    assert rows(ruled) == [], "what was taken back is not made again"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Answer(at="1", rule="none", how="keep"), "no rule none"),
        (Answer(at="1", rule="won_becomes_order", how="keep"), "asks nothing"),
        (Answer(at="99", rule="won_becomes_order", how="keep"), "no record 99"),
        (Fire(rule="none", since=0.0), "no rule none"),
    ],
)
def test_what_no_rule_asks_is_said(ruled: ActingWorld, act: Act, why: str) -> None:
    ruled.systems["crm"].make("deal", {"title": "Deal 1", "stage": "open"})
    ruled.done(Synced, Sync())
    told = ruled.act(act)
    assert isinstance(told, Refused), told
    assert why in told.why
    assert told.remedy
