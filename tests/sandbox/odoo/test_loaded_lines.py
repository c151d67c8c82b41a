"""`load` of documents with their lines: lines have external ids of their own, and are known again by them."""

from typing import Any

from .calling import Odoo

FIELDS = ["id", "partner_id/.id", "order_line/id", "order_line/product_id/.id", "order_line/product_uom_qty"]


def loaded(odoo: Odoo, *rows: list[Any]) -> Any:
    return odoo.call("sale.order", "load", fields=FIELDS, data=[list(row) for row in rows])


def lines(odoo: Odoo, order: int) -> list[tuple[int, float]]:
    ids = odoo.read("sale.order", order, "order_line")
    rows = odoo.call("sale.order.line", "read", ids, fields=["product_uom_qty"])
    return sorted((row["id"], row["product_uom_qty"]) for row in rows)


def test_lines_are_made_once_under_their_own_ids(odoo: Odoo) -> None:
    customer = odoo.make("res.partner", name="Company 1")
    chair, table = (odoo.make("product.product", name=name) for name in ("Chair", "Table"))
    rows = [
        ["shop.1", customer, "shop.1_a", chair, "2"],
        ["", "", "shop.1_b", table, "1"],
        ["shop.2", customer, "", chair, "5"],
    ]
    first, second = loaded(odoo, *rows)["ids"]
    [two, one] = lines(odoo, first)
    assert ([two[1], one[1]], [quantity for _, quantity in lines(odoo, second)]) == ([2.0, 1.0], [5.0])
    rows[1][4] = "7"
    assert loaded(odoo, *rows[:2])["ids"] == [first]
    assert lines(odoo, first) == [two, (one[0], 7.0)]
    loaded(odoo, [*rows[0]], ["", "", "shop.1_c", chair, "4"])
    assert [quantity for _, quantity in lines(odoo, first)] == [2.0, 7.0, 4.0]


def test_an_order_with_a_wrong_line_is_not_made(odoo: Odoo) -> None:
    customer = odoo.make("res.partner", name="Company 1")
    told = loaded(odoo, ["shop.9", customer, "shop.9_a", 999_999, "2"])
    assert told["ids"] is False
    assert odoo.call("ir.model.data", "search_count", domain=[["module", "=", "shop"]]) == 0
