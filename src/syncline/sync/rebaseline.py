"""A system or a ledger restored from a backup: what went back is stopped, read anew, and meets as at the first time.

Nothing is written to any stream of that entity until a person has seen what it comes to and confirms.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.merge import guard
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.rows import Cursor, Held, Run
from syncline.sync import doubled, written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.store import Unit

SHARE = 0.01
AT_LEAST = 2
"""One row that went back is a row that somebody restored."""

STAMPS_APART_SECONDS = 2.0
"""Stamps are shifted to our clock by one that is told in whole seconds."""

OUT_OF_SIGHT = "out-of-sight"
PAGE = 500


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


def is_older(hub: Hub, epoch: int) -> bool:
    """Is the ledger older than the systems? `epoch`: a run's number, kept outside the ledger after it was committed."""
    latest = hub.ledger.runs(1)
    return (latest[0].id if latest else 0) < epoch


# ---- stopping
def stop(desk: Desk, cursor: Cursor) -> None:
    """Nothing is read or written there until it is read anew: the page that showed it is not believed."""
    why = f"{cursor.back} rows are older than they were known to be: was {cursor.system} restored from a backup?"
    hold(desk.unit, desk.hub, cursor.system, cursor.stream, why, cursor.back)


def hold(unit: Unit, hub: Hub, system: str, stream: str, why: str, count: int = 0) -> None:
    """Visible as held, and the system paused."""
    unit.save_held([Held(system=system, stream=stream, kind="rebaseline", count=count, since=hub.clock(), why=why)])
    unit.save_system_state(replace(hub.ledger.system_state(system), paused=True, why=why))


# ---- reading anew
def begin(hub: Hub, system: str, stream: str, why: str = "a person asked for it") -> None:
    """Forgets what was agreed there and reads all again. Done again after a crash, it goes on.

    The system stays paused until every link has forgotten, so that no page is measured against half of it.
    """
    held = {(one.system, one.stream, one.kind) for one in hub.ledger.held()}
    with hub.ledger.unit() as unit:
        if (system, stream, "rebaseline") not in held:
            hold(unit, hub, system, stream, why)
    after = 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "rebaseline")
            desk.load(ids)
            for case in list(desk.cases.values()):
                forget(case, system, stream)
            written.flush(desk)
        hub.point("links forgotten")
    with hub.ledger.unit() as unit:
        for path in ("changes", "sweep"):
            unit.save_cursor(Cursor(system=system, stream=stream, path=path))
        doubled.forget(unit, hub.declaration.binding(system, stream))
        unit.unstage(hub.ledger.staged(system, stream, "", 1_000_000))
        unit.save_system_state(replace(hub.ledger.system_state(system), paused=False, why=""))


def begin_all(hub: Hub, why: str) -> None:
    """Every stream: the ledger is older than all of them."""
    for binding in hub.declaration.bindings:
        begin(hub, binding.system, binding.stream, why)


def forget(case: Case, system: str, stream: str) -> None:
    """The links of that stream keep their row and nothing else; a row that is not there any more stays out of sight."""
    for link in list(case.links.values()):
        here = (link.system, link.stream) == (system, stream)
        if not here or link.state not in ("active", "asleep") or link.external_id is None:
            continue
        if link.state == "active":
            case.put(link.id, state="asleep", why=OUT_OF_SIGHT)
        case.put(
            link.id, seen={}, known={}, fingerprint=b"", version=None, stamp=None, as_of=0.0, direct_at=0.0,
            covered=False, due_since=None, due_at=None, writing=None, parked=None, attempts=0, held=(),
        )  # fmt: skip


# ---- going on
def is_read(hub: Hub, system: str, stream: str) -> bool:
    """Did every row meet again?"""
    return hub.ledger.cursor(system, stream, "changes").baselined


def confirm(hub: Hub, system: str, stream: str, who: str) -> bool:
    """A person has seen what it comes to: writes go on. False: it is not read to its end yet."""
    rows = [one for one in hub.ledger.held() if (one.system, one.stream, one.kind) == (system, stream, "rebaseline")]
    if not rows or not is_read(hub, system, stream):
        return False
    with hub.ledger.unit() as unit:
        note = f"{who} confirmed that {system} {stream} was read anew"
        unit.save_run(Run(id=unit.new_id("run"), kind="person", at=hub.clock(), note=note))
        unit.drop_held(rows)
    return True


def unread(link: Link) -> bool:
    """Was this row not there when the stream was read anew?"""
    return link.state == "asleep" and link.why == OUT_OF_SIGHT and not link.seen
