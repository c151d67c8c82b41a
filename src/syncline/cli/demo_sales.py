"""A sale, from the deal in HubSpot to the money in Odoo: each step is somebody's, and the hub carries it over."""

from __future__ import annotations

import time
from decimal import Decimal

from syncline.cli.demo_people import People, Sale

WAITS_SECONDS = 5.0
"""How long the back office looks for the order of a deal before it does something else."""
LOOKS_SECONDS = 0.2
MOST_OPEN = 3


def sale_goes_on(people: People) -> None:
    """The next step of the oldest sale that is not paid, or a new one."""
    going = [sale for name, sale in people.sales.items() if sale.step not in ("paid", "stuck")]
    if not going or (len(going) < MOST_OPEN and people.random.random() < 0.3):
        opened(people)
        return
    sale = going[0]
    name = next(name for name, one in people.sales.items() if one is sale)
    {"open": won, "won": confirmed, "confirmed": invoiced, "invoiced": paid}[sale.step](people, name, sale)


def opened(people: People) -> None:
    """A new deal with lines, in HubSpot."""
    number = people.next()
    name, company = f"Deal {number}", people.any_of(people.companies)
    skus = people.random.sample(sorted(people.goods.keys() - people.spared), people.random.randint(1, 3))
    lines = tuple((sku, people.random.randint(1, 9), str(Decimal(400 + number) / 4)) for sku in skus)
    values = {
        "dealname": name, "dealstage": "appointmentscheduled", "pipeline": "default", "deal_currency_code": "EUR",
    }  # fmt: skip
    deal = people.hubspot.make("deals", values, {"companies": people.companies[company]})
    rows = [
        {"hs_product_id": people.goods[sku], "quantity": str(quantity), "price": price}
        for sku, quantity, price in lines
    ]
    people.hubspot.make_many("line_items", rows, {"deals": deal})
    people.sales[name] = Sale(deal=deal, company=company, lines=lines)
    people.did("deals opened", "hubspot", f"a seller opens {name} for {company}, with {len(lines)} lines")


def won(people: People, name: str, sale: Sale) -> None:
    """The deal is won: from here it is the hub's to make an order of it."""
    sale.step = "won"
    people.prospects.pop(sale.company, None)
    people.because("order", name, "", f"{name} was won")
    people.hubspot.change("deals", sale.deal, {"dealstage": "closedwon"})
    people.did("deals won", "hubspot", f"{name} is won")


def confirmed(people: People, name: str, sale: Sale) -> None:
    """The back office finds the order that the hub made, and confirms it."""
    sale.order = order_of(people, name)
    if not sale.order:
        sale.step = "stuck"
        return
    sale.step = "confirmed"
    people.odoo.press("sale.order", sale.order, "action_confirm")
    people.did("orders confirmed", "odoo", f"the back office confirms the order of {name}")


def order_of(people: People, name: str) -> int:
    """The id of a deal's order; 0 where it does not come."""
    until = time.monotonic() + WAITS_SECONDS
    while time.monotonic() < until and not people.ended():
        found = people.odoo.rows("sale.order", ["name"], [["client_order_ref", "=", name]])
        if found:
            return int(found[0]["id"])
        time.sleep(LOOKS_SECONDS)
    return 0


def invoiced(people: People, name: str, sale: Sale) -> None:
    """An invoice of the order's lines, posted."""
    order = people.odoo.rows("sale.order", ["name", "partner_id"], [["id", "=", sale.order]])[0]
    lines = [
        [0, 0, {"product_id": people.products[sku], "quantity": quantity, "price_unit": float(price)}]
        for sku, quantity, price in sale.lines
    ]  # fmt: skip
    values = {
        "move_type": "out_invoice", "partner_id": order["partner_id"][0], "invoice_origin": order["name"],
        "invoice_line_ids": lines,
    }  # fmt: skip
    sale.invoice = people.odoo.make("account.move", values)
    people.odoo.press("account.move", sale.invoice, "action_post")
    sale.step = "invoiced"
    people.did("invoices made", "odoo", f"the back office invoices {name}")


def paid(people: People, name: str, sale: Sale) -> None:
    """The money came."""
    people.odoo.pay(sale.invoice)
    sale.step = "paid"
    people.did("invoices paid", "odoo", f"the invoice of {name} is paid")
