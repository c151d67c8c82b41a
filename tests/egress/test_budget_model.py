"""Under any interleaving no window holds more than is allowed, and everybody gets on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import pytest
from budget_world import most_at_once, most_in_any_window
from hypothesis import given
from hypothesis import strategies as st

from syncline.connect.connector import Limit
from syncline.egress.turns import Turn, Turns
from syncline.egress.window import Window

GENERAL = Limit(name="general", amount=12, per_seconds=10.0)
SEARCH = Limit(name="search", amount=3, per_seconds=1.0, kinds=("search",))
POINTS = Limit(name="points", amount=40, per_seconds=5.0, by="cost")
DAY = Limit(name="day", amount=60, per_seconds=86_400.0, shared=True)
ONCE = Limit(name="once", amount=4)
LIMITS = (GENERAL, SEARCH, POINTS, DAY, ONCE)


@dataclass
class World:
    """Steps of any order: somebody comes, time goes by, whoever may goes, somebody is answered."""

    turns: Turns = field(default_factory=lambda: Turns(LIMITS))
    now: float = 0.0
    flying: list[tuple[Turn, float, list[tuple[Window, int, int]]]] = field(default_factory=list)
    calls: list[tuple[Turn, float, float]] = field(default_factory=list)

    def come(self, kind: str, cost: int, urgent: bool) -> None:
        self.turns.waiting.append(Turn(kind=kind, cost=cost, urgent=urgent))

    def go(self, which: int) -> None:
        waiting = self.turns.waiting
        for turn in [*waiting[which % (len(waiting) or 1) :], *waiting]:
            if turn in waiting and self.turns.wait(turn, self.now) <= 0:
                self.flying.append((turn, self.now, self.turns.go(turn, self.now)))
                waiting.remove(turn)

    def answer(self, which: int) -> None:
        if self.flying:
            turn, taken, drawn = self.flying.pop(which % len(self.flying))
            for window, units, _ in drawn:
                window.done(units, self.now)
            self.calls.append((turn, taken, self.now))

    def settle(self) -> None:
        """All who wait get on, if time goes by and calls are answered."""
        for _ in range(2000):
            self.go(0)
            while self.flying:
                self.answer(0)
            if not self.turns.waiting:
                return
            waits = [self.turns.wait(turn, self.now) for turn in self.turns.waiting]
            self.now += max(0.001, min(waits))
        raise AssertionError(f"{self.turns.waiting} wait for ever")


come = st.tuples(st.just("come"), st.sampled_from(["call", "search"]), st.integers(0, 40), st.booleans())
steps = st.lists(
    come
    | st.tuples(st.just("pass"), st.sampled_from([0.0, 0.01, 0.5, 1.0, 4.999, 5.0, 9.99, 10.0, 3600.0]))
    | st.tuples(st.just("go"), st.integers(0, 20))
    | st.tuples(st.just("answer"), st.integers(0, 20)),
    max_size=120,
)


def played(script: list[tuple[object, ...]]) -> World:
    world = World()
    for name, *given_ in script:
        if name == "pass":
            world.now += given_[0]  # type: ignore[operator]
        else:
            getattr(world, str(name))(*given_)
    world.settle()
    return world


def exceeded(world: World) -> list[str]:
    found = []
    for window in World().turns.windows:
        drawn = [(taken, end, window.units(turn.kind, turn.cost)) for turn, taken, end in world.calls]
        most = most_in_any_window([one for one in drawn if one[2]], window.seconds or -1e-9)
        if most > window.allowed:
            found.append(f"{window.limit.name}: {most} of {window.allowed}")
    return found


@given(steps)
def test_no_window_ever_holds_more_than_is_allowed(script: list[tuple[object, ...]]) -> None:
    assert exceeded(played(script)) == []


def counts_from_before(window: Window, units: int, now: float) -> None:
    """A broken twin: the vendor may count a call only right before it answers."""
    window.flying -= units
    if window.seconds is not None:
        window.settle(units, now - 5.0)


def counts_what_is_under_way(window: Window, units: int, now: float) -> None:
    """A broken twin: what was answered is forgotten."""
    window.flying -= units


@pytest.mark.parametrize("twin", [counts_from_before, counts_what_is_under_way])
def test_a_budget_that_counts_too_little_is_found(
    twin: Callable[[Window, int, float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Window, "done", twin)
    four: list[tuple[object, ...]] = [*[("come", "call", 1, False)] * 4, ("go", 0), *[("answer", 0)] * 4]
    assert exceeded(played([*four * 3, ("pass", 5.5), *four * 3])) != []


def shares(urgent_each: int, bulk_each: int, limit: Limit, windows: int) -> dict[bool, int]:
    """Units that each got while both always wait."""
    turns, now, got = Turns([limit]), 0.0, {True: 0, False: 0}
    costs = {True: urgent_each, False: bulk_each}
    while now < windows * (limit.per_seconds or 1.0):
        for urgent in (True, False):
            while sum(one.urgent is urgent for one in turns.waiting) < 5:
                turns.waiting.append(Turn(kind="call", cost=costs[urgent], urgent=urgent))
        gone = next((one for one in turns.waiting if turns.wait(one, now) <= 0), None)
        if gone is None:
            now += max(0.001, min(turns.wait(one, now) for one in turns.waiting))
            continue
        drawn = turns.go(gone, now)
        turns.waiting.remove(gone)
        for window, units, _ in drawn:
            window.done(units, now)
            got[gone.urgent] += units
    return got


@pytest.mark.parametrize("amount", [1, 5, 190])
@pytest.mark.parametrize(("urgent_each", "bulk_each"), [(1, 1), (1, 30), (30, 1)])
def test_bulk_gets_a_tenth_and_urgent_the_rest(amount: int, urgent_each: int, bulk_each: int) -> None:
    if max(urgent_each, bulk_each) > amount:
        return
    windows = 40
    got = shares(urgent_each, bulk_each, Limit(name="all", amount=amount, per_seconds=1.0, by="cost"), windows)
    whole = got[True] + got[False]
    assert whole >= 0.8 * windows * amount  # what does not fit beside others is left
    assert got[False] >= whole / 10 - max(urgent_each, bulk_each)
    assert got[True] >= whole * 0.8 - 4 * amount  # what urgent wants is seen in the first windows


def test_in_each_window_a_tenth_is_bulk() -> None:
    turns, moments, now = Turns([Limit(name="all", amount=190, per_seconds=10.0)]), [], 0.0
    while now < 60.0:
        for urgent in (True, False):
            while sum(one.urgent is urgent for one in turns.waiting) < 3:
                turns.waiting.append(Turn(kind="call", cost=1, urgent=urgent))
        gone = next((one for one in turns.waiting if turns.wait(one, now) <= 0), None)
        if gone is None:
            now += max(0.001, min(turns.wait(one, now) for one in turns.waiting))
            continue
        turns.waiting.remove(gone)
        for window, units, _ in turns.go(gone, now):
            window.done(units, now)
        moments.append((now, gone.urgent))
    for began in range(10, 50, 10):
        inside = [urgent for at, urgent in moments if began <= at < began + 10]
        assert len(inside) == 190
        assert 19 <= inside.count(False) <= 2 * 19
    assert most_at_once([at for at, _ in moments], 10.0) == 190


def test_bulk_that_waits_for_something_else_holds_up_nobody() -> None:
    """A search that waits for the limit of searches leaves the general one to others, also when a part is owed."""
    turns = Turns([GENERAL, SEARCH])
    for _ in range(3):
        searching = Turn(kind="search", cost=1, urgent=False)
        turns.go(searching, 0.0)
    turns.waiting.append(waiting := Turn(kind="search", cost=1, urgent=False))
    turns.owed[turns.windows[0]] = 45
    turns.waiting.append(urgent := Turn(kind="call", cost=1, urgent=True))
    assert turns.wait(waiting, 0.0) > 0
    assert turns.wait(urgent, 0.0) == 0


@pytest.mark.parametrize("urgent", [True, False])
def test_any_number_that_wait_for_one_limit_take_none_of_the_others(urgent: bool) -> None:
    """L2"""
    turns = Turns([GENERAL, SEARCH])
    turns.waiting += [Turn(kind="search", cost=1, urgent=urgent) for _ in range(100)]
    turns.waiting.append(last := Turn(kind="call", cost=1, urgent=False))
    assert turns.wait(last, 0.0) == 0
    waits = [turns.wait(one, 0.0) for one in turns.waiting[:100]]
    assert waits[:3] == [0.0] * 3
    assert waits[3:] == [float(n // 3) for n in range(3, 100)]


def test_who_does_not_wait_never_goes() -> None:
    assert Turns([GENERAL]).wait(Turn(kind="call", cost=1, urgent=True), 0.0) == inf


def test_a_window_tells_when_there_will_be_room() -> None:
    once, ten = Window(ONCE), Window(GENERAL)
    once.take(3)
    assert (once.after(1, 0.0), once.after(2, 0.0)) == (0.0, inf)
    ten.settle(ten.take(10), 5.0)
    ten.flying = 0
    assert (ten.after(2, 6.0), ten.after(3, 6.0)) == (0.0, pytest.approx(9.0, abs=0.01))
    assert ten.after(3 + 12, 6.0) == pytest.approx(19.0, abs=0.01)  # a whole window later
