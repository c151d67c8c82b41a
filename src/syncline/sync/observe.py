"""Step 2, observe: one request to a read path, and what it showed as observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn

from msgspec.structs import replace

from syncline.connect.door import NoAnswer, NotAdmitted, NotAllowed, Unreachable
from syncline.connect.request import Answer, Page, Request
from syncline.connect.stream import Asked, Stream
from syncline.model.observation import Gone, Observation
from syncline.model.outcome import Denied, Later, Missing, Outcome
from syncline.model.rows import Cursor, SystemState
from syncline.sync import baseline, endless, frozen, missed, paused, poison, settle
from syncline.sync.hub import Hub, one_at_a_time

RESOLUTION_SECONDS = 2.0
"""Stamps may be whole seconds, rounded either way: a cursor overlaps by this beside `settles_in`."""

LOOK_LATER_SECONDS = 5.0


What = Literal["not reached", "paused", "refused", "not allowed"]
"""Nobody answers; a person or a refusal stopped it; it turned us away; we do not connect to its address."""


class NotNow(Exception):
    """The system cannot be read at present; nothing was changed. Try again after so many seconds.

    said: the system itself named that time, as at a rate limit. what: in a word; remedy: the next command to type.
    """

    def __init__(
        self, system: str, reason: str, after: float = LOOK_LATER_SECONDS, *, said: bool = False,
        what: What = "not reached", remedy: str = "",
    ) -> None:  # fmt: skip
        super().__init__(f"{system}: {reason.removeprefix(f'{system}: ')}")
        self.after, self.said, self.what, self.remedy = after, said, what, remedy


class AskAgain(NotNow):
    """It was refused for want of a field, which is left out from now on: the same step can be done at once. # I15"""


def stopped(hub: Hub, system: str) -> NotNow:
    """Of a system that is paused."""
    return NotNow(system, paused.said(hub, system), 0.0, what="paused", remedy=paused.goes_on(hub, system))


def ask(hub: Hub, system: str, request: Request) -> Answer:
    """One read. What is no success becomes NotNow."""
    answer, problem = asked_of(hub, system, request)
    if problem is not None:
        refused(hub, system, problem)
    return answer


def asked_of(hub: Hub, system: str, request: Request) -> tuple[Answer, Outcome | None]:
    """The answer, and what it means where it is no success."""
    if hub.ledger.system_state(system).paused:
        raise stopped(hub, system)
    try:
        answer = hub.door.call(system, request, "read")
    except NotAdmitted as error:
        refused(hub, system, Denied(reason=str(error)))
    except Unreachable as error:
        what: What = "not allowed" if isinstance(error, NotAllowed) else "not reached"
        raise NotNow(system, str(error), error.after or LOOK_LATER_SECONDS, what=what) from error
    except NoAnswer as error:
        raise NotNow(system, str(error) or type(error).__name__) from error
    return answer, hub.connectors[system].errors(answer)


def refused(hub: Hub, system: str, problem: Outcome) -> NoReturn:
    """A refusal to speak to us pauses that system only; all else is no more than not now."""
    if isinstance(problem, Denied):
        why = problem.reason.removeprefix(f"{system}: ") or "denied"
        with hub.ledger.unit() as unit:
            unit.save_system_state(SystemState(system=system, paused=True, why=why))
        raise NotNow(system, why, what="refused", remedy=paused.admitted(hub, system))
    if isinstance(problem, Later):
        raise NotNow(system, f"asks us to wait {problem.after:g} s", problem.after, said=True)
    reason = getattr(problem, "reason", "")
    raise NotNow(system, f"{type(problem).__name__}{': ' if reason else ''}{reason}")


def not_shown(hub: Hub, system: str, stream: Stream, problem: Outcome) -> NoReturn:
    """A read of rows that was refused: for want of a field it goes on without that one."""
    name = frozen.freeze(hub, system, stream.name, problem)
    if name is not None:
        raise AskAgain(system, f"{stream.name}: {name} cannot be read, and is left out from now on", 0.0)
    refused(hub, system, problem)


def clock_ahead(answer: Answer, asked: float, answered: float) -> float:
    """Seconds by which the system's clock runs ahead of ours, by its own Date header; 0 where it has none.

    A call may have waited for a quota, and its answer may have come slowly: what lies between the two moments is no
    difference of clocks, and would make every stamp of the page older than it was told before.
    """
    if answer.date is None:
        return 0.0
    return max(answer.date - answered, min(0.0, answer.date - asked))


def observation(
    stream: Stream, raw: Mapping[str, Any], began: float, lag: float, ahead: float = 0.0, *, listed: bool
) -> Observation:
    """One object; its stamps are shifted to our axis. Where only lists can be read, a list is the strongest read."""
    return Observation(
        id=str(raw[stream.key]), raw=dict(raw), version=raw.get(stream.version) if stream.version else None,
        stamp=moment(stream, raw, stream.changed_at, ahead), created=moment(stream, raw, stream.created_at, ahead),
        began=began, as_of=began - lag, direct=not listed or stream.get is None,
        whole=not listed or stream.whole_lists,
    )  # fmt: skip


def moment(stream: Stream, raw: Mapping[str, Any], name: str | None, ahead: float) -> float | None:
    """A stamp. One that cannot be read tells nothing of when the row changed, and holds up no row (L2).

    How many of these a read met is kept at its cursor: while every stamp is one, each read begins where the last began.
    """
    try:
        told = stream.time(raw.get(name)) if name else None
    except poison.POISON:
        return None
    return None if told is None else told - ahead


def is_undated(stream: Stream, one: Observation) -> bool:
    """Has it a stamp that cannot be read?"""
    return one.stamp is None and stream.changed_at is not None and one.raw.get(stream.changed_at) not in (None, "")


def show(hub: Hub, system: str, stream: Stream, asked: Asked) -> tuple[Page, float]:
    """What a read shows, and how far the system's clock runs ahead.

    An answer that cannot be read is no page: nothing is concluded from it (I11).
    """
    now, ahead = hub.clock(), 0.0
    try:
        if isinstance(asked, Request):
            answer, problem = asked_of(hub, system, asked)
            if problem is not None:
                not_shown(hub, system, stream, problem)
            ahead = clock_ahead(answer, now, hub.clock())
            return stream.page(answer), ahead
        step, steps = next(asked), 0
        while True:
            steps += 1
            if steps > endless.MOST_STEPS:
                raise NotNow(system, f"{stream.name}: more than {endless.MOST_STEPS} requests in one read")
            assert isinstance(step, Request), f"{stream.name}: a read does not write"
            now = hub.clock()
            answer, problem = asked_of(hub, system, step)
            if problem is not None and not isinstance(problem, Missing):
                not_shown(hub, system, stream, problem)
            ahead = clock_ahead(answer, now, hub.clock())
            step = asked.send(answer)
    except StopIteration as end:
        return end.value, ahead
    except poison.POISON as error:
        reason = f"{stream.name}: an answer that cannot be read ({type(error).__name__}: {error})"
        raise NotNow(system, reason) from error


def has_name(stream: Stream, raw: Any) -> bool:
    """Does it say which row it is?"""
    return isinstance(raw, Mapping) and raw.get(stream.key) not in (None, "")


@one_at_a_time("read")
def poll(hub: Hub, system: str, name: str, *, path: str = "changes") -> bool:
    """Reads one page of what changed (or of a sweep). Returns whether there is more.

    Observations and the cursor move in one transaction. After a sweep that may have missed rows there is more.
    """
    stream, now = hub.stream(system, name), hub.clock()
    cursor = hub.ledger.cursor(system, name, path)
    if cursor.census == "comparing":
        return missed.compare(hub, cursor)
    fresh = cursor.after is None
    began = now if fresh else cursor.began
    lag = stream.settles_in.changes if path == "changes" else stream.settles_in.sweep
    request = next_request(stream, cursor, path, lag)
    page, ahead = show(hub, system, stream, request)
    hub.saw(system, name, len(page.records))
    seen = [observation(stream, raw, now, lag, ahead, listed=True) for raw in page.records if has_name(stream, raw)]
    poison.park_nameless(hub, system, stream, [raw for raw in page.records if not has_name(stream, raw)])
    stamps = [o.stamp + ahead for o in seen if o.stamp is not None]
    reach = max([cursor.since if fresh else cursor.reach, *stamps])
    undated = sum(is_undated(stream, one) for one in seen) + (0 if fresh else cursor.undated)
    moved = replace(turned(hub, stream, cursor, page.next), reach=reach, began=began, undated=undated)
    if page.next is None:
        ended = min(reach, began + ahead) if stream.changed_at else began  # what changes while we page is read again
        moved = replace(moved, since=max(cursor.since, ended), covered=began - lag, ended=now)
    if path == "changes":
        moved = replace(moved, met_by=baseline.met_by(hub, cursor))
    if path == "sweep":
        moved = missed.page_read(hub, moved, [one.id for one in seen], fresh=fresh)
    settle.settle_page(hub, system, name, seen, moved, page.gone)
    return moved.after is not None or moved.census != "counting"


def turned(hub: Hub, stream: Stream, cursor: Cursor, after: str | None) -> Cursor:
    """The cursor at the next page. A read that would never end begins anew, later."""
    why = endless.reason(cursor, after)
    if why is None:
        return endless.turned(cursor, after)
    with hub.ledger.unit() as unit:
        unit.save_cursor(endless.turned(cursor, None))
    raise NotNow(cursor.system, f"{stream.name}: {why}", endless.AGAIN_SECONDS)


@one_at_a_time("read")
def advance(hub: Hub, system: str, name: str) -> bool:
    """The next step of a stream: its baseline until that is done, then its changes. Returns whether there is more."""
    cursor = hub.ledger.cursor(system, name, "changes")
    if not cursor.baselined and cursor.ended and cursor.after is None:
        baseline.baseline(hub, system, name)
        return True
    return poll(hub, system, name) or not cursor.baselined


def next_request(stream: Stream, cursor: Cursor, path: str, lag: float) -> Asked:
    """The cursor overlaps by at least `settles_in` and dedupes by content: `>` and `>=` both lose rows."""
    if path == "sweep":
        assert stream.sweep is not None, f"{stream.name} has no sweep"
        return stream.sweep(cursor.after)
    since = overlapped(cursor.since, lag)
    if path == "deleted":
        assert stream.deleted is not None, f"{stream.name} has no list of deletes"
        return stream.deleted(since, cursor.after)
    assert stream.changes is not None, f"{stream.name} has no list of changes"
    return stream.changes(since, cursor.after)


def overlapped(since: float, lag: float) -> float:
    """Where a read begins again: far enough back for rows that became visible late."""
    return since - lag - RESOLUTION_SECONDS


@one_at_a_time("read")
def poll_deletes(hub: Hub, system: str, name: str) -> bool:
    """Reads one page of the list of deletes. Returns whether there is more."""
    stream, now = hub.stream(system, name), hub.clock()
    cursor = hub.ledger.cursor(system, name, "deleted")
    began = now if cursor.after is None else cursor.began
    page, ahead = show(hub, system, stream, next_request(stream, cursor, "deleted", stream.settles_in.feed))
    reach = max([cursor.reach, cursor.since, *(gone.at for gone in page.gone)])
    moved = replace(turned(hub, stream, cursor, page.next), reach=reach, began=began)
    if page.next is None:
        # I11: a row still on the stage has no link that a delete could end, so what is told now is read again.
        known = hub.ledger.cursor(system, name, "changes").baselined
        moved = replace(moved, since=min(reach, began + ahead) if known else cursor.since, ended=now)
    settle.settle_page(hub, system, name, [], moved, [replace(one, at=one.at - ahead) for one in page.gone])
    return page.next is not None


@one_at_a_time("look")
def look(hub: Hub, system: str, name: str) -> int:
    """Looks at the objects that hints name, now, by the strongest read. Returns how many hints were done."""
    stream, now = hub.stream(system, name), hub.clock()
    hints = hub.ledger.hints(system, name, now, min(hub.batch, stream.batch_size))
    if not hints or not hub.ledger.cursor(system, name, "changes").baselined:
        return 0
    if stream.get is None:  # the next list is all the look there is
        with hub.ledger.unit() as unit:
            unit.drop_hints(hints)
        return len(hints)
    seen, gone = looked_at(hub, system, stream, [hint.id for hint in hints])
    hub.saw(system, name, len(seen))
    settle.settle_hints(hub, system, name, list(seen.values()), hints, gone)
    return len(hints)


def look_at(hub: Hub, system: str, stream: Stream, ids: Sequence[str]) -> dict[str, Observation]:
    """The objects with these ids as they are now; what is not there is not in it."""
    return looked_at(hub, system, stream, ids)[0]


def looked_at(
    hub: Hub, system: str, stream: Stream, ids: Sequence[str]
) -> tuple[dict[str, Observation], Sequence[Gone]]:
    """The same, and the deletes that the look proves."""
    assert stream.get is not None
    now = hub.clock()
    page, ahead = show(hub, system, stream, stream.get(ids))
    lag, records = stream.settles_in.get, page.records
    if not all(has_name(stream, raw) for raw in records):
        raise NotNow(system, f"{stream.name}: rows without {stream.key}; which ones are there cannot be said")  # I11
    seen = [observation(stream, raw, now, lag, ahead, listed=False) for raw in records]
    proven = page.gone if stream.deletes_proven_by in ("feed", "tombstone") else ()  # I11
    return {one.id: one for one in seen}, [replace(one, at=one.at - ahead) for one in proven]
