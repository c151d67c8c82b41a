"""`patterns: {crm-erp: {}}` and two systems are a whole declaration; what the file says itself always wins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from syncline import app
from syncline.config.explain import explain
from syncline.config.load import Loaded
from syncline.config.problems import DeclarationErrors, Problem

SECRETS = {"HUBSPOT_TOKEN": "pat-7", "ODOO_KEY": "a1b2c3d4e5" * 4}
CRM = "  sales: {connector: hubspot, roles: [crm], secret: '${HUBSPOT_TOKEN}'}\n"
ERP = "  books: {connector: odoo, roles: [erp], url: 'https://acme.example', secret: '${ODOO_KEY}'}\n"
HEAD = f"hub: acme\ncurrency: EUR\nsystems:\n{CRM}{ERP}"
PATTERN = "patterns: {crm-erp: {}}\n"


def declared(text: str) -> Loaded:
    return app.declared(text, SECRETS)


def problem(text: str) -> Problem:
    with pytest.raises(DeclarationErrors) as raised:
        declared(text)
    (one,) = raised.value.problems
    return one


def test_two_systems_and_the_pattern_are_a_hub() -> None:
    found = declared(HEAD + PATTERN).declaration
    assert {"person", "account", "contact", "product", "deal", "order"} <= set(found.entities)
    truths = {name: found.entities["account"].of(name).truth for name in ("name", "domain", "phone", "won_deals")}
    assert truths == {"name": "books", "domain": "sales", "phone": None, "won_deals": "hub"}
    births = {(one.entity, one.system): one.when.text for one in found.births}
    assert births == {
        ("account", "sales"): "customer", ("account", "books"): "won_deals > 0",
        ("contact", "sales"): "account.crm_id IS NOT NULL", ("contact", "books"): "account.erp_id IS NOT NULL",
        ("product", "sales"): "sku IS NOT NULL",
    }  # fmt: skip
    (rule,) = [one for one in found.rules if one.makes]
    assert (rule.name, rule.event, rule.makes[0].system) == ("won_deal_becomes_order", "won", "books")


def test_the_deal_is_told_what_became_of_it_in_fields_of_ours() -> None:
    crm = declared(HEAD + PATTERN).declaration.binding("sales", "deal")
    told = {raw: one.field for one in crm.fields if one.outward and not one.inward for raw in one.lens.reads}
    assert told == {
        "syncline_order_number": "order_number", "syncline_order_status": "order_stage",
        "syncline_invoice_number": "invoice_number", "syncline_invoice_status": "invoice_status",
    }  # fmt: skip
    known = app.Known()["hubspot"].stream("deal").fields
    assert {one.name for one in known if one.ours} == told.keys()


def test_every_line_of_it_names_the_pattern() -> None:
    lines = {line.path: line.source for line in explain(declared(HEAD + PATTERN))}
    for path in ("create.account.books", "fields.account.name.truth", "rules.won_deal_becomes_order"):
        assert lines[path] == "pattern crm-erp (hub.yaml:6)"


FILE_WINS: list[tuple[str, Any]] = [
    ("fields: {account.name: {truth: sales}}", lambda d: d.entities["account"].of("name").truth == "sales"),
    ("fields: {account.name: {policy: last-write-wins}}", lambda d: d.entities["account"].of("name").truth is None),
    ("fields: {account.rep: {truth: books}}", lambda d: d.entities["account"].of("rep").policy == "truth"),
    (
        "fields: {account.won_deals: {type: integer, is: '0'}}",
        lambda d: "won_deals" not in [one.field for one in d.rollups],
    ),
    ("create: {account: {books: 'FALSE'}}", lambda d: "FALSE" in [one.when.text for one in d.births]),
    ("first_sync: {match: {account: [name]}}", lambda d: d.matching["account"][0].fields == ("name",)),
    (
        "fields: {account.domain: {at: {books: {field: res.partner.website, only: read}}}}",
        lambda d: not d.binding("books", "res.partner").by_field["domain"].outward,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "holds"), FILE_WINS, ids=[text for text, _ in FILE_WINS])
def test_what_the_file_says_wins(text: str, holds: Any) -> None:
    assert not holds(declared(HEAD + PATTERN).declaration)
    assert holds(declared(f"{HEAD}{PATTERN}{text}\n").declaration)


def test_orders_are_made_on_another_event_or_never() -> None:
    on = "patterns: {crm-erp: {order_on: deal.contract}}\n"
    (rule,) = [one for one in declared(HEAD + on).declaration.rules if one.makes]
    assert rule.event == "contract"
    never = declared(HEAD + "patterns: {crm-erp: {order_on: never}}\n").declaration
    assert [one for one in never.rules if one.makes] == []
    assert "order" in never.entities


@pytest.mark.parametrize(
    ("text", "path", "message", "remedy"),
    [
        (
            f"hub: a\nsystems:\n{CRM}{PATTERN}", "patterns.crm-erp", "needs a system with the role `erp`",
            "give the system that is your ERP the role: `roles: [erp]`",
        ),
        (
            HEAD.replace("[crm]", "[crm, erp]").replace("roles: [erp], ", "") + PATTERN, "patterns.crm-erp",
            "`sales` is both the CRM and the ERP", "name another system",
        ),
        (HEAD + "patterns: {crm-erp: {orders_on: deal.won}}\n", "patterns.crm-erp.orders_on", "unknown option",
         "known: order_on"),
        (HEAD + "patterns: {crm-erp: {order_on: 7}}\n", "patterns.crm-erp.order_on", "is an event", "deal.won"),
        (HEAD + "patterns: {crm-rep: {}}\n", "patterns.crm-rep", "unknown pattern `crm-rep`", "`crm-erp`"),
        (HEAD + "patterns: {crm-erp: {order_on: deal.wn}}\n", "rules.won_deal_becomes_order.when", "`deal.wn`",
         "did you mean `deal.won`?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_place_and_remedy(text: str, path: str, message: str, remedy: str) -> None:
    found = problem(text)
    assert found.path == path
    assert message in found.message
    assert remedy in (found.suggestion or "")
    assert found.place.line >= 4


def test_a_system_whose_connector_is_unknown_is_all_that_is_said() -> None:
    assert problem(HEAD.replace("connector: odoo", "connector: oddo") + PATTERN).path == "systems.books.connector"


def test_of_several_the_primary_one_plays_the_role() -> None:
    second = ERP.replace("books", "old").replace("acme", "old")
    leading = HEAD.replace("roles: [erp]", "roles: [erp], primary: true") + second + PATTERN
    assert {one.system for one in declared(leading).declaration.bindings} == {"sales", "books"}


def test_the_example_of_its_page_is_a_hub() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "patterns" / "crm-erp.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    found = app.declared(text, {**SECRETS, "ODOO_API_KEY": "k"}).declaration
    assert {"account", "contact", "product", "deal", "order", "invoice"} <= set(found.entities)
