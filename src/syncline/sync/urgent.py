"""What somebody waits for: a hint is looked at, and what follows from it is told, before all that can wait."""

from __future__ import annotations

from collections.abc import Iterable

from syncline.merge.order import Order
from syncline.sync import deliver, observe
from syncline.sync.hub import Hub
from syncline.sync.store import Row


def follow_hints(hub: Hub, system: str, stream: str) -> int:
    """Looks at the rows that hints of a stream name, and tells every system what their records are due to tell.

    Returns how many hints were done. Raises NotNow where the stream cannot be read; then the hints stay.
    """
    size = min(hub.batch, hub.stream(system, stream).batch_size)
    rows = [(system, stream, hint.id) for hint in hub.ledger.hints(system, stream, hub.clock(), size)]
    done = observe.look(hub, system, stream) if rows else 0
    if done:
        tell_records_of(hub, rows)
    return done


def tell_records_of(hub: Hub, rows: Iterable[Row]) -> int:
    """What the records of these rows are due to tell, parents before children. Returns how many links it worked on."""
    records = {link.record for link in hub.ledger.links_at(rows).values()}
    links = [link for found in hub.ledger.links_of(sorted(records)).values() for link in found]
    order = hub.sequence
    assert isinstance(order, Order), "streams that require one another are refused when the declaration is checked"
    told = 0
    for place in order.streams:
        mine = [link for link in links if (link.system, link.stream) == place and link.due_at is not None]
        told += deliver.deliver_first(hub, *place, mine) if mine else 0
    return told
