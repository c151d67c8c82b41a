"""Everything once: what a command does that observes and delivers until nothing is left. The steps are the hub's own.

Streams take turns, a page or a batch each, so that none waits for another's end; one that cannot be read or written
now is left out of the round and named, and holds up no other. # L2
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syncline.merge.order import Order
from syncline.sync import asking_fields, comparing, deliver, derive, observe, stale, touched, wakes
from syncline.sync.hub import Hub
from syncline.sync.observe import AskAgain, NotNow

Place = tuple[str, str]
Step = Callable[[str, str], bool]
"""One step of a stream; returns whether there is more."""

GATHERED_SECONDS = 60.0
"""More than the changes of a rollup's children are gathered."""

Tell = Callable[[Hub, str, str], int]
"""Tells one batch of what is due in a stream; returns how many links it worked on."""

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
            except AskAgain:
                more = True  # each time it is one field less
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
    in_turns(bound, lambda system, stream: asking_fields.ask(hub, system, stream), not_now)
    in_turns(bound, lambda system, stream: observe.advance(hub, system, stream), not_now)
    in_turns([p for p in bound if hub.stream(*p).deleted], lambda s, n: observe.poll_deletes(hub, s, n), not_now)
    in_turns(bound, lambda system, stream: read_parts(hub, system, stream), not_now)
    follow(hub, not_now)
    stale.catch_up(hub)
    return not_now


def read_parts(hub: Hub, system: str, stream: str) -> bool:
    """A page of each stream of parts."""
    return sum(touched.poll_parts(hub, system, stream, part) for part in hub.stream(system, stream).children) > 0


def follow(hub: Hub, not_now: NotRead) -> None:
    """Hints that are due, what is to be derived, and what was to be derived at a moment that has come."""
    in_turns(places(hub), lambda system, stream: observe.look(hub, system, stream) > 0, not_now)
    while derive.derive_dirty(hub) or wakes.wake(hub):
        continue
    while wakes.wake_early(hub, GATHERED_SECONDS) and derive.derive_dirty(hub):
        continue


def derive_all(hub: Hub) -> None:
    """Until nothing is left to derive."""
    while derive.derive_dirty(hub):
        continue


def sweep_all(hub: Hub, not_now: NotRead) -> None:
    """Every stream that has a sweep is read whole, from its beginning to its end; what that missed is looked at."""
    swept = [p for p in places(hub) if hub.stream(*p).sweep is not None]
    read = [p for p in swept if hub.ledger.cursor(*p, "changes").baselined]  # the others were read whole just now
    begun = [hub.ledger.cursor(*p, "sweep") for p in read]
    again = [(one.system, one.stream) for one in begun if one.after is not None or one.census != "counting"]
    for some in (again, read):  # one that was under way is ended, and then begun anew
        in_turns(some, lambda system, stream: observe.poll(hub, system, stream, path="sweep"), not_now)
    follow(hub, not_now)


def tell_all(hub: Hub, not_now: NotRead, tell: Tell = deliver.deliver) -> int:
    """What is due now, in every stream that can be told. Returns how many links were worked on."""
    told = 0

    def step(system: str, stream: str) -> bool:
        nonlocal told
        number = tell(hub, system, stream)
        told += number
        return number > 0

    while in_turns(places(hub), step, not_now):
        derive_all(hub)
    return told


def sync(hub: Hub, rounds: int = 10, *, full: bool = False, tell: Tell = deliver.deliver) -> NotRead:
    """Reads and tells until nothing is left that can be done now, at most so many times round.

    full: every stream is read whole before anything is told. tell: tells one batch of a stream.
    """
    not_now: NotRead = {}
    for number in range(rounds):
        not_now = read_all(hub)
        if full and number == 0:
            sweep_all(hub, not_now)
        if not tell_all(hub, dict(not_now), tell):
            break
    compare_all(hub, not_now, full=full)
    return not_now


def compare_all(hub: Hub, not_now: NotRead, *, full: bool) -> None:
    """The fields of each stream beside what is declared of them, where it is time for it, or all was read."""
    for system, stream in places(hub):
        reason = not_now.get((system, stream))
        if reason is None:
            comparing.ask(hub, system, stream, whole=full)
        else:
            comparing.after_refusal(hub, system, stream, reason)
