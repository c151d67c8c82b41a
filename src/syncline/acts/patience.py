"""A system that asks a command to wait a moment, as at a rate limit, is waited for: it is not out of reach."""

from __future__ import annotations

from collections.abc import Callable

from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead

SOON_SECONDS = 15.0
TIMES = 5


def patiently(hub: Hub, work: Callable[[], NotRead]) -> NotRead:
    """Does it again where a system named a short time; what is then still not reached is told."""
    not_now = work()
    for _ in range(TIMES):
        waits = [one.after for one in not_now.values() if one.said and one.after <= SOON_SECONDS]
        if not waits:
            break
        hub.wait(max(waits))
        not_now = work()
    return not_now
