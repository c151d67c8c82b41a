"""A system that does not answer is left alone, asked by one call at a time, and its backlog drains spread out."""

import heapq
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, nan
from random import Random

import pytest
from budget_world import Clock, most_at_once

from syncline.connect.connector import Limit
from syncline.connect.door import Unreachable
from syncline.egress.breaker import PROBE_SECONDS, Breaker, State
from syncline.egress.budget import Budget


def breaker_of(clock: Clock, drawn: float = 0.0) -> Breaker:
    return Breaker(clock=clock, wall=clock, draw=lambda: drawn)


def fail(breaker: Breaker, times: int, after: float | None = None) -> None:
    for _ in range(times):
        breaker.failed("crm", "502 from its proxy", after)


def refused(breaker: Breaker) -> float:
    with pytest.raises(Unreachable) as told:
        breaker.before("crm")
    assert told.value.after is not None
    return told.value.after


def test_failures_in_a_row_open_it_and_it_says_since_when_why_and_until_when() -> None:
    clock = Clock(1_750_000_000.0)
    breaker = breaker_of(clock)
    for _ in range(5):
        breaker.before("crm")
        breaker.failed("crm", "no answer within 30 s")
        clock.now += 60
    clock.now -= 60
    with pytest.raises(Unreachable) as told:
        breaker.before("crm")
    assert str(told.value) == (
        "crm has not answered since 2025-06-15 15:06:40 UTC (5 failures in a row, the last: no answer within 30 s); "
        "tried again at 2025-06-15 15:10:40 UTC"
    )
    assert told.value.after == 0.5
    breaker.before("erp")  # L2


def test_a_record_that_always_fails_among_others_never_opens_it() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    for _ in range(100):
        fail(breaker, 4)
        breaker.before("crm")
        breaker.worked("crm")
    assert breaker.state("crm") == State(system="crm")


def test_after_the_wait_one_call_is_the_probe_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    fail(breaker, 5)
    clock.now += refused(breaker)
    breaker.before("crm")
    assert breaker.state("crm").phase == "probing"
    assert 1 <= refused(breaker) <= 10
    breaker.worked("crm")
    breaker.before("crm")
    breaker.before("crm")


def test_each_probe_that_fails_doubles_the_wait_up_to_the_cap() -> None:
    clock = Clock()
    breaker = breaker_of(clock, drawn=0.999999999)
    fail(breaker, 5)
    waits = []
    for _ in range(11):
        until = breaker.state("crm").until
        assert until is not None
        waits.append(round(until - clock()))
        clock.now = until
        breaker.before("crm")
        fail(breaker, 1)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_what_left_before_it_opened_and_fails_later_says_nothing_new() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    fail(breaker, 5)
    until = breaker.state("crm").until
    fail(breaker, 20)
    state = breaker.state("crm")
    assert (state.opened, state.until, state.failures) == (1, until, 25)


def test_a_probe_that_is_never_heard_of_is_given_up() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    fail(breaker, 5)
    clock.now += refused(breaker)
    breaker.before("crm")
    clock.now += PROBE_SECONDS - 1
    refused(breaker)
    clock.now += 1
    breaker.before("crm")
    assert breaker.state("crm").phase == "probing"


def test_a_probe_that_was_not_made_leaves_its_place_to_another() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    fail(breaker, 5)
    clock.now += refused(breaker)
    breaker.before("crm")
    breaker.spared("crm")
    breaker.before("crm")
    refused(breaker)
    breaker.worked("crm")
    breaker.spared("crm")
    assert breaker.state("crm") == State(system="crm")


@pytest.mark.parametrize(("asked", "waits"), [(120.0, 120.0), (-4.0, 0.5), (nan, 0.5), (inf, 86_400.0), (1e9, 86_400)])
def test_the_wait_that_a_failing_system_asks_for_is_obeyed_within_reason(asked: float, waits: float) -> None:
    breaker = breaker_of(Clock())
    fail(breaker, 4)
    breaker.failed("crm", "503", asked)
    assert refused(breaker) == waits


def test_one_failure_with_a_wait_does_not_open_it() -> None:
    breaker = breaker_of(Clock())
    breaker.failed("crm", "503", 3600)
    breaker.before("crm")
    assert breaker.state("crm").phase == "closed"


def test_of_threads_that_come_together_one_is_the_probe() -> None:
    clock = Clock()
    breaker = breaker_of(clock)
    fail(breaker, 5)
    clock.now += 10
    through, barrier = [], threading.Barrier(8)

    def come() -> None:
        barrier.wait(10)
        try:
            breaker.before("crm")
            through.append(1)
        except Unreachable:
            return

    workers = [threading.Thread(target=come) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert through == [1]


# ---- a storm


@dataclass
class Storm:
    """Many workers with a backlog each, on one clock, against a system that is down until `heals`.

    `said` is what it answers while it is down: nothing at all, or a wait that it names.
    """

    said: float | None
    heals: float
    limit: Limit
    each: int
    workers: int
    draw: Callable[[], float]
    now: float = 0.0
    called: list[tuple[float, bool]] = field(default_factory=list)

    def run(self) -> None:
        budget = Budget(
            {"crm": (self.limit,)}, clock=self.clock, wall=self.clock, sleep=self.never, draw=self.draw, patience=0.0
        )  # fmt: skip
        breaker = Breaker(clock=self.clock, wall=self.clock, draw=self.draw)
        backlog = dict.fromkeys(range(self.workers), self.each)
        wakes = [(0.0, worker) for worker in backlog]
        while wakes:
            self.now, worker = heapq.heappop(wakes)
            assert self.now < self.heals + 3600, "it does not drain"
            after = self.call(budget, breaker)
            backlog[worker] -= after is None
            if backlog[worker]:
                heapq.heappush(wakes, (self.now + (after or 0.0), worker))

    def call(self, budget: Budget, breaker: Breaker) -> float | None:
        """None: it was done; else when to come again."""
        try:
            breaker.before("crm")
        except Unreachable as error:
            return error.after or 1.0
        try:
            ticket = budget.take("crm")
        except Unreachable as error:
            breaker.spared("crm")
            return error.after or 1.0
        up = self.now >= self.heals
        self.called.append((self.now, up))
        ticket.done()
        if up:
            breaker.worked("crm")
            return None
        if self.said is None:
            breaker.failed("crm", "503")
            return 1.0
        breaker.worked("crm")
        budget.hold("crm", None, self.said)
        return self.said

    def clock(self) -> float:
        return self.now

    def never(self, seconds: float) -> None:
        raise AssertionError("nobody waits with a thread")


LIMIT = Limit(name="all", amount=50, per_seconds=10.0)


@pytest.mark.parametrize("said", [None, 5.0, 60.0])
@pytest.mark.parametrize("seed", range(3))
def test_after_a_storm_the_backlog_drains_at_the_allowed_rate_and_spread_out(said: float | None, seed: int) -> None:
    """L3"""
    storm = Storm(said=said, heals=600.0, limit=LIMIT, each=20, workers=40, draw=Random(seed).random)
    storm.run()
    down = [at for at, up in storm.called if not up]
    done = [at for at, up in storm.called if up]
    assert len(done) == 800
    assert most_at_once(sorted(at for at, _ in storm.called), 10.0) <= 50
    if said is None:
        assert len(down) <= 40  # it was left alone while it was down
    else:
        assert max(Counter(int(at) for at in down).values()) <= 50
    drained = done[-1] - max(600.0, done[0])
    assert done[0] <= 600 + 600  # the longest wait there is, and its spread
    assert drained <= 1.2 * 800 / 5.0 + 60


def test_without_spread_all_come_back_at_once() -> None:
    """A broken twin: everybody is told the same moment."""

    def crowd(draw: Callable[[], float]) -> int:
        breaker = Breaker(clock=lambda: 0.0, wall=lambda: 0.0, draw=draw)
        for _ in range(5):
            breaker.failed("crm", "503", 60.0)
        waits = [refused(breaker) for _ in range(100)]
        return max(sum(1 for one in waits if at <= one < at + 1) for at in range(60, 100))

    assert crowd(Random(1).random) < 20
    assert crowd(lambda: 0.0) == 100
