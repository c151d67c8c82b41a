"""Work that keeps to a part of each limit, beside all else that draws on the whole; and a door that only reads."""

import pytest
from budget_world import Clock, budget_of, most_at_once
from hostile_server import reply, served
from outlets import door, get, post

from syncline.connect.connector import Limit
from syncline.connect.door import Refused, Unreachable
from syncline.egress.budget import Budget, PartOf
from syncline.egress.door import Lane
from syncline.egress.reading import reading
from syncline.ledger.budgets import Budgets
from syncline.ledger.sql import open_ledger

GENERAL = Limit(name="general", amount=190, per_seconds=10.0)
DAY = Limit(name="day", amount=1000, per_seconds=86_400.0)


def run(budget: Budget | PartOf, clock: Clock, calls: int) -> list[float]:
    moments = []
    for _ in range(calls):
        ticket = budget.take("crm")
        moments.append(clock())
        ticket.done(200, {})
    return moments


def test_it_takes_its_part_and_never_more() -> None:
    clock = Clock()
    moments = run(budget_of(clock, [GENERAL]).part(0.5), clock, 2000)
    assert most_at_once(moments, 10.0) == 95
    assert len(moments) / (moments[-1] - moments[0]) >= 0.98 * 9.5


def test_both_together_never_exceed_the_whole() -> None:
    clock = Clock()
    budget = budget_of(clock, [GENERAL])
    part, moments = budget.part(0.5), []
    for number in range(1500):
        (part if number % 3 == 0 else budget).take("crm").done(200, {})
        moments.append(clock())
    assert most_at_once(moments, 10.0) <= 190


def test_a_limit_that_others_share_is_halved_from_the_whole() -> None:
    clock = Clock()
    shared = Limit(name="all", amount=100, per_seconds=10.0, shared=True)
    assert most_at_once(run(budget_of(clock, [shared]).part(0.5), clock, 300), 10.0) == 50
    assert most_at_once(run(budget_of(clock, [shared]).part(1.0), clock, 300), 10.0) == 80


def test_a_small_part_of_a_minute_is_waited_for() -> None:
    clock = Clock()
    minute = Limit(name="minute", amount=60, per_seconds=60.0)
    moments = run(budget_of(clock, [minute]).part(0.02), clock, 3)
    assert most_at_once(moments, 60.0) == 1


def until_refused(part: PartOf) -> int:
    """How many calls it takes."""
    for taken in range(10_000):
        try:
            part.take("crm").done(200, {})
        except Unreachable as error:
            return taken if "limit is used up (10% of day)" in str(error) else -1
    raise AssertionError("it is never refused")


def test_its_part_of_a_day_outlives_a_restart_and_leaves_the_rest(tmp_path: object) -> None:
    clock = Clock()
    taken = []
    with open_ledger(f"{tmp_path}/l.db", synchronous="OFF") as ledger:
        for _ in range(2):
            part = budget_of(clock, [DAY], kept=Budgets(ledger)).part(0.1)
            taken.append(until_refused(part))
        assert taken[0] > 95
        assert sum(taken) <= 100
        whole = budget_of(clock, [DAY], kept=Budgets(ledger))
        assert len(run(whole, clock, 700)) == 700


def test_a_call_that_costs_more_than_the_part_goes_all_the_same() -> None:
    clock = Clock()
    points = Limit(name="points", amount=100, per_seconds=10.0, by="cost")
    part = budget_of(clock, [points]).part(0.1)
    part.take("crm", cost=40).done(200, {})
    with pytest.raises(Unreachable, match="draws more than all"):
        part.take("crm", cost=101)


def test_what_the_whole_refuses_is_not_drawn_on_the_part() -> None:
    clock = Clock()
    budget = budget_of(clock, [DAY])
    run(budget, clock, 1000 - 1000 // 100)
    with pytest.raises(Unreachable, match=r"limit is used up \(day\)"):
        budget.part(0.5).take("crm")


@pytest.mark.outside
@pytest.mark.parametrize("mode", ["read-only", "live"])
def test_a_door_that_only_reads_keeps_to_its_part_and_lets_no_write_out(mode: str) -> None:
    clock = Clock()
    limit = Limit(name="all", amount=10, per_seconds=1000.0)
    budget = Budget({"toy": (limit,)}, clock=clock, wall=clock, sleep=clock.sleep, patience=0.0)
    with served({"*": reply(200, [])}) as server, door(server, budget=budget, mode=mode) as out:
        for way in (reading(out, 0.3), reading(Lane(egress=out), 0.3)):
            heard = len(server.heard)
            for _ in range(3):
                way.call("toy", get(), "read")
            with pytest.raises(Unreachable, match=r"limit is used up \(30% of all\)"):
                way.call("toy", get(), "read")
            with pytest.raises(Refused, match="this only reads"):
                way.call("toy", post(json={"name": "x"}), "write")
            assert len(server.heard) == heard + 3
        out.call("toy", get(), "read")
