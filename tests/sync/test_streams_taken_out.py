"""A stream that hub.yaml no longer has: its links stay in the ledger as they are, and everything else goes on."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, contacts, filled

from syncline.look.audit_scan import Scan
from syncline.sync import plan, undo, verify


def without(small: Small, system: str) -> None:
    """The declaration as it is without a system's streams."""
    whole = small.hub.declaration
    small.other(
        replace(
            whole, bindings=tuple(one for one in whole.bindings if one.system != system),
            births=tuple(one for one in whole.births if one.system != system),
        )
    )  # fmt: skip


def test_the_others_go_on_and_its_links_come_back_with_it() -> None:
    small = Small(contacts("crm", "erp", "shop"))
    for system in ("crm", "erp", "shop"):
        filled(small, system, 2)
    small.settle(4)
    small.systems["shop"].change("contact", small.row("shop", "contact").id, {"phone": "from the shop"})
    small.settle(2)
    run = small.hub.ledger.runs(1)[0].id
    whole, links = small.hub.declaration, small.hub.ledger.links_of(small.hub.ledger.scan(0, 100))
    without(small, "shop")
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"phone": "from the crm"})
    small.settle(3)
    assert "from the crm" in [row.history[-1].values["phone"] for row in small.alive("erp")]
    assert list(plan.plan(small.hub).writes()) == []
    Scan(small.hub, {}).run()
    assert verify.verify(small.hub).counts["differs"] == 0
    assert {step.system for step in undo.plan_undo(small.hub, run).steps} <= {"crm", "erp"}
    small.other(whole)
    small.settle(3)
    back = small.hub.ledger.links_of(small.hub.ledger.scan(0, 100))
    assert {rid: sorted(link.id for link in several) for rid, several in back.items()} == {
        rid: sorted(link.id for link in several) for rid, several in links.items()
    }
    assert verify.verify(small.hub).counts["differs"] == 1, "what it missed is said, until the record moves again"
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"phone": "once more"})
    small.settle(3)
    assert "once more" in [row.history[-1].values["phone"] for row in small.alive("shop")]
    assert verify.verify(small.hub).counts["differs"] == 0
