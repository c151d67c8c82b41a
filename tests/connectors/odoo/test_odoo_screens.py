"""A page's address names a row, in the form of every version, and a row its page."""

from __future__ import annotations

import pytest

from syncline.connectors.odoo import connector


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://acme.odoo.example/odoo/contacts/17", ("res.partner", "17")),
        ("https://acme.odoo.example/odoo/sales/12", ("sale.order", "12")),
        ("https://acme.odoo.example/odoo/res.partner/17?debug=1", ("res.partner", "17")),
        ("https://acme.odoo.example/odoo/m-res.partner/17/", ("res.partner", "17")),
        ("https://acme.odoo.example/odoo/sales/12/contacts/17", ("res.partner", "17")),
        ("https://acme.odoo.example/odoo/customer-invoices/5", ("account.move", "5")),
        ("http://127.0.0.1:8069/web#id=17&model=res.partner&view_type=form", ("res.partner", "17")),
        (
            "http://127.0.0.1:8069/web#cids=1&menu_id=2&action=3&model=sale.order&view_type=form&id=12",
            ("sale.order", "12"),
        ),
        ("https://acme.odoo.example/odoo/contacts", None),
        ("https://acme.odoo.example/odoo/contacts/new", None),
        ("https://acme.odoo.example/odoo/contacts/17/action-361/5", None),
        ("https://acme.odoo.example/web#id=0&model=res.partner", None),
        ("https://acme.odoo.example/web#id=17&model=ir.attachment", None),
        ("https://acme.odoo.example/contacts/17", None),
        ("https://[", None),
        ("contact17@example.test", None),
    ],
)
def test_what_an_address_names(address: str, named: tuple[str, str] | None) -> None:
    assert connector().named_by(address) == named


def test_a_page_names_its_row() -> None:
    made = connector()
    address = made.page_of("product.product", "6")
    assert address is not None
    assert made.named_by(f"https://acme.odoo.example{address}") == ("product.product", "6")
    assert made.page_of("ir.attachment", "6") is None
