"""Is each system there, does it let us in, and does it show the fields that the declaration binds? Only reads."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from syncline.connect.connector import SHARED
from syncline.connect.request import Page
from syncline.connect.stream import Asked, Stream
from syncline.sync import observe
from syncline.sync.hub import Hub

RECENT_SECONDS = 60.0
"""A page of what changed since then is the smallest that a system can be asked for."""


PATIENCE_SECONDS = 10.0


class Reached(Struct, frozen=True, kw_only=True):
    """why: what keeps it from being read, and `what` that is in a word; empty where it was.

    hidden: bound fields that no row of the page told.
    """

    system: str
    stream: str
    rows: int = 0
    why: str = ""
    what: str = ""
    hidden: tuple[str, ...] = ()


def reach(hub: Hub) -> Iterator[Reached]:
    """One page of each bound stream. A system that does not answer, or denies us, is asked once."""
    lost: dict[str, observe.NotNow] = {}
    for system, name in dict.fromkeys((b.system, b.stream.partition(SHARED)[0]) for b in hub.declaration.bindings):
        if system in lost:
            yield Reached(system=system, stream=name, why=str(lost[system]), what=lost[system].what)
            continue
        stream = hub.stream(system, name)
        asked = smallest(stream, hub.clock())
        if asked is None:
            continue
        try:
            page = shown(hub, system, stream, asked)
        except observe.NotNow as error:
            if hub.ledger.system_state(system).paused or "Rejected" not in str(error):
                lost[system] = error
            yield Reached(system=system, stream=name, why=str(error), what=error.what)
            continue
        told = {field for row in page.records for field in row}
        hidden = sorted(bound_of(hub, system, name) - told) if page.records else ()
        yield Reached(system=system, stream=name, rows=len(page.records), hidden=tuple(hidden))


def shown(hub: Hub, system: str, stream: Stream, asked: Asked) -> Page:
    """What the stream shows. Of a system that asks for a moment's patience it is asked once more. Raises NotNow."""
    try:
        return observe.show(hub, system, stream, asked)[0]
    except observe.AskAgain:  # each time it is one field less, and `drifted` names them
        less = hub.stream(system, stream.name)
        return shown(hub, system, less, smallest(less, hub.clock()) or asked)
    except observe.NotNow as error:
        again = smallest(stream, hub.clock())
        if not error.said or error.after > PATIENCE_SECONDS or again is None:
            raise
        hub.wait(error.after)
        return observe.show(hub, system, stream, again)[0]


def smallest(stream: Stream, now: float) -> Asked | None:
    """The smallest question: what changed in the last minute, else the first page of all."""
    if stream.changes is not None:
        return stream.changes(now - RECENT_SECONDS, None)
    return None if stream.sweep is None else stream.sweep(None)


def bound_of(hub: Hub, system: str, name: str) -> set[str]:
    """The raw fields that the declaration binds in a stream, of whatever entity."""
    found = [b for b in hub.declaration.bindings if (b.system, b.stream.partition(SHARED)[0]) == (system, name)]
    return {raw for binding in found for raw in binding.raw_names}
