"""What an administrator changes in either system after the hub knows it: `check`, `sync --full` and `status` say it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import Folder, served

from syncline.sandbox.call import Reply, json_call
from syncline.testing import vendor_pair

pytestmark = [pytest.mark.outside, pytest.mark.slow]

TOKEN = {"authorization": "Bearer pat-sandbox"}
TIER = """
fields:
  contact.tier:
    type: enum
    values:
      gold: {hubspot: gold_own, odoo: g}
      silver: {hubspot: silver_own, odoo: s}
    at: {hubspot: contact.tier_own, odoo: res.partner.x_tier}
  contact.note:
    type: text
    at: {hubspot: contact.note_own, odoo: res.partner.x_note}
"""
SELECTION = "[('g', 'Gold'), ('s', 'Silver')]"


def hubspot(folder: Folder, method: str, name: str, body: dict[str, Any] | None = None) -> None:
    path = "/crm/v3/properties/contacts" + (f"/{name}" if name else "")
    reply = folder.sandboxes["hubspot"].answer(json_call(method, path, body or {}, TOKEN))
    assert isinstance(reply, Reply)
    assert reply.status < 300, reply.body


def options(*values: str) -> list[dict[str, Any]]:
    return [{"label": one.title(), "value": one, "displayOrder": n} for n, one in enumerate(values)]


def odoo(folder: Folder, name: str, ttype: str, **values: Any) -> None:
    """Makes a custom field, or changes it."""
    sandbox = folder.sandboxes["odoo"]
    with sandbox.lock, sandbox.store.all_or_nothing():
        users = sandbox.vendor.users
        model = next(row["id"] for row in users.read(sandbox, "ir.model", None) if row["model"] == "res.partner")
        made = {"name": name, "model_id": model, "field_description": name, "ttype": ttype}
        known = [row["id"] for row in users.read(sandbox, "ir.model.fields", None) if row["name"] == name]
        users.save(sandbox, "ir.model.fields", str(known[0]) if known else None, values if known else made | values)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """Two contacts are of tier gold, and the hub has compared everything once."""
    with served(tmp_path) as found:
        found.change(("\nfields:\n", TIER))
        base = {"groupName": "contactinformation"}
        chosen = {"type": "enumeration", "fieldType": "select", "options": options("gold_own", "silver_own")}
        hubspot(found, "POST", "", {**base, **chosen, "name": "tier_own", "label": "Tier"})
        hubspot(found, "POST", "", {**base, "name": "note_own", "label": "Note", "type": "string", "fieldType": "text"})
        odoo(found, "x_tier", "selection", selection=SELECTION)
        odoo(found, "x_note", "char")
        for number in (1, 2):
            email = f"gold{number}@example.test"
            # not by `edit`: it puts the vendors' clocks forward, and the commands go by the wall's
            vendor_pair.saved("hubspot", "contact", None, {"email": email, "tier_own": "gold_own"})(found.sandboxes)
        found.agree()
        assert drift(found) == status(found) == {}
        yield found


def by_kind(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in rows}


def drift(folder: Folder) -> dict[str, dict[str, Any]]:
    """What `check` finds by asking."""
    return by_kind(json.loads(folder.typed("check", "--json").stdout)["drift"])


def status(folder: Folder) -> dict[str, dict[str, Any]]:
    """What the latest comparison found."""
    return by_kind(json.loads(folder.typed("status", "--json").stdout)["drift"])


def test_what_is_changed_in_hubspot(folder: Folder) -> None:
    hubspot(folder, "PATCH", "tier_own", {"options": options("silver_own", "bronze_own")})
    hubspot(folder, "PATCH", "note_own", {"type": "number", "fieldType": "number"})
    found = drift(folder)
    assert set(found) == {"choice gone", "new choice", "retyped"}
    assert found["choice gone"]["records"] == found["new choice"]["records"] == 2
    assert "'gold_own'" in found["choice gone"]["said"]
    assert "was of type string and is number" in found["retyped"]["said"]
    assert status(folder) == {}, "nobody compared but the one who looked"
    folder.typed("sync", "--full")
    assert set(status(folder)) == set(found)
    lines = [one for one in folder.typed("status").stdout.splitlines() if one.strip().startswith("choice gone")]
    assert len(lines) == 1
    assert "make that choice in hubspot again" in " ".join(folder.typed("status").stdout.split())
    hubspot(folder, "PATCH", "tier_own", {"options": options("gold_own", "silver_own")})
    hubspot(folder, "PATCH", "note_own", {"type": "string", "fieldType": "text"})
    folder.typed("sync", "--full")
    assert status(folder) == {}


def test_a_property_that_is_archived_stands_in_status_until_hub_yaml_says_otherwise(folder: Folder) -> None:
    hubspot(folder, "DELETE", "note_own")
    folder.typed("sync", "--full")
    assert set(status(folder)) == {"vanished"}
    folder.change(("hubspot: contact.note_own, odoo: res.partner.x_note", "odoo: res.partner.x_note"))
    assert status(folder) == {}
    folder.typed("sync")
    assert status(folder) == drift(folder) == {}


def test_what_is_changed_in_odoo(folder: Folder) -> None:
    odoo(folder, "x_tier", "selection", selection="[('g', 'Gold'), ('b', 'Bronze')]")
    odoo(folder, "x_note", "char", readonly=True)
    odoo(folder, "x_region", "char", required=True)
    found = drift(folder)
    assert set(found) == {"choice gone", "new choice", "now read-only", "now required"}
    assert found["now required"]["breaks"]
    assert "on_create.contact.odoo.x_region: VALUE" in json.dumps(
        json.loads(folder.typed("check", "--json").stdout)["drift"]
    )
    assert folder.typed("check").returncode == 1
    assert "fields.contact.note.at.odoo: {field: res.partner.x_note, only: read}" in found["now read-only"]["remedy"]
    folder.typed("sync", "--full")
    assert set(status(folder)) == set(found)
