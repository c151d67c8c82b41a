"""What several templates have in common is a declaration that compiles, and no group of it is half known somewhere."""

from __future__ import annotations

import json
from typing import Any

from syncline.config.load import load
from syncline.connect.template import Template
from syncline.connectors import hubspot, odoo
from syncline.patterns.standard import standard

CONNECTORS = {"hubspot": hubspot.connector(), "odoo": odoo.connector()}


def templates() -> dict[str, Template]:
    return {name: one.template for name, one in CONNECTORS.items() if one.template is not None}


def test_an_address_has_the_parts_that_both_systems_keep() -> None:
    at = standard(templates(), ["account"])["fields"]["account.address"]["at"]
    assert (
        list(at["hubspot"]["parts"])
        == list(at["odoo"]["parts"])
        == ["street", "street2", "postcode", "city", "country"]
    )
    assert at["hubspot"]["parts"]["country"] == {"field": "country", "as": "name"}
    assert "region" in templates()["hubspot"].at["account"]["address"]["parts"], "the template itself is left as it is"


def test_a_region_of_one_system_is_neither_read_nor_written() -> None:
    hub: dict[str, Any] = {
        "hub": "small", "currency": "EUR",
        "systems": {
            "hubspot": {"connector": "hubspot", "roles": ["crm"], "secret": "vault"},
            "odoo": {
                "connector": "odoo", "roles": ["erp"], "url": "https://odoo.example.test", "secret": "vault",
                "database": "a", "login": "hub@example.test", "empty_is": False,
            },
        },
        **standard(templates(), ["person", "account"]),
    }  # fmt: skip
    bound = {one.system: one for one in load(json.dumps(hub), CONNECTORS, environment={}).declaration.bindings
             if one.entity == "account"}  # fmt: skip
    row = {
        "address": "Street 1",
        "address2": "",
        "zip": "80331",
        "city": "Munich",
        "state": "Bavaria",
        "country": "Germany",
    }
    told = bound["hubspot"].read(row, lambda ref: None).told["address"]
    sent = bound["odoo"].write({"address": told})
    assert sent["country_code"] == "DE"
    assert "state_code" not in sent
    moved = bound["odoo"].read({**sent, "city": "Fuerth"}, lambda ref: None).told["address"]
    back = bound["hubspot"].write({"address": moved})
    assert back == {"address": "Street 1", "address2": None, "zip": "80331", "city": "Fuerth", "country": "Germany"}
