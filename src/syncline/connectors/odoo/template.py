"""Odoo's standard objects as canonical records."""

from __future__ import annotations

from typing import Any

from syncline.connect.template import Setup, Template
from syncline.connectors.odoo.account import TOKENS

MOMENT = {"format": "%Y-%m-%d %H:%M:%S", "zone": "UTC"}

DOMAIN = r"LOWER(REGEXP_EXTRACT(website, '^(?:[a-z]+://)?(?:www\.)?([^/:]+)', 1))"
"""The host of a web site."""

ORDER_STAGES = {"draft": "draft", "sent": "sent", "sale": "confirmed", "done": "confirmed", "cancel": "cancelled"}
INVOICE_STAGES = {"draft": "draft", "posted": "posted", "cancel": "cancelled"}
KINDS = {"out_invoice": "invoice", "out_refund": "credit", "out_receipt": "receipt"}
PAID = {
    "not_paid": "no", "in_payment": "yes", "paid": "yes", "partial": "partly", "reversed": "reversed",
    "blocked": "no", "invoicing_legacy": "yes",
}  # fmt: skip


def number(field: str) -> dict[str, Any]:
    """A field that is a JSON number."""
    return {"field": field, "as": "number"}


def case(raw: str, table: dict[str, str]) -> str:
    """An expression that says one word for another."""
    return f"CASE {raw} " + " ".join(f"WHEN '{one}' THEN '{other}'" for one, other in table.items()) + " END"


def stage(stream: str, table: dict[str, str]) -> dict[str, Any]:
    """A state under canonical names. Of several states with one name the first is written."""
    back: dict[str, str] = {}
    for raw, name in table.items():
        back.setdefault(name, raw)
    return {"field": f"{stream}.state", "read": case("state", table), "write": case("stage", back)}


def amount(stream: str, field: str) -> dict[str, Any]:
    """An amount in the document's own currency."""
    return {"stream": stream, "parts": {"amount": number(field), "currency": "currency"}, "only": "read"}


def lines(field: str, quantity: str) -> dict[str, Any]:
    """What is sold, by the product's code."""
    return {
        "field": field, "line_id": "id",
        "columns": {"product": "default_code", "quantity": number(quantity), "price": number("price_unit")},
    }  # fmt: skip


SETUP = Setup(
    roles=("erp", "crm", "finance"),
    keys=(
        ("url", "https://{name}.example", "yours"),
        ("database", "acme", "its name, where the server holds several; before Odoo 19 always"),
        ("login", "hub@acme.example", "whose key it is; before Odoo 19"),
    ),
    secret=(
        "API_KEY",
        ("Odoo: an API key of a user of the hub's own (Preferences, Account Security, New API Key)",),
    ),
    tokens=TOKENS,
    sandbox=("odoo", {"database": "sandbox", "login": "admin"}, "a1b2c3d4e5" * 4),
)  # fmt: skip

TEMPLATE = Template(
    setup=SETUP,
    at={
        "account": {
            "is_company": "res.partner.is_company",
            "name": "res.partner.name",
            "number": "res.partner.ref",
            "domain": {"field": "res.partner.website", "read": DOMAIN, "write": "'https://' || domain"},
            "customer": {"stream": "res.partner", "read": "customer_rank > 0"},
            "phone": "res.partner.phone",
            "vat_id": "res.partner.vat",
            "rep": number("res.partner.user_id"),
            "address": {
                "stream": "res.partner",
                "parts": {
                    "street": "street", "street2": "street2", "postcode": "zip", "city": "city",
                    "country": "country_code",
                },
            },
        },
        "contact": {
            "is_company": "res.partner.is_company",
            "name": "res.partner.name",
            "email": "res.partner.email",
            "phone": "res.partner.phone",
            "job_title": "res.partner.function",
            "account": number("res.partner.parent_id"),
            "rep": number("res.partner.user_id"),
        },
        "person": {"name": "res.users.name", "email": "res.users.email"},
        "product": {
            "name": "product.product.name",
            "sku": "product.product.default_code",
            "price": number("product.product.list_price"),
            "cost": number("product.product.standard_price"),
            "description": "product.product.description_sale",
        },
        "order": {
            "number": "sale.order.name",
            "reference": "sale.order.client_order_ref",
            "stage": stage("sale.order", ORDER_STAGES),
            "date": {"field": "sale.order.date_order", **MOMENT},
            "amount": amount("sale.order", "amount_total"),
            "account": number("sale.order.partner_id"),
            "rep": number("sale.order.user_id"),
            "lines": lines("sale.order.order_line", "product_uom_qty"),
        },
        "invoice": {
            "number": "account.move.name",
            "kind": {"field": "account.move.move_type", "read": case("move_type", KINDS)},
            "reference": "account.move.ref",
            "stage": stage("account.move", INVOICE_STAGES),
            "paid": {"field": "account.move.payment_state", "read": case("payment_state", PAID)},
            "date": "account.move.invoice_date",
            "made_at": {"field": "account.move.create_date", **MOMENT, "only": "read"},
            "due_date": "account.move.invoice_date_due",
            "amount": amount("account.move", "amount_total"),
            "open_amount": amount("account.move", "amount_residual"),
            "account": number("account.move.partner_id"),
            "order": number("account.move.order_id"),
            "lines": {**lines("account.move.invoice_line_ids", "quantity"), "only": "read"},
        },
    },
    ids={"account": {"stream": "res.partner", "read": "CAST(id AS TEXT)"}},
    empty_is=False,
    on_create={"account": {"customer_rank": 1}},
    scope={"account": "is_company", "contact": "NOT is_company"},
    keys={
        "account": ("vat_id", "domain", "number"),
        "contact": ("email",),
        "person": ("email",),
        "product": ("sku",),
        "order": ("number", "reference"),
        "invoice": ("number",),
    },
)  # fmt: skip
