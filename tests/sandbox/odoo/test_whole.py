"""Every model can be read whole, described, and searched by each of its fields."""

from typing import Any

import pytest

from syncline.sandbox.odoo.models import models_of
from syncline.sandbox.remote import in_process

from .calling import No, Odoo, opened, over_jsonrpc

EMPTY = {"integer": 0, "float": 0.0, "monetary": 0.0, "one2many": [], "many2many": []}
TYPES: dict[str, tuple[type, ...]] = {
    "char": (str,), "text": (str,), "html": (str,), "date": (str,), "datetime": (str,), "selection": (str,),
    "integer": (int,), "float": (float,), "monetary": (float,), "boolean": (bool,), "many2one": (list,),
    "one2many": (list,), "many2many": (list,),
}  # fmt: skip


def lively(version: int) -> Odoo:
    """A database in which every model has a row."""
    odoo = opened(version, over_jsonrpc)
    in_process(odoo.sandbox).seed(deals=6, seed=2)
    for model in ("utm.source", "utm.medium", "utm.campaign", "crm.tag", "res.partner.category"):
        odoo.make(model, name="A")
    odoo.make("ir.attachment", name="A")
    odoo.make("ir.config_parameter", key="a", value="1")
    odoo.make("mail.message", body="A", partner_ids=[(4, 1)])
    odoo.make("stock.lot", name="A", product_id=1)
    odoo.make("stock.quant", product_id=1, location_id=1)
    odoo.make("product.category", name="Below", parent_id=1)
    odoo.make("product.pricelist", name="A", item_ids=[(0, 0, {"fixed_price": 5.0})])
    order = odoo.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": 1})])
    odoo.call("sale.order", "action_confirm", [order])
    odoo.make("sale.advance.payment.inv", sale_order_ids=[(6, 0, [order])])
    items = [(0, 0, {"product_id": 1})]
    invoice = odoo.make("account.move", move_type="out_invoice", partner_id=1, invoice_line_ids=items)
    odoo.call("account.move", "action_post", [invoice])
    asked = {"active_model": "account.move", "active_ids": [invoice]}
    odoo.call("account.payment.register", "create", vals_list=[{}], context=asked)
    return odoo


@pytest.mark.parametrize("version", [17, 18, 19])
def test_every_field_of_every_model_has_a_value_of_its_type(version: int) -> None:
    odoo = lively(version)
    for name, model in models_of(version).items():
        rows = odoo.call(name, "search_read", domain=[], context={"active_test": False}, limit=3, order="id desc")
        assert rows, name
        described = odoo.call(name, "fields_get")
        for row in rows:
            assert row.keys() == model.fields.keys() == described.keys()
            for field, value in row.items():
                kind = described[field]["type"]
                empty = EMPTY.get(kind, False)
                assert value == empty or isinstance(value, TYPES[kind]), (name, field, value)
                assert not (value is False and kind in EMPTY), (name, field)
            assert row["display_name"]
    odoo.sandbox.store.close()


def test_every_field_is_searched_and_what_is_found_has_it() -> None:
    odoo = lively(19)
    for name, model in models_of(19).items():
        [row] = odoo.call(name, "search_read", domain=[], context={"active_test": False}, limit=1, load=None)
        for field in model.fields:
            value: Any = row[field]
            leaf = [field, "in", value] if isinstance(value, list) and value else [field, "=", value or False]
            if field in ("create_date", "write_date"):
                leaf = [field, "<=", f"{value}.999999"]
            found = odoo.call(name, "search", domain=[leaf], context={"active_test": False})
            assert row["id"] in found, (name, leaf)
    odoo.sandbox.store.close()


def test_an_order_is_marked_as_sent_and_locked(odoo: Odoo) -> None:
    id = odoo.make("sale.order", partner_id=1)
    assert odoo.call("sale.order", "action_quotation_send", [id])["res_model"] == "mail.compose.message"
    odoo.call("sale.order", "action_quotation_sent", [id])
    assert odoo.read("sale.order", id, "state") == "sent"
    with pytest.raises(No, match="Only draft orders"):
        odoo.call("sale.order", "action_quotation_sent", [id])
    odoo.call("sale.order", "action_confirm", [id])
    assert odoo.read("sale.order", id, "state") == "sale"


def test_goods_that_are_gone_do_not_go_again(odoo: Odoo) -> None:
    item = odoo.make("product.product", name="Product 1")
    order = odoo.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": item, "product_uom_qty": 2})])
    odoo.call("sale.order", "action_confirm", [order])
    [picking] = odoo.read("sale.order", order, "picking_ids")
    odoo.call("stock.picking", "button_validate", [picking])
    assert odoo.read("product.product", item, "qty_available") == -2.0
    with pytest.raises(No, match="done or cancelled"):
        odoo.call("stock.picking", "button_validate", [picking])
    [quant] = odoo.call("stock.quant", "search", domain=[["product_id", "=", item]])
    with pytest.raises(No, match="holds goods"):
        odoo.call("stock.quant", "unlink", [quant])


def test_a_cancelled_order_holds_back_its_goods(odoo: Odoo) -> None:
    item = odoo.make("product.product", name="Product 1")
    order = odoo.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": item})])
    odoo.call("sale.order", "action_confirm", [order])
    odoo.call("sale.order", "action_cancel", [order])
    [picking] = odoo.read("sale.order", order, "picking_ids")
    assert odoo.read("stock.picking", picking, "state") == "cancel"
    assert odoo.read("product.product", item, "outgoing_qty") == 0.0


def test_a_bill_waits_for_its_date_and_lines_may_be_rewritten(odoo: Odoo) -> None:
    id = odoo.make("account.move", move_type="in_invoice", partner_id=1, invoice_line_ids=[(0, 0, {"name": "A"})])
    [line] = odoo.read("account.move", id, "invoice_line_ids")
    odoo.call("account.move.line", "write", [line], vals={"price_unit": 5.0})
    assert odoo.read("account.move", id, "amount_total", "amount_total_signed", "journal_id") == {
        "id": id, "amount_total": 5.0, "amount_total_signed": -5.0, "journal_id": [2, "Vendor Bills"],
    }  # fmt: skip
    odoo.call("account.move", "write", [id], vals={"invoice_date": "2027-01-02", "invoice_line_ids": [[2, line]]})
    assert odoo.read("account.move", id, "amount_total") == 0.0


def test_names_can_be_made_on_the_way_and_defaults_come_from_the_context(odoo: Odoo) -> None:
    assert odoo.call("crm.tag", "name_create", name="red") == [1, "red"]
    told = odoo.call("crm.lead", "default_get", fields_list=["type", "name"], context={"default_name": "Deal"})
    assert told == {"type": "opportunity", "name": "Deal"}
    assert odoo.call("res.partner", "exists", [1, 9999]) == [1]
