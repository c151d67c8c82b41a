"""A merge in one vendor: nothing is deleted in the other, both ids stay known for ever, and it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from two_vendors import Company, company

from syncline.acts.act import Act, Join, Part
from syncline.acts.perform import perform
from syncline.acts.told import Done
from syncline.look import find
from syncline.look.looking import Looking
from syncline.look.opened import everything
from syncline.model.link import Link
from syncline.model.rows import Hint
from syncline.sync import rounds

pytestmark = pytest.mark.slow
PARTNER = {"contact": "res.partner#contact", "account": "res.partner"}
SIZE = {"contacts": 4, "accounts": 3, "products": 1, "deals": 0}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Company]:
    """Both hold the same contacts and companies, and agree."""
    with company(tmp_path, **SIZE) as found:
        found.settle()
        yield found


def act(both: Company, one: Act) -> None:
    told = perform(both.hub, one, "anna", lambda step: None)
    assert isinstance(told, Done), told


def link(both: Company, system: str, stream: str, rid: str) -> Link:
    row = (system, stream, rid)
    return both.hub.ledger.links_at([row])[row]


def contacts(both: Company) -> dict[str, tuple[str, str]]:
    """E-mail to the ids in HubSpot and in Odoo."""
    partners = {row["email"]: rid for rid, row in both.rows("odoo", "res.partner").items() if row["email"]}
    found = both.rows("hubspot", "contacts").items()
    return {row["email"]: (rid, partners[row["email"]]) for rid, row in found}


def found_by(both: Company, what: str) -> list[int]:
    """The records that a search finds."""
    looking = Looking(
        declaration=both.hub.declaration, ledger=both.running.ledger, now=both.clock.now(),
        connectors=both.hub.connectors,
    )  # fmt: skip
    return [one.record for one in find.find(looking, what)[0]]


def test_contacts_merged_in_the_crm_while_both_have_partners(both: Company) -> None:
    ids = contacts(both)
    (one, mine), (other, theirs) = ids["contact1@example.test"], ids["contact2@example.test"]
    survivor, lost = link(both, "hubspot", "contact", one).record, link(both, "hubspot", "contact", other).record
    before = both.rows("odoo", "res.partner")
    both.people["hubspot"].act("merge", stream="contacts", primary=one, loser=other)
    both.settle()
    assert link(both, "hubspot", "contact", other).record == survivor
    assert link(both, "odoo", PARTNER["contact"], mine).state == "active"
    assert link(both, "odoo", PARTNER["contact"], theirs).state == "shadow"
    after = both.rows("odoo", "res.partner")
    assert after[theirs] == before[theirs], "nothing is written to the shadow"
    assert after.keys() == before.keys(), "nothing is deleted, and nothing made"
    (shown,) = everything(both.hub, ("parked",))
    assert f"delete {theirs}" in shown.remedy
    assert f"syncline links remove {lost}" in shown.remedy

    # The loser's id is remembered for ever: by a search, by its page, and by a webhook that comes late.
    assert found_by(both, f"hubspot/contact/{other}") == [survivor]
    assert found_by(both, f"https://app.hubspot.com/contacts/1/record/0-1/{other}") == [survivor]
    assert found_by(both, str(lost)) == [survivor]
    with both.hub.ledger.unit() as unit:
        unit.put_hints([Hint(system="hubspot", stream="contact", id=other, at=both.clock.now())])
    both.settle()
    assert both.rows("hubspot", "contacts").keys() == {rid for rid, _ in ids.values()} - {other}
    assert both.hub.ledger.parked_after("hubspot", "contact", "", 9) == []

    # Un-merged, both partners take part again; the CRM's own merge is the CRM's.
    act(both, Part(at=str(lost)))
    both.settle()
    assert link(both, "odoo", PARTNER["contact"], theirs).state == "active"
    assert link(both, "odoo", PARTNER["contact"], theirs).record == lost
    assert both.rows("odoo", "res.partner").keys() == before.keys()
    assert both.rows("odoo", "res.partner")[theirs]["email"] == "contact2@example.test"
    assert both.rows("hubspot", "contacts").keys() == {rid for rid, _ in ids.values()} - {other}
    assert both.hub.ledger.open_items() == []


def test_companies_merged_in_the_crm_take_their_people_along(both: Company) -> None:
    companies = {row["name"]: rid for rid, row in both.rows("hubspot", "companies").items()}
    partners = {row["name"]: rid for rid, row in both.rows("odoo", "res.partner").items()}
    first, second = sorted(companies)[:2]
    before = {rid: row["parent_id"] for rid, row in both.rows("odoo", "res.partner").items()}
    both.people["hubspot"].act("merge", stream="companies", primary=companies[first], loser=companies[second])
    both.settle()
    survivor = link(both, "hubspot", "company", companies[first]).record
    assert link(both, "hubspot", "company", companies[second]).record == survivor
    states = {name: link(both, "odoo", PARTNER["account"], partners[name]).state for name in (first, second)}
    assert sorted(states.values()) == ["active", "shadow"]
    assert both.rows("odoo", "res.partner").keys() == set(partners.values())
    lost = link(both, "hubspot", "company", companies[second])
    assert lost.into == f"company/{companies[first]}"
    records = both.hub.ledger.records(range(1, 30)).values()
    meant = {one.fields["account"].value for one in records if "account" in one.fields and one.entity == "contact"}
    gone = {one.id for one in records if one.merged_into is not None}
    assert gone
    assert survivor in meant
    assert not meant & gone, "nobody belongs to an alias"
    parents = {rid: row["parent_id"] for rid, row in both.rows("odoo", "res.partner").items()}
    assert parents == before, "they mean the same company by either partner: nothing is written"


def test_partners_merged_in_the_erp_delete_nothing_in_the_crm(tmp_path: Path) -> None:
    """Odoo tells nobody into which partner one was merged: a user that sees all rows proves that it is gone."""

    def sees_all(tree: Any) -> None:
        tree["systems"]["odoo"]["sees_all"] = True

    with company(tmp_path, sees_all, **SIZE) as both:
        both.settle()
        ids = contacts(both)
        (one, mine), (other, theirs) = ids["contact1@example.test"], ids["contact2@example.test"]
        records = [link(both, "hubspot", "contact", rid).record for rid in (one, other)]
        into: dict[str, Any] = {"into": int(mine), "from": [int(theirs)]}
        both.people["odoo"].act("merge", model="res.partner", **into)
        for _ in range(3):
            both.clock.advance(600.0)
            assert rounds.sync(both.hub, full=True) == {}
        assert link(both, "odoo", PARTNER["contact"], theirs).state == "tombstone"
        assert both.rows("hubspot", "contacts").keys() == {rid for rid, _ in ids.values()}
        assert theirs not in both.rows("odoo", "res.partner"), "it is not made again"
        act(both, Join(at=str(records[0]), other=str(records[1])))
        both.settle()
        assert found_by(both, f"odoo/{PARTNER['contact']}/{theirs}") == [records[0]]
        assert link(both, "hubspot", "contact", other).state == "shadow"
        assert both.rows("hubspot", "contacts").keys() == {rid for rid, _ in ids.values()}
