"""The made-up company as it stands in HubSpot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from syncline.sandbox.company import Company
from syncline.sandbox.hubspot.computed import computed
from syncline.sandbox.hubspot.kinds import BY_NAME
from syncline.sandbox.hubspot.objects import FIRST_ID
from syncline.sandbox.hubspot.owners import OWNERS
from syncline.sandbox.hubspot.times import iso, moment
from syncline.sandbox.hubspot.types import Type, plain, primary
from syncline.sandbox.relations import Relation, relate
from syncline.sandbox.sandbox import Sandbox

STAGES = {
    "new": "appointmentscheduled", "qualified": "qualifiedtobuy", "proposal": "contractsent",
    "won": "closedwon", "lost": "closedlost",
}  # fmt: skip
COUNTRIES = {"AT": "Austria", "DE": "Germany", "FR": "France", "IT": "Italy"}


def seed(sandbox: Sandbox, company: Company) -> None:
    """Owners, products, companies, contacts, deals with line items, and what belongs to what."""
    people = {
        person.number: add_owner(sandbox, person.email, person.first_name, person.last_name)
        for person in company.people
    }
    owner = {number: str(id) for number, id in people.items()}
    products = add(sandbox, "products", (
        {"name": one.name, "hs_sku": one.sku, "price": str(one.price)} for one in company.products
    ))  # fmt: skip
    companies = add(sandbox, "companies", (
        {
            "name": one.name, "domain": one.domain, "phone": one.phone, "address": one.street, "city": one.city,
            "zip": one.zip, "country": COUNTRIES.get(one.country, ""),
            "hubspot_owner_id": owner.get(one.person, ""),
        }
        for one in company.accounts
    ))  # fmt: skip
    of_email = {one.email: one.number for one in reversed(company.contacts) if one.email}  # here it is one contact's
    contacts = add(sandbox, "contacts", (
        {
            "firstname": one.first_name, "lastname": one.last_name, "phone": one.phone,
            "email": one.email if of_email.get(one.email) == one.number else "",
            "lifecyclestage": "lead", "hubspot_owner_id": owner.get(one.person, ""),
        }
        for one in company.contacts
    ))  # fmt: skip
    emails = ((email.lower(), contacts + number - 1) for email, number in of_email.items())
    sandbox.store.hold_many("contacts", "email", emails)
    employed = ((contacts + one.number - 1, companies + one.account - 1) for one in company.contacts if one.account)
    link(sandbox, "contacts", "companies", employed)
    add_deals(sandbox, company, owner, (products, companies, contacts))


def add_deals(sandbox: Sandbox, company: Company, owner: dict[int, str], first: tuple[int, int, int]) -> None:
    """Deals, then their lines. first: the ids of the first product, company and contact."""
    products, companies, contacts = first
    deals = add(sandbox, "deals", (
        {
            "dealname": one.name, "amount": str(one.amount), "pipeline": "default", "dealstage": STAGES[one.stage],
            "closedate": midnight(one.close_date.isoformat()), "deal_currency_code": "EUR",
            "hubspot_owner_id": owner.get(one.person, ""),
        }
        for one in company.deals
    ))  # fmt: skip
    link(sandbox, "deals", "companies", ((deals + d.number - 1, companies + d.account - 1) for d in company.deals))
    link(sandbox, "deals", "contacts", ((deals + d.number - 1, contacts + d.contact - 1) for d in company.deals))
    lines = [(deals + deal.number - 1, line) for deal in company.deals for line in deal.lines]
    first_line = add(sandbox, "line_items", (
        {"hs_product_id": str(products + line.product - 1), "quantity": str(line.quantity), "price": str(line.price)}
        for _, line in lines
    ))  # fmt: skip
    link(sandbox, "deals", "line_items", ((deal, first_line + at) for at, (deal, _) in enumerate(lines)))


def add(sandbox: Sandbox, kind: str, rows: Iterable[dict[str, str]]) -> int:
    """New objects, without checks, history or webhooks: they were there before anybody looked. The first one's id."""
    at = moment(sandbox.clock)
    store, known = sandbox.store, BY_NAME[kind]
    made = [computed(store, known, {k: v for k, v in row.items() if v != ""}, born=True) for row in rows]
    first = store.next("object", FIRST_ID, many=len(made)) if made else 0
    store.insert_many(kind, ((first + number, values, at, at) for number, values in enumerate(made)))
    return first


def add_owner(sandbox: Sandbox, email: str, first_name: str, last_name: str) -> int:
    """A person who owns objects."""
    id = sandbox.store.next(OWNERS, 40_001)
    values = {"email": email, "firstName": first_name, "lastName": last_name, "userId": id + 900_000}
    sandbox.store.insert(OWNERS, id, values, moment(sandbox.clock))
    return id


def link(sandbox: Sandbox, source: str, other: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Many belong together, by the plain type, and by the primary one where there is one."""
    forth = plain(BY_NAME[source], BY_NAME[other]), primary(BY_NAME[source], BY_NAME[other])
    relate(sandbox.store, both_ways(source, other, [type for type in forth if type], pairs))


def both_ways(
    source: str, other: str, types: list[Type], pairs: Iterable[tuple[int, int]]
) -> Iterator[Relation]:  # fmt: skip
    """Each pair in both directions, by each type."""
    for one, another in pairs:
        for type in types:
            yield Relation(source, one, other, another, str(type.number))
            yield Relation(other, another, source, one, str(type.back))


def midnight(day: str) -> str:
    """The first moment of a day."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return iso(round(at.timestamp() * 1_000_000))
