"""Sale orders and their lines: states, amounts, and what confirming one leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.odoo.errors import UserError, broken_rule
from syncline.sandbox.odoo.field import Field
from syncline.sandbox.odoo.model import Env, Model, Values, having, shown
from syncline.sandbox.odoo.model import moment as stamp
from syncline.sandbox.odoo.standard.amounts import Amounts, line_amounts, summed
from syncline.sandbox.odoo.standard.words import (
    char,
    choice,
    flag,
    listed,
    many,
    model,
    moment,
    money,
    number,
    one,
    text,
    whole,
)  # fmt: skip
from syncline.sandbox.odoo.writing import make
from syncline.sandbox.store import Row

SALES = "sales_team.group_sale_salesman"
STATES = "draft sent sale cancel"


def sales(version: int) -> list[Model]:
    """sale.order and sale.order.line."""
    return [_order(version), _line(version)]


def _order(version: int) -> Model:
    return model(
        "sale.order", "Sales Order", version,
        char("name", "Order Reference", required=True, default="New", copied=False),
        one("partner_id", "res.partner", "Customer", required=True, deletes="restrict"),
        one("partner_invoice_id", "res.partner", "Invoice Address", required=True, deletes="restrict"),
        one("partner_shipping_id", "res.partner", "Delivery Address", required=True, deletes="restrict"),
        moment("date_order", "Order Date", required=True, default=lambda env: stamp(env.now), copied=False),
        choice("state", STATES, "Status", default="draft", copied=False), flag("locked", since=17, copied=False),
        listed("order_line", "sale.order.line", "order_id", owned=True), one("pricelist_id", "product.pricelist"),
        one("currency_id", "res.currency", settled=True), money("amount_untaxed", settled=True),
        money("amount_tax", settled=True), money("amount_total", settled=True),
        char("client_order_ref", "Customer Reference", copied=False), char("origin", "Source Document"),
        one("user_id", "res.users", "Salesperson"), one("team_id", "crm.team", default=1),
        one("opportunity_id", "crm.lead"), many("invoice_ids", "account.move", compute=_invoices),
        whole("invoice_count", compute=lambda env, row: len(_invoices(env, row))),
        choice("invoice_status", "no to+invoice invoiced upselling", settled=True),
        many("picking_ids", "stock.picking", compute=_pickings),
        choice("delivery_status", "pending started partial full", compute=_delivery),
        moment("commitment_date", "Delivery Date"), one("payment_term_id", "account.payment.term"),
        one("company_id", "res.company", required=True, default=1), one("warehouse_id", "stock.warehouse", default=1),
        text("note"), moment("signed_on"), flag("require_payment"), day_of_validity(version),
        order="date_order desc, id desc", searched=("name", "client_order_ref"), born=_born, settle=_settle,
        leave=_leave, indexed=("name", "partner_id", "client_order_ref"), owner="user_id", writers=SALES,
        on_rows={
            "action_confirm": action_confirm, "action_cancel": action_cancel, "action_draft": action_draft,
            "action_quotation_send": action_quotation_send, "action_quotation_sent": action_quotation_sent,
            "action_lock": action_lock, "action_unlock": action_unlock,
        },
    )  # fmt: skip


def day_of_validity(version: int) -> Field:
    """Until when a quotation holds."""
    return Field(name="validity_date", type="date", label="Expiration", copied=False)


def _line(version: int) -> Model:
    unit = "product_uom_id" if version >= 19 else "product_uom"
    return model(
        "sale.order.line", "Sales Order Line", version,
        one("order_id", "sale.order", "Order Reference", required=True, deletes="cascade"),
        one("product_id", "product.product", deletes="restrict"),
        one("product_template_id", "product.template", compute=_template_of),
        text("name", "Description", required=True), number("product_uom_qty", "Quantity", required=True, default=1.0),
        one(unit, "uom.uom", "Unit of Measure"), number("price_unit", required=True), number("discount"),
        many(taxes_field(version), "account.tax", "Taxes"), money("price_subtotal", settled=True),
        money("price_tax", settled=True), money("price_total", settled=True),
        number("qty_delivered", copied=False), number("qty_invoiced", settled=True, copied=False),
        choice("display_type", "line_section line_note" + (" line_subsection" if version >= 19 else "")),
        whole("sequence", default=10), one("currency_id", "res.currency", settled=True),
        one("order_partner_id", "res.partner", settled=True),
        choice("state", STATES, compute=lambda env, row: _order_of(env, row).values.get("state")),
        one("salesman_id", "res.users", compute=lambda env, row: _order_of(env, row).values.get("user_id")),
        one("company_id", "res.company", settled=True),
        order="order_id, sequence, id", shown=_line_shown, indexed=("order_id", "product_id"), born=_born_line,
        changed=_changed_line, check=_check_line, settle=_settle_lines, leave=_leave_lines, owner="salesman_id",
        writers=SALES,
    )  # fmt: skip


def taxes_field(version: int) -> str:
    """The field of an order line that holds its taxes."""
    return "tax_ids" if version >= 19 else "tax_id"


# --- orders ---


def _born(env: Env, values: Values, through: Values) -> None:
    if values.get("name") in (None, "New"):
        values["name"] = f"S{env.store.next('sale.order name'):05d}"
    partner = env.find("res.partner", values.get("partner_id"))
    held: Mapping[str, Any] = partner.values if partner else {}
    if partner is not None:
        for name, kind in (("partner_invoice_id", "invoice"), ("partner_shipping_id", "delivery")):
            values[name] = values.get(name) or _address(env, partner, kind)
    values.setdefault("user_id", held.get("user_id") or env.uid)
    values.setdefault("payment_term_id", held.get("property_payment_term_id"))
    values.setdefault("pricelist_id", held.get("property_product_pricelist") or 1)
    pricelist = env.find("product.pricelist", values.get("pricelist_id"))
    values["currency_id"] = pricelist.values["currency_id"] if pricelist else 1
    values |= {"amount_untaxed": 0.0, "amount_tax": 0.0, "amount_total": 0.0, "invoice_status": "no"}


def _address(env: Env, partner: Row, kind: str) -> int:
    for child in having(env.store, "res.partner", "parent_id", [partner.id]):
        if child.values.get("type") == kind and child.values.get("active", True):
            return int(child.id)
    return int(partner.id)


def _settle(env: Env, ids: Sequence[int], names: set[str]) -> None:
    for row in env.rows("sale.order", ids):
        settle_order(env, row)


def settle_order(env: Env, row: Row) -> None:
    """The order's sums; it counts as written only if one of them changed."""
    lines = _lines(env, row)
    sums = summed(
        [Amounts(each.values.get("price_subtotal", 0.0), each.values.get("price_tax", 0.0)) for each in lines]
    )
    wanted = {
        "amount_untaxed": sums.untaxed,
        "amount_tax": sums.tax,
        "amount_total": sums.total,
        "invoice_status": _invoice_status(row, lines),
    }
    moved = {name: value for name, value in wanted.items() if row.values.get(name) != value}
    if moved:
        env.put("sale.order", row, moved, touch=row.changed != env.now)


def _invoice_status(row: Row, lines: Sequence[Row]) -> str:
    real = [each for each in lines if not each.values.get("display_type")]
    if row.values.get("state") != "sale" or not real:
        return "no"
    done = all((each.values.get("qty_invoiced") or 0) >= each.values["product_uom_qty"] for each in real)
    return "invoiced" if done else "to invoice"


def _lines(env: Env, row: Row) -> list[Row]:
    return having(env.store, "sale.order.line", "order_id", [row.id])


def _invoices(env: Env, row: Row) -> list[int]:
    found = having(env.store, "account.move", "invoice_origin", [row.values["name"]])
    return [int(each.id) for each in found]


def _pickings(env: Env, row: Row) -> list[int]:
    return [int(each.id) for each in having(env.store, "stock.picking", "sale_id", [row.id])]


def _delivery(env: Env, row: Row) -> str | None:
    states = [env.row("stock.picking", id).values.get("state") for id in _pickings(env, row)]
    if not states:
        return None
    return "full" if all(state == "done" for state in states) else "partial" if "done" in states else "pending"


def _leave(env: Env, rows: Sequence[Row]) -> None:
    if any(row.values.get("state") not in ("draft", "cancel") for row in rows):
        raise UserError("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")


def action_confirm(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """A quotation becomes an order, and its goods are to leave."""
    rows = env.rows(model.name, ids)
    if wrong := [str(row.values["name"]) for row in rows if row.values.get("state") not in ("draft", "sent")]:
        raise UserError(f"The following orders are not in a state requiring confirmation: {', '.join(wrong)}")
    for row in rows:
        kept = env.put(model.name, row, {"state": "sale", "date_order": stamp(env.now)})
        _deliver(env, kept)
        settle_order(env, env.row(model.name, int(row.id)))
        env.posts.append(("on_write", model.name, int(row.id)))
    return True


def _deliver(env: Env, row: Row) -> None:
    goods = [each for each in _lines(env, row) if _is_goods(env, each)]
    if not goods:
        return
    picking = make(env, env.model("stock.picking"), [{
        "partner_id": row.values["partner_shipping_id"], "origin": row.values["name"], "sale_id": row.id,
        "state": "confirmed",
    }])[0]  # fmt: skip
    moves = [
        {"picking_id": picking, "product_id": each.values["product_id"], "sale_line_id": each.id, "state": "confirmed",
         "product_uom_qty": each.values["product_uom_qty"], "origin": row.values["name"]}
        for each in goods
    ]  # fmt: skip
    make(env, env.model("stock.move"), moves)


def _is_goods(env: Env, line: Row) -> bool:
    product = env.find("product.product", line.values.get("product_id"))
    template = env.find("product.template", product.values["product_tmpl_id"]) if product else None
    return template is not None and template.values.get("type") in ("consu", "product")


def action_cancel(env: Env, model: Model, ids: Sequence[int]) -> Any:
    """Up to version 18 only drafts are cancelled at once: else a wizard is answered, unless the context forbids it."""
    rows = env.rows(model.name, ids)
    if any(row.values.get("locked") for row in rows):
        raise UserError("You cannot cancel a locked order. Please unlock it first.")
    asks = env.version < 19 and not env.context.get("disable_cancel_warning")
    if asks and any(row.values.get("state") != "draft" for row in rows):
        return {
            "name": "Cancel Sales Order", "view_mode": "form", "res_model": "sale.order.cancel", "target": "new",
            "type": "ir.actions.act_window", "context": {"default_order_id": ids[0]},
        }  # fmt: skip
    for row in rows:
        _to_state(env, row, "cancel")
        for id in _pickings(env, row):
            env.put("stock.picking", env.row("stock.picking", id), {"state": "cancel"})
        for each in having(env.store, "stock.move", "origin", [row.values["name"]]):
            env.put("stock.move", each, {"state": "cancel"})
    return True


def action_draft(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """What was cancelled or sent is a quotation again; of others nothing happens."""
    for row in env.rows(model.name, ids):
        if row.values.get("state") in ("cancel", "sent"):
            _to_state(env, row, "draft")
    return True


def action_quotation_send(env: Env, model: Model, ids: Sequence[int]) -> dict[str, Any]:
    """The wizard that would send it."""
    return {"type": "ir.actions.act_window", "res_model": "mail.compose.message", "view_mode": "form", "target": "new"}


def action_quotation_sent(env: Env, model: Model, ids: Sequence[int]) -> None:
    """Marks quotations as sent."""
    rows = env.rows(model.name, ids)
    if any(row.values.get("state") != "draft" for row in rows):
        raise UserError("Only draft orders can be marked as sent directly.")
    for row in rows:
        _to_state(env, row, "sent")


def action_lock(env: Env, model: Model, ids: Sequence[int]) -> None:
    """Nothing in it may be changed by hand any more."""
    for row in env.rows(model.name, ids):
        env.put(model.name, row, {"locked": True})


def action_unlock(env: Env, model: Model, ids: Sequence[int]) -> None:
    """And now it may."""
    for row in env.rows(model.name, ids):
        env.put(model.name, row, {"locked": False})


def _to_state(env: Env, row: Row, state: str) -> None:
    settle_order(env, env.put("sale.order", row, {"state": state}))
    env.posts.append(("on_write", "sale.order", int(row.id)))


# --- lines ---


def _born_line(env: Env, values: Values, through: Values) -> None:
    order = env.find("sale.order", values.get("order_id"))
    if order is not None:
        values["currency_id"] = order.values.get("currency_id")
        values["order_partner_id"] = order.values.get("partner_id")
        values["company_id"] = order.values.get("company_id")
    if values.get("display_type"):
        values |= {"product_uom_qty": 0.0, "price_unit": 0.0}
        return
    product = env.find("product.product", values.get("product_id"))
    if product is None:
        return
    template = env.row("product.template", product.values["product_tmpl_id"])
    values["name"] = values.get("name") or shown(env, env.model("product.product"), product)
    values.setdefault("price_unit", template.values.get("list_price") or 0.0)
    values.setdefault("product_uom_id" if env.version >= 19 else "product_uom", template.values.get("uom_id"))
    values.setdefault(taxes_field(env.version), template.values.get("taxes_id"))


def _changed_line(env: Env, before: Row, values: Values) -> None:
    """Another product brings its own name and price, where none is given with it."""
    if values.get("product_id") == before.values.get("product_id") or not values.get("product_id"):
        return
    fresh: Values = {"product_id": values["product_id"]}
    _born_line(env, fresh, {})
    for name in ("name", "price_unit", taxes_field(env.version)):
        if values.get(name) == before.values.get(name):
            values[name] = fresh.get(name)


def _check_line(env: Env, values: Values) -> None:
    if not values.get("display_type") and not values.get("product_id"):
        raise broken_rule("Missing required fields on accountable sale order line.")
    if values.get("display_type") and values.get("product_id"):
        raise broken_rule("Forbidden values on non-accountable sale order line")


def _settle_lines(env: Env, ids: Sequence[int], names: set[str]) -> None:
    orders: dict[int, None] = {}
    for row in env.rows("sale.order.line", ids):
        taxes = list(env.store.many("account.tax", row.values.get(taxes_field(env.version)) or ()).values())
        held = row.values
        amounts = line_amounts(
            held.get("product_uom_qty") or 0.0, held.get("price_unit") or 0.0, held.get("discount") or 0.0, taxes
        )
        values = {"price_subtotal": amounts.untaxed, "price_tax": amounts.tax, "price_total": amounts.total}
        env.put("sale.order.line", row, values, touch=False)
        orders[held["order_id"]] = None
    for id in orders:
        settle_order(env, env.row("sale.order", id))


def _leave_lines(env: Env, rows: Sequence[Row]) -> None:
    for row in rows:
        order = env.find("sale.order", row.values["order_id"])
        if order is None:
            continue
        if order.values.get("state") == "sale" and not row.values.get("display_type"):
            raise UserError(
                "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something "
                "gets invoiced or delivered).\nSet the quantity to 0 instead."
            )
        # The order's sums are those of the lines that stay.
        env.store.drop("sale.order.line", row.id)
        settle_order(env, order)


def _order_of(env: Env, row: Row) -> Row:
    return env.row("sale.order", row.values["order_id"])


def _template_of(env: Env, row: Row) -> Any:
    product = env.find("product.product", row.values.get("product_id"))
    return product.values["product_tmpl_id"] if product else None


def _line_shown(env: Env, row: Row) -> str:
    name = str(row.values.get("name") or "").splitlines() or [""]
    return f"{_order_of(env, row).values['name']} - {name[0]}"
