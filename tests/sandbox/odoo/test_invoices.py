"""Invoices: drafts, numbers, what is fixed once they are posted."""

from typing import Any

import pytest

from syncline.sandbox.remote import in_process

from .calling import No, Odoo, opened, over_jsonrpc


def invoice(odoo: Odoo, **values: Any) -> int:
    line = {"name": "Work", "quantity": 2, "price_unit": 50.0, "tax_ids": [(6, 0, [1])]}
    given = {"move_type": "out_invoice", "partner_id": 1, "invoice_line_ids": [(0, 0, line)], **values}
    return odoo.make("account.move", **given)


def test_a_draft_becomes_a_numbered_invoice(every: Odoo) -> None:
    id = invoice(every, invoice_payment_term_id=3)
    assert every.read("account.move", id, "name") == ("/" if every.version < 18 else False)
    assert every.read("account.move", id, "display_name") == f"Draft Invoice (* {id})"
    assert every.call("account.move", "action_post", [id]) is False
    row = every.call("account.move", "read", [id], load=None, fields=[
        "name", "state", "payment_state", "invoice_date", "invoice_date_due", "amount_untaxed", "amount_tax",
        "amount_total", "amount_residual", "payment_reference", "journal_id",
    ])[0]  # fmt: skip
    assert row == {
        "id": id, "name": "INV/2027/00001", "state": "posted", "payment_state": "not_paid", "journal_id": 1,
        "invoice_date": "2027-01-15", "invoice_date_due": "2027-02-14", "amount_untaxed": 100.0, "amount_tax": 20.0,
        "amount_total": 120.0, "amount_residual": 120.0, "payment_reference": "INV/2027/00001",
    }  # fmt: skip


def test_each_kind_and_year_counts_for_itself(odoo: Odoo) -> None:
    def name(**values: Any) -> str:
        id = invoice(odoo, **values)
        odoo.call("account.move", "action_post", [id])
        return str(odoo.read("account.move", id, "name"))

    assert name() == "INV/2027/00001"
    assert name(invoice_date="2026-12-31") == "INV/2026/00001"
    assert name() == "INV/2027/00002"
    assert name(move_type="out_refund") == "RINV/2027/00001"
    assert name(move_type="in_invoice", invoice_date="2027-01-02") == "BILL/2027/01/0001"


def test_what_is_posted_is_fixed(every: Odoo) -> None:
    id = invoice(every)
    every.call("account.move", "action_post", [id])
    [line] = every.read("account.move", id, "invoice_line_ids")
    refused: list[tuple[str, str, list[int], dict[str, Any]]] = [
        ("account.move", "unlink", [id], {}),
        ("account.move", "write", [id], {"vals": {"partner_id": 3}}),
        ("account.move", "write", [id], {"vals": {"invoice_line_ids": [[0, 0, {"name": "more"}]]}}),
        ("account.move.line", "write", [line], {"vals": {"price_unit": 1.0}}),
        ("account.move.line", "unlink", [line], {}),
        ("account.move", "action_post", [id], {}),
        ("account.move", "button_cancel", [id], {}),
    ]
    for model, method, ids, named in refused:
        with pytest.raises(No, match=r"posted|must be in draft|Only draft"):
            every.call(model, method, ids, **named)
    every.call("account.move", "write", [id], vals={"ref": "their number"})
    row = every.read("account.move", id, "ref", "amount_total", "state")
    assert row == {"id": id, "ref": "their number", "amount_total": 120.0, "state": "posted"}


def test_a_state_is_not_written_but_reached() -> None:
    odoo = opened(19, over_jsonrpc)
    id = invoice(odoo)
    odoo.call("account.move", "write", [id], vals={"state": "posted", "amount_total": 5.0})
    assert odoo.read("account.move", id, "state", "amount_total") == {"id": id, "state": "draft", "amount_total": 120.0}
    odoo.call("account.move", "action_post", [id])
    assert odoo.call("account.move", "button_draft", [id]) is None
    assert odoo.read("account.move", id, "name", "state") == {"id": id, "name": "INV/2027/00001", "state": "draft"}
    odoo.call("account.move", "button_cancel", [id])
    assert odoo.read("account.move", id, "state") == "cancel"


def test_only_the_last_of_a_series_may_go(odoo: Odoo) -> None:
    first, second = invoice(odoo), invoice(odoo)
    odoo.call("account.move", "action_post", [first, second])
    odoo.call("account.move", "button_draft", [first, second])
    with pytest.raises(No, match="already consumed a sequence number"):
        odoo.call("account.move", "unlink", [first])
    assert odoo.call("account.move", "unlink", [second]) is True
    assert odoo.call("account.move", "unlink", [first]) is True
    assert odoo.call("account.move.line", "search", domain=[]) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"invoice_line_ids": []}, "You need to add a line"),
        ({"partner_id": False}, "The field 'Customer' is required"),
        ({"move_type": "in_invoice"}, "Bill/Refund date is required"),
    ],
)
def test_what_is_not_complete_is_not_posted(odoo: Odoo, values: dict[str, Any], message: str) -> None:
    id = invoice(odoo, **values)
    with pytest.raises(No, match=message):
        odoo.call("account.move", "action_post", [id])
    assert odoo.read("account.move", id, "state") == "draft"


def test_an_order_knows_what_was_invoiced_and_a_person_pays(odoo: Odoo) -> None:
    item = odoo.make("product.product", name="Product 1")
    order = odoo.make("sale.order", partner_id=1, order_line=[(0, 0, {"product_id": item})])
    odoo.call("sale.order", "action_confirm", [order])
    [sold] = odoo.read("sale.order", order, "order_line")
    line = {"product_id": item, "sale_line_ids": [(6, 0, [sold])]}
    id = invoice(odoo, invoice_origin="S00001", invoice_line_ids=[(0, 0, line)])
    odoo.call("account.move", "action_post", [id])
    assert odoo.read("sale.order", order, "invoice_ids") == [id]
    assert odoo.read("sale.order.line", sold, "qty_invoiced") == 1.0
    in_process(odoo.sandbox).act("pay", id=id)
    assert odoo.read("account.move", id, "payment_state", "amount_residual") == {
        "id": id, "payment_state": "paid", "amount_residual": 0.0
    }  # fmt: skip
    with pytest.raises(ValueError, match="only a posted invoice"):
        in_process(odoo.sandbox).act("pay", id=999)


def test_people_invoice_an_order_and_register_payments_in_dialogues(every: Odoo) -> None:
    product = every.call("product.product", "create", vals_list=[{"name": "Product 1", "list_price": 10.0}])[0]
    partner = every.call("res.partner", "create", vals_list=[{"name": "Company 1"}])[0]
    order = every.call("sale.order", "create", vals_list=[
        {"partner_id": partner, "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 3}]]}
    ])[0]  # fmt: skip
    asked = {"context": {"active_model": "sale.order", "active_ids": [order]}}
    wizard = every.call("sale.advance.payment.inv", "create", vals_list=[{}], **asked)[0]
    with pytest.raises(No, match="No items are available"):
        every.call("sale.advance.payment.inv", "create_invoices", [wizard])
    every.call("sale.order", "action_confirm", [order])
    invoice = every.call("sale.advance.payment.inv", "create_invoices", [wizard])["res_id"]
    told = every.read("account.move", invoice, "invoice_origin", "state", "amount_untaxed")
    name = every.read("sale.order", order, "name")
    assert told == {"id": invoice, "invoice_origin": name, "state": "draft", "amount_untaxed": 30.0}
    paid = {"context": {"active_model": "account.move", "active_ids": [invoice]}}
    with pytest.raises(No, match="only register payment for posted"):
        every.call("account.payment.register", "create", vals_list=[{}], **paid)
    every.call("account.move", "action_post", [invoice])
    with pytest.raises(No, match="No items are available"):
        every.call("sale.advance.payment.inv", "create_invoices", [wizard])
    for amount, state in ((10.0, "partial"), (None, "paid")):
        values = {} if amount is None else {"amount": amount}
        payment = every.call("account.payment.register", "create", vals_list=[values], **paid)[0]
        every.call("account.payment.register", "action_create_payments", [payment])
        assert every.read("account.move", invoice, "payment_state") == state
    assert every.read("account.move", invoice, "amount_residual") == 0.0
