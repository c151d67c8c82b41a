"""The judge of the demo: both systems read as people see them, side by side, without asking the hub anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from syncline.cli.demo_people import People
from syncline.cli.demo_vendors import HubSpot, Odoo

Fields = Mapping[str, Any]
Rows = dict[tuple[str, str], list[Fields]]
"""(entity, name) to the rows of that name: one, if all is well."""

COMPANY = ("name", "domain", "phone", "hubspot_owner_id", "address", "city", "zip", "country")
CONTACT = ("firstname", "lastname", "email", "phone", "jobtitle", "hubspot_owner_id")
PARTNER = (
    "name", "is_company", "website", "phone", "email", "function", "parent_id", "user_id", "street", "city", "zip",
    "country_id",
)  # fmt: skip
BECAME = tuple(f"syncline_{name}" for name in ("order_number", "order_status", "invoice_number", "invoice_status"))
INVOICE = ("name", "payment_state", "invoice_origin")
STATES = {"draft": "draft", "sale": "confirmed", "not_paid": "created", "paid": "paid"}
"""Odoo's states of orders and of payments, as a seller reads them at the deal."""


class Line(NamedTuple):
    """What is sold."""

    sku: str
    quantity: float
    price: float


@dataclass(frozen=True, kw_only=True)
class Bought:
    """Who bought what; a line that is there twice counts twice. became: number and state of order and invoice."""

    by: str
    lines: Counter[Line]
    became: tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """field: empty where the whole record is missing, or there more than once. here, there: HubSpot's and Odoo's."""

    entity: str
    name: str
    field: str
    here: Any
    there: Any

    @property
    def place(self) -> tuple[str, str, str]:
        """As planted cases name it."""
        return self.entity, self.name, self.field

    def __str__(self) -> str:
        what = f"{self.entity} {self.name}" + (f", {self.field}" if self.field else "")
        return f"{what}: {said(self.here)} in HubSpot, {said(self.there)} in Odoo"


@dataclass(kw_only=True)
class Seen:
    """What a look at both systems found."""

    records: int = 0
    fields: int = 0
    differences: list[Difference] = field(default_factory=list)
    orders: int = 0
    broken: list[str] = field(default_factory=list)


def said(value: Any) -> str:
    """A value for people."""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value if one) or "blank"
    return "blank" if value in (None, "") else str(value)


def compare(hubspot: HubSpot, odoo: Odoo, people: People) -> Seen:
    """Every field of every record that people keep in both."""
    here, there, seen = rows_of_hubspot(hubspot), rows_of_odoo(odoo), Seen()
    only_here = {("account", name) for name in people.prospects}
    only_here |= {("contact", name) for several in people.prospects.values() for name in several}
    for key in sorted(here.keys() | there.keys()):
        if key in only_here and key not in there:
            continue
        seen.records += 1
        seen.differences += differences(key, here.get(key, []), there.get(key, []), seen)
    wanted, found = won_deals(hubspot), orders(odoo)
    for name in sorted(wanted.keys() | found.keys()):
        seen.orders += len(found.get(name, ()))
        if found.get(name) != [wanted.get(name)]:
            seen.broken.append(
                f"{name}: {said_of(wanted.get(name))} in HubSpot, and as orders in Odoo"
                f" {' and '.join(map(said_of, found.get(name, [None])))}"
            )
    return seen


def differences(key: tuple[str, str], ours: list[Fields], theirs: list[Fields], seen: Seen) -> Iterator[Difference]:
    """Of one record."""
    entity, name = key
    if len(ours) != 1 or len(theirs) != 1:
        yield Difference(entity=entity, name=name, field="", here=times(ours), there=times(theirs))
        return
    for one, value in ours[0].items():
        seen.fields += 1
        if value != theirs[0][one]:
            yield Difference(entity=entity, name=name, field=one, here=value, there=theirs[0][one])


def times(rows: list[Fields]) -> str:
    """How often it is there."""
    return f"{len(rows)} times there" if len(rows) > 1 else "there" if rows else "not there"


# ---- sales
def won_deals(hubspot: HubSpot) -> dict[str, Bought]:
    """Name to who bought what."""
    deals = hubspot.objects("deals", ("dealname", "dealstage", *BECAME))
    won = {rid: own["dealname"] for rid, own in deals.items() if own["dealstage"] == "closedwon"}
    names = {rid: own["name"] for rid, own in hubspot.objects("companies", ("name",)).items()}
    skus = {rid: own["hs_sku"] for rid, own in hubspot.objects("products", ("hs_sku",)).items()}
    lines = hubspot.objects("line_items", ("hs_product_id", "quantity", "price"))
    sold, by = (hubspot.belonging("deals", list(won), other) for other in ("line_items", "companies"))
    return {
        name: Bought(
            by=names.get(next(iter(by.get(rid, ())), ""), "nobody"),
            lines=Counter(
                Line(skus[one["hs_product_id"]], float(one["quantity"]), float(one["price"]))
                for one in (lines[end] for end in sold.get(rid, ()))
            ),
            became=tuple(deals[rid].get(one) or None for one in BECAME),
        )
        for rid, name in won.items()
    }  # fmt: skip


def orders(odoo: Odoo) -> dict[str, list[Bought]]:
    """The same of each order that refers to a deal, or to nothing at all."""
    skus = {row["id"]: row["default_code"] for row in odoo.rows("product.product", ("default_code",))}
    lines = odoo.rows("sale.order.line", ("order_id", "product_id", "product_uom_qty", "price_unit"))
    found: dict[str, list[Bought]] = {}
    invoices = {row["invoice_origin"]: row for row in odoo.rows("account.move", INVOICE)}
    for order in odoo.rows("sale.order", ("client_order_ref", "partner_id", "name", "state")):
        invoice = invoices.get(order["name"])
        mine = [one for one in lines if end(one["order_id"]) == order["id"]]
        bought = Bought(
            by=str(order["partner_id"][1]),
            lines=Counter(
                Line(skus[end(one["product_id"]) or 0], float(one["product_uom_qty"]), float(one["price_unit"]))
                for one in mine
            ),
            became=(
                order["name"], STATES.get(order["state"]), invoice["name"] if invoice else None,
                STATES.get(invoice["payment_state"]) if invoice else None,
            ),
        )  # fmt: skip
        found.setdefault(str(order["client_order_ref"]), []).append(bought)
    return found


def said_of(bought: Bought | None) -> str:
    """Who bought what, for people."""
    if bought is None:
        return "not there"
    lines = ", ".join(f"{line.quantity:g} {line.sku} at {line.price:.2f}" for line in sorted(bought.lines.elements()))
    return f"{lines or 'nothing'} by {bought.by} ({', '.join(one or 'blank' for one in bought.became)})"


# ---- HubSpot's side
def rows_of_hubspot(hubspot: HubSpot) -> Rows:
    """Companies, contacts and products."""
    found: Rows = {}
    owners = hubspot.owners()
    companies = hubspot.objects("companies", COMPANY)
    for own in companies.values():
        put(found, "account", own["name"], {
            "domain": own.get("domain") or None, "phone": digits(own.get("phone")),
            "rep": owners.get(own.get("hubspot_owner_id") or ""),
            "address": tuple(own.get(name) or None for name in ("address", "city", "zip", "country")),
        })  # fmt: skip
    contacts = hubspot.objects("contacts", CONTACT)
    at = hubspot.belonging("contacts", list(contacts), "companies")
    for rid, own in contacts.items():
        put(found, "contact", f"{own.get('firstname') or ''} {own.get('lastname') or ''}".strip(), {
            "email": (own.get("email") or "").lower() or None, "phone": digits(own.get("phone")),
            "job_title": own.get("jobtitle") or None, "rep": owners.get(own.get("hubspot_owner_id") or ""),
            "account": next((companies[one]["name"] for one in at.get(rid, ())), None),
        })  # fmt: skip
    for own in hubspot.objects("products", ("name", "hs_sku", "price")).values():
        put(found, "product", own["name"], {"sku": own["hs_sku"], "price": cents(own.get("price"))})
    return found


# ---- Odoo's side
def rows_of_odoo(odoo: Odoo) -> Rows:
    """Partners that are customers, and products. Its own company and its users are none."""
    found: Rows = {}
    users = odoo.rows("res.users", ("email", "partner_id"))
    emails = {user["id"]: user["email"] for user in users}
    own_ones = {end(row["partner_id"]) for row in (*users, *odoo.rows("res.company", ("partner_id",)))}
    partners = odoo.rows("res.partner", PARTNER)
    names = {row["id"]: row["name"] for row in partners}
    for row in partners:
        if row["id"] in own_ones:
            continue
        both = {"phone": digits(row["phone"]), "rep": emails.get(end(row["user_id"]) or 0)}
        if row["is_company"]:
            country = row["country_id"][1] if row["country_id"] else None
            address = (*(row[name] or None for name in ("street", "city", "zip")), country)
            put(found, "account", row["name"], {**both, "domain": host(row["website"]), "address": address})
        else:
            put(found, "contact", row["name"], {
                **both, "email": (row["email"] or "").lower() or None, "job_title": row["function"] or None,
                "account": names.get(end(row["parent_id"]) or 0),
            })  # fmt: skip
    for row in odoo.rows("product.product", ("name", "default_code", "list_price")):
        put(found, "product", row["name"], {"sku": row["default_code"], "price": cents(row["list_price"])})
    return found


def put(found: Rows, entity: str, name: str, fields: Fields) -> None:
    """One more row."""
    found.setdefault((entity, name), []).append(fields)


def end(reference: Any) -> int | None:
    """The id of a reference, which is told as `[id, name]`, or as false."""
    return int(reference[0]) if isinstance(reference, list) else reference or None


def digits(phone: Any) -> str | None:
    """A phone number without its looks."""
    return "".join(one for one in str(phone or "") if one.isdigit()) or None


def host(website: Any) -> str | None:
    """The host of a web site."""
    return str(website).partition("//")[2].partition("/")[0] or None if website else None


def cents(price: Any) -> int | None:
    """A price without its looks."""
    return None if price in (None, "", False) else round(float(price) * 100)
