"""Last write wins, by intervals: when a change came about is known only to lie between two moments."""

from __future__ import annotations

from syncline.merge import guard
from syncline.merge.case import Case
from syncline.model.observation import Observation

CLOSE_SECONDS = 2.0
"""Changes closer than this are ordered by the declaration, not by clocks."""


def is_later(case: Case, lid: int, name: str, seen: Observation) -> bool:
    """Is this side's change later than the record's? Overlapping: the order of `systems:` decides."""
    earliest, latest = interval(case, lid, seen)
    current = case.value(name)
    if earliest > current.until + CLOSE_SECONDS:
        return True
    if current.since > latest + CLOSE_SECONDS:
        return False
    return rank(case, case.links[lid].system) < rank(case, case.system_of(current.source))


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
    link, current = case.links[lid], case.value(name)
    if case.truth(name) == link.system:
        return f"{link.system} is the truth of {name}"
    earliest, latest = interval(case, lid, seen)
    if earliest > current.until + CLOSE_SECONDS or current.since > latest + CLOSE_SECONDS:
        return "the later change wins"
    return "the changes overlap in time: the order of systems decides"
