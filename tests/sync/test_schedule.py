"""What is due when: decided by the cursors and the clock alone, so that a restart neither hurries nor forgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed
from small_world import Small, contacts, filled

from syncline.config.settings import System
from syncline.model.rows import Cursor
from syncline.sync import schedule
from syncline.sync.schedule import SWEEP_SECONDS, Task, due_at

NOW = 1_000_000.0
WHOLE = Cursor(system="crm", stream="contact", baselined=True, ended=NOW - 10)
NEVER = Cursor(system="crm", stream="contact")


def task(what: schedule.What, every: float = 60.0) -> Task:
    return Task(system="crm", stream="contact", what=what, every=every)


def ended(seconds_ago: float, path: str = "changes", **more: object) -> Cursor:
    return changed(NEVER, path=path, ended=NOW - seconds_ago, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "cursor", "whole", "at"),
    [
        ("changes", NEVER, NEVER, 0.0),  # never read: at once
        ("changes", ended(10), NEVER, 0.0),  # read, and its baseline not settled
        ("changes", ended(10, baselined=True), WHOLE, NOW + 50),
        ("changes", ended(100, baselined=True), WHOLE, NOW - 40),  # due long ago: the service was down
        ("changes", ended(10, baselined=True, after="page 2"), WHOLE, 0.0),  # stopped on the way: goes on at once
        ("changes", ended(-500, baselined=True), WHOLE, 0.0),  # the clock went back
        ("deleted", NEVER, NEVER, None),  # not before the stream was read once
        ("deleted", NEVER, WHOLE, 0.0),
        ("deleted", ended(10, path="deleted"), WHOLE, NOW + 50),
        ("parts", NEVER, NEVER, None),
        ("parts", NEVER, WHOLE, 0.0),
        ("parts", ended(10), WHOLE, NOW + 50),
        ("sweep", NEVER, NEVER, None),
        ("sweep", NEVER, WHOLE, None),  # its baseline was its first sweep
        ("sweep", ended(10, path="sweep"), WHOLE, NOW + 50),
        ("sweep", ended(10, path="sweep", after="page 2"), WHOLE, 0.0),
        ("sweep", ended(10, path="sweep", census="noting"), WHOLE, 0.0),
        ("sweep", ended(10, path="sweep", census="comparing", after=""), WHOLE, 0.0),
    ],
)
def test_cursor_and_clock_decide(what: schedule.What, cursor: Cursor, whole: Cursor, at: float | None) -> None:
    assert due_at(task(what), cursor, whole, NOW) == at


def world() -> Small:
    small = Small(contacts("crm", "erp"))
    for system in ("crm", "erp"):
        filled(small, system, 5)
    return small


def test_the_declaration_says_how_often() -> None:
    small = world()
    assert {(one.what, one.every) for one in schedule.tasks(small.hub, "crm")} >= {
        ("changes", 60.0), ("sweep", SWEEP_SECONDS)
    }  # fmt: skip
    system = System(name="crm", connector="memory", poll=5.0, sweep=3600.0)
    small.other(replace(small.hub.declaration, systems={"crm": system}))
    assert {(one.what, one.every) for one in schedule.tasks(small.hub, "crm")} >= {("changes", 5.0), ("sweep", 3600.0)}
    assert {one.system for one in schedule.tasks(small.hub, "crm")} == {"crm"}


def test_what_comes_round_is_done_once_and_again_when_its_time_has_come() -> None:
    small = world()
    (changes,) = (one for one in schedule.tasks(small.hub, "crm") if one.what == "changes")

    def is_due() -> bool:
        cursor = schedule.cursor_of(small.hub, changes)
        at = due_at(changes, cursor, cursor, small.hub.clock())
        return at is not None and at <= small.hub.clock()

    assert is_due()
    while schedule.step(small.hub, changes):
        continue
    assert not is_due()
    small.now += 59
    assert not is_due()
    small.now += 2
    assert is_due()


def test_a_baseline_counts_as_the_first_sweep() -> None:
    small = world()
    small.settle(2)
    (sweep,) = (one for one in schedule.tasks(small.hub, "crm") if one.what == "sweep")
    schedule.begin_sweeps(small.hub, sweep)
    cursor = schedule.cursor_of(small.hub, sweep)
    assert cursor.ended == small.hub.clock()
    small.now += 100
    schedule.begin_sweeps(small.hub, sweep)
    assert schedule.cursor_of(small.hub, sweep) == cursor, "begun once"
    due = due_at(sweep, cursor, schedule.cursor_of(small.hub, replace(sweep, what="changes")), small.hub.clock())
    assert due == cursor.ended + SWEEP_SECONDS
