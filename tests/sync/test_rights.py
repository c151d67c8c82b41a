"""The least that a token must be allowed: what is bound and how it is written decides, and the mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncline.app import Known, made
from syncline.config.load import load
from syncline.connect.template import Use
from syncline.patterns.known import expand
from syncline.sync.rights import Needed, lacking, needed

HUB: dict[str, Any] = {
    "hub": "acme", "mode": "live", "zone": "UTC", "currency": "EUR",
    "systems": {
        "hubspot": {"connector": "hubspot", "roles": ["crm"], "secret": "vault"},
        "odoo": {"connector": "odoo", "roles": ["erp"], "url": "https://odoo.example", "secret": "vault"},
    },
}  # fmt: skip


def wanted(system: str = "hubspot", **parts: Any) -> Needed:
    declaration = load(json.dumps({**HUB, **parts}), Known(), environment={}, expand_pattern=expand).declaration
    block = declaration.systems[system]
    return needed(declaration, system, made(block.connector, Use(options=block.options)))


def with_pattern(**parts: Any) -> Needed:
    return wanted(patterns={"crm-erp": {}}, **parts)


def field(truth: str | None = None, **at: Any) -> dict[str, Any]:
    return {"type": "text", "at": at, **({} if truth is None else {"truth": truth})}


def test_only_what_is_bound_is_needed() -> None:
    fields = {"contact.email": field(hubspot="contact.email", odoo="res.partner.email")}
    assert wanted(fields=fields) == Needed(now=("crm.objects.contacts.read", "crm.objects.contacts.write"))


def test_what_is_only_read_needs_no_right_to_write() -> None:
    fields = {"contact.email": field(hubspot="contact.email", odoo="res.partner.email")}
    both = wanted(fields=fields)
    assert "crm.objects.contacts.write" in both.now
    fields["contact.email"]["at"]["hubspot"] = {"stream": "contact", "read": "email"}
    assert wanted(fields=fields).now == ("crm.objects.contacts.read",)


def test_a_reference_needs_a_look_at_what_it_refers_to() -> None:
    fields = {
        "contact.email": field(hubspot="contact.email", odoo="res.partner.email"),
        "contact.firm": field(hubspot="contact.company_id", odoo="res.partner.ref"),
    }
    assert "crm.objects.companies.read" in wanted(fields=fields).now
    assert "crm.objects.companies.write" not in wanted(fields=fields).now


def test_in_read_only_nothing_that_writes_is_asked_for_and_what_is_to_be_added_is_named() -> None:
    live, careful = with_pattern(), with_pattern(mode="read-only")
    assert not [one for one in careful.now if one.endswith(".write")]
    assert set(careful.now) | set(careful.later) == set(live.now)
    assert live.later == ()
    assert "crm.objects.companies.write" in careful.later
    assert "crm.schemas.companies.write" in careful.later
    assert "crm.schemas.companies.write" in careful.define
    assert "crm.objects.line_items.read" in careful.now, "lines of deals"


@pytest.mark.parametrize("careful", ["system", "entity"])
def test_a_system_or_an_entity_that_is_only_read_needs_less(careful: str) -> None:
    systems = {**HUB["systems"], "hubspot": {**HUB["systems"]["hubspot"], "mode": "read-only"}}
    parts = {"systems": systems} if careful == "system" else {"entities": {"product": {"mode": "read-only"}}}
    found = with_pattern(**parts)
    assert "crm.objects.products.write" in found.later
    assert ("crm.objects.deals.write" in found.now) == (careful == "entity")


def test_an_app_asks_for_what_it_is() -> None:
    systems = {**HUB["systems"], "hubspot": {"connector": "hubspot", "roles": ["crm"], "client_id": "1",
                                             "client_secret": "vault"}}  # fmt: skip
    assert with_pattern(systems=systems).now[0] == "oauth"
    assert "oauth" not in with_pattern().now


def test_odoo_says_it_in_words() -> None:
    found = wanted("odoo", patterns={"crm-erp": {}}, mode="read-only")
    assert "sale.order: read (Sales: User, all documents)" in found.now
    assert any(one.startswith("res.partner: create, update, delete") for one in found.later)


def test_what_is_lacking_is_named_unless_something_covers_it() -> None:
    wanted, covers = ("a.read", "a.write", "b.read"), {"all-of-a": ("a.read", "a.write")}
    assert lacking(wanted, ("a.read",), covers) == ("a.write", "b.read")
    assert lacking(wanted, ("all-of-a",), covers) == ("b.read",)
    assert lacking(wanted, wanted, {}) == ()
