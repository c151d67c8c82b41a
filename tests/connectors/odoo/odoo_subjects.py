"""What rows of Odoo's streams look like, for the conformance kit; in 17 and in 19, over JSON-RPC and over JSON-2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncline.connect.stream import Field
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.models import MODELS
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo
from syncline.sandbox.sandbox import Sandbox
from syncline.testing.conformance import Clock, Subject

KEY = "0123456789abcdef0123456789abcdef01234567"
OPTIONS = {"database": logins.DATABASE, "login": "admin"}
CUSTOMER, PRODUCT = 1, "P-1"
PAGES = {model.name: model.page for model in MODELS}


def sandbox(version: int) -> Callable[[Clock], Sandbox]:
    """A database with a product."""

    def made(clock: Clock) -> Sandbox:
        found = Sandbox(odoo(version), clock=clock, quotas=(), options={"api_key": KEY})
        found.vendor.users.save(found, "product.product", None, {"name": "Product 1", "default_code": PRODUCT})
        clock.advance(1000.0)
        return found

    return made


def subject(version: int, stream: str, values: Callable[[int], dict[str, Any]], **more: Any) -> Subject:
    """A stream with its fields."""
    return Subject(
        connector=connector, sandbox=sandbox(version), stream=stream, rows=stream, values=values,
        page=PAGES[stream], secrets={"secret": KEY}, options=OPTIONS, **more,
    )  # fmt: skip


def partner(number: int) -> dict[str, Any]:
    return {"name": f"Contact {number}", "email": f"contact{number}@example.test", "phone": f"+49 30 {number}"}


def product(number: int) -> dict[str, Any]:
    return {"name": f"Product No {number}", "default_code": f"No-{number}", "list_price": 12.5, "description_sale": "x"}


def order(number: int) -> dict[str, Any]:
    line = {"default_code": PRODUCT, "product_uom_qty": number, "price_unit": 9.5}
    return {
        "partner_id": CUSTOMER, "client_order_ref": f"PO {number}", "origin": f"Web {number}",
        "order_line": [line, {**line, "product_uom_qty": 1}],
    }  # fmt: skip


def typed_order(number: int) -> dict[str, Any]:
    line = {"product_id": 1, "product_uom_qty": number, "price_unit": 9.5}
    plain = {name: value for name, value in order(number).items() if name != "order_line"}
    return {**plain, "order_line": [[0, 0, line]]}


def subjects(version: int) -> dict[str, Subject]:
    """The streams that are written."""
    return {
        f"{version}-partner": subject(
            version, "res.partner", partner, text="phone", keys=("email",), refused={"type": "nonsense"},
            blamed="type", new_field=Field(name="x_of_ours"),
        ),
        f"{version}-product": subject(
            version, "product.product", product, text="description_sale", keys=("default_code",),
        ),
        f"{version}-order": subject(
            version, "sale.order", order, typed=typed_order, text="origin", keys=("client_order_ref",),
            makes={"sale.order.line": 2}, refused={"partner_id": 99_999}, blamed="partner_id",
        ),
        f"{version}-confirmed": subject(
            version, "sale.order", lambda number: {**order(number), "state": "sale"}, typed=typed_order, text="origin",
            keys=("client_order_ref",), makes={"sale.order.line": 2},
        ),
    }  # fmt: skip


ALL = {**subjects(17), **subjects(19)}
