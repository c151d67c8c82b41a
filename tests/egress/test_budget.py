"""A system's limits as the door draws on them: patience, holds, headers, threads, and how much is used."""

import threading
from math import inf, nan

import pytest
from budget_world import Clock, budget_of, most_at_once

from syncline.connect.connector import Limit
from syncline.connect.door import Unreachable
from syncline.egress.budget import Budget, Ticket

GENERAL = Limit(name="general", amount=190, per_seconds=10.0, remaining="X-Remaining")
SEARCH = Limit(name="search", amount=5, per_seconds=1.0, kinds=("search",))
DAY = Limit(name="day", amount=650_000, per_seconds=86_400.0)


def run(budget: Budget, clock: Clock, calls: int, kind: str = "call") -> list[float]:
    moments = []
    for _ in range(calls):
        ticket = budget.take("crm", kind)
        moments.append(clock())
        ticket.done(200, {})
    return moments


@pytest.mark.parametrize(("kind", "rate"), [("call", 19.0), ("search", 5.0)])
def test_nearly_all_that_is_allowed_is_used_and_never_once_more(kind: str, rate: float) -> None:
    clock = Clock()
    moments = run(budget_of(clock, (GENERAL, SEARCH, DAY)), clock, 20_000, kind)
    assert len(moments) / (moments[-1] - moments[0]) >= 0.98 * rate
    assert most_at_once(moments, 10.0) <= 190
    assert kind == "call" or most_at_once(moments, 1.0) <= 5


def test_a_steady_pace_is_used_as_fully_as_a_burst() -> None:
    clock = Clock()
    budget, moments = budget_of(clock, (GENERAL,)), []
    while len(moments) < 10_000:
        ticket = budget.take("crm")
        moments.append(clock())
        ticket.done()
        clock.now += 0.0501  # the caller is a little faster than the limit
    assert len(moments) / (moments[-1] - moments[0]) >= 0.98 * 19
    assert most_at_once(moments, 10.0) <= 190


def test_a_limit_that_others_share_is_used_to_four_fifths() -> None:
    clock = Clock()
    budget = budget_of(clock, [Limit(name="all", amount=100, per_seconds=10.0, shared=True)])
    moments = run(budget, clock, 400)
    assert most_at_once(moments, 10.0) == 80


def test_what_is_under_way_counts_until_a_window_after_its_answer() -> None:
    clock = Clock()
    budget = budget_of(clock, [Limit(name="all", amount=1, per_seconds=10.0)])
    ticket = budget.take("crm")
    clock.now += 25.0  # the vendor may count it only now
    ticket.done()
    answered = clock()
    budget.take("crm")
    assert clock() > answered + 10.0


def test_a_days_end_is_not_waited_for_with_a_thread() -> None:
    clock = Clock()
    budget = budget_of(clock, [Limit(name="day", amount=3, per_seconds=86_400.0)])
    run(budget, clock, 3)
    with pytest.raises(Unreachable, match=r"crm's limit is used up \(day\)") as told:
        budget.take("crm")
    assert clock.slept == []
    assert told.value.after == pytest.approx(86_400, abs=1)
    clock.now += told.value.after or 0
    run(budget, clock, 3)


def test_without_a_window_so_many_go_at_one_time() -> None:
    clock = Clock()
    budget = budget_of(clock, [Limit(name="at once", amount=2)])
    first, _second = budget.take("crm"), budget.take("crm")
    with pytest.raises(Unreachable, match="at once") as told:
        budget.take("crm")
    assert told.value.after == 1.0
    assert sum(clock.slept) == pytest.approx(30.0)
    first.done()
    first.done()  # a second time changes nothing
    budget.take("crm")
    with pytest.raises(Unreachable):
        budget.take("crm")


def test_a_call_that_draws_more_than_there_ever_is_is_refused_at_once() -> None:
    clock = Clock()
    budget = budget_of(clock, [Limit(name="points", amount=10, per_seconds=1.0, by="cost")])
    with pytest.raises(Unreachable, match="more than all of crm's limit 'points'"):
        budget.take("crm", cost=11)
    budget.take("crm", cost=10)
    budget.take("crm", cost=0)
    budget.take("crm", cost=-5)
    assert clock.slept == []


def test_other_kinds_and_other_systems_go_on() -> None:
    """L2"""
    clock = Clock()
    budget = budget_of(clock, (GENERAL, SEARCH))
    run(budget, clock, 5, "search")
    budget.hold("erp", None, 100)
    began = clock()
    run(budget, clock, 100)
    assert clock() == began


# ---- what the vendor says


def told(budget: Budget, remaining: str) -> None:
    budget.take("crm").done(200, {"x-remaining": remaining})


def free(budget: Budget) -> int:
    return budget.left("crm")[0].free


def test_what_is_left_by_the_vendors_count_is_obeyed_downward() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,))
    told(budget, "12")
    assert free(budget) == 12
    run(budget, clock, 12)
    assert clock.slept == []
    before = clock()
    run(budget, clock, 1)
    assert clock() >= before + 10.0


def test_it_is_never_raised_by_the_vendors_count() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,))
    run(budget, clock, 100)
    told(budget, "190")
    assert free(budget) == 89


def test_our_own_calls_are_not_counted_twice() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,))
    for left in reversed(range(190)):
        told(budget, str(left))
    assert clock.slept == []


def test_an_older_answer_does_not_undo_a_newer() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,))
    older, newer = budget.take("crm"), budget.take("crm")
    newer.done(200, {"x-remaining": "20"})
    older.done(200, {"x-remaining": "100"})
    assert free(budget) == 20


def test_what_others_used_is_forgotten_after_a_window_and_of_a_day_after_an_hour() -> None:
    clock = Clock()
    day = Limit(name="day", amount=1000, per_seconds=86_400.0, remaining="x-remaining")
    budget = budget_of(clock, (day,))
    told(budget, "0")
    with pytest.raises(Unreachable) as refused:
        budget.take("crm")
    assert refused.value.after == 3600.0
    clock.now += 3600.0
    told(budget, "0")  # one call asked again
    assert free(budget) == 0


@pytest.mark.parametrize("text", ["", "-3", "many", "1e9", "12/190", "9" * 40])
def test_what_is_no_number_says_nothing(text: str) -> None:
    budget = budget_of(Clock(), (GENERAL,))
    told(budget, text)
    assert free(budget) == 189


# ---- holds


@pytest.mark.parametrize(
    ("named", "waited"), [(7.0, 7.0), (-5.0, 1.0), (0.0, 1.0), (nan, 1.0), (3.2e8, 86_400.0), (inf, 86_400.0)]
)
def test_a_wait_that_was_named_is_obeyed_and_an_absurd_one_bounded(named: float, waited: float) -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,), patience=1e9)
    began = clock()
    budget.hold("crm", None, named)
    budget.take("crm")
    assert clock() - began == pytest.approx(waited)


def test_a_hold_of_one_kind_leaves_the_others() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,))
    budget.hold("crm", ("search",), 1000)
    budget.take("crm")
    with pytest.raises(Unreachable, match="asked us to wait") as told_so:
        budget.take("crm", "search")
    assert told_so.value.after == pytest.approx(1000)
    assert clock.slept == []


def test_a_shorter_hold_does_not_end_a_longer() -> None:
    clock = Clock()
    budget = budget_of(clock, (GENERAL,), patience=1e9)
    budget.hold("crm", None, 500)
    budget.hold("crm", None, 2)
    began = clock()
    budget.take("crm", urgent=True)
    assert clock() - began == pytest.approx(500)


def test_after_a_hold_not_all_come_at_once() -> None:
    """L3"""
    clock, late = Clock(), iter([n / 100 for n in range(100)])
    budget = Budget({"crm": (GENERAL,)}, clock=clock, wall=clock, sleep=clock.sleep, draw=lambda: next(late))
    budget.hold("crm", None, 60)
    waits = []
    for _ in range(100):
        with pytest.raises(Unreachable) as refused:
            budget.take("crm")
        waits.append(refused.value.after or 0)
    assert min(waits) >= 60
    assert max(sum(1 for one in waits if at <= one < at + 1) for at in range(60, 70)) <= 20


# ---- real threads


def test_threads_never_exceed_it_together_and_all_get_on() -> None:
    limits = (Limit(name="fast", amount=20, per_seconds=0.2), Limit(name="at once", amount=3))
    budget, at_once, most, gone = Budget({"crm": limits}), [0], [0], []
    guard = threading.Lock()

    def work(urgent: bool) -> None:
        for _ in range(10):
            ticket = budget.take("crm", urgent=urgent)
            with guard:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
                gone.append(budget.clock())
            with guard:
                at_once[0] -= 1
            ticket.done()

    workers = [threading.Thread(target=work, args=(n % 3 == 0,), daemon=True) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(gone) == 80
    assert most[0] <= 3
    assert most_at_once(sorted(gone), 0.2) <= 20


def test_who_waits_wakes_when_another_is_answered() -> None:
    budget = Budget({"crm": (Limit(name="at once", amount=1),)}, patience=20.0)
    ticket, got = budget.take("crm"), threading.Event()
    held: list[Ticket] = []

    def wait() -> None:
        held.append(budget.take("crm"))
        got.set()

    worker = threading.Thread(target=wait, daemon=True)
    worker.start()
    assert not got.wait(0.05)
    ticket.done()
    assert got.wait(10)
    worker.join(10)
