"""An administrator changes fields while the hub runs: nothing is blanked across; put right, it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from two_vendors import LAGS, TOKEN, Company, company, hubspot_property, odoo_field

from syncline.sandbox.call import Reply, json_call
from syncline.sync import rounds

pytestmark = [pytest.mark.outside, pytest.mark.slow]
CONTACTS = 6


def declare(tree: Any) -> None:
    """One field of the company's own in both."""
    at = {"hubspot": "contact.tier_own", "odoo": "res.partner.x_tier"}
    tree["fields"]["contact.tier"] = {"type": "text", "at": at}


@contextmanager
def tiers(folder: Path) -> Iterator[Company]:
    """Every contact has a tier in both."""

    def prepare(found: Company) -> None:
        hubspot_property(found, "contacts", "tier_own", "string", "text")
        odoo_field(found, "res.partner", "x_tier", "char")

    with company(folder, declare, prepare, contacts=CONTACTS, accounts=2, products=1, deals=0) as found:
        found.settle(2)
        for rid, row in contacts(found, "hubspot").items():
            found.clock.advance(2)
            found.people["hubspot"].save("contacts", {"tier_own": f"tier of {row['email']}"}, rid)
        found.settle(3)
        assert len(held(found, "odoo")) == CONTACTS
        yield found


def contacts(found: Company, system: str) -> dict[str, Any]:
    rows = found.rows(system, {"hubspot": "contacts", "odoo": "res.partner"}[system])
    return {rid: row for rid, row in rows.items() if str(row.get("email") or "").startswith("contact")}


def held(found: Company, system: str) -> dict[str, str]:
    """E-mail to tier, where there is one."""
    name = {"hubspot": "tier_own", "odoo": "x_tier"}[system]
    return {row["email"]: row[name] for row in contacts(found, system).values() if row.get(name)}


def delete_property(found: Company) -> None:
    call = json_call("DELETE", "/crm/v3/properties/contacts/tier_own", None, TOKEN)
    reply = found.sandboxes["hubspot"].answer(call)
    assert isinstance(reply, Reply)
    assert reply.status == 204, reply.body


def one_of(found: Company, system: str, email: str) -> tuple[str, Any]:
    return next((rid, row) for rid, row in contacts(found, system).items() if row["email"] == email)


def edited(found: Company, system: str, email: str, **values: str) -> None:
    rid, _ = one_of(found, system, email)
    found.clock.advance(2)
    found.people[system].save({"hubspot": "contacts", "odoo": "res.partner"}[system], values, rid)


def test_a_deleted_property_blanks_nothing_and_is_filled_again_when_it_is_back(tmp_path: Path) -> None:
    with tiers(tmp_path) as found:
        before = held(found, "odoo")
        delete_property(found)
        edited(found, "hubspot", "contact1@example.test", jobtitle="Clerk")
        found.settle(3)
        assert held(found, "odoo") == before, "a field that is not shown is no blank"
        assert one_of(found, "odoo", "contact1@example.test")[1]["function"] == "Clerk", "all else goes on"
        edited(found, "odoo", "contact2@example.test", x_tier="newer")
        edited(found, "odoo", "contact2@example.test", function="Director")
        found.settle(3)
        assert one_of(found, "hubspot", "contact2@example.test")[1]["jobtitle"] == "Director"
        assert held(found, "odoo")["contact2@example.test"] == "newer"
        hubspot_property(found, "contacts", "tier_own", "string", "text")
        found.settle(4)
        assert held(found, "odoo") == {**before, "contact2@example.test": "newer"}, "empty there, and still no blank"


def test_a_field_that_odoo_lost_blanks_nothing_and_stops_what_cannot_be_read_until_it_is_back(tmp_path: Path) -> None:
    with tiers(tmp_path) as found:
        before = held(found, "hubspot")
        model = found.people["odoo"].rows("ir.model.fields")
        number = next(row["id"] for row in model if (row["model"], row["name"]) == ("res.partner", "x_tier"))
        found.people["odoo"].remove("ir.model.fields", str(number))
        edited(found, "hubspot", "contact1@example.test", jobtitle="Clerk")
        for _ in range(3):
            found.clock.advance(LAGS)
            not_now = rounds.sync(found.hub)
            assert {system for system, _ in not_now} == {"odoo"}
            assert "x_tier" in str(next(iter(not_now.values()))), "it says which field"
        assert held(found, "hubspot") == before
        odoo_field(found, "res.partner", "x_tier", "char")
        found.settle(3)
        assert held(found, "hubspot") == before
        assert one_of(found, "odoo", "contact1@example.test")[1]["function"] == "Clerk"
