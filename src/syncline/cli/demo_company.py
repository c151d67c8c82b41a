"""The company of the demo: what its hub.yaml says, and what its people do in both systems."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that somebody does in a vendor's own screens."""

    what: str
    do: Callable[[Mapping[str, Sandbox]], Any]


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


ACTS = (
    Act(
        what="a seller corrects the phone of Contact 1 in HubSpot",
        do=saved("hubspot", "contacts", {"email": "contact1@example.test"}, {"phone": "+43 1 555 7777"}),
    ),
    Act(
        what="somebody in Odoo says that Contact 2 is Head of Buying",
        do=saved("odoo", "res.partner", {"email": "contact2@example.test"}, {"function": "Head of Buying"}),
    ),
    Act(
        what="Contact 3 becomes Buyer in HubSpot,",
        do=saved("hubspot", "contacts", {"email": "contact3@example.test"}, {"jobtitle": "Buyer"}),
    ),
    Act(
        what="and at the same moment Head of Sales in Odoo",
        do=saved("odoo", "res.partner", {"email": "contact3@example.test"}, {"function": "Head of Sales"}),
    ),
    Act(
        what="a seller makes Product 1 cheaper in HubSpot, though prices are Odoo's",
        do=saved("hubspot", "products", {"hs_sku": "SKU-0001"}, {"price": "1.00"}),
    ),
    Act(
        what="the back office sets a new price of Product 2 in Odoo",
        do=saved("odoo", "product.product", {"default_code": "SKU-0002"}, {"list_price": 99.5}),
    ),
    Act(
        what="a new company appears in HubSpot",
        do=saved("hubspot", "companies", None, {"name": "Company New", "domain": "new.example.test"}),
    ),
    Act(
        what="a seller writes Company 1's country in HubSpot the way she speaks, and nothing has to be told",
        do=saved("hubspot", "companies", {"domain": "company1.example.test"}, {"country": "Deutschland"}),
    ),
    Act(
        what="a contact in Odoo gets an e-mail address that is none",
        do=saved("odoo", "res.partner", {"email": "contact4@example.test"}, {"email": "contact4 at example"}),
    ),
)
