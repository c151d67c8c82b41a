"""A company of ten thousand whose people typed all sorts of things into HubSpot, and how each must stand in Odoo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odd_values import AMOUNTS, BLANKS, DAYS, MOMENTS, TEXTS, as_told, long_text
from two_vendors import Company, belong, hubspot_property, in_hubspot, odoo_field

Row = dict[str, str]
Lost = dict[tuple[str, str, str, str], str]
"""(system, stream, what it is called there, field) to what must stand in the reason of its parking."""

UTC = {"format": "%Y-%m-%d %H:%M:%S", "zone": "UTC"}
COUNTRIES = (
    ("Österreich", "AT"), ("USA", "US"), ("deutschland", "DE"), ("Royaume-Uni", "GB"), ("CH", "CH"), ("ESP", "ES"),
    ("Nederland", "NL"), ("Польша", "PL"), ("ITALY", "IT"), ("Frankreich", "FR"),
)  # fmt: skip
OWN_CURRENCY = "x_of_currency"
UNKNOWN_THERE, DOUBTFUL = "日本", "Korea"
TOO_MANY_DIGITS, TOO_FINE, NO_PHONE = "12345678901234567.89", "19.999", "call me"
PROPERTIES = {
    "contacts": {
        "number_own": ("string", "text"), "notes_own": ("string", "textarea"), "birthday_own": ("date", "date"),
        "last_call": ("datetime", "date"), "visit_own": ("string", "text"),
    },
    "companies": {
        "number_own": ("string", "text"), "story_own": ("string", "textarea"), "budget_own": ("number", "number"),
        "budget_currency": ("string", "text"),
    },
}  # fmt: skip
FIELDS = {
    "res.partner": {"x_notes": "text", "x_birthday": "date", "x_last_call": "datetime", "x_visit": "datetime",
                    "x_budget": "float", OWN_CURRENCY: "char"},
    "sale.order": {"x_amount": "float", OWN_CURRENCY: "char"},
}  # fmt: skip


def declare(tree: Any) -> None:
    """The demo's hub, with fields of the company's own, and deals; everything is born in Odoo too."""
    for name, block in tree["fields"].items():
        if not name.endswith(".is_company"):
            block.pop("truth", None)
    tree["create"] = {"account": {"odoo": True}, "contact": {"odoo": True}, "product": {"odoo": True},
                      "deal": {"odoo": "account IS NOT NULL"}}  # fmt: skip
    tree["first_sync"]["match"]["deal"] = ["name"]
    del tree["fields"]["product.cost"]  # what costs nothing in Odoo would be told back to HubSpot
    partner, order = "res.partner", "sale.order"
    places: dict[str, tuple[str, Any, Any]] = {
        "account.number": ("text", "company.number_own", "res.partner.ref"),
        "account.story": ("text", "company.story_own", "res.partner.x_notes"),
        "account.budget": ("money", money("company", "budget_own", "budget_currency"), money(partner, "x_budget")),
        "contact.number": ("text", "contact.number_own", "res.partner.ref"),
        "contact.notes": ("text", "contact.notes_own", "res.partner.x_notes"),
        "contact.birthday": ("date", "contact.birthday_own", "res.partner.x_birthday"),
        "contact.last_call": ("datetime", "contact.last_call", {"field": "res.partner.x_last_call", **UTC}),
        "contact.visit": ("datetime", "contact.visit_own", {"field": "res.partner.x_visit", **UTC}),
        "deal.name": ("text", "deal.dealname", "sale.order.client_order_ref"),
        "deal.amount": ("money", money("deal", "amount", "deal_currency_code"), money(order, "x_amount")),
        "deal.close_date": ("datetime", "deal.closedate", {"field": "sale.order.commitment_date", **UTC}),
        "deal.account": ("reference", "deal.company_id", {"field": "sale.order.partner_id", "as": "number"}),
    }  # fmt: skip
    for name, (kind, hubspot, odoo) in places.items():
        tree["fields"][name] = {"type": kind, "at": {"hubspot": hubspot, "odoo": odoo}}
    tree["fields"]["contact.visit"]["zone"] = "Europe/Vienna"
    tree["fields"]["deal.account"]["of"] = "account"


def money(stream: str, amount: str, currency: str = OWN_CURRENCY) -> dict[str, Any]:
    """An amount beside its currency. Odoo's are JSON numbers."""
    told: Any = {"field": amount, "as": "number"} if amount.startswith("x_") else amount
    return {"stream": stream, "parts": {"amount": told, "currency": currency}}


@dataclass
class Typed:
    """What stands in HubSpot, by number; `lost`: what Odoo cannot hold, or what is no value of its field."""

    companies: dict[str, Row] = field(default_factory=dict)
    contacts: dict[str, Row] = field(default_factory=dict)
    products: dict[str, Row] = field(default_factory=dict)
    deals: dict[str, Row] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)
    lost: Lost = field(default_factory=dict)

    def loses(self, system: str, stream: str, which: str, name: str, why: str) -> None:
        """One more."""
        self.lost[system, stream, which, name] = why


def type_all(company: Company, companies: int, contacts: int, products: int, deals: int) -> Typed:
    """Everything is in HubSpot before the hub looks for the first time."""
    for kind, own in PROPERTIES.items():
        for name, (type, field_type) in own.items():
            hubspot_property(company, kind, name, type, field_type)
    for model, more in FIELDS.items():
        for name, ttype in more.items():
            odoo_field(company, model, name, ttype)
    typed = Typed()
    for at in range(companies):
        typed.companies[f"A-{at}"] = a_company(typed, at)
    for at in range(contacts):
        typed.contacts[f"C-{at}"] = a_contact(typed, at)
    for at in range(products):
        typed.products[f"SKU-{at}"] = a_product(typed, at)
    for at in range(deals):
        typed.deals[f"Deal {at}"] = a_deal(at)
    ids = {kind: dict(zip(rows, in_hubspot(company, kind, map(told, rows.values())), strict=True))
           for kind, rows in (("companies", typed.companies), ("contacts", typed.contacts),
                              ("products", typed.products), ("deals", typed.deals))}  # fmt: skip
    numbers = list(typed.companies)
    typed.at |= {one: numbers[at * 7 % len(numbers)] for at, one in enumerate(typed.contacts) if at % 5}
    typed.at |= {one: numbers[at * 3 % len(numbers)] for at, one in enumerate(typed.deals)}
    for kind in ("contacts", "deals"):
        pairs = [(id, ids["companies"][typed.at[one]]) for one, id in ids[kind].items() if one in typed.at]
        belong(company, kind, "companies", pairs)
    return typed


def told(row: Row) -> Row:
    """HubSpot keeps no empty property."""
    return {name: value for name, value in row.items() if value}


def text_at(number: int) -> str:
    """Now and then there is nothing."""
    return (BLANKS[number % len(BLANKS)] or "") if number % 23 == 0 else TEXTS[number % len(TEXTS)]


def a_company(typed: Typed, at: int) -> Row:
    """One of them."""
    amount, currency = AMOUNTS[at % len(AMOUNTS)]
    country, _ = COUNTRIES[at % len(COUNTRIES)]
    if at % 401 == 11:
        amount, currency = TOO_MANY_DIGITS, "EUR"
        typed.loses("odoo", "res.partner", f"A-{at}", "budget", "is larger than a binary number holds exactly")
    if at % 307 == 13:
        country = UNKNOWN_THERE
        typed.loses("odoo", "res.partner", f"A-{at}", "address", "nothing in res.country has the code 'JP'")
    if at % 307 == 14:
        country = DOUBTFUL
        typed.loses(
            "hubspot", "company", f"A-{at}", "address", "may be South Korea (KR) or North Korea (KP): write which"
        )
    blank = at % 29 == 5 and country in dict(COUNTRIES)
    return {
        "number_own": f"A-{at}", "name": f"Company {at} {text_at(at)}", "domain": f"company{at}.example.test",
        "phone": f"+43 1 555 {at:05d}", "address": "" if blank else text_at(at * 7), "address2": text_at(at * 2 + 23),
        "city": text_at(at * 3), "zip": f"{at % 10000:04d}", "country": "" if blank else country,
        "story_own": long_text(at) if at % 250 == 3 else text_at(at * 5), "budget_own": amount,
        "budget_currency": currency,
    }  # fmt: skip


def a_contact(typed: Typed, at: int) -> Row:
    """One of them."""
    visit = MOMENTS[at % len(MOMENTS)]
    if visit.utc is None:
        typed.loses("hubspot", "contact", f"C-{at}", "visit", visit.told.rpartition(":")[0] or visit.told)
    millis = 123 if at % 499 == 17 else 0
    if millis:
        typed.loses("odoo", "res.partner", f"C-{at}", "last_call", ".123000Z is more exact than")
    phone = f"+49 30 {at:06d}"
    if at % 601 == 19:
        phone = NO_PHONE
        typed.loses("hubspot", "contact", f"C-{at}", "phone", "'call me' is not")
    return {
        "number_own": f"C-{at}", "firstname": text_at(at), "lastname": f"{at} {text_at(at * 3)}",
        "email": "" if at % 9 == 4 else (f"contact{at}@bücher.example.test", f"o'brien+{at}@example.test",
                                         f"contact_{at}@sub.example.test")[at % 3],
        "phone": phone, "jobtitle": text_at(at * 11), "notes_own": long_text(at) if at % 300 == 3 else text_at(at * 13),
        "birthday_own": "" if at % 31 == 0 else DAYS[at % len(DAYS)],
        "last_call": f"2026-03-29T0{at % 10}:30:0{at % 7}.{millis:03d}Z", "visit_own": visit.told,
    }  # fmt: skip


def a_product(typed: Typed, at: int) -> Row:
    """One of them. Odoo's prices have two places."""
    if at % 50 == 7:
        typed.loses("odoo", "product.product", f"SKU-{at}", "price", "odoo kept only a part of price")
    return {
        "hs_sku": f"SKU-{at}", "name": f"Product {at} {text_at(at)}",
        "price": TOO_FINE if at % 50 == 7 else f"{at * 37 % 1000}.{at % 100:02d}",
        "description": long_text(at) if at % 40 == 1 else text_at(at * 3),
    }  # fmt: skip


def a_deal(at: int) -> Row:
    """One of them; each has a currency of its own."""
    amount, currency = AMOUNTS[at % len(AMOUNTS)]
    return {
        "dealname": f"Deal {at}", "amount": amount, "deal_currency_code": currency, "pipeline": "default",
        "dealstage": "appointmentscheduled", "closedate": f"2026-10-25T0{at % 4}:30:00.000Z",
    }  # fmt: skip


def country_of(row: Mapping[str, str]) -> str | None:
    """The code of the country that was typed."""
    return dict(COUNTRIES).get(row.get("country", ""))


def text_of(row: Mapping[str, str], *names: str) -> str | None:
    """What a text says, or several with a blank between them."""
    pieces = [row.get(name) or "" for name in names]
    while pieces and not pieces[-1]:
        pieces.pop()
    return as_told(" ".join(pieces))
