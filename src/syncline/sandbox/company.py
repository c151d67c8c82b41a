"""A made-up company, the same for the same numbers: every vendor's sandbox tells it in its own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

CITIES = (("Vienna", "1010", "AT"), ("Berlin", "10115", "DE"), ("Lyon", "69001", "FR"), ("Turin", "10121", "IT"))
STAGES = ("new", "qualified", "proposal", "won", "lost")
FIRST_DAY = date(2026, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How big, and which of the many. `differs`: the share of rows that are not as every other system has them.

    aged: as that one of two systems holds it after years of work by hand; see syncline.sandbox.aged.
    """

    seed: int = 1
    people: int = 3
    accounts: int = 20
    contacts: int = 60
    products: int = 12
    deals: int = 30
    differs: float = 0.0
    differs_seed: int = 0
    aged: Literal["", "crm", "erp"] = ""

    def __post_init__(self) -> None:
        if min(self.people, self.accounts, self.contacts, self.products, self.deals) < 0:
            raise ValueError("a company cannot have fewer than none of something")
        if not 0 <= self.differs <= 1:
            raise ValueError(f"differs is a share between 0 and 1, not {self.differs}")
        if self.aged not in ("", "crm", "erp"):
            raise ValueError(f"aged is crm, erp or nothing, not {self.aged!r}")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who sells."""

    number: int
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """A company that buys."""

    number: int
    name: str
    domain: str
    phone: str
    street: str
    city: str
    zip: str
    country: str
    person: int


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody there; `account` is None for some."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    account: int | None
    person: int


@dataclass(frozen=True, kw_only=True)
class Product:
    """What is sold; the price in euros."""

    number: int
    sku: str
    name: str
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Line:
    """So many of a product, at the price of that day."""

    product: int
    quantity: int
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Deal:
    """A sale under way; `stage` is one of STAGES."""

    number: int
    name: str
    account: int
    contact: int
    person: int
    stage: str
    close_date: date
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Company:
    """All of it. Numbers count from 1 in each kind; accounts, contacts and so on name each other by them."""

    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    contacts: tuple[Contact, ...]
    products: tuple[Product, ...]
    deals: tuple[Deal, ...]


def company(size: Size) -> Company:
    """Deterministic: the same size, the same company."""
    chance = Random(size.seed)
    differing = Random(size.differs_seed)

    def phone(number: int) -> str:
        """Where systems differ, it is the phone that somebody got wrong in one of them."""
        wrong = differing.random() < size.differs
        return f"+43 1 555 {number:04d}" + (f" {differing.randint(1, 9)}" if wrong else "")

    people = tuple(person(number) for number in range(1, size.people + 1))
    accounts = tuple(account(chance, number, size, phone(number)) for number in range(1, size.accounts + 1))
    contacts = tuple(contact(chance, number, size, phone(number)) for number in range(1, size.contacts + 1))
    products = tuple(
        Product(
            number=number, sku=f"SKU-{number:04d}", name=f"Product {number}",
            price=Decimal(chance.randint(500, 50_000)) / 100,
        )
        for number in range(1, size.products + 1)
    )  # fmt: skip
    possible = size.deals if accounts and contacts and products and people else 0
    deals = tuple(deal(chance, number, size, products) for number in range(1, possible + 1))
    return Company(people=people, accounts=accounts, contacts=contacts, products=products, deals=deals)


def person(number: int) -> Person:
    """Person 1, Person 2."""
    return Person(number=number, first_name="Person", last_name=str(number), email=f"person{number}@example.test")


def account(chance: Random, number: int, size: Size, phone: str) -> Account:
    """Company 1, Company 2."""
    city, code, country = chance.choice(CITIES)
    return Account(
        number=number, name=f"Company {number}", domain=f"company{number}.example.test", phone=phone,
        street=f"Street {chance.randint(1, 99)}", city=city, zip=code, country=country,
        person=chance.randint(1, max(size.people, 1)),
    )  # fmt: skip


def contact(chance: Random, number: int, size: Size, phone: str) -> Contact:
    """Contact 1, Contact 2; one in ten belongs to no account."""
    at = chance.randint(1, size.accounts) if size.accounts and chance.random() < 0.9 else None
    return Contact(
        number=number, first_name="Contact", last_name=str(number), email=f"contact{number}@example.test",
        phone=phone, account=at, person=chance.randint(1, max(size.people, 1)),
    )  # fmt: skip


def deal(chance: Random, number: int, size: Size, products: tuple[Product, ...]) -> Deal:
    """Deal 1, Deal 2, each with one to four lines."""
    chosen = chance.sample(products, min(len(products), chance.randint(1, 4)))
    return Deal(
        number=number, name=f"Deal {number}", account=chance.randint(1, size.accounts),
        contact=chance.randint(1, size.contacts), person=chance.randint(1, size.people),
        stage=chance.choice(STAGES), close_date=FIRST_DAY + timedelta(days=chance.randint(0, 364)),
        lines=tuple(Line(product=p.number, quantity=chance.randint(1, 20), price=p.price) for p in chosen),
    )  # fmt: skip
