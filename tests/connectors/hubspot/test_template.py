"""The template with the canonical words is a declaration that compiles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from canned import hubspot, record

from syncline.config.load import load
from syncline.connectors.hubspot.rows import row
from syncline.connectors.hubspot.template import TEMPLATE
from syncline.patterns.vocabulary import VOCABULARY


def declared(*left_out: str) -> Any:
    """A hub of HubSpot alone, with all that its template says."""
    fields: dict[str, Any] = {}
    for entity, places in TEMPLATE.at.items():
        for name, place in places.items():
            block = {**VOCABULARY[entity][name], "at": {"hubspot": place}}
            if (values := TEMPLATE.values.get(entity, {}).get(name)) is not None:
                block["values"] = {value: {"hubspot": raw} for value, raw in values.items()}
            fields[f"{entity}.{name}"] = block
    hub = {
        "hub": "small", "currency": "EUR",
        "systems": {"hubspot": {"connector": "hubspot", "roles": ["crm"], "secret": "vault"}},
        "fields": {name: block for name, block in fields.items() if name not in left_out},
    }  # fmt: skip
    return load(json.dumps(hub), {"hubspot": hubspot()}, environment={})


WHOLE = ("contact.first_name", "contact.last_name")


def read(entity: str, left_out: tuple[str, ...] = WHOLE, **properties: Any) -> Any:
    """What a record of HubSpot says in canonical words."""
    [binding] = [one for one in declared(*left_out).declaration.bindings if one.entity == entity]
    return binding, binding.read(binding.bound(row(record(7, **properties))), lambda ref: 5).told


@pytest.mark.parametrize("left_out", [WHOLE, ("contact.name",)])
def test_it_compiles(left_out: tuple[str, ...]) -> None:
    bindings = {one.entity: one.stream for one in declared(*left_out).declaration.bindings}
    assert bindings == {
        "account": "company", "contact": "contact", "person": "owner", "product": "product", "deal": "deal",
        "ticket": "ticket",
    }  # fmt: skip


def test_each_field_and_key_is_a_canonical_word() -> None:
    for entity, places in TEMPLATE.at.items():
        assert set(places) <= set(VOCABULARY[entity])
        assert set(TEMPLATE.keys.get(entity, ())) <= set(places)
        for name, values in TEMPLATE.values.get(entity, {}).items():
            assert list(values) == VOCABULARY[entity][name]["values"]


def test_a_deal_reads_and_writes_in_canonical_words() -> None:
    binding, told = read(
        "deal", dealname="Deal 7", amount="12.5", deal_currency_code="USD", dealstage="closedwon",
        closedate="2026-11-05T09:30:00.000Z", hubspot_owner_id="",
    )  # fmt: skip
    assert (told["stage"], told["amount"]) == ("won", {"amount": "12.50", "currency": "USD"})
    assert told["close_date"] == "2026-11-05T09:30:00Z"
    assert told["rep"] is None
    assert binding.write({"stage": "lost", "amount": told["amount"]}) == {
        "dealstage": "closedlost", "amount": "12.50", "deal_currency_code": "USD",
    }  # fmt: skip


def test_an_account_with_one_currency_tells_none() -> None:
    assert read("deal", amount="12.5", deal_currency_code=None)[1]["amount"] == {"amount": "12.50", "currency": "EUR"}
    assert read("deal", amount=None, deal_currency_code=None)[1]["amount"] is None


def test_a_name_is_joined_and_an_address_is_one_value() -> None:
    assert read("contact", firstname="Anna Maria", lastname="Seven")[1]["name"] == "Anna Maria Seven"
    binding, told = read(
        "account", address="1 Road", address2=None, zip="12345", city="Town", state="", country="Deutschland"
    )
    assert told["address"] == {
        "street": "1 Road", "street2": None, "postcode": "12345", "city": "Town", "region": None, "country": "DE",
    }  # fmt: skip
    assert binding.write({"address": told["address"]})["country"] == "Germany"
