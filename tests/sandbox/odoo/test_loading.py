"""`load`: an upsert by external ids, all rows or none, with a message for each that is wrong."""

from typing import Any

import pytest

from .calling import No, Odoo


def load(odoo: Odoo, model: str, fields: list[str], *data: list[Any]) -> Any:
    return odoo.call(model, "load", fields=fields, data=list(data))


def test_a_row_is_made_once_and_then_changed(every: Odoo) -> None:
    fields = ["id", "name", "email", "country_id/id", "is_company"]
    first = load(every, "res.partner", fields, ["hub.company-1", "Company 1", "a@example.test", "base.at", "True"])
    assert first == {"ids": [8], "messages": [], "nextrow": 0}
    again = load(
        every, "res.partner", fields,
        ["hub.company-1", "Company 1b", "a@example.test", "base.de", "1"],
        ["hub.company-2", "Company 2", "", "", "0"],
    )  # fmt: skip
    assert again["ids"] == [8, 9]
    row = every.call("res.partner", "read", [8], fields=["name", "country_id", "is_company"], load=None)[0]
    assert row == {"id": 8, "name": "Company 1b", "country_id": 2, "is_company": True}
    known = every.call(
        "ir.model.data", "search_read", domain=[["module", "=", "hub"], ["model", "=", "res.partner"]],
        fields=["name", "res_id", "complete_name"],
    )  # fmt: skip
    assert [(one["name"], one["res_id"]) for one in known] == [("company-1", 8), ("company-2", 9)]
    assert known[0]["complete_name"] == "hub.company-1"


def test_a_name_without_module_and_a_row_that_was_deleted(every: Odoo) -> None:
    [id] = load(every, "res.partner", ["id", "name"], ["x1", "A"])["ids"]
    assert every.call("ir.model.data", "search_count", domain=[["module", "=", "__import__"], ["name", "=", "x1"]]) == 1
    every.call("res.partner", "unlink", [id])
    assert every.call("ir.model.data", "search_count", domain=[["module", "=", "__import__"]]) == 0
    [again] = load(every, "res.partner", ["id", "name"], ["x1", "A"])["ids"]
    assert again != id


def test_one_wrong_row_takes_back_all(every: Odoo) -> None:
    told = load(
        every, "res.partner", ["id", "name", "country_id/id"],
        ["hub.1", "Company 1", ""], ["hub.2", "", ""], ["hub.3", "Company 3", "base.nowhere"],
    )  # fmt: skip
    assert told["ids"] is False
    assert [(one["type"], one["record"], one["rows"]) for one in told["messages"]] == [
        ("error", 1, {"from": 1, "to": 1}), ("error", 2, {"from": 2, "to": 2}),
    ]  # fmt: skip
    assert told["messages"][0]["message"] == "The operation cannot be completed: Contacts require a name"
    assert told["messages"][1]["field"] == "country_id"
    assert "No matching record found for external id 'base.nowhere'" in told["messages"][1]["message"]
    assert every.call("ir.model.data", "search_count", domain=[["module", "=", "hub"]]) == 0


@pytest.mark.parametrize(
    ("model", "fields", "row", "message"),
    [
        ("crm.lead", ["name"], [""], "Missing required value for the field 'Opportunity' (name)"),
        ("crm.lead", ["name", "priority"], ["x", "9"], "Value '9' not found in selection field 'Priority'"),
        (
            "crm.lead",
            ["name", "probability"],
            ["x", "much"],
            "'much' does not seem to be a number for field 'Probability'",
        ),
        ("crm.lead", ["name", "active"], ["x", "maybe"], "Unknown value 'maybe' for boolean field 'Active'"),
        ("crm.lead", ["name", "partner_id"], ["x", "Nobody"], "No matching record found for name 'Nobody' in field"),
        ("crm.lead", ["name", "partner_id/.id"], ["x", "999"], "No matching record found for database id '999'"),
    ],
)
def test_what_is_wrong_with_a_cell_is_said(
    odoo: Odoo, model: str, fields: list[str], row: list[Any], message: str
) -> None:
    told = load(odoo, model, fields, row)
    assert told["ids"] is False
    assert told["messages"][0]["message"].startswith(message)


def test_cells_are_read_as_people_write_them(odoo: Odoo) -> None:
    odoo.make("crm.tag", name="red")
    fields = ["name", "partner_id", "stage_id/.id", "tag_ids", "expected_revenue", "type"]
    [id] = load(odoo, "crm.lead", fields, ["Deal 1", "Administrator", "2", "red", "10.5", "Lead"])["ids"]
    row = odoo.call("crm.lead", "read", [id], fields=["partner_id", "stage_id", "tag_ids", "expected_revenue", "type"])
    assert row == [{
        "id": id, "partner_id": [3, "Administrator"], "stage_id": [2, "Qualified"], "tag_ids": [1],
        "expected_revenue": 10.5, "type": "lead",
    }]  # fmt: skip


def test_lines_stand_below_their_order(every: Odoo) -> None:
    every.make("product.product", name="Product 1", default_code="SKU-1")
    fields = ["id", "partner_id/.id", "order_line/product_id/.id", "order_line/product_uom_qty"]
    rows: list[list[Any]] = [["hub.o1", "1", "1", "2"], ["", "", "1", "3"], ["hub.o2", "1", "", ""]]
    told = load(every, "sale.order", fields, *rows)
    assert told["ids"] == [1, 2]
    lines = every.call("sale.order.line", "search_read", domain=[], fields=["order_id", "product_uom_qty"], load=None)
    assert [(line["order_id"], line["product_uom_qty"]) for line in lines] == [(1, 2.0), (1, 3.0)]
    assert every.read("sale.order", 2, "order_line") == []


def test_an_external_id_is_given_once(every: Odoo) -> None:
    values = {"module": "hub", "name": "a", "model": "res.partner", "res_id": 1}
    every.make("ir.model.data", **values)
    with pytest.raises(No, match="duplicate key value violates unique constraint"):
        every.make("ir.model.data", **{**values, "res_id": 3})


def test_loading_asks_for_the_right_to_write(every: Odoo) -> None:
    with pytest.raises(No, match="not allowed to create 'Tax'"):
        every.as_seller("account.tax", "load", fields=["name"], data=[["x"]])
