"""A new row that a system refuses for one value is made without it: the field is parked, and nothing else waits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from yard import Yard

from syncline.connect.request import Answer, Effect, Request
from syncline.model.link import Link
from syncline.testing import company


class Particular:
    """The yard's own door; the ERP refuses these values, each by its field, when a row is made."""

    def __init__(self, yard: Yard, **refused: str) -> None:
        self.yard, self.refused, self.creates = yard, refused, 0

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        if (system, request.method, request.path) == ("erp", "POST", f"/{company.STREAM}"):
            self.creates += 1
            assert isinstance(request.json, dict)
            for field, value in self.refused.items():
                if request.json.get(field) == value:
                    return Answer(status=422, body={"field": field, "reason": f"{value!r} is not taken"})
        return self.yard.call(system, request, effect)


def made(**refused: str) -> tuple[Yard, Particular, str]:
    """A contact in the CRM, and what the ERP will not have of it."""
    yard = Yard()
    row = yard.systems["crm"].make(company.STREAM, {"email": "p1@x", "name": "n1", "addr": "moon", "rep": "r1"})
    door = Particular(yard, **refused)
    yard.hub = replace(yard.hub, door=door)
    return yard, door, row.id


def erp(yard: Yard) -> Link:
    [mine] = yard.hub.ledger.links_of([1]).values()
    return next(link for link in mine if link.system == "erp")


@pytest.mark.parametrize("refused", [{"addr": "moon"}, {"addr": "moon", "rep": "r1"}])
def test_it_is_born_without_the_fields_that_are_refused(refused: dict[str, str]) -> None:
    yard, door, _ = made(**refused)
    yard.settle()
    row = yard.row("erp", "p1@x")
    assert row is not None
    assert row["name"] == "n1"
    assert not any(row.get(name) for name in refused)
    link = erp(yard)
    assert (link.state, link.parked) == ("active", None)
    for name, value in refused.items():
        parked = link.known[name].parked
        assert parked is not None
        assert (parked.code, parked.ours, parked.refused) == ("rejected", value, True)
        assert parked.reason == f"erp: {value!r} is not taken"
    assert door.creates == len(refused) + 1, "each is tried once, and no more"


def test_a_new_value_of_the_field_goes_there_by_itself() -> None:
    yard, _, row = made(addr="moon")
    yard.settle()
    yard.systems["crm"].change(company.STREAM, row, {"addr": "earth"})
    yard.settle()
    found = yard.row("erp", "p1@x")
    assert found is not None
    assert found["addr"] == "earth"
    assert erp(yard).known["addr"].parked is None


def test_a_row_is_not_made_without_what_it_is_matched_by() -> None:
    yard, door, _ = made(email="p1@x")
    yard.settle()
    assert yard.row("erp", "p1@x") is None
    link = erp(yard)
    assert (link.state, door.creates) == ("birth", 1)
    assert link.parked is not None
    assert "'p1@x' is not taken" in link.parked.reason


def test_a_row_whose_field_was_parked_before_is_not_tried_again_and_again() -> None:
    yard, door, _ = made(addr="moon", email="p1@x")
    yard.settle()
    assert erp(yard).parked is not None
    assert door.creates == 2


class Defaulting(Particular):
    """The CRM, which tells nothing of what it made, refuses, and gives a new row an address of its own."""

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        if (system, request.method, request.path) == ("crm", "POST", f"/{company.STREAM}"):
            assert isinstance(request.json, dict)
            if request.json.get("addr") == "moon":
                return Answer(status=422, body={"field": "addr", "reason": "'moon' is not taken"})
            request = replace(request, json={**request.json, "addr": request.json.get("addr") or "nowhere"})
        return self.yard.call(system, request, effect)


@pytest.mark.parametrize("differ", ["ask", "newest"])
def test_what_a_new_row_holds_by_default_in_place_of_what_it_refused_is_no_value_of_the_record(differ: str) -> None:
    yard = Yard()
    row = yard.systems["erp"].make(company.STREAM, {"email": "p1@x", "name": "n1", "addr": "moon"}).id
    fields = {**company.FIELDS, "addr": replace(company.FIELDS["addr"], differ=differ)}
    declaration = replace(
        yard.hub.declaration, entities={"contact": replace(company.CONTACT, fields=fields)}
    )  # fmt: skip
    yard.hub = replace(yard.hub, declaration=declaration, door=Defaulting(yard))
    yard.settle()
    found = yard.row("crm", "p1@x")
    assert found is not None
    assert found["addr"] == "nowhere"
    assert yard.systems["erp"].rows[company.STREAM][row].now.values["addr"] == "moon"
    [mine] = yard.hub.ledger.links_of([1]).values()
    link = next(link for link in mine if link.system == "crm")
    assert link.known["addr"].parked is not None
    assert not link.known["addr"].differs
    yard.systems["crm"].change(company.STREAM, str(link.external_id), {"addr": "mars"})
    yard.settle()
    assert yard.systems["erp"].rows[company.STREAM][row].now.values["addr"] == "mars", "what people type there counts"
