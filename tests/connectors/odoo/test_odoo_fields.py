"""Odoo's fields described, those of ours taken away, and who wrote a row."""

from __future__ import annotations

import pytest
from odoo_direct import Odoo
from odoo_played import Played, row, stream

from syncline.connect.stream import Field
from syncline.model.outcome import Done, Missing
from syncline.sandbox.odoo import logins


@pytest.fixture(params=[17, 19])
def odoo(request: pytest.FixtureRequest) -> Odoo:
    return Odoo(request.param)


def test_fields_are_described_as_odoo_tells_them() -> None:
    described = stream("res.partner").described
    assert described is not None
    played = Played(described(), {
        "name": {"type": "char", "string": "Name", "required": True, "readonly": False},
        "type": {"type": "selection", "string": "Type", "required": False, "readonly": False,
                 "selection": [["contact", "Contact"], ["other", "Other"]]},
        "x_syncline_a": {"type": "char", "string": "A", "required": False, "readonly": True},
    })  # fmt: skip
    name, type, ours = played.end.records
    assert name == {
        "name": "name", "label": "Name", "type": "char", "required": True, "writable": True, "ours": False
    }  # fmt: skip
    assert type["choices"] == ["contact", "other"]
    assert (ours["ours"], ours["writable"], "choices" in ours) == (True, False, False)
    assert played.writes == []


def test_every_field_that_the_connector_knows_of_a_model_is_described(odoo: Odoo) -> None:
    described = odoo.stream("sale.order").described
    assert described is not None
    names = {one["name"] for one in odoo.read(described()).records}
    assert {"name", "partner_id", "state", "amount_total"} <= names


def test_a_field_that_was_made_is_taken_away_and_odoos_own_are_not(odoo: Odoo) -> None:
    partner = odoo.stream("res.partner")
    assert partner.define is not None
    assert partner.undefine is not None
    assert partner.described is not None
    made = Field(name="x_syncline_region")
    odoo.write("res.partner", partner.define(made))
    [told] = [one for one in odoo.read(partner.described()).records if one["name"] == made.name]
    assert told["ours"] is True
    assert isinstance(odoo.write("res.partner", partner.undefine(made)), Done)
    assert odoo.write("res.partner", partner.undefine(made)) == Missing()
    assert odoo.write("res.partner", partner.undefine(Field(name="phone"))) == Missing()
    left = {one["name"] for one in odoo.read(partner.described()).records}
    assert "phone" in left
    assert made.name not in left


def test_who_wrote_a_row_is_a_user_by_name() -> None:
    writers = stream("res.partner").writers
    assert writers is not None
    rows = [row(1, write_uid=17), row(2, write_uid=1), row(3, write_uid=2), row(4, write_uid=False)]
    users = [{"id": 17, "name": "Contact 17"}, {"id": 2, "name": "Hub"}]
    played = Played(writers(["1", "2", "3", "4", "no"], ["name"]), rows, users, {"uid": 2, "lang": "en_US"})
    told = [(one["id"], one["kind"], one["by"]) for one in played.end.records]
    assert told == [
        ("1", "unknown", "user 17 Contact 17"), ("2", "automation", "user 1"), ("3", "us", "user 2 Hub"),
        ("4", "unknown", "not told"),
    ]  # fmt: skip
    assert all("field" not in one for one in played.end.records), "Odoo tells it of the row"


def test_who_we_are_is_the_user_of_the_key(odoo: Odoo) -> None:
    made = odoo.create("res.partner", {"name": "A"})
    assert isinstance(made, Done)
    typed = odoo.sandbox.vendor.users.save(odoo.sandbox, "res.partner", None, {"name": "B"})
    writers = odoo.stream("res.partner").writers
    assert writers is not None
    ask = [made.id, str(typed["id"])]
    assert {one["id"]: one["kind"] for one in odoo.read(writers(ask, ["name"])).records} == {
        made.id: "us", ask[1]: "unknown"
    }  # fmt: skip
    odoo.as_seller()
    told = {one["id"]: (one["kind"], one["by"]) for one in odoo.read(writers(ask, ["name"])).records}
    assert told == {made.id: ("unknown", "user 2 Administrator"), ask[1]: ("us", f"user {logins.SELLER} Seller")}
