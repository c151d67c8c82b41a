"""Last write wins, by intervals: when a change came about is known only to lie between two moments."""

from __future__ import annotations

from syncline.mapping.document import column_of, line_of
from syncline.merge import guard, lines
from syncline.merge.case import Case
from syncline.model.observation import Observation
from syncline.model.record import FieldValue

CLOSE_SECONDS = 2.0
"""Changes closer than this are ordered by the declaration, not by clocks."""


def is_later(case: Case, lid: int, name: str, seen: Observation) -> bool:
    """Is this side's change later than the record's? Overlapping: the order of `systems:` decides."""
    earliest, latest = interval(case, lid, seen)
    current = newest(case, name)
    if earliest > current.until + CLOSE_SECONDS:
        return True
    if current.since > latest + CLOSE_SECONDS:
        return False
    return rank(case, case.links[lid].system) < rank(case, case.system_of(current.source))


def newest(case: Case, name: str) -> FieldValue:
    """The value to be compared with: of a whole line, its latest change."""
    line = line_of(name)
    if line is None or column_of(name) is not None:
        return case.value(name)
    return max((case.value(one) for one in (name, *lines.columns_of(case, line))), key=lambda value: value.until)


def interval(case: Case, lid: int, seen: Observation) -> tuple[float, float]:
    """Between the last read without the change and the system's own stamp."""
    latest = seen.stamp if seen.stamp is not None else seen.began
    return min(guard.unchanged_since(case, lid), latest), latest


def rank(case: Case, system: str | None) -> int:
    """The place in `systems:`; what comes from no system (a person, a merge) comes before all."""
    order = case.setting.order
    return order.index(system) if system in order else -1


def why(case: Case, lid: int, name: str, seen: Observation) -> str:
    """The sentence that history shows."""
    link, current = case.links[lid], newest(case, name)
    if case.truth(name) == link.system:
        return f"{link.system} is the truth of {name}"
    earliest, latest = interval(case, lid, seen)
    if earliest > current.until + CLOSE_SECONDS or current.since > latest + CLOSE_SECONDS:
        return "the later change wins"
    return "the changes overlap in time: the order of systems decides"
