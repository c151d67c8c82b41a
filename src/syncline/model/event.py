"""A domain event: what happened to a record, for the world outside."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event in the outbox.

    id:      made of what happened, so that the same happening is the same event however often it is derived.
    type:    as `deal.won`.
    subject: `ENTITY/RECORD`.
    at:      when it happened, by the stamps of the systems.
    data:    the record's canonical values then.
    """

    id: str
    type: str
    subject: str
    at: float
    data: dict[str, Any] = {}
