"""Events that a mode holds: which of them a plan lists, and what lets them go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncline.model.event import Event
from syncline.sync.hub import Hub

PAGE = 500


def entity_of(event: Event) -> str:
    """What it is about."""
    return event.subject.partition("/")[0]


def record_of(event: Event) -> int:
    """Whom it is about."""
    return int(event.subject.partition("/")[2])


def held(hub: Hub) -> Iterator[Event]:
    """All that is held, the oldest first."""
    after = 0
    while page := hub.ledger.held_events(after, PAGE):
        after = page[-1][0]
        yield from (one for _, one in page)


def waiting(hub: Hub) -> int:
    """How many wait for a plan to be applied."""
    return sum(1 for _ in for_plan(hub))


def for_plan(hub: Hub) -> Iterator[Event]:
    """What a plan lists, the oldest first: what mode read-only keeps stands in nobody's way."""
    return (one for one in held(hub) if is_for_plan(hub, one))


def is_for_plan(hub: Hub, event: Event) -> bool:
    """Does it leave by a plan?"""
    return mode_of(hub, event) == "approve"


def release(hub: Hub, ids: Sequence[str]) -> int:
    """Lets these go, as an applied plan lists them, but for those that mode read-only keeps. Returns how many."""
    wanted = set(ids)
    going = [one.id for one in held(hub) if one.id in wanted and mode_of(hub, one) != "read-only"]
    let_go(hub, going)
    return len(going)


def catch_up(hub: Hub) -> None:
    """What was held in another mode, and is not in this one, goes out."""
    let_go(hub, [one.id for one in held(hub) if mode_of(hub, one) == "live"])


def mode_of(hub: Hub, event: Event) -> str:
    """The mode that it is subject to now."""
    return hub.declaration.mode_of_events(entity_of(event))


def let_go(hub: Hub, ids: Sequence[str]) -> None:
    """Page by page, each in its own transaction: to do it again does no harm."""
    for at in range(0, len(ids), PAGE):
        with hub.ledger.unit() as unit:
            unit.release_events(ids[at : at + PAGE])
        hub.point("events let go")
