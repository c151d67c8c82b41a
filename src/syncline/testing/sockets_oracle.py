"""The judge of `sockets`: both systems as people see them, row by row, and of the ledger only what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncline.app import Running
from syncline.connect.connector import SHARED
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.sandbox.call import Reply, json_call
from syncline.sync.desk import Desk
from syncline.testing.sockets import Company
from syncline.testing.sockets_people import Said, digits

OWN_PEOPLE = ("admin@", "seller@")
TOKEN = {"authorization": "Bearer pat-sandbox"}
CENT = 0.005
CODE: Mapping[str | None, str] = {"Austria": "AT", "Germany": "DE", "France": "FR", "Italy": "IT"}
"""The company's countries, as HubSpot says them and as Odoo does."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One row as a person sees it."""

    system: str
    stream: str
    id: str
    fields: Mapping[str, Any]


Seen = dict[str, dict[str, list[Thing]]]
"""Entity to key to the rows that have it: one each, if all is well."""

Open = frozenset[tuple[str, str, str, str]]
"""(system, stream, id, field) of what the hub lists as parked, in conflict or withheld; field `*`: the row."""

NAMES = {
    ("contact", "job"): ("job_title",), ("contact", "name"): ("name", "first_name", "last_name"),
    ("account", "domain"): ("domain",),
}  # fmt: skip
"""Fields here by their names in hub.yaml, where they differ."""


# ---- what is there
def hubspot_seen(company: Company) -> Seen:
    """All of HubSpot."""
    people, seen = company.people["hubspot"], new_seen()
    rows = {name: alive(people.rows(name)) for name in ("companies", "contacts", "products", "deals", "line_items")}
    owners = {str(row["id"]): row["email"] for row in people.rows("owners")}
    names = {row["id"]: row["properties"].get("name") for row in rows["companies"]}
    for row in rows["companies"]:
        own = row["properties"]
        put(seen, "account", own.get("name"), Thing(system="hubspot", stream="company", id=row["id"], fields={
            "domain": own.get("domain"), "phone": digits(own.get("phone")),
            "rep": owners.get(own.get("hubspot_owner_id")),
            "address": (*(own.get(name) or None for name in ("address", "city", "zip")), CODE.get(own.get("country"))),
        }))  # fmt: skip
    at = associated(company, "contacts", "companies", rows["contacts"])
    for row in rows["contacts"]:
        own = row["properties"]
        put(seen, "contact", own.get("email"), Thing(system="hubspot", stream="contact", id=row["id"], fields={
            "name": f"{own.get('firstname', '')} {own.get('lastname', '')}".strip(), "phone": digits(own.get("phone")),
            "job": own.get("jobtitle") or None, "rep": owners.get(own.get("hubspot_owner_id")),
            "account": next((names.get(one) for one in at.get(row["id"], ())), None),
        }))  # fmt: skip
    for row in rows["products"]:
        own = row["properties"]
        fields = {"name": own.get("name"), "price": number(own.get("price"))}
        sku = (own.get("hs_sku") or "").lower()
        put(seen, "product", sku, Thing(system="hubspot", stream="product", id=row["id"], fields=fields))
    bought = associated(company, "deals", "companies", rows["deals"])
    sold = associated(company, "deals", "line_items", rows["deals"])
    skus = {row["id"]: row["properties"].get("hs_sku") for row in rows["products"]}
    lines = {row["id"]: row["properties"] for row in rows["line_items"]}
    for row in rows["deals"]:
        own = row["properties"]
        mine = [lines[one] for one in sold.get(row["id"], ()) if one in lines]
        put(seen, "deal", own.get("dealname"), Thing(system="hubspot", stream="deal", id=row["id"], fields={
            "account": next((names.get(one) for one in bought.get(row["id"], ())), None),
            "stage": {"appointmentscheduled": "new", "closedwon": "won"}.get(own.get("dealstage")),
            "lines": counted((skus.get(one["hs_product_id"]), one["quantity"], one["price"]) for one in mine),
        }))  # fmt: skip
    return seen


def odoo_seen(company: Company) -> Seen:
    """All of Odoo but its own company, its users and what belongs to nobody."""
    people, seen = company.people["odoo"], new_seen()
    partners, users = people.rows("res.partner"), people.rows("res.users")
    reps = {row["id"]: row.get("email") or row.get("login") for row in users}
    own_ones = {row.get("partner_id") for row in users} | {row.get("partner_id") for row in people.rows("res.company")}
    names = {row["id"]: row["name"] for row in partners}
    codes = {row["id"]: row["code"] for row in people.rows("res.country")}
    for row in partners:
        if row["id"] in own_ones:
            continue
        common = {"phone": digits(row.get("phone")), "rep": reps.get(row.get("user_id"))}
        if row.get("is_company"):
            put(seen, "account", row["name"], Thing(system="odoo", stream="res.partner", id=str(row["id"]), fields={
                **common, "domain": host(row.get("website")),
                "address": (
                    *(row.get(name) or None for name in ("street", "city", "zip")), codes.get(row.get("country_id")),
                ),
            }))  # fmt: skip
        else:
            rid = str(row["id"])
            put(seen, "contact", row.get("email"), Thing(system="odoo", stream="res.partner", id=rid, fields={
                **common, "name": row["name"], "job": row.get("function") or None,
                "account": names.get(row.get("parent_id")),
            }))  # fmt: skip
    skus = {}
    for row in people.rows("product.product"):
        skus[row["id"]] = row.get("default_code")
        put(seen, "product", str(row.get("default_code")).lower(), Thing(
            system="odoo", stream="product.product", id=str(row["id"]),
            fields={"name": row["name"], "price": number(row.get("list_price"))},
        ))  # fmt: skip
    lines = {row["id"]: row for row in people.rows("sale.order.line")}
    for row in people.rows("sale.order"):
        mine = [lines[one] for one in row.get("order_line") or () if one in lines]
        rid = str(row["id"])
        put(seen, "deal", row.get("client_order_ref"), Thing(system="odoo", stream="sale.order", id=rid, fields={
            "account": names.get(row.get("partner_id")),
            "stage": {"draft": "new", "sale": "won"}.get(row.get("state")),
            "lines": counted((skus.get(one["product_id"]), one["product_uom_qty"], one["price_unit"]) for one in mine),
        }))  # fmt: skip
    return seen


def new_seen() -> Seen:
    """Nothing yet."""
    return {"account": {}, "contact": {}, "product": {}, "deal": {}}


def put(seen: Seen, entity: str, key: Any, thing: Thing) -> None:
    """One more row."""
    seen[entity].setdefault(str(key), []).append(thing)


def alive(rows: list[Any]) -> list[Any]:
    """Those that are not in the recycle bin."""
    return [row for row in rows if not row.get("archived")]


def associated(company: Company, source: str, other: str, rows: list[Any]) -> dict[str, list[str]]:
    """Id to what it is associated with, the primary one first."""
    if not rows:
        return {}
    company.later(11.0)  # so that no quota is in the way
    body = {"inputs": [{"id": row["id"]} for row in rows]}
    answer = company.sandboxes["hubspot"].answer(
        json_call("POST", f"/crm/v4/associations/{source}/{other}/batch/read", body, TOKEN)
    )
    assert isinstance(answer, Reply), answer
    found = {}
    for one in answer.body["results"]:
        to = sorted(one["to"], key=lambda end: all(type.get("label") != "Primary" for type in end["associationTypes"]))
        found[str(one["from"]["id"])] = [str(end["toObjectId"]) for end in to]
    return found


def number(value: Any) -> float | None:
    """A price."""
    return None if value in (None, "", False) else float(value)


def host(website: Any) -> str | None:
    """The host of a web site."""
    return str(website).partition("//")[2].partition("/")[0] or None if website else None


def counted(lines: Any) -> Any:
    """Lines in any order; one that stands twice is there twice."""
    return Counter((str(sku), float(quantity), float(price)) for sku, quantity, price in lines)


# ---- what the hub says
def listed(running: Running) -> Open:
    """Everything that the hub lists as open; of a birth that is parked, the rows that it would be born from."""
    found: set[tuple[str, str, str, str]] = set()
    with running.ledger.unit() as unit:
        desk = Desk(hub=running.hub, unit=unit, run=0, now=running.hub.clock())
        desk.load(running.ledger.scan(0, 100_000))
        for case in desk.cases.values():
            for link in case.links.values():
                where = place(link)
                if link.parked:
                    found.add((*where, "*"))
                    born = [place(one) for one in case.links.values()] if link.external_id is None else []
                    found |= {(*one, f"not in {link.system}") for one in born}
                for name, known in link.known.items():
                    waits = known.waiting and waits_for_listed(desk, case, link.system, name)
                    if known.parked or known.withheld or name in case.record.conflicts or waits:
                        found.add((*where, name))
    return frozenset(found)


def waits_for_listed(desk: Desk, case: Case, system: str, name: str) -> bool:
    """Does a reference wait for a record that is listed as not to be born in that system?"""
    parent = case.record.fields[name].value if name in case.record.fields else None
    links = desk.hub.ledger.links_of([parent]).get(parent, ()) if type(parent) is int else ()
    return any(one.system == system and one.external_id is None and one.parked for one in links)


def place(link: Link) -> tuple[str, str, str]:
    """Where a row is; a stream that several entities share is one place."""
    return link.system, link.stream.partition(SHARED)[0], str(link.external_id)


def hub_differs(running: Running) -> Iterator[str]:
    """Fields that the hub itself knows to differ, and does not list."""
    with running.ledger.unit() as unit:
        desk = Desk(hub=running.hub, unit=unit, run=0, now=running.hub.clock())
        desk.load(running.ledger.scan(0, 100_000))
        for case in desk.cases.values():
            for link in case.links.values():
                if link.writing is not None:
                    yield f"L1 {case.record.entity} {link.system} {link.external_id} still waits for its write"
                if link.state != "active":
                    continue
                for name, value in case.view(link.id).items():
                    if case.equal(name, value, case.value(name).value) or case.is_open(link.id, name):
                        continue
                    if not waits_for_listed(desk, case, link.system, name):
                        yield f"I13 {case.record.entity} {link.system} {link.external_id} {name} differs in the ledger"


# ---- the judgement
def judge(company: Company, said: Said, expected: Mapping[str, tuple[int, int]], open_: Open) -> list[str]:
    """What is wrong; nothing, if all is well."""
    here, there = hubspot_seen(company), odoo_seen(company)
    return [
        *doubles(here), *doubles(there), *numbers(here, there, expected, open_), *differences(here, there, open_),
        *lost_edits(here, there, said, open_),
    ]  # fmt: skip


def doubles(seen: Seen) -> Iterator[str]:
    """Each thing exists once in a system."""
    for entity, by_key in seen.items():
        for key, things in by_key.items():
            if len(things) > 1:
                yield f"I4 {entity} {key} stands {len(things)} times in {things[0].system}"


def numbers(here: Seen, there: Seen, expected: Mapping[str, tuple[int, int]], open_: Open) -> Iterator[str]:
    """Nothing is missing but what is listed, and nothing is there that nobody made."""
    for entity, wanted in expected.items():
        for seen, other, name, count in ((here, there, "hubspot", wanted[0]), (there, here, "odoo", wanted[1])):
            found = sum(len(things) for things in seen[entity].values())
            missing = sum(is_open(entity, f"not in {name}", things, open_) for things in other[entity].values())
            if found + missing != count:
                yield f"I1 {name} has {found} of {entity}, not {count}; {missing} are listed: {sorted(seen[entity])}"


def differences(here: Seen, there: Seen, open_: Open) -> Iterator[str]:
    """Every field is equal, or listed as open."""
    for entity in here:
        for key in sorted(here[entity].keys() | there[entity].keys()):
            ours, theirs = here[entity].get(key), there[entity].get(key)
            if not ours or not theirs:
                lacking = "hubspot" if theirs else "odoo"
                if not is_open(entity, f"not in {lacking}", ours or theirs or (), open_):
                    yield f"I13 {entity} {key} is not in {lacking}"
                continue
            for name, value in ours[0].fields.items():
                other = theirs[0].fields[name]
                if not alike(value, other) and not is_open(entity, name, (ours[0], theirs[0]), open_):
                    yield f"I13 {entity} {key} {name}: {value!r} in HubSpot, {other!r} in Odoo"


def lost_edits(here: Seen, there: Seen, said: Said, open_: Open) -> Iterator[str]:
    """What a person said last stands in both, or is listed as open."""
    for (entity, key, name), values in said.items():
        things = [*here[entity].get(key, ()), *there[entity].get(key, ())]
        if not things:
            yield f"I1 {entity} {key} is nowhere"
        for thing in things:
            value = thing.fields[name]
            if not any(alike(value, one) for one in values) and not is_open(entity, name, things, open_):
                yield f"I7 {entity} {key} {name} is {value!r} in {thing.system}; a person said {values}"


def alike(one: Any, other: Any) -> bool:
    """Equal as people see it."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < CENT
    return bool((one or None) == (other or None))


def is_open(entity: str, name: str, things: Any, open_: Open) -> bool:
    """Is the field listed for one of these rows, or a row as a whole?"""
    names = ("*", *NAMES.get((entity, name), (name,)))
    return any((thing.system, thing.stream, thing.id, one) in open_ for thing in things for one in names)
