"""What people do in the two systems of `sockets`, moment by moment, and what they will expect to find at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.sandbox.remote import Remote
from syncline.testing.sockets import Company

Said = dict[tuple[str, str, str], tuple[Any, ...]]
"""(entity, key, field) to the values one of which a person gave last."""

PRIMARY = 1
"""The association that makes a company the one that counts."""

Moment = Callable[[Company, Said], None]


def where(people: Remote, stream: str, **values: Any) -> str:
    """The id of the row that holds these values. Raises LookupError."""
    for row in people.rows(stream):
        if not row.get("archived") and values.items() <= row.get("properties", row).items():
            return str(row["id"])
    raise LookupError(f"no {stream} with {values}")


# ---- rows that people make
def company_h(company: Company, name: str) -> str:
    """A new company in HubSpot."""
    domain = f"{name.lower().replace(' ', '-')}.example.test"
    row = company.people["hubspot"].save("companies", {"name": name, "domain": domain, "phone": "+43 1 555 1000"})
    return str(row["id"])


def contact_h(company: Company, name: str, at: str) -> str:
    """A new contact in HubSpot, of the company with this id."""
    people = company.people["hubspot"]
    values = {"firstname": "Contact", "lastname": name, "email": f"{name.lower()}@example.test", "jobtitle": "Buyer"}
    row = people.save("contacts", values)
    people.act("associate", **{"from": "contacts", "id": row["id"], "to": "companies", "to_id": at, "types": []})
    return str(row["id"])


def company_o(company: Company, name: str) -> str:
    """A new company in Odoo."""
    values = {
        "name": name, "is_company": True, "website": f"https://{name.lower().replace(' ', '-')}.example.test",
        "phone": "+43 1 555 2000", "street": "Street 7", "city": "Vienna", "zip": "1010",
    }  # fmt: skip
    return str(company.people["odoo"].save("res.partner", values)["id"])


def contact_o(company: Company, name: str, at: str) -> str:
    """A new contact in Odoo, of the company with this id."""
    values = {
        "name": f"Contact {name}",
        "email": f"{name.lower()}@example.test",
        "parent_id": int(at),
        "function": "Seller",
    }
    return str(company.people["odoo"].save("res.partner", values)["id"])


def product_o(company: Company, sku: str, price: float) -> str:
    """A new product in Odoo."""
    values = {"name": f"Product {sku}", "default_code": sku, "list_price": price}
    return str(company.people["odoo"].save("product.product", values)["id"])


def line_h(company: Company, deal: str, sku: str, quantity: int, price: str) -> None:
    """A new line of a deal in HubSpot."""
    people = company.people["hubspot"]
    values = {"hs_product_id": where(people, "products", hs_sku=sku), "quantity": str(quantity), "price": price}
    line = people.save("line_items", values)
    people.act("associate", **{"from": "deals", "id": deal, "to": "line_items", "to_id": line["id"], "types": []})


def deal_h(company: Company, name: str, account: str, lines: Sequence[tuple[str, int, str]]) -> str:
    """A new deal in HubSpot."""
    people = company.people["hubspot"]
    deal = people.save("deals", {"dealname": name, "dealstage": "appointmentscheduled", "pipeline": "default"})["id"]
    at = where(people, "companies", name=account)
    people.act("associate", **{"from": "deals", "id": deal, "to": "companies", "to_id": at, "types": []})
    for line in lines:
        line_h(company, deal, *line)
    return str(deal)


def order_o(company: Company, name: str, account: str, lines: Sequence[tuple[str, int, float]]) -> str:
    """A new order in Odoo."""
    people = company.people["odoo"]
    values = {
        "client_order_ref": name, "partner_id": int(where(people, "res.partner", name=account)),
        "order_line": [[0, 0, line_o(company, *line)] for line in lines],
    }  # fmt: skip
    return str(people.save("sale.order", values)["id"])


def line_o(company: Company, sku: str, quantity: int, price: float) -> dict[str, Any]:
    """A line of an order, as Odoo takes it."""
    product = int(where(company.people["odoo"], "product.product", default_code=sku))
    return {"product_id": product, "product_uom_qty": quantity, "price_unit": price}


# ---- the moments
def edit(company: Company, system: str, stream: str, find: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """A person changes the row that holds these values."""
    people = company.people[system]
    people.save(stream, dict(values), where(people, stream, **find))


def first(company: Company, said: Said) -> None:
    """Much is new on both sides, and what was there is corrected."""
    for number in (1, 2, 3):
        contact_h(company, f"H{number}", company_h(company, f"Company H{number}"))
        contact_o(company, f"O{number}", company_o(company, f"Company O{number}"))
        product_o(company, f"SKU-O{number}", 10.0 + number)
    for number in (1, 2, 3, 4):
        phone = f"+43 1 777 000{number}"
        edit(company, "hubspot", "contacts", {"email": f"contact{number}@example.test"}, {"phone": phone})
        said["contact", f"contact{number}@example.test", "phone"] = (digits(phone),)
        edit(company, "odoo", "res.partner", {"email": f"contact{number}@example.test"}, {"function": f"Job {number}"})
        said["contact", f"contact{number}@example.test", "job"] = (f"Job {number}",)


def second(company: Company, said: Said) -> None:
    """Deals on both sides; a price; one field at the same moment in both; one field of one row after the other."""
    deal_h(company, "Deal H1", "Company 1", [("SKU-0001", 2, "10.5"), ("SKU-0002", 1, "7")])
    order_o(company, "Deal O1", "Company 2", [("SKU-0001", 3, 11.0), ("SKU-0002", 1, 8.0), ("SKU-0003", 5, 2.5)])
    edit(company, "odoo", "product.product", {"default_code": "SKU-0002"}, {"list_price": 99.5})
    said["product", "sku-0002", "price"] = (99.5,)
    edit(company, "hubspot", "contacts", {"email": "contact5@example.test"}, {"jobtitle": "Buyer"})
    company.later(1.0)
    edit(company, "odoo", "res.partner", {"email": "contact5@example.test"}, {"function": "Head of Sales"})
    said["contact", "contact5@example.test", "job"] = ("Buyer", "Head of Sales")
    for number in (1, 2, 3):
        edit(company, "odoo", "res.partner", {"email": f"contact{number}@example.test"}, {"function": f"New {number}"})
        said["contact", f"contact{number}@example.test", "job"] = (f"New {number}",)
    edit(company, "odoo", "res.partner", {"name": "Company O1"}, {"phone": "+43 1 777 2222"})
    said["account", "Company O1", "phone"] = (digits("+43 1 777 2222"),)


def third(company: Company, said: Said) -> None:
    """A line is added in one, another changes in the other; a contact changes its company; a name changes."""
    deal = where(company.people["hubspot"], "deals", dealname="Deal H1")
    line_h(company, deal, "SKU-0003", 4, "3")
    order = company.people["odoo"].row(
        "sale.order", where(company.people["odoo"], "sale.order", client_order_ref="Deal O1")
    )
    line = order["order_line"][0]
    company.people["odoo"].save("sale.order", {"order_line": [[1, line, {"product_uom_qty": 9}]]}, str(order["id"]))
    people = company.people["hubspot"]
    ends = {
        "id": where(people, "contacts", email="h1@example.test"),
        "to_id": where(people, "companies", name="Company H2"),
    }
    people.act("associate", **{"from": "contacts", "to": "companies", "types": [PRIMARY], **ends})
    people.save("contacts", {"jobtitle": "Moved"}, ends["id"])  # an association moves nobody's stamp
    said["contact", "h1@example.test", "account"] = ("Company H2",)
    edit(company, "hubspot", "contacts", {"email": "contact6@example.test"}, {"lastname": "Six"})
    said["contact", "contact6@example.test", "name"] = ("Contact Six",)
    edit(company, "hubspot", "products", {"hs_sku": "SKU-0001"}, {"price": "1.00"})  # not theirs: it is taken back


def fourth(company: Company, said: Said) -> None:
    """An order is confirmed, a deal is renamed, two more contacts come."""
    people = company.people["odoo"]
    order = int(where(people, "sale.order", client_order_ref="Deal O1"))
    people.act("button", model="sale.order", method="action_confirm", ids=[order])
    said["deal", "Deal O1", "stage"] = ("won",)
    contact_o(company, "O4", where(people, "res.partner", name="Company 3"))
    contact_o(company, "O5", where(people, "res.partner", name="Company 4"))
    deal_h(company, "Deal H2", "Company 5", [("SKU-0004", 1, "5.25")])


def digits(phone: Any) -> str:
    """A phone number without its looks."""
    return "".join(one for one in str(phone or "") if one.isdigit())


MOMENTS: Sequence[Moment] = (first, second, third, fourth)
EXPECTED = {
    "account": (5 + 3 + 3, 5 + 3 + 3),
    "contact": (8 + 3 + 5, 8 + 3 + 5),
    "product": (4 + 3, 4 + 3),
    "deal": (3, 3),
}
"""Entity to how many of those that people know of there are in HubSpot and in Odoo."""
