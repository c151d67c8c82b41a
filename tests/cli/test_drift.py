"""`check` notices fields that were renamed or taken away, and choices that no table knows, and says what to change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import Folder, served

from syncline.sandbox.call import Reply, json_call

pytestmark = [pytest.mark.outside, pytest.mark.slow]

TIER = """
fields:
  contact.tier:
    type: enum
    values:
      gold: {hubspot: gold_own, odoo: GOLD}
      silver: {hubspot: silver_own, odoo: SILVER}
    at: {hubspot: contact.tier_own, odoo: res.partner.x_tier}
"""
TOKEN = {"authorization": "Bearer pat-sandbox"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        yield found


def drift(folder: Folder) -> list[dict[str, Any]]:
    told = json.loads(folder.typed("check", "--json").stdout)
    return told["drift"]  # type: ignore[no-any-return]


def in_hubspot(folder: Folder, *choices: str) -> None:
    options = [{"label": one.title(), "value": one, "displayOrder": n} for n, one in enumerate(choices)]
    made = {
        "name": "tier_own",
        "label": "Tier",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "contactinformation",
    }
    call = json_call("POST", "/crm/v3/properties/contacts", {**made, "options": options}, TOKEN)
    reply = folder.sandboxes["hubspot"].answer(call)
    assert isinstance(reply, Reply)
    assert reply.status == 201, reply.body


def in_odoo(folder: Folder, name: str) -> None:
    sandbox = folder.sandboxes["odoo"]
    with sandbox.lock, sandbox.store.all_or_nothing():
        users = sandbox.vendor.users
        number = next(row["id"] for row in users.read(sandbox, "ir.model", None) if row["model"] == "res.partner")
        values = {"name": name, "model_id": number, "field_description": "Tier", "ttype": "char"}
        users.save(sandbox, "ir.model.fields", None, values)


def test_where_nothing_has_drifted_nothing_is_said(folder: Folder) -> None:
    assert drift(folder) == []
    folder.change(("\nfields:\n", TIER))
    in_hubspot(folder, "gold_own", "silver_own")
    in_odoo(folder, "x_tier")
    assert drift(folder) == []
    assert folder.typed("check").returncode == 0


def test_a_renamed_field_is_named_with_the_line_to_write(folder: Folder) -> None:
    folder.change(("\nfields:\n", TIER))
    in_hubspot(folder, "gold_own", "silver_own")
    in_odoo(folder, "x_tiers")
    done = folder.typed("check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "odoo has no field x_tier in res.partner; x_tiers (Tier) is there and bound to nothing" in done.stderr
    assert "write into hub.yaml: fields.contact.tier.at.odoo: res.partner.x_tiers" in done.stderr
    folder.change(("odoo: res.partner.x_tier}", "odoo: res.partner.x_tiers}"))
    assert folder.typed("check").returncode == 0


def test_a_field_that_is_gone_is_said_with_both_ways_out(folder: Folder) -> None:
    folder.change(("\nfields:\n", TIER))
    in_odoo(folder, "x_tier")
    (one,) = drift(folder)
    assert (one["kind"], one["name"], one["field"], one["breaks"]) == ("vanished", "contact.tier", "tier_own", True)
    assert "make tier_own in hubspot again" in one["remedy"]


def test_a_field_that_odoo_lost_is_said_by_sync_status_and_check_and_all_else_goes_on(folder: Folder) -> None:
    folder.change(("\nfields:\n", TIER))
    in_hubspot(folder, "gold_own", "silver_own")
    in_odoo(folder, "x_tier")
    assert "cannot be read" not in folder.typed("sync").stdout
    sandbox = folder.sandboxes["odoo"]
    with sandbox.lock, sandbox.store.all_or_nothing():
        users = sandbox.vendor.users
        rows = users.read(sandbox, "ir.model.fields", None)
        number = next(row["id"] for row in rows if (row["model"], row["name"]) == ("res.partner", "x_tier"))
        users.remove(sandbox, "ir.model.fields", str(number))
    done = folder.typed("sync", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["frozen"], told.get("not_reached", [])) == (["odoo res.partner.x_tier"], [])
    assert "frozen: odoo res.partner.x_tier cannot be read" in " ".join(folder.typed("status").stdout.split())
    done = folder.typed("check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "odoo has no field x_tier in res.partner" in " ".join((done.stdout + done.stderr).split())


def test_a_choice_that_no_row_names_is_a_note(folder: Folder) -> None:
    folder.change(("\nfields:\n", TIER))
    in_hubspot(folder, "gold_own", "silver_own", "bronze_own")
    in_odoo(folder, "x_tier")
    done = folder.typed("check")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "may hold 'bronze_own', which no row of the table names" in said
    assert "fields.contact.tier.values.NAME.hubspot: bronze_own" in said
