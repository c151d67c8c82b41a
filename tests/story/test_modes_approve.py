"""In mode approve writes, creates, deletes and what rules make or tell wait until a plan that lists them is applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from modes_world import World, lived, world

from syncline.acts.act import Apply, Plan, Provision, Sync
from syncline.acts.told import Applied, Planned, Synced
from syncline.app import Running

pytestmark = [pytest.mark.outside, pytest.mark.slow]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[World]:
    """All that was open is done with, as far as it goes."""
    with world(tmp_path) as found:
        lived(found)
        with found.running("live", without_brakes) as running:
            found.act(running, Provision())
            for _ in range(3):
                found.act(running, Sync())
        yield found


def without_brakes(tree: Any) -> None:
    tree["brakes"] = {"rewrite": {"above": 1000}}


def of_every_kind(company: World) -> None:
    """An update each way, a create, a delete, and a rule that makes and tells."""
    emails = company.places["emails"]
    company.edit("hubspot", emails[3], jobtitle="To Odoo")
    company.edit("odoo", emails[8], function="To HubSpot")
    company.edit("hubspot", emails[6], jobtitle="Head")
    company.people["hubspot"].save("contacts", {"email": "born@example.test", "firstname": "Contact", "lastname": "99"})
    stream, rid = company.contact("hubspot", emails[7])
    company.people["hubspot"].remove(stream, rid)


def planned(company: World, running: Running, name: str) -> tuple[str, list[dict[str, Any]]]:
    """A plan's file, and its writes."""
    file = str(company.folder / name)
    told = company.act(running, Plan(out=file))
    assert isinstance(told, Planned)
    return file, json.loads(Path(file).read_text(encoding="utf-8"))["writes"]


def kinds(writes: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["system"], one["write"]) for one in writes}


def test_nothing_leaves_until_a_plan_is_applied_and_then_exactly_that(company: World) -> None:
    of_every_kind(company)
    rows, since = company.rows(), company.marks()
    with company.running("approve", without_brakes) as running:
        events = len(running.ledger.events(0, 999))
        for act in (Sync(), Sync(full=True), Sync(only="contact")):
            told = company.act(running, act)
            assert isinstance(told, Synced)
            assert told.written == {}
        assert told.kept_back["approve"] > 3
        assert told.events_held == 2
        file, writes = planned(company, running, "plan.json")
        assert {("odoo", "update"), ("hubspot", "update"), ("odoo", "create"), ("hubspot", "create")} <= kinds(writes)
        assert company.writes(since) == {"hubspot": [], "odoo": []}
        assert company.rows() == rows
        assert len(running.ledger.events(0, 999)) == events

        emails = company.places["emails"]
        company.edit("hubspot", emails[9], jobtitle="Not in the plan")
        company.act(running, Sync())
        applied = company.act(running, Apply(file=file))
        assert isinstance(applied, Applied)
        assert applied.events == 2
        assert len(running.ledger.events(0, 999)) == events + 2
        assert sum(map(len, company.writes(since).values())) > 0
        assert row(company, "odoo", emails[3])["function"] == "To Odoo"
        assert row(company, "hubspot", emails[8])["jobtitle"] == "To HubSpot"
        assert row(company, "odoo", "born@example.test")
        assert row(company, "odoo", emails[9]).get("function") != "Not in the plan"
        done = company.marks()
        company.act(running, Sync())
        company.act(running, Apply(file=file))
        assert company.writes(done) == {"hubspot": [], "odoo": []}, "once, and nothing else"


def test_one_entity_of_a_live_hub_waits_for_a_plan(company: World) -> None:
    def contacts_wait(tree: Any) -> None:
        without_brakes(tree)
        entities = tree.setdefault("entities", {})
        entities["contact"] = {**(entities.get("contact") or {}), "mode": "approve"}

    of_every_kind(company)
    number = next(one["id"] for one in company.people["odoo"].rows("product.product") if one.get("default_code"))
    company.people["odoo"].save("product.product", {"name": "Product renamed"}, str(number))
    since = company.marks()
    with company.running("live", contacts_wait) as running:
        told = company.act(running, Sync())
        assert isinstance(told, Synced)
        every = [one for calls in company.writes(since).values() for one in calls]
        assert [one for one in every if "products" in one], "products are live"
        assert [one for one in every if "contacts" in one or "res.partner" in one] == []
        assert told.events_held == 2, "what is told of contacts waits too"
        file, writes = planned(company, running, "plan.json")
        assert {"update", "create"} <= {one["write"] for one in writes if one["entity"] == "contact"}
        company.act(running, Apply(file=file))
        assert row(company, "odoo", company.places["emails"][3])["function"] == "To Odoo"


def row(company: World, system: str, email: str) -> dict[str, Any]:
    """A contact as it stands there."""
    stream, rid = company.contact(system, email)
    found = company.people[system].row(stream, rid)
    return dict(found.get("properties", found))
