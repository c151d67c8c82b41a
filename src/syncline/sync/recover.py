"""After a stop of any kind: writes without a receipt are of unknown outcome, and are looked at, never sent again."""

from __future__ import annotations

from msgspec.structs import replace

from syncline.merge import receipts
from syncline.model.intent import Intent
from syncline.sync import stops, written
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub


def recover(hub: Hub) -> int:
    """Turns every intent left as `sent` into one of unknown outcome. Returns how many there were."""
    left = hub.ledger.intents_sent()
    if not left:
        return 0
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=left[0].run, now=hub.clock())
        left = desk.present(left)
        for intent in left:
            if intent.kind != "create":
                receipts.doubt(desk.cases[intent.record], intent)  # I4
            if not was_approved(hub, intent):
                stops.count(desk, intent)  # I11: it may have arrived
        unit.save_intents([replace(intent, state="unknown") for intent in left])
        written.flush(desk)
    return len(left)


def was_approved(hub: Hub, intent: Intent) -> bool:
    """Was it written for a plan that a person applied? Such a write counts for no brake."""
    run = hub.ledger.run(intent.run)
    return run is not None and run.kind == "apply"
