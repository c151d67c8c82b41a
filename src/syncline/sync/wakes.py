"""Wakes: what may change by itself at a moment is derived again then. Also the step that arms new rules.

A wake names a record and nothing else. It says only "look again": whatever has to be looked at later is found out
anew and leaves a new wake, so of several for one record the earliest is enough, and one too many does no harm.
"""

from __future__ import annotations

from syncline.sync import arming, derive
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub


def wake(hub: Hub) -> int:
    """Derives one batch of the records whose moment has come. Returns how many records it worked on."""
    with hub.turn("arm"):
        armed = arming.arm(hub)
    due = hub.ledger.wakes(hub.clock(), hub.batch)
    if not due:
        return armed
    with hub.ledger.unit() as unit:
        ids = [one.record for one in due]
        unit.drop_wakes(ids)  # what is still to come leaves a new one in the same transaction
        derive.derive_ids(open_desk(hub, unit, "wake"), ids)
        hub.point("woken")
    hub.point("woken, committed")
    return armed + len(due)
