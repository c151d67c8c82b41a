"""HubSpot's moments: kept in microseconds, told in milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from syncline.sandbox.clock import Clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 86_400_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment(clock: Clock) -> int:
    """Now, in microseconds, cut to the millisecond: HubSpot knows nothing finer."""
    return clock.micros() // 1000 * 1000


def iso(micros: int) -> str:
    """As HubSpot tells it: `2026-11-22T10:00:00.123Z`."""
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{micros // 1000 % 1000:03d}Z"


def micros_of(text: str) -> int:
    """A moment as HubSpot takes it: milliseconds since 1970, ISO 8601, or a day. Raises ValueError."""
    if re.fullmatch(r"-?\d+", text):
        if abs(int(text)) > 253_402_300_799_999:
            raise ValueError(f"{text} is beyond the year 9999")
        return int(text) * 1000
    read = datetime.fromisoformat(text)
    at = read if read.tzinfo else read.replace(tzinfo=UTC)
    return (at - EPOCH) // timedelta(milliseconds=1) * 1000


def day_of(text: str) -> str:
    """A day as HubSpot takes it: `2026-11-22`, or milliseconds at midnight UTC. Raises ValueError."""
    if DAY.fullmatch(text):
        return date.fromisoformat(text).isoformat()
    at = micros_of(text) // 1000
    if at % DAY_MS:
        raise ValueError(f"{text} is not at midnight UTC")
    return (date(1970, 1, 1) + timedelta(days=at // DAY_MS)).isoformat()
