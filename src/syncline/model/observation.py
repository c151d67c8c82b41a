"""What a system was seen to hold at a moment."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Observation(Struct, frozen=True, kw_only=True, gc=False):
    """One object as one read showed it.

    raw:    the object, decoded, as the vendor gave it.
    stamp:  the system's own time of the last change, in seconds on our axis; None if it has none.
    created: its own time of the making of the row, likewise.
    began:  when the read began, by our clock.
    as_of:  the read shows every change made before this moment: `began` less the path's `settles_in`.
    direct: the strongest read the vendor has (get by id).
    whole:  the read shows the whole object with all its lines.
    """

    id: str
    raw: dict[str, Any]
    version: Any = None
    stamp: float | None = None
    created: float | None = None
    began: float
    as_of: float
    direct: bool = False
    whole: bool = True


class Gone(Struct, frozen=True, kw_only=True, gc=False):
    """A delete that the stream proves (`deletes_proven_by`); `into` names the row that replaced it."""

    id: str
    at: float
    into: str | None = None
