"""The people of the demo: sellers in HubSpot, the back office in Odoo. The same seed, the same deeds in that order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random

from syncline.cli.demo_vendors import HubSpot, Odoo

Deed = Callable[["People"], None]
Hear = Callable[[str, str], None]
"""Who did what, as it is done."""


@dataclass
class Sale:
    """A deal and what became of it. lines: SKU, how many, at which price; order, invoice: Odoo's ids."""

    deal: str
    company: str
    lines: tuple[tuple[str, int, str], ...]
    step: str = "open"
    order: int = 0
    invoice: int = 0


STREETS = ("Long Lane", "Mill Road", "Market Square", "Station Road", "Garden Street")
JOBS = ("Buyer", "Head of Buying", "Clerk", "Engineer", "Head of Sales", "Director")


@dataclass
class People:
    """What they know of their rows, and what they did.

    stillness: while it lasts nothing is settled by the hub: two people are then as quick as one another.
    prospects: companies that bought nothing yet, with their contacts; sales: deals by their names.
    why:       (entity, name, field) to the reason why somebody touched it last.
    spared:    names of rows that a planted case stands on: nobody else touches them.
    """

    hubspot: HubSpot
    odoo: Odoo
    random: Random
    hear: Hear
    stillness: Callable[[], AbstractContextManager[object]]
    ended: Callable[[], bool] = lambda: False
    companies: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    goods: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    partners: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    prospects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    why: dict[tuple[str, str, str], str] = field(default_factory=dict)
    spared: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    by_system: Counter[str] = field(default_factory=Counter)
    number: int = 0
    country: int = 0

    def look_around(self) -> None:
        """Who and what is there on the first day."""
        seen = self.hubspot.objects("companies", ["name"])
        self.companies = {row["name"]: rid for rid, row in seen.items()}
        seen = self.hubspot.objects("contacts", ["firstname", "lastname"])
        self.contacts = {f"{row['firstname']} {row['lastname']}": rid for rid, row in seen.items()}
        self.goods = {row["hs_sku"]: rid for rid, row in self.hubspot.objects("products", ["hs_sku"]).items()}
        self.owners = {email: rid for rid, email in self.hubspot.owners().items()}
        for row in self.odoo.rows("res.partner", ["name", "is_company"]):
            if row["name"] in self.companies or row["name"] in self.contacts:
                (self.accounts if row["is_company"] else self.partners)[row["name"]] = row["id"]
        self.products = {row["default_code"]: row["id"] for row in self.odoo.rows("product.product", ["default_code"])}
        self.country = self.odoo.rows("res.country", ["code"], [["code", "=", "AT"]])[0]["id"]
        self.users = {row["email"]: row["id"] for row in self.odoo.rows("res.users", ["email"])}

    def any_of(self, names: dict[str, str] | dict[str, int]) -> str:
        """One that no planted case stands on."""
        return self.random.choice([name for name in names if name not in self.spared])

    def next(self) -> int:
        """Numbers make every value another: nothing goes to and fro."""
        self.number += 1
        return self.number

    def did(self, count: str, system: str, sentence: str) -> None:
        """Counts a deed, and tells it."""
        self.done[count] += 1
        self.by_system.update(("hubspot", "odoo") if system == "both" else (system,))
        self.hear(system, sentence)

    def because(self, entity: str, name: str, field: str, why: str) -> None:
        """The reason for an edit, for whoever tells what became of it."""
        self.why[entity, name, field] = why


# ---- sellers, in HubSpot
def phone_in_hubspot(people: People) -> None:
    """A contact's phone."""
    name, phone = people.any_of(people.contacts), f"+43 1 555 2{people.next():03d}"
    people.because("contact", name, "phone", "a seller corrected it")
    people.hubspot.change("contacts", people.contacts[name], {"phone": phone})
    people.did("phone numbers corrected", "hubspot", f"a seller corrects the phone of {name}")


def title_in_hubspot(people: People) -> None:
    """A contact's job title."""
    name, title = people.any_of(people.contacts), f"{people.random.choice(JOBS)} {people.next()}"
    people.because("contact", name, "job_title", "a seller learnt of it")
    people.hubspot.change("contacts", people.contacts[name], {"jobtitle": title})
    people.did("job titles changed", "hubspot", f"{name} is now {title}")


def company_in_hubspot(people: People) -> None:
    """A new company and somebody who works there: a prospect, which the back office hears of when it buys."""
    number = people.next()
    name, who = f"Company N{number}", f"Contact N{number}"
    people.because("account", name, "", "it bought for the first time")
    people.because("contact", who, "", "the company bought for the first time")
    values = {"name": name, "domain": f"n{number}.example.test", "phone": f"+43 1 555 3{number:03d}"}
    people.companies[name] = people.hubspot.make("companies", values)
    values = {"firstname": "Contact", "lastname": f"N{number}", "email": f"contact@n{number}.example.test"}
    people.contacts[who] = people.hubspot.make("contacts", values, {"companies": people.companies[name]})
    people.prospects[name] = (who,)
    people.did("prospects entered, with a contact", "hubspot", f"a seller enters the prospect {name} and {who}")


def price_in_hubspot(people: People) -> None:
    """A price, though prices are Odoo's."""
    sku = people.any_of(people.goods)
    people.hubspot.change("products", people.goods[sku], {"price": f"{people.next()}.05"})
    people.did("edits in the wrong system", "hubspot", f"a seller changes the price of {sku}, though prices are Odoo's")


# ---- the back office, in Odoo
def phone_in_odoo(people: People) -> None:
    """A contact's phone: either side may."""
    name, phone = people.any_of(people.partners), f"+43 1 555 5{people.next():03d}"
    people.because("contact", name, "phone", "the back office corrected it")
    people.odoo.change("res.partner", people.partners[name], {"phone": phone})
    people.did("phone numbers corrected", "odoo", f"the back office corrects the phone of {name}")


def email_in_odoo(people: People) -> None:
    """A contact's e-mail address, though these are HubSpot's."""
    name, address = people.any_of(people.partners), f"contact{people.next()}@elsewhere.example.test"
    people.odoo.change("res.partner", people.partners[name], {"email": address})
    sentence = f"the back office changes the e-mail address of {name}, though these are HubSpot's"
    people.did("edits in the wrong system", "odoo", sentence)


def address_in_odoo(people: People) -> None:
    """A company moves."""
    name, street = people.any_of(people.accounts), f"{people.random.choice(STREETS)} {people.next()}"
    people.because("account", name, "address", "the company moved")
    people.odoo.change("res.partner", people.accounts[name], {"street": street})
    people.did("addresses changed", "odoo", f"{name} moves to {street}")


def price_in_odoo(people: People) -> None:
    """A new price."""
    sku, price = people.any_of(people.products), 100 + people.next() + 0.5
    people.because("product", sku.replace("SKU-000", "Product "), "price", "a new price list")
    people.odoo.change("product.product", people.products[sku], {"list_price": price})
    people.did("prices changed", "odoo", f"{sku} now costs {price:.2f}")


def company_in_odoo(people: People) -> None:
    """A new customer and somebody who works there."""
    number = people.next()
    name, who = f"Company N{number}", f"Contact N{number}"
    people.because("account", name, "", "the back office entered it")
    people.because("contact", who, "", "the back office entered it")
    values = {
        "name": name, "is_company": True, "website": f"https://n{number}.example.test", "customer_rank": 1,
        "phone": f"+43 1 555 4{number:03d}", "street": f"{people.random.choice(STREETS)} {number}", "city": "Vienna",
        "zip": "1010", "country_id": people.country,
    }  # fmt: skip
    people.accounts[name] = people.odoo.make("res.partner", values)
    values = {"name": who, "email": f"contact@n{number}.example.test", "parent_id": people.accounts[name]}
    people.partners[who] = people.odoo.make("res.partner", values)
    people.did("customers entered, with a contact", "odoo", f"the back office enters the customer {name} and {who}")


# ---- both at once
def both_at_once(people: People) -> None:
    """One field of one contact, in both systems, before either can hear of the other."""
    name, number = people.any_of({one: rid for one, rid in people.contacts.items() if one in people.partners}), 0
    number = people.next()
    people.because("contact", name, "phone", "edited on both sides at once")
    with people.stillness():
        people.hubspot.change("contacts", people.contacts[name], {"phone": f"+43 1 555 6{number:03d}"})
        people.odoo.change("res.partner", people.partners[name], {"phone": f"+43 1 555 7{number:03d}"})
    people.did("fields edited in both at once", "both", f"the phone of {name}, +43 1 555 6{number:03d} in HubSpot")
