"""Warehouses, what lies in them, and what leaves them."""

from __future__ import annotations

from collections.abc import Sequence

from syncline.sandbox.odoo.errors import UserError
from syncline.sandbox.odoo.model import Env, Model, Unique, Values, having
from syncline.sandbox.odoo.model import moment as stamp
from syncline.sandbox.odoo.standard.words import (
    active,
    char,
    choice,
    flag,
    listed,
    model,
    moment,
    number,
    one,
)  # fmt: skip
from syncline.sandbox.odoo.writing import make
from syncline.sandbox.store import Row

STOCK = "stock.group_stock_user"
STATES = "draft waiting confirmed assigned done cancel"


def stock(version: int) -> list[Model]:
    """stock.warehouse, stock.location, stock.quant, stock.picking, stock.move."""
    return [
        model(
            "stock.warehouse", "Warehouse", version,
            char("name", required=True), char("code", "Short Name", required=True), active(),
            one("lot_stock_id", "stock.location"), one("company_id", "res.company", default=1),
            one("partner_id", "res.partner"), writers=STOCK,
            unique=(Unique(fields=("code",), text="The code of the warehouse must be unique per company!"),),
        ),
        model(
            "stock.location", "Inventory Locations", version,
            char("name", required=True), one("location_id", "stock.location"), active(), char("barcode"),
            char("complete_name", compute=_path), one("company_id", "res.company"),
            choice("usage", "supplier view internal customer inventory production transit", default="internal"),
            shown=_path, writers=STOCK,
        ),
        model(
            "stock.quant", "Quants", version,
            one("product_id", "product.product", required=True, deletes="restrict"),
            one("location_id", "stock.location", required=True, deletes="restrict"),
            number("quantity", settled=True), number("reserved_quantity", settled=True),
            number("available_quantity", compute=_available), number("inventory_quantity"),
            flag("inventory_quantity_set"), moment("in_date", settled=True),
            one("company_id", "res.company", settled=True), one("lot_id", "stock.lot"),
            indexed=("product_id",), born=_born, changed=_changed, leave=_leave, shown=_quant_shown,
            writers=STOCK, on_rows={"action_apply_inventory": action_apply_inventory},
        ),
        model("stock.lot", "Lot/Serial", version, char("name", required=True), one("product_id", "product.product")),
        model(
            "stock.picking", "Transfer", version,
            char("name", settled=True), one("partner_id", "res.partner"), char("origin"),
            choice("state", STATES, default="draft"), one("sale_id", "sale.order"), moment("scheduled_date"),
            moment("date_done", settled=True), listed("move_ids", "stock.move", "picking_id"),
            one("company_id", "res.company", default=1), char("carrier_tracking_ref"),
            indexed=("sale_id",), born=_born_picking, writers=STOCK,
            on_rows={"button_validate": button_validate},
        ),
        model(
            "stock.move", "Stock Move", version,
            char("reference", compute=_of_picking), one("picking_id", "stock.picking", deletes="cascade"),
            one("product_id", "product.product", required=True, deletes="restrict"),
            number("product_uom_qty", "Demand"), number("quantity"), choice("state", STATES, default="draft"),
            one("sale_line_id", "sale.order.line"), char("origin"), indexed=("product_id", "picking_id"),
            shown=_of_picking, writers=STOCK,
        ),
    ]  # fmt: skip


def _path(env: Env, row: Row) -> str:
    parent = env.find("stock.location", row.values.get("location_id"))
    return f"{_path(env, parent)}/{row.values['name']}" if parent else str(row.values["name"])


def _quant_shown(env: Env, row: Row) -> str:
    location = env.find("stock.location", row.values.get("location_id"))
    return _path(env, location) if location else ""


def _of_picking(env: Env, row: Row) -> str:
    picking = env.find("stock.picking", row.values.get("picking_id"))
    return str(picking.values["name"]) if picking else ""


def _available(env: Env, row: Row) -> float:
    return float((row.values.get("quantity") or 0.0) - (row.values.get("reserved_quantity") or 0.0))


def _born(env: Env, values: Values, through: Values) -> None:
    values |= {"quantity": 0.0, "reserved_quantity": 0.0, "in_date": stamp(env.now), "company_id": 1}
    # Outside inventory mode what was counted is dropped, and nobody is told.
    counted = values.pop("inventory_quantity", None)
    if counted is not None and env.context.get("inventory_mode"):
        values |= {"inventory_quantity": counted, "inventory_quantity_set": True}


def _changed(env: Env, before: Row, values: Values) -> None:
    if values.get("inventory_quantity") == before.values.get("inventory_quantity"):
        return
    if env.context.get("inventory_mode"):
        values["inventory_quantity_set"] = True
    else:
        values["inventory_quantity"] = before.values.get("inventory_quantity")


def _leave(env: Env, rows: Sequence[Row]) -> None:
    if any(row.values.get("quantity") for row in rows):
        raise UserError("You can not delete a quant that holds goods.")


def action_apply_inventory(env: Env, model: Model, ids: Sequence[int]) -> None:
    """What was counted is what is there."""
    for row in env.rows(model.name, ids):
        if row.values.get("inventory_quantity_set"):
            counted = row.values.get("inventory_quantity") or 0.0
            values: Values = {"quantity": counted, "inventory_quantity": 0.0, "inventory_quantity_set": False}
            env.put(model.name, row, values)
            env.posts.append(("on_write", model.name, int(row.id)))


def _born_picking(env: Env, values: Values, through: Values) -> None:
    values["name"] = f"WH/OUT/{env.store.next('stock.picking name'):05d}"
    values.setdefault("scheduled_date", stamp(env.now))


def button_validate(env: Env, model: Model, ids: Sequence[int]) -> bool:
    """The goods have left: less lies there, and order lines count what was delivered."""
    for row in env.rows(model.name, ids):
        if row.values.get("state") in ("done", "cancel"):
            raise UserError("You cannot validate a transfer that is done or cancelled.")
        for move in having(env.store, "stock.move", "picking_id", [row.id]):
            gone = move.values.get("product_uom_qty") or 0.0
            env.put("stock.move", move, {"state": "done", "quantity": gone})
            _take(env, move.values["product_id"], gone)
            line = env.find("sale.order.line", move.values.get("sale_line_id"))
            if line is not None:
                done = (line.values.get("qty_delivered") or 0.0) + gone
                env.put("sale.order.line", line, {"qty_delivered": done})
        env.put(model.name, row, {"state": "done", "date_done": stamp(env.now)})
        env.posts.append(("on_write", model.name, int(row.id)))
    return True


def _take(env: Env, product: int, amount: float) -> None:
    quants = [
        row for row in having(env.store, "stock.quant", "product_id", [product]) if row.values["location_id"] == 1
    ]
    if not quants:
        made = make(env, env.model("stock.quant"), [{"product_id": product, "location_id": 1}])
        quants = [env.row("stock.quant", made[0])]
    left = (quants[0].values.get("quantity") or 0.0) - amount
    env.put("stock.quant", quants[0], {"quantity": left})
