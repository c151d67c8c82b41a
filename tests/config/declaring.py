"""Small connectors to declare against, and the pieces that most tests of the declaration need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncline.config.load import Loaded, load
from syncline.config.problems import DeclarationErrors, Problem
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Page, Request
from syncline.connect.stream import Field, Stream

ENVIRONMENT = {"ODOO_API_KEY": "the-key-of-odoo", "MAILCHIMP_API_KEY": "m", "SHOPIFY_TOKEN": "s", "SLACK_WEBHOOK": "w"}


def fields(text: str) -> tuple[Field, ...]:
    """`name! email=date id-`: `!` is required, `-` cannot be written, `=` gives the type."""
    found = []
    for word in text.split():
        name, _, kind = word.partition("=")
        plain = name.rstrip("!-")
        found.append(Field(name=plain, type=kind or "text", required="!" in name, writable="-" not in name))
    return tuple(found)


def stream(name: str, text: str, *, key: str = "id", create: bool = True) -> Stream:
    def page(answer: Answer) -> Page:
        return Page()

    def make(values: Mapping[str, Any], key: str) -> Request:
        return Request(method="POST", path=f"/{name}", json=dict(values))

    return Stream(name=name, key=key, fields=fields(text), page=page, create=make if create else None)


def connector(name: str, *streams: Stream, auth: str | None = "token") -> Connector:
    return Connector(name=name, base_url=f"https://{name}.example", streams=streams, auth=auth)


CONNECTORS = {
    each.name: each
    for each in (
        connector(
            "hubspot",
            stream("company", "name domain phone sales_region payment_risk vat owner_id lead_score city"),
            stream("contact", "email firstname lastname phone company_id consent birthday tags"),
            stream("deal", "dealname amount dealstage company_id closed_by"),
            stream("task", "subject"),
        ),
        connector(
            "odoo",
            stream("res.partner", "name! ref vat x_region phone street city zip credit_limit- category_id"),
            stream("res.partner.bank", "acc_number partner_id!"),
            stream("sale.order", "name partner_id! amount_total payment_term_id! warehouse_id date_order order_line"),
        ),
        connector("zendesk", stream("organization", "name sales_region payment_risk", create=False),
                  stream("ticket", "subject status organization_id priority")),
        connector("mailchimp", stream("member", "email_address status merge_fields")),
        connector("shopify", stream("customer", "email addresses"), stream("order", "name total_price currency")),
        connector("slack", auth="webhook"),
        connector("wide", stream("thing", " ".join(f"p{n}" for n in range(1, 20)) + " cur"), auth=None),
        connector("open", stream("thing", "a b c d e"), stream("other", "a thing_id!"), auth=None),
    )
}  # fmt: skip

HEAD = """\
hub: acme
systems:
  hubspot: {connector: hubspot, roles: [crm], secret: vault}
  odoo: {connector: odoo, roles: [erp], url: "https://acme.odoo.example", secret: "${ODOO_API_KEY}"}
"""


def loaded(text: str, **changes: Any) -> Loaded:
    """What the text compiles to."""
    given: dict[str, Any] = {"environment": ENVIRONMENT, **changes}
    return load(text, given.pop("connectors", CONNECTORS), **given)


def problems(text: str, **changes: Any) -> tuple[Problem, ...]:
    """What is wrong with the text."""
    with pytest.raises(DeclarationErrors) as raised:
        loaded(text, **changes)
    return raised.value.problems


def only(text: str, **changes: Any) -> Problem:
    """The one thing that is wrong with the text."""
    found = problems(text, **changes)
    assert len(found) == 1, "\n" + "\n".join(map(str, found))
    return found[0]


MARK = "§"


def unmarked(text: str) -> tuple[str, int, int]:
    """The text without its mark, and the mark's line and column."""
    before, _, after = text.partition(MARK)
    assert MARK not in after, "one mark"
    line = before.count("\n") + 1
    return before + after, line, len(before) - before.rfind("\n")
