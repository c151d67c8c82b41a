"""When the value of an expression that reads the clock may next change by itself.

A comparison of a moment of the row with the clock, shifted by a constant, turns at one moment, which can be
computed. The day turns at midnight in the hub's zone. Whatever else reads the clock is looked at every hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syncline.mapping.expression import Lookup
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_compile import made
from syncline.mapping.sql_moments import day_of, midnight, moment_at, seconds_at
from syncline.mapping.sql_nodes import NOW, Node, walk

HOUR = 3600.0
_TICK = 1e-6  # moments have microseconds: `<` turns one later than `<=`
_NO_TIME = dt.timedelta(0)

NextChange = Callable[[Lookup], float | None]


class _Turn(NamedTuple):
    """The comparison turns at the moment that `of` gives for the row, plus `shift`."""

    of: Callable[[Lookup], dt.datetime | None]
    shift: dt.timedelta


def next_change(root: Node, zone: ZoneInfo, text: str) -> NextChange | None:
    """Asked after an evaluation: the next moment in seconds, or None for never. None: no clock is read."""
    if not reads_clock(root):
        return None
    turns: list[_Turn] = []
    explained: set[int] = set()
    for node in walk(root):
        if node.op == "infix" and (found := _turning(node)) is not None:
            clock, subject, shift = found
            explained.add(id(clock))
            turns.append(_Turn(made(subject, text), shift))
    hourly = any(node.op == "clock" and id(node) not in explained for node in walk(root))
    daily = any(node.op == "today" for node in walk(root))
    day, begins = day_of(zone), midnight(zone)

    def asked(lookup: Lookup) -> float | None:
        now = float(lookup(NOW))
        moments = [moment for turn in turns for moment in _turns(turn, lookup)]
        if daily:
            moments += _tomorrow(now, day, begins)
        if hourly:
            moments.append(now + HOUR)
        return min((moment for moment in moments if moment > now), default=None)

    return asked


def reads_clock(root: Node) -> bool:
    """Whether anything in the tree does."""
    return any(node.op in ("clock", "today") for node in walk(root))


def _turns(turn: _Turn, lookup: Lookup) -> list[float]:
    try:
        moment = turn.of(lookup)
        at = None if moment is None else seconds_at(moment + turn.shift)
    except (Unfit, OverflowError):
        # The row's side has no value, and the clock does not give it one.
        return []
    return [] if at is None else [at, at + _TICK]


def _tomorrow(
    now: float, day: Callable[[dt.datetime], dt.date], begins: Callable[[dt.date], dt.datetime]
) -> list[float]:
    today = day(moment_at(now))
    try:
        return [seconds_at(begins(today + dt.timedelta(days=1)))]
    except OverflowError:
        return []


def _turning(node: Node) -> tuple[Node, Node, dt.timedelta] | None:
    """The clock, the row's side, and how long after the row's moment the comparison turns."""
    left, right = node.args if len(node.args) == 2 else (node, node)
    for one, other in ((left, right), (right, left)):
        if (clock := _shifted(one)) is not None and not reads_clock(other) and other.type.name == "datetime":
            return clock[0], other, -clock[1]
        # now() - created > INTERVAL '3 days', or the other way round
        if one.note == "length" and other.op == "constant" and isinstance(other.value, dt.timedelta):
            (span,) = one.args
            if span.note == "elapsed" and (found := _since(span, other.value)) is not None:
                return found
    return None


def _since(span: Node, length: dt.timedelta) -> tuple[Node, Node, dt.timedelta] | None:
    later, earlier = span.args
    if (clock := _shifted(later)) is not None and not reads_clock(earlier):
        return clock[0], earlier, length - clock[1]
    if (clock := _shifted(earlier)) is not None and not reads_clock(later):
        return clock[0], later, -length - clock[1]
    return None


def _shifted(node: Node) -> tuple[Node, dt.timedelta] | None:
    """The clock and what is added to it, if that is always the same."""
    if node.op == "clock":
        return node, _NO_TIME
    if node.op == "shared":
        return _shifted(node.args[0])
    if node.note == "later" and (inner := _shifted(node.args[0])) is not None:
        span = node.args[1]
        if span.op == "constant" and span.value is not None and not span.value.months:
            return inner[0], inner[1] + span.value.span
    return None
