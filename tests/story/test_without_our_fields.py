"""A hub whose own fields are missing in a system runs without them, says so, and tells it all once they are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from company_at_work import WAIT_SECONDS, Company, company

from syncline.acts.act import Plan, Provision, Sync
from syncline.acts.told import Planned, Provisioned, Synced
from syncline.sync.asking_fields import ASK_AGAIN_SECONDS

TOLD = ("syncline_order_number", "syncline_order_status")


@pytest.fixture
def unmade(tmp_path: Path) -> Iterator[Company]:
    """Two products in Odoo, a deal that was won in HubSpot, and no field of ours anywhere."""
    with company(tmp_path) as one:
        one.begins()
        for n in (1, 2):
            one.erp.env["product.product"].create(
                {"name": f"Product {n}", "default_code": f"SKU-{n}", "list_price": 10.0}
            )
        yield one


def provisioned(company: Company, **how: bool) -> Provisioned:
    told = company.act(Provision(**how))
    assert isinstance(told, Provisioned), told
    return told


def test_everything_else_goes_on_and_what_is_missing_is_said_once(unmade: Company) -> None:
    _, customer, _ = unmade.customer()
    deal = unmade.won("Deal 1", customer)
    told = unmade.sync(3)
    assert len(unmade.orders("Deal 1")) == 1, "the deal became an order all the same"
    assert unmade.seen("deals", deal, *TOLD) == dict.fromkeys(TOLD)
    assert unmade.all("products") == [], "no row is made that could be made twice"
    assert (told.open_count, told.new_count) == (0, 0), "nothing is parked record by record"
    missing = {(one.stream, one.field): one.waiting for one in told.missing}
    assert missing["deal", "syncline_order_number"] == 0
    assert missing["product", "syncline_key"] == 2
    writes = unmade.writes()
    unmade.sync(3)
    assert unmade.writes() == writes, "what is missing is not tried again and again"


def test_what_waited_is_told_by_itself_once_the_fields_are_there(unmade: Company) -> None:
    _, customer, _ = unmade.customer()
    deal = unmade.won("Deal 1", customer)
    unmade.sync(3)
    unmade.clock.advance(86_400.0)
    unmade.sync(1)  # long ago: nothing of it is read again by itself
    made = provisioned(unmade)
    assert {one.state for one in made.fields} == {"made"}
    now = unmade.act(Sync())
    assert isinstance(now, Synced)
    assert now.missing == ()
    assert unmade.seen("deals", deal, *TOLD) == {"syncline_order_number": "S00001", "syncline_order_status": "draft"}
    assert sorted(one["hs_sku"] for one in unmade.all("products", "hs_sku")) == ["SKU-1", "SKU-2"]


def test_fields_that_somebody_made_by_hand_are_found(unmade: Company) -> None:
    unmade.sync()
    group = {"name": "syncline", "label": "Syncline"}
    unmade.crm.crm.properties.groups_api.create("products", property_group_create=group)
    by_hand = {
        "name": "syncline_key", "label": "Key", "type": "string", "fieldType": "text", "groupName": "syncline",
        "hasUniqueValue": True,
    }  # fmt: skip
    unmade.crm.crm.properties.core_api.create("products", property_create=by_hand)
    unmade.clock.advance(ASK_AGAIN_SECONDS)
    unmade.sync(2)
    assert len(unmade.all("products")) == 2


def test_a_field_that_an_administrator_takes_away_stops_only_what_needs_it(unmade: Company) -> None:
    provisioned(unmade)
    _, customer, _ = unmade.customer()
    deal = unmade.won("Deal 1", customer)
    unmade.sync(3)
    unmade.crm.crm.properties.core_api.archive("products", "syncline_key")
    unmade.crm.crm.properties.core_api.archive("deals", "syncline_order_status")
    unmade.erp.env["product.product"].create({"name": "Product 3", "default_code": "SKU-3", "list_price": 1.0})
    unmade.press("sale.order", "action_confirm", unmade.orders("Deal 1")[0]["id"])
    told = unmade.sync(3)
    assert told.open_count == 0
    assert {one.field for one in told.missing} >= {"syncline_key"}
    assert [(one.state, one.field) for one in provisioned(unmade).fields if one.state == "made"] == [
        ("made", "syncline_key"), ("made", "syncline_order_status"),
    ]  # fmt: skip
    unmade.sync(2)
    assert len(unmade.all("products")) == 3
    assert unmade.seen("deals", deal, *TOLD) == {
        "syncline_order_number": "S00001", "syncline_order_status": "confirmed",
    }  # fmt: skip


def test_a_plan_says_which_fields_its_creates_need(unmade: Company) -> None:
    unmade.clock.advance(WAIT_SECONDS)
    planned = unmade.act(Plan())
    assert isinstance(planned, Planned)
    assert [(one.stream, one.field) for one in planned.missing] == [("product", "syncline_key")]


def test_what_this_hub_made_is_taken_away_and_nothing_else(unmade: Company) -> None:
    own = {
        "name": "region", "label": "Region", "type": "string", "fieldType": "text", "groupName": "information",
    }  # fmt: skip
    unmade.crm.crm.properties.core_api.create("companies", property_create=own)
    made = provisioned(unmade)
    asked = provisioned(unmade, remove=True, dry=True)
    assert {(one.state, one.run, one.by) for one in asked.fields} == {("there", made.run, "anna")}
    assert len(asked.fields) == len(made.fields)
    assert any("its values in every deal go with it" in one.why for one in asked.fields)
    assert any("could then make a second row" in one.why for one in asked.fields)
    gone = provisioned(unmade, remove=True)
    assert {one.state for one in gone.fields} == {"removed"}
    for kind in ("companies", "deals"):
        left = {one.name for one in unmade.crm.crm.properties.core_api.get_all(kind).results}
        assert not [name for name in left if name.startswith("syncline_")]
    assert "region" in {one.name for one in unmade.crm.crm.properties.core_api.get_all("companies").results}
    assert provisioned(unmade, remove=True).fields == ()
    assert {one.field for one in unmade.sync(1).missing} >= {"syncline_key"}, "the declaration still needs them"
