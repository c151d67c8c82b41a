"""`crm-erp`: what a CRM and an ERP keep of the same customers, and how a sale goes from the one to the other.

It names no vendor: everything in it comes from the templates of the two systems, and from what a CRM and an ERP are to
a company. An entity that a template lacks is left out, and so is what rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.patterns.pattern import DoesNotFit, Member, checked, leader
from syncline.patterns.standard import own_fields, standard

NAME = "crm-erp"
SHARED = ("person", "account", "contact", "product")
"""What both keep."""

CRM_OWNS = ("account.domain", "contact.name", "contact.email", "contact.job_title", "contact.account", "contact.rep")
ERP_OWNS = (
    "account.name",
    "account.address",
    "product.name",
    "product.sku",
    "product.price",
    "product.cost",
    "product.description",
)
COMPARED = {
    "account": ("name", "address", "phone", "domain"),
    "contact": ("name", "first_name", "last_name", "account", "phone", "mobile"),
}
APART = ("vat_id", "number")
"""Two customers with other numbers are two."""
ASKED = ("account.rep",)
"""To whom a customer belongs is settled by people: of two changes neither wins."""

DEAL = ("name", "amount", "stage", "pipeline", "close_date", "account", "contact", "rep", "lines")
ORDER = ("number", "reference", "stage", "date", "amount", "account", "rep", "lines")
INVOICE = (
    "number",
    "kind",
    "stage",
    "paid",
    "date",
    "made_at",
    "due_date",
    "amount",
    "open_amount",
    "account",
    "order",
)

ORDER_ON = "deal.won"
NEVER = "never"
RULE = "won_deal_becomes_order"
IN_OUR_CURRENCY = "amount IS NULL OR amount >= 0 OR amount < 0"
"""True of each amount in the hub's currency; of others it has no value, so the deal is listed, and no order is made."""
INVOICE_STATUS = (
    "CASE WHEN stage = 'cancelled' THEN 'cancelled' WHEN paid = 'yes' THEN 'paid' WHEN paid = 'partly' THEN"
    " 'partly paid' WHEN paid = 'reversed' THEN 'reversed' WHEN stage = 'posted' THEN 'created' ELSE 'draft' END"
)
"""What a seller wants to know of an invoice, in one word."""

Part = dict[str, Any]


def crm_erp(options: Mapping[str, Any], members: Sequence[Member]) -> Part:
    """The part of a hub.yaml that the pattern stands for."""
    checked(options, ("order_on",))
    crm, erp = leader(NAME, "crm", members), leader(NAME, "erp", members)
    if crm.name == erp.name:
        raise DoesNotFit(
            f"{NAME} is for two systems, and `{crm.name}` is both the CRM and the ERP",
            "name another system in one of the roles, or leave the pattern out",
        )
    one, other = crm.of, erp.of
    part = standard({crm.name: one, erp.name: other}, [name for name in SHARED if name in one.at and name in other.at])
    fields: dict[str, Any] = part["fields"]
    own(fields, crm.name, CRM_OWNS)
    own(fields, erp.name, ERP_OWNS)
    for name in ASKED:
        if name in fields:
            fields[name]["policy"] = "manual"
    alike(part)
    part |= {"create": {}, "on_create": {}, "rules": {}}
    if "account.name" in fields:
        customers(part, crm, erp)
    if "contact.name" in fields:
        here, there = (known(fields, name) for name in ("account.crm_id", "account.erp_id"))
        part["create"]["contact"] = {crm.name: here, erp.name: there}
    if "product.sku" in fields:
        part["create"]["product"] = {crm.name: "sku IS NOT NULL"}
    if {"stage", "account", "lines"} <= one.at.get("deal", {}).keys():
        deals(part, crm, erp)
        if {"account", "lines", "number"} <= other.at.get("order", {}).keys():
            orders(part, crm, erp, options.get("order_on", ORDER_ON))
    return part


def alike(part: Part) -> None:
    """By what customers and their people are compared where no key joins them, as far as both systems keep it."""
    fields, asked = part["fields"], part["first_sync"].setdefault("alike", {})
    for entity, names in COMPARED.items():
        here = [name for name in names if f"{entity}.{name}" in fields]
        if len(here) > 1:
            apart = [name for name in APART if f"{entity}.{name}" in fields]
            asked[entity] = {"fields": here, **({"apart": apart} if entity == "account" and apart else {})}


def own(fields: Part, system: str, names: Sequence[str]) -> None:
    """Of these fields, where they are there, this system is the truth."""
    for name in names:
        if name in fields:
            fields[name]["truth"] = system


def known(fields: Part, name: str) -> str:
    """That an account is in a system; where a template does not tell ids, that there is one."""
    return f"{name} IS NOT NULL" if name in fields else "account IS NOT NULL"


# ---- customers
def customers(part: Part, crm: Member, erp: Member) -> None:
    """Each system's own id of an account says that it is there. The ERP's customers are born in the CRM."""
    for name, member in (("crm_id", crm), ("erp_id", erp)):
        if "account" in member.of.ids:
            block = {"type": "text", "truth": member.name, "at": {member.name: member.of.ids["account"]}}
            part["fields"][f"account.{name}"] = block
    flag = own_fields(erp.name, erp.of, "account", ("customer",))
    part["fields"] |= flag
    part["create"]["account"] = {crm.name: "customer" if flag else "TRUE"}
    # Who tidies up a CRM does not mean the ERP's customers, nor their people: an ERP deletes for ever.
    for entity in ("account", "contact"):
        part["entities"].setdefault(entity, {})["on_delete"] = {crm.name: "unlink"}


def deals(part: Part, crm: Member, erp: Member) -> None:
    """Deals are the CRM's. Who bought is a customer of the ERP."""
    part["fields"] |= own_fields(crm.name, crm.of, "deal", DEAL)
    won = {"rollup": "count", "of": "deal", "by": "account", "where": "stage = 'won'"}
    part["fields"]["account.won_deals"] = won
    part["create"]["account"][erp.name] = "won_deals > 0"
    given = erp.of.on_create.get("account")
    if given:
        part["on_create"]["account"] = {erp.name: dict(given)}


# ---- sales
def orders(part: Part, crm: Member, erp: Member, order_on: Any) -> None:
    """A won deal becomes one order in the ERP; what becomes of that is told to the deal."""
    if not isinstance(order_on, str):
        raise DoesNotFit("`order_on` is an event", f"write it as `{ORDER_ON}`, or `{NEVER}`", option="order_on")
    fields = part["fields"]
    fields |= own_fields(erp.name, erp.of, "order", ORDER)
    fields["order.deal"] = {"type": "reference", "of": "deal"}
    if "order" in erp.of.at.get("invoice", {}):
        fields |= own_fields(erp.name, erp.of, "invoice", INVOICE)
        fields["invoice.status"] = {"type": "text", "is": INVOICE_STATUS}
        for name, value in (("invoice_number", "number"), ("invoice_status", "status")):
            fields[f"order.{name}"] = latest("invoice", "order", value, "made_at") | {"where": "kind = 'invoice'"}
    told = {"order_number": "number", "order_stage": "stage", "invoice_number": "invoice_number"}
    for name, value in {**told, "invoice_status": "invoice_status"}.items():
        if name in crm.of.at["deal"] and f"order.{value}" in fields:
            fields[f"deal.{name}"] = latest("order", "deal", value, "date") | {
                "at": {crm.name: crm.of.at["deal"][name]}
            }
    if order_on != NEVER:
        given = {name: f"{{{name}}}" for name in ("account", "rep", "lines") if f"order.{name}" in fields}
        made = {"in": erp.name, **given, "reference": "{name}", "deal": "{deal}", "follows_until": "number IS NOT NULL"}
        part["rules"][RULE] = {"when": order_on, "if": IN_OUR_CURRENCY, "make": {"order": made}}


def latest(of: str, by: str, value: str, order: str) -> Part:
    """A rollup: what the latest of these says."""
    return {"rollup": "latest", "of": of, "by": by, "value": value, "latest_by": order}
