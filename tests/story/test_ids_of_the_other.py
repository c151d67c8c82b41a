"""A field of the CRM that holds the ERP's id: as a match rule, and as couplings that go before the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from two_vendors import Company, company, hubspot_property

from syncline.acts.act import Couple
from syncline.acts.perform import perform
from syncline.acts.told import Coupled

pytestmark = pytest.mark.slow
SIZE = {"contacts": 0, "accounts": 2, "products": 1, "deals": 0}


def known(both: Company) -> None:
    """Two companies under other names and addresses, each with the partner's id; the ids lie across the domains."""
    hubspot_property(both, "companies", "odoo_id", "string", "text")
    for n in (1, 2):
        partner = both.people["odoo"].save(
            "res.partner",
            {"name": f"New {n}", "is_company": True, "customer_rank": 1, "website": f"https://{n}.example.test"},
        )
        values = {"name": f"Old {n}", "domain": f"{3 - n}.example.test", "odoo_id": str(partner["id"])}
        both.people["hubspot"].save("companies", values)


def test_as_a_match_rule_it_goes_before_the_domain(tmp_path: Path) -> None:
    def by_number(tree: Any) -> None:
        tree["first_sync"]["match"]["account"] = ["erp_number", "domain"]
        tree["fields"]["account.name"]["truth"] = "odoo"
        tree["fields"]["account.erp_number"] = {
            "type": "text", "truth": "odoo",
            "at": {
                "odoo": {"stream": "res.partner", "read": "CAST(id AS TEXT)"},
                "hubspot": {"field": "company.odoo_id", "custom": True},
            },
        }  # fmt: skip

    with company(tmp_path, by_number, prepare=known, **SIZE) as both:
        both.settle()
        told = {row.get("odoo_id"): row["name"] for row in both.rows("hubspot", "companies").values()}
        partners = {rid: row["name"] for rid, row in both.rows("odoo", "res.partner").items() if row["is_company"]}
        assert {told[rid] for rid, name in partners.items() if name.startswith("New")} == {"New 1", "New 2"}


def test_as_couplings_it_is_read_once_and_goes_before_the_domain(tmp_path: Path) -> None:
    def prepare(both: Company) -> None:
        known(both)
        act = Couple(field="hubspot.company.odoo_id", to="odoo/res.partner")
        told = perform(both.hub, act, "anna", lambda step: None)
        assert isinstance(told, Coupled), told
        assert (told.lines, told.taken, told.waits) == (2, 2, 2)

    with company(tmp_path, prepare=prepare, **SIZE) as both:
        both.clock.advance(240.0)
        both.settle()
        links = both.hub.ledger.couplings_waiting()
        assert links == []
        companies = both.rows("hubspot", "companies")
        for rid, row in companies.items():
            if row.get("odoo_id"):
                here = both.hub.ledger.links_at([("hubspot", "company", rid)])
                there = both.hub.ledger.links_at([("odoo", "res.partner", row["odoo_id"])])
                assert {one.record for one in here.values()} == {one.record for one in there.values()}
        assert len(companies) == 4, "nothing is made a second time"
