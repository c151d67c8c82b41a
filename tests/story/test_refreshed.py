"""A vendor's sandbox is set up anew under the hub: what was known is not there, and nothing is deleted anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from two_vendors import LAGS, Company, company

from syncline.acts.act import Baseline
from syncline.acts.perform import perform
from syncline.acts.told import Done
from syncline.sync import rounds

pytestmark = [pytest.mark.outside, pytest.mark.slow]
CONTACTS = 60


def refreshed(found: Company) -> None:
    """Odoo's first day again, with none of the rows."""
    found.sandboxes["odoo"].found()
    found.clock.advance(3600)


def contacts(found: Company) -> int:
    return sum(str(row.get("email") or "").startswith("contact") for row in found.rows("hubspot", "contacts").values())


def test_a_sandbox_without_its_rows_deletes_none_in_the_other_system(tmp_path: Path) -> None:
    with company(tmp_path, contacts=CONTACTS, accounts=5, products=2, deals=0) as found:
        found.settle(3)
        assert contacts(found) == CONTACTS
        refreshed(found)
        for _ in range(6):
            found.clock.advance(LAGS)
            rounds.sync(found.hub, full=True)
        assert contacts(found) == CONTACTS, "nothing is deleted in HubSpot"
        told = perform(found.hub, Baseline(how="begin", what="odoo"), "anna", lambda step: None)
        assert isinstance(told, Done)
        assert "rows that were known are not there any more" in told.said
        told = perform(found.hub, Baseline(how="confirm"), "anna", lambda step: None)
        assert isinstance(told, Done)
        for _ in range(3):
            found.clock.advance(LAGS)
            rounds.sync(found.hub)
        assert contacts(found) == CONTACTS
        there = [
            row for row in found.rows("odoo", "res.partner").values() if str(row.get("email")).startswith("contact")
        ]
        assert there == [], "nor is anything made again that a person may have taken away"
