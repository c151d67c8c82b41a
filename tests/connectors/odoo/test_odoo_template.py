"""Odoo's template as a declaration: every place is one that hub.yaml can say, and what it reads is what Odoo holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncline.config.load import Loaded, load
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.models import MODELS
from syncline.connectors.odoo.template import TEMPLATE
from syncline.mapping.binding import Binding
from syncline.mapping.reference import Ref
from syncline.patterns.vocabulary import VOCABULARY


def declared() -> Loaded:
    """A hub of nothing but Odoo, with all that its template offers."""
    hub: dict[str, Any] = {
        "hub": "acme", "currency": "EUR", "zone": "UTC",
        "systems": {
            "odoo": {
                "connector": "odoo", "roles": ["erp"], "url": "https://odoo.example.test", "secret": "vault",
                "database": "acme", "login": "hub@example.test", "empty_is": False,
            }
        },
        "entities": {entity: {"scope": {"odoo": text}} for entity, text in TEMPLATE.scope.items()},
        "fields": {
            f"{entity}.{name}": {**VOCABULARY[entity][name], "at": {"odoo": at}}
            for entity, places in TEMPLATE.at.items()
            for name, at in places.items()
        },
    }  # fmt: skip
    return load(json.dumps(hub), {"odoo": connector()}, environment={})


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return declared()


def binding(loaded: Loaded, entity: str) -> Binding:
    return next(one for one in loaded.declaration.bindings if one.entity == entity)


def read(loaded: Loaded, entity: str, **raw: Any) -> dict[str, Any]:
    """What Odoo's row says of a record; a reference as the id in Odoo."""
    reading = binding(loaded, entity).read(raw, lambda ref: int(ref.id) if isinstance(ref, Ref) else None)
    assert reading.misfits == {}
    return dict(reading.told)


def test_the_template_is_a_declaration_without_a_warning(loaded: Loaded) -> None:
    assert loaded.problems == ()
    assert {one.entity for one in loaded.declaration.bindings} == set(TEMPLATE.at)
    assert {one.stream for one in loaded.declaration.bindings} == {
        "res.partner", "res.partner#contact", "res.users", "product.product", "sale.order", "account.move",
    }  # fmt: skip


def test_keys_are_fields_of_the_template() -> None:
    for entity, names in TEMPLATE.keys.items():
        assert set(names) <= set(TEMPLATE.at[entity])


def test_a_company(loaded: Loaded) -> None:
    told = read(
        loaded, "account", is_company=True, name="Company 1", ref=False, website="https://www.Company1.example.test/de",
        phone="+4912345678", vat="DE1", user_id=2, street="Street 1", street2=False, zip="1010", city="Vienna",
        country_code="AT",
    )  # fmt: skip
    assert told == {
        "is_company": True, "name": "Company 1", "number": None, "domain": "company1.example.test",
        "phone": "+4912345678", "vat_id": "DE1", "rep": 2,
        "address": {
            "street": "Street 1", "street2": None, "postcode": "1010", "city": "Vienna", "region": None,
            "country": "AT",
        },
    }  # fmt: skip
    account = binding(loaded, "account")
    assert account.write({"domain": "a.example.test", "is_company": True, "number": None}) == {
        "website": "https://a.example.test", "is_company": True, "ref": False,
    }  # fmt: skip
    assert read(loaded, "account", website=False)["domain"] is None


def test_a_row_is_a_company_or_a_person_and_never_both(loaded: Loaded) -> None:
    scopes = {entity: binding(loaded, entity).scope for entity in ("account", "contact")}
    for raw, mine in ((True, "account"), (False, "contact")):
        holds = {e: s.evaluate({"is_company": raw}.get) for e, s in scopes.items() if s is not None}
        assert holds == {"account": mine == "account", "contact": mine == "contact"}


def test_a_person_and_a_product(loaded: Loaded) -> None:
    contact = read(
        loaded, "contact", is_company=False, name="Contact 17", email="contact17@example.com", phone=False,
        function="Buyer", parent_id=4, user_id=False,
    )  # fmt: skip
    assert (contact["email"], contact["account"], contact["rep"]) == ("contact17@example.com", 4, None)
    product = read(
        loaded, "product", name="Product 1", default_code="P-1", list_price=12.5, standard_price=0.0,
        description_sale=False,
    )  # fmt: skip
    assert product["price"] == {"amount": "12.50", "currency": "EUR"}
    assert product["cost"] == {"amount": "0.00", "currency": "EUR"}


def test_an_order_with_its_lines_and_in_its_own_currency(loaded: Loaded) -> None:
    order = read(
        loaded, "order", name="S00001", client_order_ref="PO 7", state="sale", date_order="2026-11-20 12:00:00",
        amount_total=19.5, currency="USD", partner_id=4, user_id=2,
    )  # fmt: skip
    assert order == {
        "number": "S00001", "reference": "PO 7", "stage": "confirmed", "date": "2026-11-20T12:00:00Z",
        "amount": {"amount": "19.50", "currency": "USD"}, "account": 4, "rep": 2,
    }  # fmt: skip
    lines = binding(loaded, "order").lines
    assert lines is not None
    assert lines.written
    told = lines.read({"order_line": [{"id": 11, "default_code": "P-1", "product_uom_qty": 2.0, "price_unit": 9.75}]})
    assert told is not None
    assert dict(told[0].values) == {"product": "P-1", "quantity": "2", "price": "9.75"}
    assert lines.write([("11", {"product": "P-2", "quantity": "1.5", "price": None})]) == [
        {"id": "11", "default_code": "P-2", "product_uom_qty": 1.5, "price_unit": False}
    ]


@pytest.mark.parametrize(("raw", "stage"), [
    ("draft", "draft"), ("sent", "sent"), ("sale", "confirmed"), ("done", "confirmed"), ("cancel", "cancelled"),
])  # fmt: skip
def test_a_state_is_read_and_written_under_one_name(loaded: Loaded, raw: str, stage: str) -> None:
    assert read(loaded, "order", state=raw)["stage"] == stage
    back = binding(loaded, "order").write({"stage": stage})
    assert back == {"state": "sale" if raw == "done" else raw}


def test_an_invoice_is_mostly_read(loaded: Loaded) -> None:
    invoice = read(
        loaded, "invoice", name="INV/2026/00001", ref=False, state="posted", payment_state="partial",
        invoice_date="2026-11-20", invoice_date_due=False, amount_total=19.5, amount_residual=9.5, currency="EUR",
        partner_id=4,
    )  # fmt: skip
    assert (invoice["stage"], invoice["paid"], invoice["due_date"]) == ("posted", "partly", None)
    assert invoice["open_amount"] == {"amount": "9.50", "currency": "EUR"}
    found = binding(loaded, "invoice")
    assert set(found.writable) == {"reference", "stage", "date", "due_date", "account"} - {"account"}
    assert found.lines is not None
    assert not found.lines.written


def test_the_block_of_the_page_is_a_declaration() -> None:
    page = (Path(__file__).parents[3] / "docs" / "connectors" / "odoo.md").read_text(encoding="utf-8")
    block = page.partition("```yaml\n")[2].partition("```")[0]
    fields = "fields:\n  account.name: {type: text, at: {odoo: res.partner.name}}\n"
    found = load(f"hub: acme\n{block}{fields}", {"odoo": connector()}, environment={"ODOO_API_KEY": "k"})
    assert found.problems == ()
    for model in MODELS:
        assert f"`{model.name}`" in page
