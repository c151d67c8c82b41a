"""Odd answers to reads: one odd row holds up no other (L2, F14), and an odd page proves nothing (I11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from yard import Yard

from syncline.connect.request import Page
from syncline.mapping.field_type import Unfit
from syncline.sync import missed, observe, people, poison
from syncline.sync.observe import NotNow
from syncline.testing import company

Odd = Callable[[Page], Page]


def yard_that_tells(odd: Odd, **parts: Any) -> Yard:
    """A yard whose CRM's pages are made odd on their way."""
    yard = Yard()
    connector = yard.hub.connectors["crm"]
    stream = connector.stream(company.STREAM)
    told = replace(stream, page=lambda answer: odd(stream.page(answer)), **parts)
    others = tuple(one for one in connector.streams if one.name != company.STREAM)
    odd_one = replace(connector, streams=(told, *others))
    yard.hub = replace(yard.hub, connectors={**yard.hub.connectors, "crm": odd_one})
    return yard


def changed(raw: Any, **parts: Any) -> dict[str, Any]:
    return {**raw, **parts}


def of_p1(change: Callable[[Any], Any]) -> Odd:
    """Only the row of that e-mail."""
    return lambda page: replace(
        page, records=tuple(change(raw) if raw["email"] == "p1@x" else raw for raw in page.records)
    )


def made(yard: Yard) -> None:
    for number in range(3):
        yard.systems["crm"].make(company.STREAM, {"email": f"p{number}@x", "name": f"n{number}"})


def test_a_stamp_that_cannot_be_read_holds_up_nothing() -> None:
    stamp = Yard().hub.stream("crm", company.STREAM).changed_at
    assert stamp is not None
    yard = yard_that_tells(of_p1(lambda raw: changed(raw, **{stamp: "the day before yesterday"})))
    made(yard)
    yard.settle()
    assert all(yard.row("erp", f"p{number}@x") for number in range(3))
    observe.poll(yard.hub, "crm", company.STREAM, path="sweep")
    assert yard.hub.ledger.cursor("crm", company.STREAM, "sweep").undated == 1


def test_a_row_that_does_not_say_which_it_is_is_listed_once_and_its_page_goes_on() -> None:
    key = Yard().hub.stream("crm", company.STREAM).key
    nameless = of_p1(lambda raw: {name: value for name, value in raw.items() if name != key})
    yard = yard_that_tells(nameless, deletes_proven_by="missing")
    made(yard)
    yard.settle()
    assert [yard.row("erp", f"p{number}@x") is not None for number in range(3)] == [True, False, True]
    parked = list(yard.hub.ledger.t.parked.values())  # type: ignore[attr-defined]
    assert [one.parking.code for one in parked] == [poison.CODE]
    assert key in parked[0].parking.reason
    assert parked[0].raw["email"] == "p1@x"
    sweep = structs.replace(yard.hub.ledger.cursor("crm", company.STREAM, "sweep"), after="", began=yard.now + 50.0)
    missed.compare(yard.hub, sweep)
    hints = yard.hub.ledger.hints("crm", company.STREAM, yard.now + 100.0, 9)
    assert [one.id for one in hints] == ["crm0", "crm2"]


def test_an_answer_that_cannot_be_read_is_no_page() -> None:
    broken: list[bool] = []

    def odd(page: Page) -> Page:
        if broken:
            raise KeyError("items")
        return page

    yard = yard_that_tells(odd)
    made(yard)
    yard.settle()
    broken.append(True)
    yard.systems["crm"].change(company.STREAM, "crm1", {"name": "m1"})
    yard.now += 50.0
    with pytest.raises(NotNow, match="cannot be read"):
        observe.poll(yard.hub, "crm", company.STREAM)
    broken.clear()
    yard.settle()
    row = yard.row("erp", "p1@x")
    assert row is not None
    assert row["name"].lower() == "m1"


def test_a_look_that_names_no_row_proves_no_delete() -> None:
    nameless: list[bool] = []
    key = Yard().hub.stream("crm", company.STREAM).key

    def odd(page: Page) -> Page:
        if not nameless:
            return page
        return replace(page, records=tuple(changed(raw, **{key: None}) for raw in page.records))

    yard = yard_that_tells(odd, deletes_proven_by="missing")
    made(yard)
    yard.settle()
    stream = yard.hub.stream("crm", company.STREAM)
    nameless.append(True)
    with pytest.raises(NotNow, match="which ones are there"):
        observe.look_at(yard.hub, "crm", stream, ["crm1"])
    nameless.clear()
    assert list(observe.look_at(yard.hub, "crm", stream, ["crm1"])) == ["crm1"]


def test_over_what_cannot_be_read_nothing_is_written_by_a_wish() -> None:
    yard = Yard()
    yard.systems["crm"].make(company.STREAM, {"email": "p0@x", "name": "n0"})
    yard.settle()
    link = yard.hub.ledger.links_at([("crm", company.STREAM, "crm0")])[("crm", company.STREAM, "crm0")]
    yard.systems["crm"].change(company.STREAM, "crm0", {"email": "p0\0@x"})
    yard.settle()
    parked = yard.hub.ledger.links([link.id])[link.id].known["email"].parked
    assert parked is not None
    assert parked.code == "does-not-fit"
    with pytest.raises(Unfit, match="correct"):
        people.keep_record(yard.hub, link.record, "email", link.id, "anna")
    assert yard.hub.ledger.links([link.id])[link.id].known["email"].parked == parked
