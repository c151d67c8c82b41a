"""What went back is read anew and meets as at the first time; when a person saw what it comes to, writes go on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Cursor, Held, Run
from syncline.sync import doubled, rounds, stale, written
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub
from syncline.sync.rebaseline import Place, bound, hold, state_at, stopped

OUT_OF_SIGHT = "out-of-sight"
PAGE = 500
STEPS = ("read", "read parts", "look", "tell")
"""What is under way on a stream ends before anything of it is forgotten."""


# ---- reading anew
def begin(hub: Hub, system: str, stream: str, why: str = "a person asked for it") -> None:
    """One stream, and with it what else is stopped in its system: while that is paused nobody reads it."""
    begin_these(hub, [(system, stream)], why)


def begin_all(hub: Hub, why: str) -> None:
    """Every stream."""
    begin_these(hub, bound(hub), why)


def begin_these(hub: Hub, places: Sequence[Place], why: str) -> None:
    """Forgets what was agreed there and reads all again. Done again after a crash, it goes on.

    The systems stay paused until every link has forgotten, so that no page is measured against half of it.
    """
    known = {(one.system, one.stream): one for one in stopped(hub)}
    systems = {system for system, _ in places}
    wanted = sorted({*places, *(place for place in known if place[0] in systems)})
    with hub.ledger.unit() as unit:
        hold(unit, hub, [one for one in wanted if one not in known], why)
        for system in systems:
            state = hub.ledger.system_state(system)
            unit.save_system_state(replace(state, paused=True, why=state.why if state.paused else why))
    with ExitStack() as turns:  # a page that is under way may still be written; what it showed is forgotten too
        for what in STEPS:
            for place in wanted:
                turns.enter_context(hub.turn(what, *place))
        forget_all(hub, wanted, stale=any(one.stale for one in known.values()))
        with hub.ledger.unit() as unit:
            for system, stream in wanted:
                for path in ("changes", "sweep"):
                    unit.save_cursor(Cursor(system=system, stream=stream, path=path))
                doubled.forget(unit, hub.declaration.binding(system, stream))
        for place in wanted:  # after the cursors: no read of which rows are missing here counts as ended
            empty_stage(hub, place)
        with hub.ledger.unit() as unit:
            for system in systems:
                unit.save_system_state(replace(hub.ledger.system_state(system), paused=False, why=""))


def empty_stage(hub: Hub, place: Place) -> None:
    """Page by page, each in its own transaction: to do it again does no harm."""
    while rows := hub.ledger.staged(*place, "", PAGE):
        with hub.ledger.unit() as unit:
            unit.unstage(rows)
        hub.point("stage emptied")


def forget_all(hub: Hub, places: Sequence[Place], *, stale: bool) -> None:
    """Every link of these streams, a page of records in a transaction."""
    after = 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "rebaseline")
            desk.load(ids)
            for case in list(desk.cases.values()):
                forget(case, places)
                if stale:
                    case.record = without_waits(case.record)
            written.flush(desk)
        hub.point("links forgotten")


def forget(case: Case, places: Sequence[Place]) -> None:
    """The links of those streams keep their row and nothing else; a row that is not there any more stays out of sight.

    A birth keeps its key: what was made under it since is found by it. # I4
    """
    for link in list(case.links.values()):
        here = (link.system, link.stream) in places
        if not here or link.state not in ("active", "asleep") or link.external_id is None:
            continue
        if link.state == "active":
            case.put(link.id, state="asleep", why=OUT_OF_SIGHT)
        case.put(
            link.id, seen={}, known={}, fingerprint=b"", version=None, stamp=None, as_of=0.0, direct_at=0.0,
            covered=False, due_since=None, due_at=None, writing=None, parked=None, attempts=0, held=(),
        )  # fmt: skip


def without_waits(record: Record) -> Record:
    """What a rule waited for may have come since, and been acted on: nobody knows, so it fires no more."""
    waits = {name: one for name, one in record.episodes.items() if one.due is not None}
    ended = {name: replace(one, due=None) for name, one in waits.items()}
    return replace(record, episodes={**record.episodes, **ended}) if waits else record


# ---- going on
def is_read(hub: Hub, system: str, stream: str) -> bool:
    """Did every row meet again?"""
    return state_at(hub, system, stream) == "read"


def confirm(hub: Hub, system: str, stream: str, who: str) -> bool:
    """A person has seen what it comes to: writes go on. False: it is not read to its end yet."""
    return confirm_these(hub, [(system, stream)], who) == 1


def confirm_these(hub: Hub, places: Collection[Place], who: str) -> int:
    """The same of several. Returns how many there were; 0 where one of them is not read to its end yet.

    After the ledger went back none of its streams goes on before all are read: what one of them shows is to be made
    in another.
    """
    rows = [one for one in stopped(hub) if (one.system, one.stream) in places]
    if waited_for(hub, rows):
        return 0
    stale.catch_up(hub)
    went_back = [(one.system, one.stream) for one in rows if one.stale]
    if went_back:
        rounds.derive_all(hub)
    with hub.ledger.unit() as unit:
        stale.park_what_nothing_finds(hub, unit, went_back)  # I4
        for one in rows:
            note = f"{who} confirmed that {one.system} {one.stream} was read anew"
            unit.save_run(Run(id=unit.new_id("run"), kind="person", at=hub.clock(), note=note))
        unit.drop_held(rows)
    return len(rows)


def waited_for(hub: Hub, rows: Sequence[Held]) -> list[Held]:
    """What must be read to its end before writes to these streams go on."""
    needed = {(one.system, one.stream): one for one in rows}
    if any(one.stale for one in rows):
        needed.update({(one.system, one.stream): one for one in stopped(hub) if one.stale})
    return [one for place, one in sorted(needed.items()) if not is_read(hub, *place)]


def unread(link: Link) -> bool:
    """Was this row not there when the stream was read anew?"""
    return link.state == "asleep" and link.why == OUT_OF_SIGHT and not link.seen
