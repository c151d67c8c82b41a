"""Which observations are believed: one that may be older than what was accepted is never merged."""

from __future__ import annotations

from typing import Literal

from syncline.merge.case import Case
from syncline.model.observation import Observation

Verdict = Literal["accept", "stale", "look-again"]


def judge(case: Case, lid: int, seen: Observation) -> Verdict:
    """A stale read is not an edit.

    With versions, an older one ends here, and the same version with other content is accepted from a
    direct read only (stamps of whole seconds hide a second edit). Without versions, or while a write
    is unconfirmed, a read that cannot vouch for the moment of the last direct read or receipt only
    says: look at this record now.
    """
    link = case.links[lid]
    versioned = comparable(seen.version, link.version)
    if versioned and seen.version < link.version:
        return "stale"  # I6
    if versioned and seen.version == link.version and not seen.direct:
        return "look-again"  # I6
    unconfirmed = any(known.sent for known in link.known.values())
    if (not versioned or unconfirmed) and seen.as_of < link.direct_at:
        return "look-again"  # I6
    return "accept"


def accept(case: Case, lid: int, seen: Observation) -> None:
    """Remembers what this observation vouches for."""
    link = case.links[lid]
    version = seen.version if seen.version is not None else link.version
    case.put(
        lid,
        version=version,
        stamp=seen.stamp if seen.stamp is not None else link.stamp,
        as_of=max(link.as_of, seen.as_of),
        direct_at=max(link.direct_at, seen.as_of) if seen.direct else link.direct_at,
        covered=True,
    )


def unchanged_since(case: Case, lid: int) -> float:
    """The row was as `seen` says until this moment at least: the lower end of a change's interval."""
    link = case.links[lid]
    if not link.covered:
        return link.as_of
    return max(link.as_of, case.setting.covered.get((link.system, link.stream), 0.0))


def comparable(one: object, other: object) -> bool:
    """Two versions of one kind (numbers, or texts that sort as time does)."""
    if one is None or other is None:
        return False
    return type(one) is type(other) or (isinstance(one, int | float) and isinstance(other, int | float))
