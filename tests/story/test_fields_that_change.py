"""An administrator changes fields while the hub runs: nothing is blanked across; put right, it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from two_vendors import LAGS, TOKEN, Company, company, hubspot_property, odoo_field

from syncline.model.outcome import NO_FIELD, Rejected
from syncline.sandbox.call import Reply, json_call
from syncline.sync import asking_fields, frozen, rounds

pytestmark = [pytest.mark.outside, pytest.mark.slow]
CONTACTS = 6
FROZEN = ("odoo", "res.partner", "x_tier")
NEW = {"email": "contact90@example.test", "lastname": "Contact 90", "jobtitle": "Owner", "tier_own": "first"}


def declare(tree: Any) -> None:
    """One field of the company's own in both."""
    at = {"hubspot": "contact.tier_own", "odoo": "res.partner.x_tier"}
    tree["fields"]["contact.tier"] = {"type": "text", "at": at}


@contextmanager
def tiers(folder: Path, version: int = 19) -> Iterator[Company]:
    """Every contact has a tier in both."""

    def prepare(found: Company) -> None:
        hubspot_property(found, "contacts", "tier_own", "string", "text")
        odoo_field(found, "res.partner", "x_tier", "char")

    with company(
        folder, declare, prepare, version=version, contacts=CONTACTS, accounts=2, products=1, deals=0
    ) as found:
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


def delete_field(found: Company) -> None:
    """As an administrator does it in Odoo's screens: with all its values. What changed before was read long ago."""
    found.clock.advance(3600)
    edited(found, "odoo", "contact2@example.test", function="Head")
    found.settle(2)
    remove_field(found)


def remove_field(found: Company) -> None:
    model = found.people["odoo"].rows("ir.model.fields")
    number = next(row["id"] for row in model if (row["model"], row["name"]) == ("res.partner", "x_tier"))
    found.people["odoo"].remove("ir.model.fields", str(number))


@pytest.mark.parametrize("version", [19, 17])
def test_a_field_that_odoo_lost_is_frozen_and_all_else_goes_on(tmp_path: Path, version: int) -> None:
    with tiers(tmp_path, version) as found:
        before = held(found, "hubspot")
        delete_field(found)
        edited(found, "hubspot", "contact1@example.test", jobtitle="Clerk")
        edited(found, "hubspot", "contact3@example.test", tier_own="told later")
        edited(found, "odoo", "contact2@example.test", function="Director")
        found.settle(3)
        after = before | {"contact3@example.test": "told later"}
        assert held(found, "hubspot") == after, "a field that is not there is no blank"
        assert one_of(found, "odoo", "contact1@example.test")[1]["function"] == "Clerk"
        assert one_of(found, "hubspot", "contact2@example.test")[1]["jobtitle"] == "Director"
        assert found.parked() == {}
        assert [(one.system, one.stream, one.name) for one in frozen.known(found.hub)] == [FROZEN]
        found.people["hubspot"].save("contacts", NEW)
        found.settle(3)
        assert one_of(found, "odoo", NEW["email"])[1]["function"] == "Owner", "new rows are made without it"
        odoo_field(found, "res.partner", "x_tier", "char")
        found.clock.advance(asking_fields.ASK_AGAIN_SECONDS)
        found.settle(4)
        assert frozen.known(found.hub) == []
        assert held(found, "hubspot") == after | {NEW["email"]: NEW["tier_own"]}, "empty there, and still no blank"
        edited(found, "odoo", "contact2@example.test", x_tier="from Odoo")
        edited(found, "hubspot", "contact4@example.test", tier_own="from HubSpot")
        found.settle(3)
        assert held(found, "hubspot")["contact2@example.test"] == "from Odoo"
        assert held(found, "odoo")["contact4@example.test"] == "from HubSpot"


def test_a_field_that_odoo_lost_before_a_new_row_was_made_parks_nothing(tmp_path: Path) -> None:
    with tiers(tmp_path) as found:
        found.people["hubspot"].save("contacts", NEW)
        found.clock.advance(LAGS)
        assert rounds.read_all(found.hub) == {}
        remove_field(found)
        rounds.tell_all(found.hub, {})
        found.settle(3)
        assert one_of(found, "odoo", NEW["email"])[1]["function"] == "Owner"
        assert found.parked() == {}


def test_a_write_that_is_refused_for_want_of_a_field_is_a_reason_to_ask_for_it(tmp_path: Path) -> None:
    with tiers(tmp_path) as found:
        refused = Rejected(reason="Invalid field", field="x_tier", code=NO_FIELD)
        for gone in (False, True):
            if gone:
                remove_field(found)
            rows = frozen.doubted(found.hub, "odoo", "res.partner#contact", refused)
            assert [one.name for one in rows] == ["x_tier"]
            with found.hub.ledger.unit() as unit:
                unit.save_own_fields(rows)
            asking_fields.ask(found.hub, "odoo", "res.partner")
            assert bool(frozen.known(found.hub)) == gone, "what is there is not frozen"
        assert "x_tier" in found.hub.left_out("odoo", "res.partner#contact")
        for name in ("id", "write_date", "email", "x_other"):
            assert not frozen.doubted(found.hub, "odoo", "res.partner", structs.replace(refused, field=name))


def test_a_field_that_is_back_with_other_values_meets_and_is_no_edit(tmp_path: Path) -> None:
    with tiers(tmp_path) as found:
        before = held(found, "hubspot")
        delete_field(found)
        found.settle(2)
        odoo_field(found, "res.partner", "x_tier", "char")
        edited(found, "odoo", "contact5@example.test", x_tier="somebody typed it again")
        found.clock.advance(asking_fields.ASK_AGAIN_SECONDS)
        found.settle(4)
        assert held(found, "hubspot") == before
        rid, _ = one_of(found, "odoo", "contact5@example.test")
        ledger = found.running.ledger
        links = [k for ks in ledger.links_of(ledger.scan(0, 1000)).values() for k in ks if k.system == "odoo"]
        known = next(k.known["tier"] for k in links if k.external_id == rid and k.entity == "contact")
        assert known.differs, "a first difference, for a person"
