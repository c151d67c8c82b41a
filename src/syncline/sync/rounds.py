"""Everything once: what a command does that observes and delivers until nothing is left. The steps are the hub's own.

Streams take turns, a page or a batch each, so that none waits for another's end; one that cannot be read or written
now is left out of the round and named, and holds up no other. # L2
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syncline.merge.order import Order
from syncline.sync import deliver, derive, observe, touched, wakes
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow

Place = tuple[str, str]
Step = Callable[[str, str], bool]
"""One step of a stream; returns whether there is more."""

GATHERED_SECONDS = 60.0
"""More than the changes of a rollup's children are gathered."""

NotRead = dict[Place, NotNow]
"""The streams that could not be worked on, each with the reason and when to try again."""


def places(hub: Hub) -> tuple[Place, ...]:
    """All bound streams, parents before children."""
    order = hub.sequence
    assert isinstance(order, Order), "streams that require one another are refused when the declaration is checked"
    return order.streams


def in_turns(found: Iterable[Place], step: Step, not_now: NotRead) -> bool:
    """Each until it has no more. Returns whether anything had."""
    waiting, worked = [place for place in found if place not in not_now], False
    while waiting:
        for place in tuple(waiting):
            try:
                more = step(*place)
            except NotNow as reason:
                not_now[place], more = reason, False
            worked = worked or more
            if not more:
                waiting.remove(place)
    return worked


def read_all(hub: Hub) -> NotRead:
    """What changed, what was deleted, and what hints name, in every stream; a stream that is new gets its baseline."""
    not_now: NotRead = {}
    bound = places(hub)
    in_turns(bound, lambda system, stream: observe.advance(hub, system, stream), not_now)
    in_turns([p for p in bound if hub.stream(*p).deleted], lambda s, n: observe.poll_deletes(hub, s, n), not_now)
    in_turns(bound, lambda system, stream: read_parts(hub, system, stream), not_now)
    follow(hub, not_now)
    return not_now


def read_parts(hub: Hub, system: str, stream: str) -> bool:
    """A page of each stream of parts."""
    return sum(touched.poll_parts(hub, system, stream, part) for part in hub.stream(system, stream).children) > 0


def follow(hub: Hub, not_now: NotRead) -> None:
    """Hints that are due, and what is to be derived."""
    in_turns(places(hub), lambda system, stream: observe.look(hub, system, stream) > 0, not_now)
    while derive.derive_dirty(hub) or wakes.wake(hub):
        continue
    while wakes.wake_early(hub, GATHERED_SECONDS) and derive.derive_dirty(hub):
        continue


def tell_all(hub: Hub, not_now: NotRead) -> int:
    """What is due now, in every stream that can be told. Returns how many links were worked on."""
    told = 0

    def tell(system: str, stream: str) -> bool:
        nonlocal told
        number = deliver.deliver(hub, system, stream)
        told += number
        return number > 0

    while in_turns(places(hub), tell, not_now):
        while derive.derive_dirty(hub):
            continue
    return told


def sync(hub: Hub, rounds: int = 10) -> NotRead:
    """Reads and tells until nothing is left that can be done now, at most so many times round."""
    not_now: NotRead = {}
    for _ in range(rounds):
        not_now = read_all(hub)
        if not tell_all(hub, dict(not_now)):
            break
    return not_now
