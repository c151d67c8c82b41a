"""HubSpot in a hub: what people do on one side arrives on the other, once, whatever gets lost."""

from __future__ import annotations

from typing import Any

import pytest
from hub_world import HubWorld

from syncline.sandbox.faults import Fault


def erp_lines(row: Any) -> list[tuple[Any, ...]]:
    return sorted((one["product"], one["quantity"], one["price"]) for one in row.now.values["lines"])


def won(world: HubWorld) -> str:
    """A deal with two lines, of an account with a contact, typed in HubSpot."""
    company = world.type("companies", name="Company 1", domain="one.example.com")
    contact = world.type("contacts", firstname="Contact", lastname="One", email="contact1@example.com")
    world.associate("contacts", contact, "companies", company)
    deal = world.type("deals", dealname="Deal 1", dealstage="qualifiedtobuy", pipeline="default", amount="12.5")
    world.associate("deals", deal, "companies", company)
    world.line(deal, name="A", hs_sku="A-1", quantity="2", price="5")
    world.line(deal, name="B", hs_sku="B-1", quantity="1", price="2.5")
    return deal


def test_what_is_typed_in_hubspot_arrives_with_its_references_and_lines() -> None:
    world = HubWorld()
    won(world)
    world.settle()
    [account], [contact], [deal] = world.in_erp("account"), world.in_erp("contact"), world.in_erp("deal")
    assert (account.now.values["name"], contact.now.values["name"]) == ("Company 1", "Contact One")
    assert contact.now.values["account"] == deal.now.values["account"] == account.id
    assert deal.now.values["stage"] == "qualified"
    assert erp_lines(deal) == [("A-1", "2", "5"), ("B-1", "1", "2.5")]


def test_what_is_typed_in_the_erp_is_made_once_in_hubspot() -> None:
    world = HubWorld()
    account = world.erp.make("account", {"name": "Company 2", "domain": "two.example.com"})
    lines = [{"product": "A-1", "quantity": "2", "price": "5"}, {"product": "C-1", "quantity": "3", "price": "1"}]
    world.erp.make("deal", {"name": "Deal 2", "amount": "13.00", "stage": "won", "account": account.id, "lines": lines})
    world.settle(16)
    [company], [deal] = world.in_hubspot("companies"), world.in_hubspot("deals")
    assert company["domain"] == "two.example.com" if "domain" in company else company["properties"]["domain"]
    assert sorted(world.lines(str(deal["id"]))) == [("A-1", "2", "5"), ("C-1", "3", "1")]
    assert len(world.in_hubspot("line_items")) == 2


def test_edits_of_lines_go_both_ways_and_then_nothing_moves() -> None:
    world = HubWorld()
    deal = won(world)
    world.settle()
    [row] = world.in_erp("deal")
    lines = [{**one, "quantity": "9"} if one["product"] == "A-1" else one for one in row.now.values["lines"]]
    world.erp.change("deal", row.id, {"lines": [*lines, {"product": "C-1", "quantity": "1", "price": "7"}]})
    world.settle()
    assert sorted(world.lines(deal)) == [("A-1", "9", "5"), ("B-1", "1", "2.5"), ("C-1", "1", "7")]
    [line] = [one for one in world.in_hubspot("line_items") if "C-1" in str(one)]
    world.edit("line_items", str(line["id"]), quantity="4")
    world.settle()
    assert ("C-1", "4", "7") in erp_lines(world.in_erp("deal")[0])
    before = world.writes()
    world.settle(6)
    assert world.writes() == before  # I5


def test_a_line_that_is_removed_in_the_erp_is_archived() -> None:
    world = HubWorld()
    deal = won(world)
    world.settle()
    [row] = world.in_erp("deal")
    world.erp.change("deal", row.id, {"lines": [one for one in row.now.values["lines"] if one["product"] == "A-1"]})
    world.settle()
    assert world.lines(deal) == [("A-1", "2", "5")]


def test_what_leaves_no_stamp_is_found_by_a_sweep_and_is_newer_than_what_the_hub_wrote() -> None:
    world = HubWorld()
    deal = won(world)
    other = world.type("companies", name="Company 2", domain="two.example.com")
    world.settle()
    accounts = {row.now.values["name"]: row.id for row in world.in_erp("account")}
    [contact], [order] = world.in_erp("contact"), world.in_erp("deal")
    world.erp.change("contact", contact.id, {"account": accounts["Company 2"]})
    lines = [{**one, "quantity": "7"} for one in order.now.values["lines"]]
    world.erp.change("deal", order.id, {"lines": lines})
    world.settle()
    [person] = world.in_hubspot("contacts")
    assert sorted(world.lines(deal)) == [("A-1", "7", "5"), ("B-1", "7", "2.5")]
    for company in (other, world.in_hubspot("companies")[0]["id"]):
        world.control(
            "POST", "acts/dissociate", {"from": "contacts", "id": person["id"], "to": "companies", "to_id": company}
        )
    world.associate("contacts", str(person["id"]), "companies", str(world.in_hubspot("companies")[0]["id"]))
    [line] = [one for one in world.in_hubspot("line_items") if "B-1" in str(one)]
    world.control("DELETE", f"records/line_items/{line['id']}")
    world.sweep()
    assert contact.now.values["account"] == accounts["Company 1"]
    assert erp_lines(order) == [("A-1", "7", "5")]


def test_a_delete_is_carried_on_and_a_merge_is_not_a_delete() -> None:  # I11
    world = HubWorld()
    one, other, dead = (
        world.type("contacts", lastname=name, email=f"{name.lower()}@example.com") for name in ("Anna", "Berta", "Cora")
    )
    world.settle()
    assert len(world.in_erp("contact")) == 3
    world.control("POST", "acts/merge", {"stream": "contacts", "primary": one, "loser": other})
    world.control("DELETE", f"records/contacts/{dead}")
    world.settle()
    row = world.hub.ledger.links_at([("hubspot", "contact", other), ("hubspot", "contact", dead)])
    assert {k.state for k in row.values()} == {"tombstone"}
    assert row["hubspot", "contact", other].into == f"contact/{one}"
    left = {one.now.values["email"] for one in world.in_erp("contact")}
    assert "cora@example.com" not in left
    assert "anna@example.com" in left


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_whatever_gets_lost_nothing_is_made_twice_and_all_arrives(seed: int) -> None:  # I4
    world = HubWorld(lag=20.0)
    won(world)
    world.settle(4)
    world.plant(
        *(Fault(kind=kind, rate=0.15, seed=seed + n) for n, kind in enumerate(("lose-answer", "rate-limit", "cut"))),
        Fault(kind="server-error", rate=0.15, seed=seed + 7, status=503, done=True),
    )
    for number in range(2, 8):
        account = world.erp.make("account", {"name": f"Company {number}", "domain": f"c{number}.example.com"})
        lines = [{"product": "A-1", "quantity": str(number), "price": "5"}]
        values = {"name": f"Deal {number}", "amount": "5.00", "stage": "won", "account": account.id, "lines": lines}
        world.erp.make("deal", values)
    world.settle(20)
    world.sandbox.faults.clear()
    world.settle(20)
    assert len(world.in_hubspot("companies")) == len(world.in_erp("account")) == 7
    assert len(world.in_hubspot("deals")) == len(world.in_erp("deal")) == 7
    assert len(world.in_hubspot("line_items")) == 8
    for deal in world.in_hubspot("deals"):
        assert world.lines(str(deal["id"]))
