"""The made-up company in Odoo's words: accounts and contacts are partners, deals are orders and opportunities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncline.sandbox.company import Account, Company, Contact, Deal, Person, Product
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.access import NUMBERS, groups_field
from syncline.sandbox.odoo.errors import ValidationError
from syncline.sandbox.odoo.founding import COUNTRIES, SELLER_GROUPS
from syncline.sandbox.odoo.model import Env
from syncline.sandbox.odoo.service import env_for
from syncline.sandbox.odoo.writing import make
from syncline.sandbox.sandbox import Sandbox

COUNTRY = {code: at for at, (_, code, _, _) in enumerate(COUNTRIES, start=1)}
STAGE = {"new": 1, "qualified": 2, "proposal": 3, "won": 4, "lost": 3}
AT_ONCE = 1000


def seed(sandbox: Sandbox, company: Company) -> None:
    """Adds it to what is there. Numbers of the company become ids in the order of creation, not the same ids.

    Raises ValueError where its people are there already.
    """
    env = env_for(sandbox, logins.ADMIN, {})
    try:
        users = {each.number: _user(env, each) for each in company.people}
    except ValidationError as problem:
        raise ValueError("odoo holds such rows already; reset it first") from problem
    accounts = _partners(env, {each.number: _account(each, users) for each in company.accounts})
    contacts = _partners(env, {each.number: _contact(each, accounts, users) for each in company.contacts}, accounts)
    products = {each.number: _product(env, each) for each in company.products}
    for deal in company.deals:
        if deal.stage == "won":
            _order(env, deal, accounts, users, products)
        _lead(env, deal, accounts, contacts, users)


def _user(env: Env, person: Person) -> int:
    values = {
        "name": f"{person.first_name} {person.last_name}", "login": person.email, "email": person.email,
        groups_field(env.version): [(6, 0, [NUMBERS[name] for name in SELLER_GROUPS])],
    }  # fmt: skip
    return make(env, env.model("res.users"), [values])[0]


def _partners(
    env: Env, wanted: Mapping[int, Mapping[str, Any]], above: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Ids by number. Written straight to the store, as their rules would leave them: there may be very many."""
    first = env.store.next("res.partner", many=len(wanted)) if wanted else 0
    names = (
        {} if above is None else {id: row.values for id, row in env.store.many("res.partner", above.values()).items()}
    )

    def rows() -> Iterator[tuple[int, Mapping[str, Any], int, int]]:
        for id, values in enumerate(wanted.values(), start=first):
            parent = names.get(values.get("parent_id", 0))
            shown = f"{parent['name']}, {values['name']}" if parent else values["name"]
            settled = {"commercial_partner_id": values.get("parent_id", id), "complete_name": shown}
            address = {name: parent[name] for name in ADDRESS if name in parent} if parent else {}
            yield id, {**PARTNER, **address, **values, **settled}, env.now, env.now

    env.store.insert_many("res.partner", rows())
    return dict(zip(wanted, range(first, first + len(wanted)), strict=True))


ADDRESS = ("street", "city", "zip", "country_id")
PARTNER = {
    "type": "contact", "lang": "en_US", "active": True, "customer_rank": 0, "supplier_rank": 0, "partner_share": True,
    "create_uid": logins.ADMIN, "write_uid": logins.ADMIN,
}  # fmt: skip


def _account(account: Account, users: Mapping[int, int]) -> dict[str, Any]:
    return {
        "name": account.name, "is_company": True, "customer_rank": 1, "phone": account.phone or False,
        "website": f"http://{account.domain}" if account.domain else False,
        "street": account.street, "city": account.city, "zip": account.zip,
        "country_id": COUNTRY.get(account.country, False),
        **_sold_by(account.person, users),
    }  # fmt: skip


def _contact(contact: Contact, accounts: Mapping[int, int], users: Mapping[int, int]) -> dict[str, Any]:
    at = {} if contact.account is None else {"parent_id": accounts[contact.account]}
    return {
        "name": f"{contact.first_name} {contact.last_name}", "email": contact.email or False,
        "email_normalized": contact.email.lower() or False, "phone": contact.phone or False,
        **at, **_sold_by(contact.person, users),
    }  # fmt: skip


def _sold_by(person: int, users: Mapping[int, int]) -> dict[str, int]:
    return {"user_id": users[person]} if person in users else {}


def _product(env: Env, product: Product) -> int:
    values = {"name": product.name, "default_code": product.sku, "lst_price": float(product.price)}
    return make(env, env.model("product.product"), [values])[0]


def _order(
    env: Env, deal: Deal, accounts: Mapping[int, int], users: Mapping[int, int], products: Mapping[int, int]
) -> int:
    lines = [
        (
            0,
            0,
            {"product_id": products[line.product], "product_uom_qty": line.quantity, "price_unit": float(line.price)},
        )
        for line in deal.lines
    ]
    values = {
        "partner_id": accounts[deal.account], "client_order_ref": deal.name, "user_id": users[deal.person],
        "date_order": f"{deal.close_date} 12:00:00", "order_line": lines,
    }  # fmt: skip
    return make(env, env.model("sale.order"), [values])[0]


def _lead(
    env: Env, deal: Deal, accounts: Mapping[int, int], contacts: Mapping[int, int], users: Mapping[int, int]
) -> int:
    lost = {"active": False, "probability": 0.0} if deal.stage == "lost" else {}
    values = {
        "name": deal.name, "partner_id": contacts[deal.contact], "user_id": users[deal.person],
        "stage_id": STAGE[deal.stage], "expected_revenue": float(deal.amount),
        "date_deadline": deal.close_date.isoformat(), "probability": 100.0 if deal.stage == "won" else 10.0, **lost,
    }  # fmt: skip
    return make(env, env.model("crm.lead"), [values])[0]
