"""What a system answered to a write: values, never exceptions."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

NOT_MADE = "field-not-made"
"""The code of a refusal for want of a field of ours, which `provision` makes."""

NO_FIELD = "no-such-field"
"""The code of a refusal for want of any other field: it is not there, or not for us to read."""


class Done(Struct, frozen=True, kw_only=True):
    """It is done. `stored` is the object as the system holds it now; None if it did not tell."""

    id: str
    version: Any = None
    stored: dict[str, Any] | None = None


class Later(Struct, frozen=True, kw_only=True):
    """Not now (rate limit, maintenance); nothing happened. Try again after so many seconds."""

    after: float


class Rejected(Struct, frozen=True, kw_only=True):
    """The system will not have this value; `field` is the raw field, where it names one.

    may_come: it lacks what may come by itself, as the product that a line names: asked again for a while.
    """

    reason: str
    field: str | None = None
    code: str = "rejected"
    may_come: bool = False


class Denied(Struct, frozen=True, kw_only=True):
    """Not authenticated or not permitted."""

    reason: str = ""


class Clash(Struct, frozen=True, kw_only=True):
    """The object moved since the look; nothing was written."""


class Missing(Struct, frozen=True, kw_only=True):
    """There is no such object (any more)."""


class Exists(Struct, frozen=True, kw_only=True):
    """A create met an object with the same key."""

    id: str


class Unknown(Struct, frozen=True, kw_only=True):
    """Nobody knows whether it happened. Only the hub makes this one."""

    reason: str = ""


Outcome = Done | Later | Rejected | Denied | Clash | Missing | Exists | Unknown
