"""Ten thousand records go from HubSpot to Odoo as one applied plan, and each value arrives as it was typed.

What arrives is read from the sandboxes' own rows, and compared by this test's own words with what was typed. What a
system cannot hold is parked with its field, its value and the reason, and nothing else is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from odd_company import Typed, country_of, declare, text_of, type_all
from odd_values import MOMENTS, same_number
from two_vendors import Company, company

from syncline.sync import apply, plan, rounds, sheet
from syncline.sync.listed import Applied

pytestmark = pytest.mark.slow
COMPANIES, CONTACTS, PRODUCTS, DEALS = 1_500, 8_500, 200, 300
STREAMS = ("companies", "contacts", "products", "deals"), ("res.partner", "product.product", "sale.order")
SECONDS = 90.0


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Everything after the plan was applied."""

    company: Company
    typed: Typed
    before: Mapping[str, Mapping[str, Mapping[str, Any]]]
    applied: Applied
    foot: sheet.Foot
    seconds: float


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    folder = tmp_path_factory.mktemp("many")
    with company(folder, declare) as both:
        typed = type_all(both, COMPANIES, CONTACTS, PRODUCTS, DEALS)
        before = {kind: both.rows("hubspot", kind) for kind in STREAMS[0]}
        begun = time.process_time()
        assert rounds.read_all(both.hub) == {}
        file = folder / "plan.json"
        made = plan.plan(both.hub)
        sheet.save(made, file)
        applied = apply.apply(both.hub, sheet.load(file))
        both.settle(1)  # what no vendor takes is parked when it is tried
        seconds = time.process_time() - begun
        yield Moved(company=both, typed=typed, before=before, applied=applied, foot=made.foot, seconds=seconds)


def by_number(moved: Moved, model: str, field: str) -> dict[str, Mapping[str, Any]]:
    return {str(row.get(field)): row for row in moved.company.rows("odoo", model).values() if row.get(field)}


def wrong(expected: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """Each value that is not as it was typed."""
    return [
        (number, name, value, found[number].get(name))
        for number, row in expected.items()
        for name, value in row.items()
        if (found[number].get(name) or None) != value
    ]


def test_it_is_one_plan_and_all_of_it_leaves(moved: Moved) -> None:
    assert moved.foot.counts == {"create": COMPANIES + CONTACTS + PRODUCTS + DEALS}
    assert moved.applied.refused is None
    lost = {which for system, _, which, field in moved.typed.lost if (system, field) == ("odoo", "address")}
    assert moved.applied.counts["left"] > 9 * CONTACTS
    assert set(moved.applied.counts) <= {"left", "dropped"}
    for fate in moved.applied.of("dropped"):
        number = next((one.after for one in fate.write.fields if one.field == "number"), None)
        assert number in lost or "has no id in odoo" in fate.why, "what the system refused is named, with what needs it"
    assert len(by_number(moved, "res.partner", "ref")) == COMPANIES + CONTACTS
    assert len(by_number(moved, "product.product", "default_code")) == PRODUCTS
    assert len(by_number(moved, "sale.order", "client_order_ref")) == DEALS


def test_it_does_not_take_long(moved: Moved) -> None:
    assert moved.seconds < SECONDS


def test_every_company_stands_as_it_was_typed(moved: Moved) -> None:
    found, lost = by_number(moved, "res.partner", "ref"), moved.typed.lost
    codes = {row["id"]: row["code"] for row in moved.company.rows("odoo", "res.country").values()}
    expected, budgets = {}, []
    for number, row in moved.typed.companies.items():
        expected[number] = {
            "name": text_of(row, "name"), "website": f"https://{row['domain']}", "is_company": True,
            "phone": row["phone"].replace(" ", ""), "x_notes": text_of(row, "story_own"),
        }  # fmt: skip
        if not {("odoo", "res.partner", number, "address"), ("hubspot", "company", number, "address")} & lost.keys():
            parts = {"street": "address", "street2": "address2", "city": "city", "zip": "zip"}
            expected[number] |= {there: text_of(row, here) for there, here in parts.items()}
            assert codes.get(found[number].get("country_id")) == country_of(row), number
        if ("odoo", "res.partner", number, "budget") not in lost:
            there = found[number]
            budgets.append((same_number(there.get("x_budget"), row["budget_own"]), there.get("x_of_currency"),
                            row["budget_currency"]))  # fmt: skip
    assert wrong(expected, found) == []
    assert [one for one in budgets if not one[0] or one[1] != one[2]] == []
    assert len(budgets) > COMPANIES * 0.99


def test_every_contact_stands_as_it_was_typed(moved: Moved) -> None:
    found, lost = by_number(moved, "res.partner", "ref"), moved.typed.lost
    moments = {one.told: one.utc for one in MOMENTS}
    expected = {}
    for number, row in moved.typed.contacts.items():
        expected[number] = {
            "name": text_of(row, "firstname", "lastname"), "function": text_of(row, "jobtitle"), "is_company": None,
            "email": row["email"] or None, "x_notes": text_of(row, "notes_own"),
            "x_birthday": row["birthday_own"] or None, "x_visit": moments[row["visit_own"]],
            "phone": None if row["phone"] == "call me" else row["phone"].replace(" ", ""),
            "parent_id": found[moved.typed.at[number]]["id"] if number in moved.typed.at else None,
        }  # fmt: skip
        if ("odoo", "res.partner", number, "last_call") not in lost:
            expected[number]["x_last_call"] = row["last_call"].replace("T", " ")[:19]
    assert wrong(expected, found) == []
    assert max(len(row["x_notes"] or "") for row in expected.values()) > 60_000


def test_every_product_and_deal_stands_as_it_was_typed(moved: Moved) -> None:
    products, lost = by_number(moved, "product.product", "default_code"), moved.typed.lost
    templates = moved.company.rows("odoo", "product.template")
    for sku, row in moved.typed.products.items():
        template = templates[str(products[sku]["product_tmpl_id"])]
        assert template["name"] == text_of(row, "name")
        assert (template.get("description_sale") or None) == text_of(row, "description")
        if ("odoo", "product.product", sku, "price") not in lost:
            assert same_number(template.get("list_price"), row["price"]), sku
    partners = by_number(moved, "res.partner", "ref")
    deals = by_number(moved, "sale.order", "client_order_ref")
    for name, row in moved.typed.deals.items():
        order = deals[name]
        assert same_number(order.get("x_amount"), row["amount"]), name
        assert order["x_of_currency"] == row["deal_currency_code"]
        assert order["commitment_date"] == row["closedate"].replace("T", " ")[:19]
        assert order["partner_id"] == partners[moved.typed.at[name]]["id"]


def test_what_cannot_be_held_is_parked_with_field_value_and_reason_and_nothing_else_is(moved: Moved) -> None:
    called = {("odoo", str(row["id"])): number for number, row in by_number(moved, "res.partner", "ref").items()}
    for sku, row in by_number(moved, "product.product", "default_code").items():
        called["odoo product", str(row["id"])] = sku
    for kind in ("companies", "contacts"):
        called |= {("hubspot", id): row["number_own"] for id, row in moved.before[kind].items()}
    parked = {}
    for (system, stream, id, name), one in moved.company.parked().items():
        where = "odoo product" if stream == "product.product" else system
        parked[system, stream, called[where, id], name] = one
    assert set(parked) == set(moved.typed.lost)
    for place, why in moved.typed.lost.items():
        assert why in parked[place].reason, parked[place]
        assert parked[place].remedy
        assert parked[place].ours is not None or parked[place].theirs is not None


def test_a_second_sync_writes_nothing_and_hubspot_is_as_it_was(moved: Moved) -> None:
    before = {model: moved.company.rows("odoo", model) for model in STREAMS[1]}
    calls = {name: dict(one.calls.by_kind) for name, one in moved.company.sandboxes.items()}
    moved.company.settle(2)
    assert {model: moved.company.rows("odoo", model) for model in STREAMS[1]} == before
    assert {kind: moved.company.rows("hubspot", kind) for kind in STREAMS[0]} == moved.before
    now = {name: dict(one.calls.by_kind) for name, one in moved.company.sandboxes.items()}
    written = {kind for kind in now["odoo"] if not kind.endswith(("search_read", "fields_get", "version"))}
    assert {kind: now["odoo"][kind] for kind in written} == {kind: calls["odoo"].get(kind) for kind in written}
    assert plan.plan(moved.company.hub).foot.counts == {}
