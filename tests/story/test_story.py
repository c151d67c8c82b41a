"""The story of a company: what its people do in HubSpot and Odoo comes to stand in both, once, as it is declared.

People use the vendors' own clients, unmodified; the hub is the real one, on the hub.yaml that `syncline init` writes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from company_at_work import Company, company_at_work

from syncline.sandbox.faults import Fault

pytestmark = pytest.mark.outside
TOLD = ("syncline_order_number", "syncline_order_status", "syncline_invoice_number", "syncline_invoice_status")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with company_at_work(tmp_path_factory.mktemp("story")) as one:
        yield one


def test_a_won_deal_becomes_one_order_and_what_becomes_of_that_comes_back(company: Company) -> None:
    n, customer, _ = company.customer(phone="+49 30 1234567")
    company.sync()
    assert company.rows("res.partner", [["name", "=", f"Company {n}"]], "name") == []  # it has not bought anything yet
    lines = (("SKU-1", "2", "10.00"), ("SKU-2", "1", "19.90"), ("SKU-3", "5", "28.50"))
    deal = company.won("Deal of three lines", customer, *lines)
    company.sync()
    there = company.account(n, "is_company", "city", "country_id", "phone", "customer_rank", "child_ids")
    assert (there["is_company"], there["city"], there["phone"]) == (True, "Berlin", "+49301234567")
    assert (there["country_id"][1], there["customer_rank"]) == ("Germany", 1)
    (person,) = company.rows("res.partner", [["id", "in", there["child_ids"]]], "name", "email", "function")
    assert (person["name"], person["function"]) == (f"Contact {n}", "Buyer")
    (order,) = company.orders("Deal of three lines", "partner_id", "order_line", "state")
    assert (order["partner_id"][0], order["state"]) == (there["id"], "draft")
    sold = company.rows(
        "sale.order.line", [["id", "in", order["order_line"]]], "product_id", "product_uom_qty", "price_unit"
    )
    assert [(one["product_uom_qty"], one["price_unit"]) for one in sold] == [(2.0, 10.0), (1.0, 19.9), (5.0, 28.5)]
    assert company.seen("deals", deal, *TOLD[:2]) == {TOLD[0]: order["name"], TOLD[1]: "draft"}

    company.press("sale.order", "action_confirm", order["id"])
    invoice = company.dialogue("sale.advance.payment.inv", "create_invoices", "sale.order", order["id"])["res_id"]
    company.press("account.move", "action_post", invoice)
    company.sync()
    number = company.row("account.move", [["id", "=", invoice]], "name")["name"]
    assert list(company.seen("deals", deal, *TOLD).values()) == [order["name"], "confirmed", number, "created"]
    company.dialogue("account.payment.register", "action_create_payments", "account.move", invoice)
    company.sync()
    assert company.seen("deals", deal, "syncline_invoice_status") == {"syncline_invoice_status": "paid"}


def test_a_price_edited_in_hubspot_is_refused_and_repaired(company: Company) -> None:
    (product,) = [one for one in company.all("products", "hs_sku", "price") if one["hs_sku"] == "SKU-1"]
    company.edit("products", product["id"], price="1.00")
    company.sync()
    assert company.seen("products", product["id"], "price") == {"price": "10.00"}
    assert company.row("product.product", [["default_code", "=", "SKU-1"]], "list_price")["list_price"] == 10.0
    record = company.record("hubspot", "product", product["id"])
    (refused,) = [one for one in company.history(record, "price") if one.kind == "refused"]
    assert refused.after == {"amount": "1.00", "currency": "EUR"}


def test_a_deal_in_another_currency_becomes_no_order_of_the_same_numbers(company: Company) -> None:
    n, customer, _ = company.customer()
    company.won(f"Deal {n}", customer)
    company.sync()
    deal = company.deal(f"Dollars {n}", customer, ("SKU-1", "1", "10.00"))
    company.edit("deals", deal, amount="10.00", deal_currency_code="USD")
    company.sync(1)
    company.edit("deals", deal, dealstage="closedwon")
    company.sync()
    assert company.orders(f"Dollars {n}") == []
    record = company.record("hubspot", "deal", deal)
    (why,) = record.unfit.values()
    assert "USD" in why.reason
    company.edit("deals", deal, deal_currency_code="EUR")
    company.sync()
    assert len(company.orders(f"Dollars {n}")) == 1


def test_an_address_edited_in_odoo_arrives_and_one_edited_in_hubspot_does_not(company: Company) -> None:
    n, customer, _ = company.customer()
    company.won(f"Deal {n}", customer)
    company.sync()
    austria = company.row("res.country", [["code", "=", "AT"]], "id")["id"]
    company.write(
        "res.partner", company.account(n)["id"], street="Street 7", zip="1010", city="Vienna", country_id=austria
    )
    company.sync()
    names = ("address", "zip", "city", "country")
    assert list(company.seen("companies", customer, *names).values()) == ["Street 7", "1010", "Vienna", "Austria"]
    company.edit("companies", customer, city="Graz")
    company.sync()
    assert company.seen("companies", customer, "city") == {"city": "Vienna"}
    assert company.account(n, "city")["city"] == "Vienna"


def test_another_spelling_of_the_same_value_is_no_change(company: Company) -> None:
    n, customer, _ = company.customer(phone="+49 30 7654321")
    company.won(f"Deal {n}", customer)
    company.sync()
    company.edit("companies", customer, country="Deutschland", phone="(+49) 30/765-43 21")
    there = company.account(n, "child_ids")
    company.write("res.partner", there["child_ids"][0], email=f"CONTACT{n}@Example.test")
    before = company.writes()
    assert company.sync().written == {}
    assert company.writes() == before
    assert company.seen("companies", customer, "country", "phone") == {
        "country": "Deutschland", "phone": "(+49) 30/765-43 21",
    }  # fmt: skip


def test_a_value_that_odoo_rewrites_is_written_once_and_then_listed(company: Company) -> None:
    n, customer, _ = company.customer()
    company.won(f"Deal {n}", customer, ("SKU-1", "1", "10.006"))
    company.sync()
    (order,) = company.orders(f"Deal {n}", "order_line")
    (line,) = company.rows("sale.order.line", [["id", "in", order["order_line"]]], "price_unit")
    assert line["price_unit"] == 10.01
    before = company.writes()
    assert company.sync().written == {}
    assert company.writes() == before
    (parked,) = company.parked("odoo", "sale.order", order["id"]).values()
    assert (parked.code, parked.ours, parked.theirs) == ("value-was-cut", "10.006", "10.01")


def test_edits_on_both_sides_at_once_are_settled_as_declared(company: Company) -> None:
    n, customer, contact = company.customer()
    company.won(f"Deal {n}", customer)
    company.sync()
    (person,) = company.rows("res.partner", [["email", "=", f"contact{n}@example.test"]], "name")
    company.edit("contacts", contact, jobtitle="Head of Buying", phone="+49 30 1111111")
    company.write("res.partner", person["id"], function="Clerk", phone="+49 30 2222222")
    company.sync()
    both = company.seen("contacts", contact, "jobtitle", "phone")
    there = company.row("res.partner", [["id", "=", person["id"]]], "function", "phone")
    assert (both["jobtitle"], there["function"]) == ("Head of Buying", "Head of Buying")  # its truth is the CRM
    record = company.record("hubspot", "contact", contact)
    assert record.fields["phone"].value == "+49301111111"  # of what nobody can order the first system's counts
    assert there["phone"] == "+49301111111"
    for name, lost in (("job_title", "Clerk"), ("phone", "+49302222222")):
        assert lost in [entry.after for entry in company.history(record, name) if entry.kind != "taken"]


def test_a_deleted_contact_does_not_come_back(company: Company) -> None:
    n, customer, contact = company.customer()
    company.won(f"Deal {n}", customer)
    company.sync()
    email = f"contact{n}@example.test"
    assert len(company.rows("res.partner", [["email", "=", email]], "name")) == 1
    company.crm.crm.contacts.basic_api.archive(contact)
    company.sync()
    (stays,) = company.rows("res.partner", [["email", "=", email]], "name")  # who tidies up a CRM deletes nobody there
    company.write("res.partner", stays["id"], function="Buyer")
    company.write("res.partner", company.account(n)["id"], phone="+49 30 5550123")  # its account goes on
    company.sync()
    assert company.seen("companies", customer, "phone") == {"phone": "+49305550123"}
    assert email not in [one["email"] for one in company.all("contacts", "email")]


def test_a_merged_company_is_followed(company: Company) -> None:
    (n, stays, _), (m, goes, _) = company.customer(), company.customer()
    company.won(f"Deal {n}", stays)
    company.sync()
    company.merge_companies(stays, goes)
    company.sync(3)
    people = company.rows("res.partner", [["id", "in", company.account(n, "child_ids")["child_ids"]]], "email")
    assert {one["email"] for one in people} == {f"contact{n}@example.test", f"contact{m}@example.test"}
    record = company.record("hubspot", "company", stays)
    assert company.record("hubspot", "company", goes).id == record.id
    assert "record-merged" in [one.kind for one in company.hub.ledger.history([record.id])[record.id]]


def test_of_two_customers_merged_in_hubspot_odoos_second_one_is_listed_and_left_alone(company: Company) -> None:
    (n, stays, _), (m, goes, _) = company.customer(), company.customer()
    company.won(f"Deal {n}", stays)
    company.won(f"Deal {m}", goes)
    company.sync()
    second = company.account(m)["id"]
    company.merge_companies(stays, goes)
    before = company.writes()
    told = company.sync(1)
    assert [(one.code, one.system) for one in told.new] == [("duplicate-row", "odoo")]
    assert f"delete {second}" in told.new[0].remedy
    company.sync()
    assert company.writes()["odoo"] == before["odoo"]
    assert len(company.orders(f"Deal {m}")) == 1


def test_an_outage_holds_up_nothing_else_and_heals(company: Company) -> None:
    n, customer, _ = company.customer()
    deal = company.won(f"Deal {n}", customer)
    company.sync()
    (order,) = company.orders(f"Deal {n}", "state")
    company.goes_down("hubspot")
    company.press("sale.order", "action_confirm", order["id"])
    told = company.sync(1)
    assert {one.system for one in told.not_reached} == {"hubspot"}
    assert company.record("odoo", "sale.order", order["id"]).fields["stage"].value == "confirmed"
    company.comes_back("hubspot")
    company.sync()
    assert company.seen("deals", deal, "syncline_order_status") == {"syncline_order_status": "confirmed"}
    assert company.sync(1).not_reached == ()


def test_one_order_only_also_where_the_answer_was_lost_and_the_hub_begins_anew(company: Company) -> None:
    n, customer, _ = company.customer()
    company.won(f"Deal {n}", customer)
    faults = company.boxes["odoo"].faults
    faults.plant(Fault(kind="lose-answer", path="/json/2/sale.order/load", count=1))
    company.sync(1)
    assert faults.planted[0].struck == 1
    faults.clear()
    company.begins()
    company.sync(3)
    (order,) = company.orders(f"Deal {n}")
    company.begins()
    company.sync(1)
    assert company.orders(f"Deal {n}") == [order]


def test_a_sync_that_has_nothing_to_do_writes_nothing(company: Company) -> None:
    n, customer, _ = company.customer()
    company.won(f"Deal {n}", customer)
    company.sync(3)
    before = company.writes()
    assert company.sync(2).written == {}
    assert company.writes() == before
