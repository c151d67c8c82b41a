"""The dialogues by which people invoice an order and register a payment; clients open them as rows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.sandbox.odoo.errors import UserError
from syncline.sandbox.odoo.model import Env, Model, Values, having
from syncline.sandbox.odoo.standard.accounts import INVOICING
from syncline.sandbox.odoo.standard.sales import taxes_field
from syncline.sandbox.odoo.standard.words import choice, day, many, model, money
from syncline.sandbox.odoo.writing import make


def wizards(version: int) -> list[Model]:
    """sale.advance.payment.inv and account.payment.register: what the context calls active is what they are about."""
    return [
        model(
            "sale.advance.payment.inv", "Sales Advance Payment Invoice", version,
            choice("advance_payment_method", "delivered percentage fixed", default="delivered", required=True),
            many("sale_order_ids", "sale.order"), born=_of_orders, writers="sales_team.group_sale_salesman",
            on_rows={"create_invoices": create_invoices},
        ),
        model(
            "account.payment.register", "Register Payment", version,
            many("line_ids", "account.move.line"), money("amount"), day("payment_date"),
            born=_of_invoices, writers=INVOICING, on_rows={"action_create_payments": action_create_payments},
        ),
    ]  # fmt: skip


def _active(env: Env, name: str) -> list[int]:
    return list(env.context.get("active_ids") or ()) if env.context.get("active_model") == name else []


def _of_orders(env: Env, values: Values, through: Values) -> None:
    values.setdefault("sale_order_ids", _active(env, "sale.order"))


def create_invoices(env: Env, wizard: Model, ids: Sequence[int]) -> dict[str, Any]:
    """A draft of what was ordered and not invoiced yet, for each order."""
    made: list[int] = []
    for row in env.rows(wizard.name, ids):
        if row.values.get("advance_payment_method") != "delivered":
            raise UserError("The sandbox invoices what was ordered, and knows no down payments.")
        for order in env.rows("sale.order", row.values["sale_order_ids"]):
            lines = [
                (0, 0, {
                    "product_id": line.values.get("product_id"), "name": line.values["name"], "quantity": left,
                    "price_unit": line.values["price_unit"], "discount": line.values.get("discount") or 0.0,
                    "tax_ids": [(6, 0, list(line.values.get(taxes_field(env.version)) or ()))],
                    "sale_line_ids": [(6, 0, [int(line.id)])],
                })
                for line in having(env.store, "sale.order.line", "order_id", [order.id])
                if (left := line.values["product_uom_qty"] - (line.values.get("qty_invoiced") or 0.0)) > 0
            ]  # fmt: skip
            if order.values.get("state") != "sale" or not lines:
                raise UserError("Cannot create an invoice. No items are available to invoice.")
            invoice = {
                "move_type": "out_invoice", "partner_id": order.values["partner_invoice_id"],
                "invoice_origin": order.values["name"], "currency_id": order.values["currency_id"],
                "invoice_line_ids": lines,
            }  # fmt: skip
            made += make(env, env.model("account.move"), [invoice])
    return {"type": "ir.actions.act_window", "res_model": "account.move", "view_mode": "form", "res_id": made[0]}


def _of_invoices(env: Env, values: Values, through: Values) -> None:
    lines = having(env.store, "account.move.line", "move_id", _active(env, "account.move"))
    values.setdefault("line_ids", [int(line.id) for line in lines])
    moves = env.rows("account.move", sorted({line.values["move_id"] for line in lines}))
    if not moves or any(move.values.get("state") != "posted" for move in moves):
        raise UserError("You can only register payment for posted journal entries.")
    values.setdefault("amount", sum(move.values.get("amount_residual") or 0.0 for move in moves))
    values.setdefault("payment_date", env.today)


def action_create_payments(env: Env, wizard: Model, ids: Sequence[int]) -> bool:
    """The invoices are paid, the last one perhaps in part."""
    for row in env.rows(wizard.name, ids):
        left = float(row.values.get("amount") or 0.0)
        lines = env.rows("account.move.line", row.values["line_ids"])
        for move in env.rows("account.move", sorted({line.values["move_id"] for line in lines})):
            owed = float(move.values.get("amount_residual") or 0.0)
            paid = min(left, owed)
            left -= paid
            state = "paid" if paid == owed else "partial" if paid else move.values.get("payment_state")
            env.put("account.move", move, {"payment_state": state, "amount_residual": round(owed - paid, 2)})
            env.posts.append(("on_write", "account.move", int(move.id)))
    return True
