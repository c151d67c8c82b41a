"""What rows of HubSpot's streams look like, for the conformance kit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from syncline.connect.stream import Field
from syncline.connectors.hubspot import connector
from syncline.sandbox import hubspot
from syncline.sandbox.sandbox import Sandbox
from syncline.testing.conformance import Clock, Subject

TOKEN = "a-secret-of-the-tests"


def sandbox(clock: Clock, **options: Any) -> Sandbox:
    """An account with a company, a contact and two products."""
    made = hubspot.sandbox(clock=clock, quotas=(), options={"token": TOKEN, **options})
    for stream, values in (
        ("companies", {"name": "The company"}),
        ("contacts", {"lastname": "The contact"}),
        ("products", {"name": "Product 1", "hs_sku": "P-1"}),
        ("products", {"name": "Product 2", "hs_sku": "P-2"}),
    ):
        made.vendor.users.save(made, stream, None, values)
    clock.advance(1000.0)
    return made


THE_COMPANY, THE_CONTACT = "101", "101"


def merge(rows: str) -> Callable[[Sandbox, str, str], object]:
    """A person merges two rows."""
    return lambda made, stays, goes: made.vendor.users.acts["merge"](
        made, {"stream": rows, "primary": stays, "loser": goes}
    )


def subject(stream: str, rows: str, values: Callable[[int], dict[str, Any]], **more: Any) -> Subject:
    """A stream with its fields; searches lag by half a minute."""
    found: dict[str, Any] = {"new_field": Field(name="of_ours"), "lag": 30.0, "secrets": {"secret": TOKEN}, **more}
    return Subject(connector=connector, sandbox=sandbox, stream=stream, rows=rows, values=values, page=200, **found)


def contact(number: int) -> dict[str, Any]:
    return {
        "email": f"contact{number}@example.test", "firstname": "Contact", "lastname": f"No {number}",
        "phone": f"+49 30 {number}",
    }  # fmt: skip


def deal(number: int) -> dict[str, Any]:
    return {
        "dealname": f"Deal {number}", "description": f"About {number}", "pipeline": "default",
        "dealstage": "qualifiedtobuy", "amount": "12.5",
    }  # fmt: skip


LINES = [{"hs_sku": "P-1", "quantity": "2", "price": "5"}, {"hs_sku": "P-3", "quantity": "1", "price": "2.5"}]


def document(number: int) -> dict[str, Any]:
    return {**deal(number), "company_id": THE_COMPANY, "contact_id": THE_CONTACT, "line_items": LINES}


CONTACTS = subject(
    "contact", "contacts", contact, text="lastname", keys=("email",), refused={"email": "no address"}, blamed="email",
    again=True, merge=merge("contacts"),
)  # fmt: skip
MEMBERS = subject(
    "contact", "contacts", lambda n: {**contact(n), "company_id": THE_COMPANY}, typed=contact, text="lastname",
    keys=("email",), merge=merge("contacts"),
)  # fmt: skip
MERGED_ANEW = replace(CONTACTS, sandbox=lambda clock: sandbox(clock, merge_makes_new=True))
COMPANIES = subject(
    "company", "companies",
    lambda n: {"name": f"Company {n}", "domain": f"company{n}.example.test", "city": f"Town {n}"},
    text="city", keys=("domain",), refused={"annualrevenue": "a lot"}, blamed="annualrevenue",
    merge=merge("companies"),
)  # fmt: skip
PLAIN_DEALS = subject(
    "deal", "deals", deal, text="description", keys=("dealname",), refused={"dealstage": "nowhere"}, blamed="dealstage",
    merge=merge("deals"),
)  # fmt: skip
DEALS = subject(
    "deal", "deals", document, typed=deal, text="description", keys=("dealname",), makes={"line_items": 2},
    merge=merge("deals"),
)  # fmt: skip
PRODUCTS = subject(
    "product", "products", lambda n: {"name": f"Product {n}", "hs_sku": f"P-{n}x", "description": f"It does {n}"},
    text="description", keys=("hs_sku",), refused={"price": "cheap"}, blamed="price",
)  # fmt: skip
LINE_ITEMS = subject(
    "line_item", "line_items", lambda n: {"name": f"Line {n}", "hs_sku": f"P-{n}", "quantity": "1"}, text="name",
    keys=("hs_sku",),
)  # fmt: skip
TICKETS = subject(
    "ticket", "tickets",
    lambda n: {"subject": f"Ticket {n}", "content": f"Text {n}", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
    text="content", keys=("subject",), merge=merge("tickets"),
)  # fmt: skip
OWNERS = Subject(
    connector=connector, sandbox=sandbox, stream="owner", rows="owners", page=100, text="lastName",
    values=lambda n: {"email": f"person{n}@example.test", "firstName": "Person", "lastName": f"No {n}"},
    secrets={"secret": TOKEN},
)  # fmt: skip

ALL = {
    "contacts": CONTACTS, "merged-anew": MERGED_ANEW,
    "members": MEMBERS, "companies": COMPANIES, "plain-deals": PLAIN_DEALS, "deals": DEALS,
    "products": PRODUCTS, "line-items": LINE_ITEMS, "tickets": TICKETS, "owners": OWNERS,
}  # fmt: skip
