"""Wakes: what may change by itself at a moment is derived again then. Also the step that arms new rules.

A wake names a record and nothing else. It says only "look again": whatever has to be looked at later is found out
anew and leaves a new wake, so of several for one record the earliest is enough, and one too many does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncline.sync import arming, derive, rekeyed
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub


def wake(hub: Hub) -> int:
    """Derives one batch of the records whose moment has come. Returns how many records it worked on."""
    with hub.turn("arm"):
        armed = rekeyed.advance(hub) or arming.arm(hub)
    due = hub.ledger.wakes(hub.clock(), hub.batch)
    if not due:
        return armed
    work_on(hub, [one.record for one in due])
    return armed + len(due)


def wake_early(hub: Hub, seconds: float) -> int:
    """Derives what would be looked at within so many seconds, each record once: for a command, which ends before that.

    A rollup whose children moved waits for more of them; when nothing moves any more there is nothing to wait for.
    """
    done: set[int] = set()
    while True:
        found = hub.ledger.wakes(hub.clock() + seconds, hub.batch + len(done))
        ids = [one.record for one in found if one.record not in done][: hub.batch]
        if not ids:
            return len(done)
        work_on(hub, ids)
        done.update(ids)


def work_on(hub: Hub, ids: Sequence[int]) -> None:
    """Derives these records, whose wakes this ends."""
    with hub.ledger.unit() as unit:
        unit.drop_wakes(ids)  # what is still to come leaves a new one in the same transaction
        derive.derive_ids(open_desk(hub, unit, "wake"), ids)
        hub.point("woken")
    hub.point("woken, committed")
