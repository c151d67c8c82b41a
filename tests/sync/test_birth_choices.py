"""What a new row gets beside the record's values: by condition, the first that fits, and never by guess."""

from __future__ import annotations

from typing import Any

import pytest
from derive_world import CRM, ERP, Small, declaration, true_when

from syncline.config.declaration import Birth
from syncline.config.settings import Choice
from syncline.mapping.field_type import Unfit


def born(*choices: Choice, **defaults: Any) -> Birth:
    return Birth(
        entity="contact", system="erp", stream="contact", when=true_when("contact", "email IS NOT NULL"),
        choices=choices, defaults=defaults,
    )  # fmt: skip


def chosen(birth: Birth, **values: Any) -> dict[str, Any]:
    """What the row in the ERP got."""
    world = Small(declaration(bindings=CRM + ERP, births=(birth,)))
    account = world.type("crm", "account", name="Acme", region="north")
    world.type("crm", "contact", email="a@x", account=account, **values)
    world.settle(10)
    (row,) = world.rows("erp", "contact")
    return world.held("erp", "contact", row)


NORTH = Choice(field="greeting", value="moin", when=true_when("contact", "account.region = 'north'", "account"))
VIP = Choice(field="greeting", value="dear", when=true_when("contact", "status = 'vip'"))
ELSE = Choice(field="greeting", value="hello")


@pytest.mark.parametrize(("status", "wanted"), [("vip", "dear"), ("new", "moin")])
def test_the_first_that_fits_is_taken(status: str, wanted: str) -> None:
    assert chosen(born(VIP, NORTH, ELSE), status=status)["greeting"] == wanted


def test_the_one_without_a_condition_is_for_all_others() -> None:
    south = Choice(field="greeting", value="servus", when=true_when("contact", "account.region = 'south'", "account"))
    assert chosen(born(south, ELSE))["greeting"] == "hello"
    assert chosen(born(south))["greeting"] is None


def test_choices_stand_beside_what_is_always_the_same_and_under_what_the_record_holds() -> None:
    phone = Choice(field="phone", value="0", when=true_when("contact", "email = 'a@x'"))
    found = chosen(born(phone, name="nobody"), phone="7")
    assert (found["phone"], found["name"]) == ("7", "nobody")


def test_a_condition_without_a_value_holds_the_create_back_visibly() -> None:
    def fails(column: Any) -> Any:
        if column("status") != "vip":
            raise Unfit(column("status"), "cannot be judged")
        return True

    condition = true_when("contact", "status = 'vip'")
    bad = Choice(field="greeting", value="dear", when=type(condition)(
        text="status", reads=frozenset({"status"}), evaluate=fails, type="boolean"
    ))  # fmt: skip
    world = Small(declaration(bindings=CRM + ERP, births=(born(bad, ELSE),)))
    row = world.type("crm", "contact", email="a@x", status="odd")
    for _ in range(30):
        world.round()
    assert world.rows("erp", "contact") == []  # neither guessed nor lost
    (parking,) = world.record("crm", "contact", row).unfit.values()
    assert "cannot be judged" in parking.reason
    world.edit("crm", "contact", row, status="vip")
    for _ in range(200):
        world.round()
    (made,) = world.rows("erp", "contact")
    assert world.held("erp", "contact", made)["greeting"] == "dear"
    assert world.record("crm", "contact", row).unfit == {}
