"""A domain event: what happened to a record, for the world outside."""

from __future__ import annotations

from datetime import UTC, datetime
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


def cloud_event(event: Event, hub: str) -> dict[str, Any]:
    """The event as it leaves: a CloudEvent 1.0 in its JSON form. `source` and `id` together name the happening."""
    time = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="microseconds")
    return {
        "specversion": "1.0", "id": event.id, "source": f"/hubs/{hub}", "type": event.type, "subject": event.subject,
        "time": time.replace("+00:00", "Z"), "datacontenttype": "application/json", "data": event.data,
    }  # fmt: skip
