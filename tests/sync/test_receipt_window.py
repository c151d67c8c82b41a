"""Between the look and the receipt somebody may edit another field: a receipt must not swallow that."""

from __future__ import annotations

from typing import Any

import pytest
from yard import Yard

from syncline.model.link import Link
from syncline.sync import deliver, people
from syncline.testing import company


def renamed() -> tuple[Yard, Link]:
    """A customer's name was changed in the hub; the shop, with this link, is to be told."""
    yard = Yard()
    yard.systems["shop"].make(company.STREAM, {"email": "p0@x", "name": "n0", "addr": "a0"})
    yard.settle()
    [link] = [link for link in yard.hub.ledger.links(range(100)).values() if link.system == "shop"]
    people.set_value(yard.hub, link.record, "name", "n1", "anna")
    yard.now += 20.0
    return yard, link


def held(yard: Yard) -> list[tuple[str, str]]:
    """The customer's name and address in every system."""
    rows: list[Any] = [yard.row(system, "p0@x") for system in company.ORDER]
    return [(row["name"].lower(), row["addr"].lower()) for row in rows]


@pytest.mark.parametrize("moment", ["looked", "called"])
def test_an_edit_of_another_field_while_we_write_is_taken(moment: str) -> None:
    yard, link = renamed()

    def edit(name: str) -> None:
        if name == moment and not yard.done:
            yard.done = True
            yard.systems["shop"].change(company.STREAM, str(link.external_id), {"addr": "a1"})

    yard.at_point = edit
    deliver.deliver(yard.hub, "shop", company.STREAM)
    assert yard.done
    yard.settle()
    assert held(yard) == [("n1", "a1")] * 3


def test_what_a_person_says_while_we_write_is_not_forgotten_by_the_receipt() -> None:
    """The receipt may begin with what the journal left only where nobody committed anything in between."""
    yard, link = renamed()

    def say(name: str) -> None:
        if name == "called" and not yard.done:
            yard.done = True
            people.set_value(yard.hub, link.record, "addr", "a1", "anna")

    yard.at_point = say
    deliver.deliver(yard.hub, "shop", company.STREAM)
    assert yard.done
    assert yard.hub.ledger.due("shop", company.STREAM, yard.now, 9), "the shop is not told what she said"
    yard.settle()
    assert held(yard) == [("n1", "a1")] * 3
