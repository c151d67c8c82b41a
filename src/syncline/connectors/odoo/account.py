"""Whose Odoo it is, and the rights that its user needs for what is bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from syncline.connect.account import Account, Environment, Rights, Telling
from syncline.connect.request import Answer, Conversation, Request
from syncline.connectors.odoo.calls import Calls, rows_of
from syncline.connectors.odoo.errors import problem
from syncline.connectors.odoo.models import MODELS
from syncline.connectors.odoo.wire import rpc, version_in
from syncline.model.outcome import Unknown

UUID, NEUTRALIZED = "database.uuid", "database.is_neutralized"
TEST_HOSTS = (".dev.odoo.com",)
"""Builds for development and staging on Odoo.sh (nv)."""

TOKENS = (
    (
        "An API key, of a user of the hub's own",
        (
            "In Odoo, as that user: Preferences, Account Security, New API Key. It is shown once.",
            "It has that user's rights: there are no keys that only read. A key of a user who is no administrator ends",
            "after three months at most. On Odoo Online it takes the plan Custom.",
        ),
    ),
)


def telling(calls: Calls, database: str | None) -> Telling:
    """Asks for the user, the company, the version, and whether the database is a copy made for tests."""

    def ask(address: str) -> Conversation:
        first: Answer = yield Request(method="GET", path="/web/version")
        version = version_in(first)
        if version is None:
            version = version_in((yield rpc("common", "version", [])))
        context: Answer = yield calls.call("res.users", "context_get", {})
        if context.status != 200 or not isinstance(context.body, Mapping):
            return problem(context) or Unknown(reason=f"Odoo answered {context.status}")
        user: Mapping[str, Any] = {}
        if type(context.body.get("uid")) is int:
            by_id = [["id", "=", context.body["uid"]]]
            user = only((yield calls.search_read("res.users", by_id, ["name", "login", "company_id"])))
        mine = [["id", "=", user.get("company_id")]] if type(user.get("company_id")) is int else []
        company = only((yield calls.search_read("res.company", mine, ["name"], limit=1)))
        keys = [["key", "in", [UUID, NEUTRALIZED]]]
        parameters: Answer = yield calls.search_read("ir.config_parameter", keys, ["key", "value"])
        return account(address, database, version, user, company, values_of(parameters))

    return ask


def account(
    address: str, database: str | None, version: str | None, user: Mapping[str, Any], company: Mapping[str, Any],
    parameters: Mapping[str, str],
) -> Account:  # fmt: skip
    """As it was told. A copy of a database keeps its id, so its name is a part of ours."""
    host = urlsplit(address).netloc
    called = str(company.get("name") or host)
    return Account(
        name=f"{called} (database {database})" if database else called,
        id=f"odoo {parameters.get(UUID) or host} {database or host}",
        environment=environment(host, parameters),
        user=str(user.get("login") or user.get("name") or "") or None, version=version,
    )  # fmt: skip


def environment(host: str, parameters: Mapping[str, str]) -> Environment:
    """Odoo marks copies that were made for tests; nothing marks a production database, so none is called that."""
    neutral = parameters.get(NEUTRALIZED, "").strip().lower() in ("true", "1", "t")
    return "test" if neutral or host.partition(":")[0].endswith(TEST_HOSTS) else "unknown"


def only(answer: Answer) -> Mapping[str, Any]:
    """The one row of an answer; nothing where it was refused."""
    rows: Sequence[Mapping[str, Any]] = rows_of(answer) if answer.status == 200 else ()
    return rows[0] if rows else {}


def values_of(answer: Answer) -> dict[str, str]:
    """System parameters, which only administrators may read."""
    rows: Sequence[Mapping[str, Any]] = rows_of(answer) if answer.status == 200 else ()
    return {str(row.get("key")): str(row.get("value") or "") for row in rows}


# ---- rights, in words
GROUPS = {
    "res.partner": (None, "Contact Creation"),
    "res.users": (None, None),
    "product.product": (None, "Products: Creation"),
    "sale.order": ("Sales: User, all documents", "Sales: User, all documents"),
    "account.move": ("Invoicing: Billing", "Invoicing: Billing"),
    "stock.quant": ("Inventory: User", None),
}  # fmt: skip
"""What a user needs to read a model, and to write it: Odoo's names of its groups (nv); None: every internal user."""


def rights() -> Rights:
    """By model. Odoo has no names for single rights: the groups give them."""
    return Rights(
        always=("to be an internal user",),
        read={model.name: said(model.name, "read", GROUPS.get(model.name, (None, None))[0]) for model in MODELS},
        write={
            model.name: (
                *said(model.name, deeds(model.may), GROUPS.get(model.name, (None, None))[1]),
                *(said("ir.model.data", "read", "Technical: external identifiers") if "create" in model.may else ()),
            )
            for model in MODELS if model.may
        },
        define={
            model.name: said("ir.model.fields", "create", "Administration: Settings") for model in MODELS if model.may
        },
    )  # fmt: skip


def deeds(may: frozenset[str]) -> str:
    """In the order in which people think of them."""
    return ", ".join(one for one in ("create", "update", "delete") if one in may)


def said(model: str, deed: str, group: str | None) -> tuple[str, ...]:
    """`res.partner: create, update, delete (Contact Creation)`."""
    return (f"{model}: {deed}" + (f" ({group})" if group else ""),)
