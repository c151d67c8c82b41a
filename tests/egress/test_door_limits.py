"""The door with a system's limits and its breaker, over sockets."""

import pytest
from budget_world import Clock
from hostile_server import reply, served
from outlets import Kept, door, get

from syncline.connect.auth import Bearer
from syncline.connect.connector import Limit
from syncline.connect.door import NotAdmitted, Unreachable
from syncline.egress import parts
from syncline.egress.breaker import Breaker
from syncline.egress.budget import Budget


def test_a_call_is_drawn_on_the_limits_and_the_vendors_count_is_heard() -> None:
    limit = Limit(name="all", amount=10, per_seconds=100.0, remaining="X-Left")
    budget = Budget({"toy": (limit,)}, patience=0.0)
    with served({"*": reply(200, [], {"X-Left": "0"})}) as server, door(server, budget=budget) as out:
        out.call("toy", get(), "read")
        with pytest.raises(Unreachable, match=r"limit is used up \(all\)"):
            out.call("toy", get(), "read")
        assert len(server.heard) == 1


def test_a_rate_limit_holds_calls_of_its_kind_back() -> None:
    budget = Budget({}, patience=0.0)
    with served({"*": reply(429, "slow down", {"Retry-After": "40"})}) as server, door(server, budget=budget) as out:
        assert out.call("toy", get(kind="search"), "read").status == 429
        with pytest.raises(Unreachable, match="asked us to wait") as told:
            out.call("toy", get(kind="search"), "read")
        assert 39 < (told.value.after or 0) < 45
        out.call("toy", get(), "read")
        assert len(server.heard) == 2


def test_a_system_that_fails_is_left_alone_and_tried_by_one_call() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock, wall=clock, draw=lambda: 0.5)
    with served({"*": reply(500, "down")}) as server, door(server, breaker=breaker) as out:
        for _ in range(5):
            out.call("toy", get(), "read")
        with pytest.raises(Unreachable, match="has not answered since") as told:
            out.call("toy", get(), "read")
        assert len(server.heard) == 5
        clock.now += told.value.after or 0
        out.call("toy", get(), "read")
        assert (len(server.heard), breaker.state("toy").opened) == (6, 2)


@pytest.mark.parametrize("hindered", ["its limit", "its secret"])
def test_a_probe_that_never_left_leaves_its_place_to_the_next(hindered: str) -> None:
    clock, kept = Clock(), Kept()
    breaker = Breaker(clock=clock, wall=clock, draw=lambda: 0.5)
    budget = Budget({}, clock=clock, wall=clock, sleep=clock.sleep, draw=lambda: 0.0, patience=0.0)
    for _ in range(5):
        breaker.failed("toy", "503")
    clock.now += 10
    with served({"*": reply(200, [])}) as server, door(
        server, Bearer(), secrets=kept, breaker=breaker, budget=budget
    ) as out:  # fmt: skip
        if hindered == "its limit":
            budget.hold("toy", None, 5)
        else:
            kept.values.clear()
        with pytest.raises(Unreachable if hindered == "its limit" else NotAdmitted):
            out.call("toy", get(), "read")
        clock.now += 5.0
        kept.values["secret"] = "s3cret-word"
        assert out.call("toy", get(), "read").status == 200


def test_the_parts_are_what_the_door_asks_for() -> None:
    made, opens = Budget({"toy": [Limit(name="at once", amount=1)]}), Breaker()
    budget: parts.Budget = made
    breaker: parts.Breaker = opens
    ticket: parts.Ticket = budget.take("toy", "call", 1, urgent=True)
    assert [one.free for one in made.left("toy")] == [0]
    ticket.done(200, {})
    assert [one.free for one in made.left("toy")] == [1]
    breaker.before("toy")
    breaker.worked("toy")
    assert opens.state("toy").phase == "closed"
