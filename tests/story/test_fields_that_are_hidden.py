"""Odoo no longer shows a field to the hub's user, or lost the one that rows meet by: never a blank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from two_vendors import LAGS, Company, company, hubspot_property, odoo_field

from syncline.egress.client import Failed, Incoming, Outgoing
from syncline.sandbox.call import Reply
from syncline.sync import asking_fields, frozen, rounds
from syncline.testing.conformance_door import Wire

MESSAGE = (
    'You do not have enough rights to access the field "x_tier" on Contact (res.partner). '
    "Please contact your system administrator.\n\nOperation: read"
)


class Hiding(Wire):
    """Odoo with a field for another group: the sandbox knows no groups of fields. What it says is Odoo 18's."""

    hides = False

    def send(self, outgoing: Outgoing) -> Incoming | Failed:
        asked = json.loads(outgoing.content or b"{}")
        if self.hides and "x_tier" in asked.get("fields", ()):
            name = "odoo.exceptions.AccessError"
            return self.incoming(Reply(status=403, body={"name": name, "message": MESSAGE, "arguments": []}))
        if self.hides and "x_tier" in (asked.get("allfields") or ()):
            return self.incoming(Reply(body={}))
        return super().send(outgoing)


def declare(tree: Any) -> None:
    at = {"hubspot": "contact.tier_own", "odoo": "res.partner.x_tier"}
    tree["fields"]["contact.tier"] = {"type": "text", "at": at}


def prepare(found: Company) -> None:
    hubspot_property(found, "contacts", "tier_own", "string", "text")
    odoo_field(found, "res.partner", "x_tier", "char")
    for rid, row in found.rows("hubspot", "contacts").items():
        found.people["hubspot"].save("contacts", {"tier_own": f"tier of {row['email']}"}, rid)


def tiers(found: Company) -> dict[str, str]:
    rows = found.rows("hubspot", "contacts").values()
    return {row["email"]: row["tier_own"] for row in rows if row.get("tier_own")}


def test_a_field_that_is_not_for_us_to_read_is_frozen_until_it_is(tmp_path: Path) -> None:
    with company(tmp_path, declare, prepare, contacts=3, accounts=2, products=1, deals=0) as found:
        found.settle(3)
        before = tiers(found)
        assert len(before) == 3
        wire = found.wires["odoo"]
        wire.__class__ = Hiding
        found.clock.advance(3600)
        found.settle(2)
        wire.hides = True  # type: ignore[attr-defined]
        rid, row = next((i, r) for i, r in found.rows("odoo", "res.partner").items() if r.get("x_tier"))
        found.people["odoo"].save("res.partner", {"x_tier": "seen by others only", "function": "Director"}, rid)
        found.settle(3)
        assert [(one.system, one.name) for one in frozen.known(found.hub)] == [("odoo", "x_tier")]
        assert tiers(found) == before
        titles = {r["email"]: r.get("jobtitle") for r in found.rows("hubspot", "contacts").values()}
        assert titles[row["email"]] == "Director", "all else goes on"
        wire.hides = False  # type: ignore[attr-defined]
        found.clock.advance(asking_fields.ASK_AGAIN_SECONDS)
        found.settle(3)
        assert frozen.known(found.hub) == []
        assert tiers(found) == before, "it meets: a first difference, and no move"


def test_a_stream_stops_for_the_field_that_its_rows_meet_by(tmp_path: Path) -> None:
    def by_tier(tree: Any) -> None:
        declare(tree)
        tree.setdefault("first_sync", {}).setdefault("match", {})["contact"] = ["email", "tier"]

    with company(tmp_path, by_tier, prepare, contacts=2, accounts=1, products=1, deals=0) as found:
        found.settle(3)
        before = tiers(found)
        rows = found.people["odoo"].rows("ir.model.fields")
        number = next(row["id"] for row in rows if (row["model"], row["name"]) == ("res.partner", "x_tier"))
        found.people["odoo"].remove("ir.model.fields", str(number))
        found.clock.advance(LAGS)
        not_now = rounds.sync(found.hub)
        assert {system for system, _ in not_now} == {"odoo"}
        assert all("x_tier" in str(why) for why in not_now.values()), "it says which field"
        assert frozen.known(found.hub) == []
        assert tiers(found) == before
