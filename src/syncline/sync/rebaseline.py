"""A system or a ledger restored from a backup is noticed, and what went back is stopped: see `anew` for how it goes on.

Nothing is written to any stream of that entity until it was read anew and a person has seen what that comes to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.merge import guard
from syncline.model.observation import Observation
from syncline.model.rows import Armed, Cursor, Held
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.store import Unit

Place = tuple[str, str]

SHARE = 0.01
AT_LEAST = 2
"""One row that went back is a row that somebody restored."""

STAMPS_APART_SECONDS = 2.0
"""Stamps are shifted to our clock by one that is told in whole seconds."""


# ---- seeing it
def begun(hub: Hub, cursor: Cursor) -> Cursor:
    """Each read counts from its own beginning."""
    fresh = cursor.back and hub.ledger.cursor(cursor.system, cursor.stream, cursor.path).after is None
    return replace(cursor, back=0) if fresh else cursor


def watched(desk: Desk, binding: Binding, cursor: Cursor, news: Sequence[tuple[Observation, object]]) -> Cursor:
    """The cursor of a page, with the rows of its read that went back counted in."""
    desk.load_rows((binding.system, binding.stream, one.id) for one, _ in news)
    back = sum(is_back(desk, binding, one) for one, _ in news)
    return replace(cursor, back=cursor.back + back) if back else cursor


def is_back(desk: Desk, binding: Binding, one: Observation) -> bool:
    """Does a read that shows everything up to a later moment show an older row than we accepted?"""
    found = desk.case_at((binding.system, binding.stream, one.id))
    if found is None:
        return False
    link = found[0].links[found[1]]
    if link.state not in ("active", "asleep") or one.as_of < max(link.as_of, link.direct_at):
        return False  # a list that lags is no restore
    if guard.comparable(one.version, link.version):
        return bool(one.version < link.version)
    stamped = one.stamp is not None and link.stamp is not None
    return stamped and one.stamp < link.stamp - STAMPS_APART_SECONDS  # type: ignore[operator]


def went_back(desk: Desk, cursor: Cursor) -> bool:
    """More rows than a share of the stream's known links?"""
    return cursor.back >= AT_LEAST and cursor.back > SHARE * desk.unit.count_links(cursor.system, cursor.stream)


# ---- stopping
def stop(desk: Desk, cursor: Cursor) -> None:
    """Nothing is read or written there until it is read anew: the page that showed it is not believed."""
    why = f"{cursor.back} rows are older than they were known to be: was {cursor.system} restored from a backup?"
    hold(desk.unit, desk.hub, [(cursor.system, cursor.stream)], why, cursor.back)


def stop_all(hub: Hub, why: str) -> None:
    """Every stream: the ledger is older than all of them. Rules are armed anew, by what is there then."""
    with hub.ledger.unit() as unit:
        hold(unit, hub, bound(hub), why, stale=True)
        unit.arm([Armed(rule=one) for one in hub.ledger.armed()])


def hold(unit: Unit, hub: Hub, places: Iterable[Place], why: str, count: int = 0, *, stale: bool = False) -> None:
    """Visible as held, and the systems paused."""
    places = list(places)
    rows = [
        Held(system=system, stream=stream, kind="rebaseline", count=count, since=hub.clock(), why=why, stale=stale)
        for system, stream in places
    ]
    unit.save_held(rows)
    for system in dict.fromkeys(system for system, _ in places):
        unit.save_system_state(replace(hub.ledger.system_state(system), paused=True, why=why))


def bound(hub: Hub) -> list[Place]:
    """Every stream that the declaration binds, once."""
    return list(dict.fromkeys((one.system, one.stream) for one in hub.declaration.bindings))


State = Literal["stopped", "reading", "read"]
"""Nobody reads it yet; it is being read anew; it was, and waits for a person."""


def state_of(hub: Hub, one: Held) -> State:
    """How far a stream that went back is."""
    return state_at(hub, one.system, one.stream)


def state_at(hub: Hub, system: str, stream: str) -> State:
    """The same of any stream. What an old cursor says was read counts for nothing before somebody begins."""
    if hub.ledger.system_state(system).paused:
        return "stopped"
    return "read" if hub.ledger.cursor(system, stream, "changes").baselined else "reading"


def stopped(hub: Hub) -> list[Held]:
    """The streams whose new baseline nobody confirmed yet."""
    return [one for one in hub.ledger.held() if one.kind == "rebaseline"]
