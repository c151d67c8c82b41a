"""What could not be worked on."""

from __future__ import annotations

from msgspec import Struct


class NotReached(Struct, frozen=True, kw_only=True):
    """A stream that could not be worked on; `again`: in so many seconds.

    what: not reached, paused, refused, not allowed. remedy: the next command to type; empty: `syncline check`.
    """

    system: str
    stream: str
    why: str
    again: float = 0.0
    what: str = "not reached"
    remedy: str = ""
