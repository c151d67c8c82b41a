"""Orders: numbers, amounts, states, stamps, goods."""

from typing import Any

import pytest

from syncline.sandbox.remote import in_process

from .calling import No, Odoo


def product(odoo: Odoo, **values: Any) -> int:
    return odoo.make("product.product", **{"name": "Product 1", "default_code": "SKU-1", "lst_price": 10.0, **values})


def order(odoo: Odoo, *lines: dict[str, Any], **values: Any) -> int:
    return odoo.make("sale.order", partner_id=1, order_line=[(0, 0, line) for line in lines], **values)


def taxes(odoo: Odoo, *ids: int) -> dict[str, Any]:
    return {"tax_ids" if odoo.version >= 19 else "tax_id": [(6, 0, list(ids))]}


def test_an_order_is_numbered_and_summed(every: Odoo) -> None:
    item = product(every)
    id = order(every, {"product_id": item, "product_uom_qty": 3, "discount": 10}, {"product_id": item, **taxes(every)})
    row = every.read("sale.order", id, "name", "state", "amount_untaxed", "amount_tax", "amount_total", "currency_id")
    assert row == {
        "id": id, "name": "S00001", "state": "draft", "amount_untaxed": 37.0, "amount_tax": 5.4, "amount_total": 42.4,
        "currency_id": [1, "EUR"],
    }  # fmt: skip
    first = every.read("sale.order", id, "order_line")[0]
    line = every.call(
        "sale.order.line", "read", [first], fields=["name", "price_unit", "price_subtotal", "price_total"]
    )
    assert line[0] == {
        "id": first, "name": "[SKU-1] Product 1", "price_unit": 10.0, "price_subtotal": 27.0, "price_total": 32.4
    }  # fmt: skip
    assert every.read("sale.order", order(every), "name") == "S00002"


@pytest.mark.parametrize(
    ("price", "quantity", "discount", "tax", "untaxed", "total"),
    [
        (0.335, 1, 0, 1, 0.34, 0.41),  # half up, and the tax of the rounded amount
        (19.99, 3, 0, 1, 59.97, 71.96),
        (12.0, 1, 0, 3, 10.0, 12.0),  # the tax is in the price
        (10.0, 1, 0, 3, 8.33, 10.0),
        (10.0, -2, 0, 1, -20.0, -24.0),
        (9.99, 7, 33.33, 2, 46.62, 51.28),
    ],
)
def test_cents_are_rounded_line_by_line(
    odoo: Odoo, price: float, quantity: float, discount: float, tax: int, untaxed: float, total: float
) -> None:
    line = {"product_id": product(odoo), "price_unit": price, "product_uom_qty": quantity, "discount": discount}
    id = order(odoo, {**line, **taxes(odoo, tax)})
    assert (odoo.read("sale.order", id, "amount_untaxed"), odoo.read("sale.order", id, "amount_total")) == (
        untaxed,
        total,
    )


def test_a_line_moves_the_stamp_of_its_order_only_with_a_sum(every: Odoo) -> None:
    item = product(every)
    id = order(every, {"product_id": item})
    [line] = every.read("sale.order", id, "order_line")
    control = in_process(every.sandbox)
    control.clock(advance=60)
    every.call("sale.order.line", "write", [line], vals={"name": "Another name"})
    assert every.read("sale.order.line", line, "write_date") == "2027-01-15 08:01:00"
    assert every.read("sale.order", id, "write_date") == "2027-01-15 08:00:00"
    control.clock(advance=60)
    every.call("sale.order.line", "write", [line], vals={"product_uom_qty": 2})
    assert every.read("sale.order", id, "write_date", "amount_total") == {
        "id": id, "write_date": "2027-01-15 08:02:00", "amount_total": 24.0,
    }  # fmt: skip
    control.clock(advance=60)
    every.call("sale.order.line", "unlink", [line])
    assert every.read("sale.order", id, "write_date", "amount_total") == {
        "id": id, "write_date": "2027-01-15 08:03:00", "amount_total": 0.0,
    }  # fmt: skip


def test_states_follow_one_another(every: Odoo) -> None:
    id = order(every, {"product_id": product(every)})
    assert every.call("sale.order", "action_confirm", [id]) is True
    assert every.read("sale.order", id, "state", "invoice_status") == {
        "id": id, "state": "sale", "invoice_status": "to invoice"
    }  # fmt: skip
    with pytest.raises(No, match="not in a state requiring confirmation: S00001"):
        every.call("sale.order", "action_confirm", [id])
    with pytest.raises(No, match="You must first cancel it"):
        every.call("sale.order", "unlink", [id])
    [line] = every.read("sale.order", id, "order_line")
    with pytest.raises(No, match="can't remove one of its lines"):
        every.call("sale.order.line", "unlink", [line])
    every.call("sale.order", "action_cancel", [id], context={"disable_cancel_warning": True})
    assert every.read("sale.order", id, "state") == "cancel"
    every.call("sale.order", "action_draft", [id])
    assert every.read("sale.order", id, "state") == "draft"
    every.call("sale.order", "unlink", [id])


def test_up_to_version_18_cancelling_answers_a_wizard_and_does_nothing(every: Odoo) -> None:
    id = order(every, {"product_id": product(every)})
    every.call("sale.order", "action_confirm", [id])
    answer = every.call("sale.order", "action_cancel", [id])
    if every.version < 19:
        assert answer["res_model"] == "sale.order.cancel"
        assert every.read("sale.order", id, "state") == "sale"
    else:
        assert answer is True
        assert every.read("sale.order", id, "state") == "cancel"


def test_a_locked_order_is_not_cancelled(odoo: Odoo) -> None:
    id = order(odoo)
    odoo.call("sale.order", "action_lock", [id])
    with pytest.raises(No, match="locked order"):
        odoo.call("sale.order", "action_cancel", [id])
    odoo.call("sale.order", "action_unlock", [id])
    assert odoo.call("sale.order", "action_cancel", [id]) is True


def test_one_order_that_cannot_be_confirmed_holds_back_all(odoo: Odoo) -> None:
    done, waiting = order(odoo), order(odoo)
    odoo.call("sale.order", "action_confirm", [done])
    with pytest.raises(No):
        odoo.call("sale.order", "action_confirm", [waiting, done])
    assert odoo.read("sale.order", waiting, "state") == "draft"


def test_lines_need_a_product_or_a_kind(odoo: Odoo) -> None:
    with pytest.raises(No, match="Missing required fields on accountable"):
        order(odoo, {"name": "x", "price_unit": 1.0})
    with pytest.raises(No, match="Forbidden values on non-accountable"):
        order(odoo, {"name": "x", "display_type": "line_note", "product_id": product(odoo)})
    assert odoo.call("sale.order", "search", domain=[]) == []


def test_another_product_brings_its_name_and_price(odoo: Odoo) -> None:
    id = order(odoo, {"product_id": product(odoo)})
    [line] = odoo.read("sale.order", id, "order_line")
    other = product(odoo, name="Product 2", default_code="SKU-2", lst_price=99.0)
    odoo.call("sale.order.line", "write", [line], vals={"product_id": other})
    assert odoo.read("sale.order.line", line, "name", "price_unit") == {
        "id": line, "name": "[SKU-2] Product 2", "price_unit": 99.0
    }  # fmt: skip
    odoo.call("sale.order.line", "write", [line], vals={"product_id": product(odoo), "price_unit": 5.0})
    assert odoo.read("sale.order.line", line, "price_unit") == 5.0


def test_an_order_takes_addresses_and_terms_from_its_customer(odoo: Odoo) -> None:
    customer = odoo.make("res.partner", name="Company 1", property_payment_term_id=3)
    delivery = odoo.make("res.partner", name="Warehouse", type="delivery", parent_id=customer)
    id = odoo.make("sale.order", partner_id=customer)
    row = odoo.call("sale.order", "read", [id], load=None, fields=[
        "partner_invoice_id", "partner_shipping_id", "payment_term_id", "user_id", "pricelist_id",
    ])[0]  # fmt: skip
    assert row == {
        "id": id, "partner_invoice_id": customer, "partner_shipping_id": delivery, "payment_term_id": 3, "user_id": 2,
        "pricelist_id": 1,
    }  # fmt: skip


def test_goods_leave_and_quantities_follow(every: Odoo) -> None:
    item = product(every)
    quant = every.make("stock.quant", product_id=item, location_id=1)
    every.call("stock.quant", "write", [quant], vals={"inventory_quantity": 10}, context={"inventory_mode": True})
    assert every.read("product.product", item, "qty_available") == 0.0
    if every.ask.__name__ == "over_xmlrpc":
        with pytest.raises(No, match="cannot marshal None"):
            every.call("stock.quant", "action_apply_inventory", [quant])
    else:
        assert every.call("stock.quant", "action_apply_inventory", [quant]) is None
    id = order(every, {"product_id": item, "product_uom_qty": 4})
    every.call("sale.order", "action_confirm", [id])
    row = every.read("product.product", item, "qty_available", "virtual_available", "outgoing_qty")
    assert row == {"id": item, "qty_available": 10.0, "virtual_available": 6.0, "outgoing_qty": 4.0}
    [picking] = every.read("sale.order", id, "picking_ids")
    assert every.read("stock.picking", picking, "name") == "WH/OUT/00001"
    every.call("stock.picking", "button_validate", [picking])
    assert every.read("product.product", item, "qty_available", "virtual_available", "outgoing_qty") == {
        "id": item, "qty_available": 6.0, "virtual_available": 6.0, "outgoing_qty": 0.0,
    }  # fmt: skip
    assert every.read("sale.order", id, "delivery_status") == "full"
    [line] = every.read("sale.order", id, "order_line")
    assert every.read("sale.order.line", line, "qty_delivered") == 4.0


def test_what_was_counted_outside_inventory_mode_is_dropped(odoo: Odoo) -> None:
    quant = odoo.make("stock.quant", product_id=product(odoo), location_id=1, inventory_quantity=5)
    odoo.call("stock.quant", "write", [quant], vals={"inventory_quantity": 7})
    odoo.call("stock.quant", "action_apply_inventory", [quant])
    assert odoo.read("stock.quant", quant, "quantity") == 0.0
