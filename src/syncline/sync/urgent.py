"""What somebody waits for: a hint is looked at, and what follows from it is told, before all that can wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event

from syncline.merge.order import Order
from syncline.sync import deliver, observe
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow

IDLE_SECONDS = 0.5


NotNowTold = Callable[[NotNow], None]
"""Hears of a system that cannot be read or told now."""


def follow_hints(hub: Hub, system: str, stream: str, not_now: NotNowTold) -> int:
    """Looks at the rows that hints of a stream name, and tells every system what their records are due to tell.

    Returns how many hints were done. Raises NotNow where the stream cannot be read; then the hints stay. A system that
    cannot be told is told to `not_now`: its links stay due, and it holds up no other. # L2
    """
    done, records = look_first(hub, system, stream)
    tell_first(hub, records, not_now)
    return done


def look_first(hub: Hub, system: str, stream: str) -> tuple[int, list[int]]:
    """Looks at the rows that hints of a stream name. Returns how many hints were done, and whose records they are."""
    size = min(hub.batch, hub.stream(system, stream).batch_size)
    rows = [(system, stream, hint.id) for hint in hub.ledger.hints(system, stream, hub.clock(), size)]
    done = observe.look(hub, system, stream) if rows else 0
    return done, sorted({link.record for link in hub.ledger.links_at(rows).values()}) if done else []


def tell_first(hub: Hub, records: Iterable[int], not_now: NotNowTold, only: str | None = None) -> None:
    """What these records are due to tell, parents before children. only: to this system."""
    links = [link for found in hub.ledger.links_of(sorted(records)).values() for link in found]
    order = hub.sequence
    assert isinstance(order, Order), "streams that require one another are refused when the declaration is checked"
    for place in order.streams:
        mine = [link for link in links if (link.system, link.stream) == place and link.due_at is not None]
        if only in (None, place[0]):
            try:
                deliver.deliver_first(hub, *place, mine)
            except NotNow as reason:
                not_now(reason)


def attend(hub: Hub, wake: Event, over: Event, not_now: NotNowTold) -> None:
    """Follows hints as they come, until `over`. `wake` is set by whoever stored one; what comes due later is seen
    within IDLE_SECONDS. Streams take turns, a batch each, so that a flood of one holds up no other; one that cannot be
    read now is told to `not_now`. # L2
    """
    order = hub.sequence
    assert isinstance(order, Order), "streams that require one another are refused when the declaration is checked"
    more = False
    while not over.is_set():
        if not more:
            wake.wait(IDLE_SECONDS)
        wake.clear()
        more = False
        for place in order.streams:
            if over.is_set():
                return
            try:
                more = follow_hints(hub, *place, not_now) > 0 or more
            except NotNow as reason:
                not_now(reason)
