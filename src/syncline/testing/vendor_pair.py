"""A hub.yaml of two vendors without a pattern, and people's hands in both, for what needs a small hub to work on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from syncline.connect.template import Template
from syncline.patterns.standard import standard
from syncline.sandbox.sandbox import Sandbox

ENTITIES = ("person", "account", "contact", "product")
TRUTHS = {
    "account.name": "odoo", "account.phone": "odoo", "account.domain": "hubspot", "account.address": "odoo",
    "account.rep": "hubspot", "contact.name": "hubspot", "contact.email": "hubspot", "contact.phone": "hubspot",
    "contact.account": "hubspot", "contact.rep": "hubspot", "product.name": "odoo", "product.sku": "odoo",
    "product.price": "odoo", "product.cost": "odoo", "product.description": "odoo",
}  # fmt: skip
"""Who owns which field; a contact's job title is everybody's."""


def hub_yaml(templates: Mapping[str, Template], addresses: Mapping[str, str]) -> str:
    """A whole declaration; its secrets are named and not told."""
    part = standard(templates, ENTITIES)
    for field, system in TRUTHS.items():
        part["fields"][field]["truth"] = system
    systems = {
        "hubspot": {
            "connector": "hubspot", "roles": ["crm"], "url": addresses["hubspot"], "secret": "${HUBSPOT_TOKEN}",
        },
        "odoo": {
            "connector": "odoo", "roles": ["erp"], "url": addresses["odoo"], "secret": "${ODOO_KEY}",
            "database": "sandbox", "login": "admin", "empty_is": False,
        },
    }  # fmt: skip
    create = {
        "account": {"odoo": True, "hubspot": "domain IS NOT NULL"},
        "contact": {"odoo": True, "hubspot": "account IS NOT NULL"},
        "product": {"hubspot": True},
    }
    allow = [address.partition("//")[2] for address in addresses.values()]
    whole = {
        "hub": "demo", "mode": "live", "zone": "Europe/Berlin", "currency": "EUR", "systems": systems, "create": create,
        "egress": {"allow": allow}, **part,
    }  # fmt: skip
    text = io.StringIO()
    YAML().dump(whole, text)
    return text.getvalue()


def saved(system: str, stream: str, find: Mapping[str, Any] | None, values: Mapping[str, Any]) -> Any:
    """Changes the row that holds these values, or makes a new one."""

    def do(sandboxes: Mapping[str, Sandbox]) -> Any:
        sandbox = sandboxes[system]
        users = sandbox.vendor.users
        rid = None if find is None else next(rid for rid, row in rows(sandbox, stream) if find.items() <= row.items())
        with sandbox.lock, sandbox.store.all_or_nothing():
            return users.save(sandbox, stream, rid, values)

    return do


def rows(sandbox: Sandbox, stream: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every row of a stream with its id."""
    for row in sandbox.vendor.users.read(sandbox, stream, None):
        yield str(row["id"]), row.get("properties", row)
