"""The canonical words: each entity's fields, with their types as hub.yaml says them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Block = Mapping[str, Any]
"""What stands under `fields: ENTITY.FIELD:` in hub.yaml, without `at`, truth and values of the systems."""


def text(**settings: Any) -> Block:
    """Text."""
    return {"type": "text", **settings}


def reference(of: str) -> Block:
    """The id of another record."""
    return {"type": "reference", "of": of}


def choice(*values: str) -> Block:
    """One of these; a system that has others of its own says so in a table."""
    return {"type": "enum", "values": list(values)}


def is_(text: str) -> Block:
    """True or false of every record of an entity: computed here, and told."""
    return {"type": "boolean", "is": text}


MONEY: Block = {"type": "money"}
EMAIL: Block = {"type": "email"}
PHONE: Block = {"type": "phone"}
DATE: Block = {"type": "date"}
MOMENT: Block = {"type": "datetime"}

LINES: Block = {
    "type": "lines",
    "columns": {"product": {"type": "text", "case": "ignore"}, "quantity": "decimal", "price": "decimal"},
}
"""What is sold: `product` is what all systems call it (its SKU), `price` is for one, in the document's currency."""

VOCABULARY: Mapping[str, Mapping[str, Block]] = MappingProxyType(
    {
        "account": {
            "is_company": is_("TRUE"),  # for a system that keeps accounts and contacts in one stream
            "name": text(),
            "number": text(),
            "domain": text(case="ignore"),
            "customer": {"type": "boolean"},  # it buys from the company
            "phone": PHONE,
            "address": {"type": "address"},
            "vat_id": text(case="ignore"),
            "rep": reference("person"),
        },
        "contact": {
            "is_company": is_("FALSE"),
            "name": text(),  # where a system of the hub has the whole name only; else the two pieces
            "first_name": text(),
            "last_name": text(),
            "email": EMAIL,
            "phone": PHONE,
            "mobile": PHONE,
            "job_title": text(),
            "account": reference("account"),
            "rep": reference("person"),
        },
        "person": {"email": EMAIL, "name": text()},
        "product": {"name": text(), "sku": text(case="ignore"), "price": MONEY, "cost": MONEY, "description": text()},
        "deal": {
            "name": text(),
            "amount": MONEY,
            "stage": choice("new", "qualified", "proposal", "negotiation", "contract", "won", "lost"),
            "pipeline": text(),
            "close_date": MOMENT,
            "account": reference("account"),
            "contact": reference("contact"),
            "rep": reference("person"),
            "lines": LINES,
            "order_number": text(),  # what became of it in the ERP
            "order_stage": text(),
            "invoice_number": text(),
            "invoice_status": text(),
        },
        "order": {
            "number": text(),
            "reference": text(),
            "stage": choice("draft", "sent", "confirmed", "cancelled"),
            "date": MOMENT,
            "amount": MONEY,
            "account": reference("account"),
            "contact": reference("contact"),
            "rep": reference("person"),
            "deal": reference("deal"),
            "lines": LINES,
        },
        "invoice": {
            "number": text(),
            "kind": choice("invoice", "credit", "receipt"),
            "reference": text(),
            "stage": choice("draft", "posted", "cancelled"),
            "paid": choice("no", "partly", "yes", "reversed"),
            "date": DATE,
            "made_at": MOMENT,
            "due_date": DATE,
            "amount": MONEY,
            "open_amount": MONEY,
            "account": reference("account"),
            "order": reference("order"),
            "lines": LINES,
        },
        "ticket": {
            "subject": text(),
            "description": text(),
            "stage": choice("new", "waiting", "open", "closed"),
            "priority": choice("low", "medium", "high", "urgent"),
            "account": reference("account"),
            "contact": reference("contact"),
            "rep": reference("person"),
        },
    }
)
"""Entity to field to its block. Names are plain English, the same in every pattern and template."""
