"""The Odoo connector and an Odoo of 17 and of 19, over JSON-RPC and over JSON-2: what it writes is there, once."""

from __future__ import annotations

from typing import Any

import pytest
from odoo_direct import Odoo
from odoo_played import ids

from syncline.connect.request import Answer
from syncline.connect.stream import Field, WriteOrder
from syncline.connect.webhook import Touched
from syncline.connectors.odoo.reading import seconds
from syncline.model.outcome import Clash, Denied, Done, Exists, Missing, Outcome, Rejected
from syncline.sandbox.company import Size


@pytest.fixture(params=[17, 18, 19])
def odoo(request: pytest.FixtureRequest) -> Odoo:
    return Odoo(request.param)


def made(outcome: Outcome) -> int:
    assert isinstance(outcome, Done), outcome
    return int(outcome.id)


def order_of(number: int, kind: Any = "update", row: int | None = None, **values: Any) -> WriteOrder:
    return WriteOrder(kind=kind, id=None if row is None else str(row), values=values, key=f"acme-{number}")


def together(odoo: Odoo, name: str, *orders: WriteOrder) -> Outcome | list[Outcome]:
    """A batch, as the hub sends it."""
    stream = odoo.stream(name)
    assert stream.batch is not None
    assert stream.receipts is not None
    assert len({stream.batch_takes(one) for one in orders}) == 1
    assert stream.batch_takes(orders[0]) is not False
    answer = odoo.call(stream.batch(orders))
    return odoo.connector.errors(answer) or stream.receipts(answer, orders)


# ---- sign-in
def test_the_sign_in_finds_the_form_that_this_version_speaks(odoo: Odoo) -> None:
    version = odoo.sandbox.store.setting("odoo version")
    assert odoo.told["version"] == f"{version}.0"
    assert odoo.told["json2"] is (version >= 19)
    assert odoo.told.get("uid") == (None if version >= 19 else 2)


def test_a_wrong_key_is_denied(odoo: Odoo) -> None:
    odoo.options["secret"] = "0" * 40
    answer = odoo.call(next(odoo.stream("res.partner").get(["1"])))  # type: ignore[arg-type,misc]
    assert isinstance(odoo.connector.errors(answer), Denied)
    if not odoo.told["json2"]:
        assert isinstance(odoo.played(odoo.connector.auth.steps()), Denied)  # type: ignore[union-attr]


# ---- rows
def test_a_row_is_made_read_changed_and_deleted(odoo: Odoo) -> None:
    row = made(odoo.create("res.partner", {"name": "Company 1", "is_company": True, "country_code": "AT", "ref": "7"}))
    [seen] = odoo.rows("res.partner", row)
    assert (seen["name"], seen["is_company"], seen["country_code"], seen["ref"]) == ("Company 1", True, "AT", "7")
    assert (seen["email"], seen["parent_id"], seen["state_code"], seen["active"]) == (False, False, False, True)
    assert seconds(seen["write_date"]) == seconds(seen["create_date"]) == odoo.now
    assert odoo.update("res.partner", row, name="Company One", ref=None) == Done(id="")
    [seen] = odoo.rows("res.partner", row)
    assert (seen["name"], seen["ref"]) == ("Company One", False)
    told = odoo.update("res.partner", row, country_code="us", state_code="ca", city="Y")
    assert isinstance(told, Done)
    assert told.stored is not None
    assert [told.stored[name] for name in ("country_code", "state_code", "city")] == ["US", "CA", "Y"]
    assert odoo.delete("res.partner", row) == Done(id="")
    assert odoo.rows("res.partner", row) == []
    assert odoo.delete("res.partner", row) == Missing()
    assert odoo.update("res.partner", row, name="x") == Missing()


def test_what_is_made_twice_under_one_key_is_one_row(odoo: Odoo) -> None:
    first = made(odoo.create("res.partner", {"name": "Contact 17"}, "acme-17"))
    odoo.ask("res.partner", "write", [first], vals={"name": "Somebody typed this"})
    again = made(odoo.create("res.partner", {"name": "Contact 17"}, "acme-17"))
    assert again == first
    assert odoo.rows("res.partner", first)[0]["name"] == "Somebody typed this"
    assert made(odoo.create("res.partner", {"name": "Contact 18"}, "acme-18")) != first
    assert odoo.ask("res.partner", "search_count", domain=[["name", "=like", "Contact%"]]) == 1


def test_values_of_every_kind_come_back_as_they_were_told(odoo: Odoo) -> None:
    boss = made(odoo.create("res.partner", {"name": "Boss", "is_company": True}, "acme-1"))
    values = {
        "name": "Contact 2", "parent_id": str(boss), "user_id": "2", "active": False, "comment": "<p>one</p>",
        "category_id": [], "email": "c2@example.test", "type": "other",
    }  # fmt: skip
    row = made(odoo.create("res.partner", values, "acme-2"))
    [seen] = odoo.rows("res.partner", row)
    assert [seen[name] for name in values] == [
        "Contact 2",
        boss,
        2,
        False,
        "<p>one</p>",
        [],
        "c2@example.test",
        "other",
    ]
    cleared: dict[str, Any] = dict.fromkeys(("parent_id", "user_id", "email")) | {"active": True}
    assert odoo.update("res.partner", row, **cleared) == Done(id="")
    [seen] = odoo.rows("res.partner", row)
    assert [seen[name] for name in cleared] == [False, False, False, True]


def test_a_product_is_made_and_its_price_followed(odoo: Odoo) -> None:
    row = made(odoo.create("product.product", {"name": "Chair", "default_code": "A-1", "list_price": "9.50"}))
    [seen] = odoo.rows("product.product", row)
    assert (seen["default_code"], seen["list_price"], seen["standard_price"]) == ("A-1", 9.5, 0.0)
    odoo.now += 1000
    odoo.ask("product.template", "write", [seen["product_tmpl_id"]], vals={"list_price": 12.25})
    changes = odoo.stream("product.template").changes
    assert changes is not None
    assert odoo.read(changes(odoo.now - 5, None)).touched == (Touched(stream="product.product", id=str(row)),)
    assert odoo.rows("product.product", row)[0]["list_price"] == 12.25


def test_archived_rows_are_listed_and_found(odoo: Odoo) -> None:
    row = made(odoo.create("res.partner", {"name": "Gone away", "email": "gone@example.test", "active": False}))
    stream = odoo.stream("res.partner")
    assert stream.sweep is not None
    assert stream.find is not None
    assert stream.changes is not None
    assert row in ids(odoo.all(stream.sweep))
    assert row in ids(odoo.read(stream.changes(odoo.now - 1, None)).records)
    assert ids(odoo.read(stream.find({"email": "GONE@example.test"})).records) == [row]
    assert ids(odoo.read(stream.find({"email": "gone_example.test"})).records) == []
    assert ids(odoo.read(stream.find({"country_code": "XX"})).records) == []


def test_only_staff_are_persons(odoo: Odoo) -> None:
    sweep = odoo.stream("res.users").sweep
    assert sweep is not None
    users = odoo.all(sweep)
    assert {user["login"] for user in users} >= {"admin", "seller"}
    assert all(user["share"] is False for user in users)


# ---- together
def test_creates_of_one_shape_are_one_call_and_all_or_none(odoo: Odoo) -> None:
    orders = [order_of(number, "create", name=f"Contact {number}", phone=None) for number in range(30)]
    before = odoo.calls
    told = together(odoo, "res.partner", *orders)
    assert odoo.calls == before + 1
    assert isinstance(told, list)
    rows = [made(one) for one in told]
    assert [row["name"] for row in odoo.rows("res.partner", *rows)] == [f"Contact {number}" for number in range(30)]
    assert together(odoo, "res.partner", *orders) == told, "the same under the same keys"  # I4
    bad = together(odoo, "res.partner", order_of(50, "create", name="Contact 50"), order_of(51, "create", name=""))
    assert isinstance(bad, Rejected)
    find = odoo.stream("res.partner").find
    assert find is not None
    assert odoo.read(find({"name": "Contact 50"})).records == ()


def test_updates_of_one_shape_are_one_call_and_all_or_none(odoo: Odoo) -> None:
    rows = [made(odoo.create("res.partner", {"name": f"Contact {n}"}, f"acme-{n}")) for n in range(3)]
    other = [order_of(n, row=row, phone=f"+4930{n}", user_id="2", active=n > 0) for n, row in enumerate(rows)]
    assert together(odoo, "res.partner", *other) == [Done(id=str(row)) for row in rows]
    seen = odoo.rows("res.partner", *rows)
    assert [(one["phone"], one["user_id"], one["active"], one["name"]) for one in seen] == [
        (f"+4930{n}", 2, n > 0, f"Contact {n}") for n in range(3)
    ]
    equal = [order_of(n, row=row, function="Buyer", user_id=None) for n, row in enumerate(rows)]
    assert together(odoo, "res.partner", *equal) == [Done(id=str(row)) for row in rows]
    assert {(one["function"], one["user_id"]) for one in odoo.rows("res.partner", *rows)} == {("Buyer", False)}
    bad = [order_of(0, row=rows[0], user_id="2"), order_of(1, row=rows[1], user_id="99999")]
    assert isinstance(together(odoo, "res.partner", *bad), Rejected | Missing)
    assert odoo.rows("res.partner", rows[0])[0]["user_id"] is False


def test_deletes_are_one_call_and_all_or_none(odoo: Odoo) -> None:
    rows = [made(odoo.create("res.partner", {"name": f"Contact {n}"}, f"acme-{n}")) for n in range(3)]
    assert together(odoo, "res.partner", *(order_of(n, "delete", row) for n, row in enumerate(rows[:2]))) == [
        Done(id=str(row)) for row in rows[:2]
    ]
    both = [order_of(0, "delete", rows[0]), order_of(2, "delete", rows[2])]
    assert together(odoo, "res.partner", *both) == Missing()
    assert ids(odoo.rows("res.partner", *rows)) == [rows[2]]


# ---- documents
def shop(odoo: Odoo) -> tuple[int, dict[str, int]]:
    customer = made(odoo.create("res.partner", {"name": "Customer", "is_company": True}, "acme-c"))
    products = {
        code: made(odoo.create("product.product", {"name": code, "default_code": code, "list_price": price}, code))
        for code, price in (("A-1", 10), ("B-2", 3.5))
    }
    return customer, products


LINES = [
    {"default_code": "A-1", "product_uom_qty": 2, "price_unit": 9.5},
    {"default_code": "b-2", "product_uom_qty": "1.5", "price_unit": "3.00"},
]


def lines_of(odoo: Odoo, order: int) -> list[tuple[Any, ...]]:
    [seen] = odoo.rows("sale.order", order)
    return [(one["default_code"], one["product_uom_qty"], one["price_unit"]) for one in seen["order_line"]]


def test_an_order_is_made_whole_once_and_confirmed(odoo: Odoo) -> None:
    customer, products = shop(odoo)
    values = {"partner_id": customer, "client_order_ref": "PO 7", "order_line": LINES, "state": "sale"}
    row = made(odoo.create("sale.order", values, "acme-7"))
    [seen] = odoo.rows("sale.order", row)
    assert (seen["state"], seen["client_order_ref"], seen["currency"], seen["amount_untaxed"]) == (
        "sale", "PO 7", "EUR", 23.5,
    )  # fmt: skip
    assert lines_of(odoo, row) == [("A-1", 2.0, 9.5), ("B-2", 1.5, 3.0)]
    assert [one["product_id"] for one in seen["order_line"]] == list(products.values())
    assert made(odoo.create("sale.order", values, "acme-7")) == row  # I4
    assert lines_of(odoo, row) == [("A-1", 2.0, 9.5), ("B-2", 1.5, 3.0)]


def test_an_import_that_is_repeated_makes_no_second_line(odoo: Odoo) -> None:
    """As if a call that nobody answered were done after its repetition had looked."""
    customer, _ = shop(odoo)
    create = odoo.stream("sale.order").create
    assert create is not None
    values = {"partner_id": customer, "order_line": LINES}
    row = made(odoo.create("sale.order", values, "acme-7"))
    asked: Any = create(values, "acme-7")
    next(asked)

    def late() -> Any:
        """All that follows a look that found nothing."""
        answer = yield asked.send(Answer(status=200, body=[]))
        while True:
            try:
                step = asked.send(answer)
            except StopIteration as end:
                return end.value
            answer = yield step

    assert odoo.played(late()) == Done(id=str(row))
    assert lines_of(odoo, row) == [("A-1", 2.0, 9.5), ("B-2", 1.5, 3.0)]  # I4


def test_an_order_whose_product_nobody_has_is_not_made(odoo: Odoo) -> None:
    customer, _ = shop(odoo)
    told = odoo.create("sale.order", {"partner_id": customer, "order_line": [{"default_code": "Z-9"}]})
    assert isinstance(told, Rejected)
    assert told.code == "no-such-row"
    assert odoo.ask("sale.order", "search_count", domain=[["partner_id", "=", customer]]) == 0


def test_lines_are_added_changed_and_removed_and_a_section_stays(odoo: Odoo) -> None:
    customer, _products = shop(odoo)
    row = made(odoo.create("sale.order", {"partner_id": customer, "order_line": LINES}))
    section = {"order_id": row, "display_type": "line_section", "name": "Chairs", "product_uom_qty": 0}
    odoo.make("sale.order.line", **section)
    first = odoo.rows("sale.order", row)[0]["order_line"][0]
    wanted = [
        {"id": str(first["id"]), "default_code": "A-1", "product_uom_qty": 5, "price_unit": 9.5},
        {"default_code": "A-1", "product_uom_qty": 1, "price_unit": None},
    ]
    told = odoo.update("sale.order", row, order_line=wanted, client_order_ref="PO 8")
    assert isinstance(told, Done)
    assert told.stored is not None
    assert told.stored["client_order_ref"] == "PO 8"
    assert lines_of(odoo, row) == [("A-1", 5.0, 9.5), ("A-1", 1.0, 10.0)]
    assert told.stored["order_line"][0]["id"] == first["id"]
    domain = [["order_id", "=", row], ["display_type", "=", "line_section"]]
    assert odoo.ask("sale.order.line", "search_count", domain=domain) == 1
    odoo.ask("sale.order.line", "unlink", [first["id"]])
    assert odoo.update("sale.order", row, order_line=wanted) == Clash()


def test_the_ways_of_an_order(odoo: Odoo) -> None:
    customer, _ = shop(odoo)
    row = made(odoo.create("sale.order", {"partner_id": customer, "order_line": LINES}))
    for state in ("sale", "cancel", "draft", "cancel", "sale"):
        told = odoo.update("sale.order", row, state=state)
        assert isinstance(told, Done)
        assert told.stored is not None
        assert told.stored["state"] == state
    refused = odoo.update("sale.order", row, state="draft")
    assert isinstance(refused, Rejected)
    assert refused.field == "state"
    assert isinstance(odoo.delete("sale.order", row), Rejected), "a confirmed order is not deleted"


def test_what_changed_in_a_line_touches_its_order(odoo: Odoo) -> None:
    customer, _ = shop(odoo)
    row = made(odoo.create("sale.order", {"partner_id": customer, "order_line": LINES}))
    line = odoo.rows("sale.order", row)[0]["order_line"][0]["id"]
    odoo.now += 1000
    odoo.ask("sale.order.line", "write", [line], vals={"name": "Another text"})
    orders, lines = odoo.stream("sale.order").changes, odoo.stream("sale.order.line").changes
    assert orders is not None
    assert lines is not None
    assert odoo.read(orders(odoo.now - 5, None)).records == (), "no amount moved, and so no order"
    assert odoo.read(lines(odoo.now - 5, None)).touched == (Touched(stream="sale.order", id=str(row)),)


def test_an_invoice_is_posted_and_read(odoo: Odoo) -> None:
    customer, products = shop(odoo)
    line = {"product_id": products["A-1"], "quantity": 3, "price_unit": 10.0}
    row = odoo.make("account.move", move_type="out_invoice", partner_id=customer, invoice_line_ids=[[0, 0, line]])
    bill = odoo.make("account.move", move_type="in_invoice", partner_id=customer)
    assert ids(odoo.rows("account.move", row, bill)) == [row]
    told = odoo.update("account.move", row, ref="PO 7", state="posted")
    assert isinstance(told, Done)
    assert told.stored is not None
    seen = told.stored
    assert (seen["state"], seen["ref"], seen["payment_state"], seen["currency"]) == (
        "posted",
        "PO 7",
        "not_paid",
        "EUR",
    )
    assert [(one["default_code"], one["quantity"]) for one in seen["invoice_line_ids"]] == [("A-1", 3.0)]
    assert str(seen["name"]).startswith("INV/")


# ---- lists
def test_a_seeded_company_is_read_whole_by_every_stream(odoo: Odoo) -> None:
    odoo.sandbox.seed(Size(accounts=40, contacts=90, deals=20))
    for name in ("res.partner", "res.users", "product.product", "sale.order", "account.move", "stock.quant"):
        stream = odoo.stream(name)
        assert stream.sweep is not None
        assert stream.changes is not None
        swept, listed = odoo.all(stream.sweep), odoo.all(lambda after, changes=stream.changes: changes(0.0, after))
        assert ids(swept) == ids(listed)
        if name not in ("sale.order", "account.move", "stock.quant"):
            assert swept


def test_every_look_up_is_read(odoo: Odoo) -> None:
    for name in ("res.country", "res.country.state", "res.currency", "account.payment.term", "account.tax"):
        sweep = odoo.stream(name).sweep
        assert sweep is not None
        assert odoo.all(sweep), name


def test_quantities_are_read_where_they_are_bound() -> None:
    for version in (17, 19):
        odoo = Odoo(version, fields={"product.product": ("default_code", "qty_available", "free_qty")})
        odoo.sandbox.seed(Size())
        sweep = odoo.stream("product.product").sweep
        assert sweep is not None
        assert all({"qty_available", "free_qty"} <= row.keys() for row in odoo.all(sweep))


# ---- fields
def test_a_field_of_the_companys_own_is_made_once_bound_and_told(odoo: Odoo) -> None:
    define = odoo.stream("res.partner").define
    assert define is not None
    first = odoo.write("res.partner", define(Field(name="x_sales_region")))
    assert isinstance(first, Done)
    assert odoo.write("res.partner", define(Field(name="x_sales_region"))) == Exists(id=first.id)
    odoo.write("res.partner", define(Field(name="x_score", type="integer")))
    row = made(odoo.create("res.partner", {"name": "A", "x_sales_region": "12", "x_score": 7}))
    odoo.connector = Odoo(19, fields={"res.partner": ("name", "x_sales_region", "x_score")}).connector
    [seen] = odoo.rows("res.partner", row)
    assert (seen["x_sales_region"], seen["x_score"]) == ("12", 7)
    assert isinstance(odoo.update("res.partner", row, x_nothing="1"), Rejected)
    missing = odoo.create("res.partner", {"name": "B", "x_nothing": "12"}, "acme-2")
    assert isinstance(missing, Rejected)
    assert missing.field == "x_nothing"


# ---- refusals
def test_what_odoo_will_not_have_is_rejected_with_its_field(odoo: Odoo) -> None:
    row = made(odoo.create("res.partner", {"name": "A"}))
    nameless = odoo.create("res.partner", {"phone": "1"}, "acme-2")
    assert isinstance(nameless, Rejected), nameless
    customerless = odoo.create("sale.order", {"client_order_ref": "x"}, "acme-3")
    assert isinstance(customerless, Rejected)
    assert customerless.field == "partner_id"
    unknown = odoo.update("res.partner", row, x_region="1")
    assert isinstance(unknown, Rejected)
    assert unknown.field == "x_region"
    choice = odoo.update("res.partner", row, type="nonsense")
    assert isinstance(choice, Rejected | Outcome)
    used, _ = shop(odoo)
    made(odoo.create("sale.order", {"partner_id": used}, "acme-4"))
    assert isinstance(odoo.delete("res.partner", used), Rejected)


def test_a_key_that_may_less_is_denied_where_it_may_nothing(odoo: Odoo) -> None:
    odoo.as_seller()
    row = made(odoo.create("res.partner", {"name": "A"}))
    assert odoo.rows("res.partner", row)
    define = odoo.stream("res.partner").define
    assert define is not None
    assert isinstance(odoo.write("res.partner", define(Field(name="x_a"))), Denied | Rejected)
