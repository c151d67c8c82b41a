"""Two Odoos agree through the hub: partners of both kinds, products, orders with lines; whatever gets lost."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_pair import Pair

from syncline.sandbox.faults import Fault
from syncline.sync import observe


def company(pair: Pair, system: str = "old") -> dict[str, int]:
    """A customer with a contact and two products, typed in one of them."""
    customer = pair.type(
        system, "res.partner", name="Company 1", is_company=True, ref="C-1", vat="DE1", street="Street 1",
        city="Berlin", zip="10115", country_id=2,
    )  # fmt: skip
    contact = pair.type(system, "res.partner", name="Contact 1", email="Contact1@example.com", parent_id=customer)
    chair = pair.type(system, "product.product", name="Chair", default_code="A-1", list_price=10.0)
    table = pair.type(system, "product.product", name="Table", default_code="B-2", list_price=99.5)
    return {"customer": customer, "contact": contact, "chair": chair, "table": table}


def order(pair: Pair, typed: dict[str, int], **more: Any) -> int:
    lines = [
        [0, 0, {"product_id": typed["chair"], "product_uom_qty": 4, "price_unit": 9.5}],
        [0, 0, {"product_id": typed["table"], "product_uom_qty": 1, "price_unit": 90.0}],
    ]
    return pair.type(
        "old", "sale.order", partner_id=typed["customer"], client_order_ref="PO 7", order_line=lines, **more
    )  # fmt: skip


def lines(row: Any) -> list[tuple[Any, ...]]:
    return [(one["default_code"], one["product_uom_qty"], one["price_unit"]) for one in row["order_line"]]


def stamps(pair: Pair) -> list[Any]:
    models = ("res.partner", "product.product", "sale.order")
    return [row["write_date"] for system in ("old", "new") for name in models for row in pair.rows(system, name)]


def quiet(pair: Pair) -> None:
    """Nothing is parked, and nothing more is written."""
    assert pair.open_items() == []
    before = stamps(pair)
    pair.settle(3, 400.0)
    assert stamps(pair) == before  # I5


def test_partners_of_both_kinds_go_both_ways() -> None:
    pair = Pair()
    pair.settle(2)
    company(pair)
    pair.settle()
    found = pair.one("new", "res.partner", ref="C-1")
    assert (found["name"], found["is_company"], found["country_code"], found["city"]) == (
        "Company 1",
        True,
        "DE",
        "Berlin",
    )
    contact = pair.one("new", "res.partner", name="Contact 1")
    assert (contact["parent_id"], contact["is_company"], contact["email"]) == (
        found["id"],
        False,
        "Contact1@example.com",
    )
    assert pair.one("new", "product.product", default_code="B-2")["list_price"] == 99.5
    pair.edit("new", "res.partner", contact["id"], function="Buyer")
    pair.edit("new", "res.partner", found["id"], phone="+49 30 123456", country_id=1)
    pair.settle()
    assert pair.one("old", "res.partner", name="Contact 1")["function"] == "Buyer"
    told = pair.one("old", "res.partner", ref="C-1")
    assert (told["phone"], told["country_code"]) == ("+4930123456", "AT")
    quiet(pair)


def test_an_order_goes_with_its_lines_is_changed_and_confirmed() -> None:
    pair = Pair()
    pair.settle(2)
    typed = company(pair)
    row = order(pair, typed)
    pair.settle()
    found = pair.one("new", "sale.order", client_order_ref="PO 7")
    assert (found["state"], lines(found)) == ("draft", [("A-1", 4.0, 9.5), ("B-2", 1.0, 90.0)])
    first, second = pair.one("old", "sale.order", id=row)["order_line"]
    chair = pair.one("old", "product.product", default_code="A-1")["id"]
    commands = [[1, first["id"], {"product_uom_qty": 6}], [2, second["id"], 0],
                [0, 0, {"product_id": chair, "product_uom_qty": 1, "price_unit": 8.0}]]  # fmt: skip
    pair.edit("old", "sale.order", row, order_line=commands)
    pair.settle()
    assert lines(pair.one("new", "sale.order")) == [("A-1", 6.0, 9.5), ("A-1", 1.0, 8.0)]
    pair.act("old", "sale.order", "action_confirm", row)
    pair.settle()
    assert pair.one("new", "sale.order")["state"] == "sale"
    assert len(pair.rows("new", "sale.order")) == 1
    quiet(pair)


def test_a_confirmed_order_is_born_confirmed() -> None:
    pair = Pair()
    pair.settle(2)
    row = order(pair, company(pair))
    pair.act("old", "sale.order", "action_confirm", row)
    pair.settle()
    found = pair.one("new", "sale.order")
    assert (found["state"], len(found["order_line"])) == ("sale", 2)
    pair.act("new", "sale.order", "action_cancel", found["id"])
    pair.settle()
    assert pair.one("old", "sale.order")["state"] == "cancel"
    quiet(pair)


def test_what_a_line_says_is_seen_though_its_order_did_not_move() -> None:
    pair = Pair()
    pair.settle(2)
    row = order(pair, company(pair))
    pair.settle()
    [first, _] = pair.one("old", "sale.order", id=row)["order_line"]
    table = pair.one("old", "product.product", default_code="B-2")["id"]
    pair.edit("old", "sale.order.line", first["id"], product_id=table, price_unit=9.5, product_uom_qty=4)
    pair.settle()
    assert [code for code, _, _ in lines(pair.one("new", "sale.order"))] == ["B-2", "B-2"]


def test_a_delete_is_carried_on_where_the_user_sees_all() -> None:
    pair = Pair()
    pair.settle(2)
    typed = company(pair)
    pair.settle()
    pair.remove("old", "product.product", typed["table"])
    pair.settle(4)
    sweep_all(pair)
    pair.settle(6)
    assert pair.rows("new", "product.product", default_code="B-2") == []
    assert pair.one("new", "product.product", default_code="A-1")


def sweep_all(pair: Pair) -> None:
    for binding in pair.hub.declaration.bindings:
        while observe.poll(pair.hub, binding.system, binding.stream, path="sweep"):
            continue


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 2, 3, 4, 5))])
@pytest.mark.parametrize("kind", ["lose-answer", "timeout", "server-error", "rate-limit", "cut"])
def test_whatever_gets_lost_each_record_is_there_once(kind: str, seed: int) -> None:
    pair = Pair()
    pair.settle(2)
    row = order(pair, company(pair))
    pair.act("old", "sale.order", "action_confirm", row)
    for sandbox in pair.sandboxes.values():
        sandbox.faults.plant(Fault(kind=kind, rate=0.25, seed=seed, done=seed % 2 == 0 and kind != "server-error"))
    pair.settle(12, 60.0)
    for sandbox in pair.sandboxes.values():
        sandbox.faults.clear()
    pair.settle(12, 200.0)
    assert pair.open_items() == []
    for system in ("old", "new"):
        assert len(pair.rows(system, "res.partner", ref="C-1")) == 1  # I4
        assert len(pair.rows(system, "res.partner", name="Contact 1")) == 1
        assert len(pair.rows(system, "product.product", default_code="A-1")) == 1
        found = pair.one(system, "sale.order", client_order_ref="PO 7")
        assert (found["state"], lines(found)) == ("sale", [("A-1", 4.0, 9.5), ("B-2", 1.0, 90.0)])
