"""Associations v4 by raw calls: batches, pages, and who may not be associated."""

from typing import Any

import pytest

from syncline.sandbox.remote import Remote

from .conftest import Ask

BATCH = "/crm/v4/associations/contacts/companies/batch"


@pytest.fixture
def ids(control: Remote) -> dict[str, list[str]]:
    contacts = [control.save("contacts", {"firstname": str(n)})["id"] for n in range(3)]
    companies = [control.save("companies", {"name": str(n)})["id"] for n in range(3)]
    return {"contacts": contacts, "companies": companies}


def pair(one: str, other: str, *numbers: int) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number} for number in numbers]
    return {"from": {"id": one}, "to": {"id": other}, "types": types}


def companies_of(ask: Ask, contact: str) -> dict[str, list[int]]:
    read = ask("POST", f"{BATCH}/read", {"inputs": [{"id": contact}]}).body["results"]
    return {to["toObjectId"]: [type["typeId"] for type in to["associationTypes"]] for one in read for to in one["to"]}


def test_batches_do_each_pair_by_itself(ask: Ask, ids: dict[str, list[str]]) -> None:
    (a, b, _), (x, y, _) = ids["contacts"], ids["companies"]
    made = ask("POST", f"{BATCH}/create", {"inputs": [pair(a, x, 1), pair(b, "999", 279), pair(b, y, 4)]})
    assert made.status == 207
    assert [one["fromObjectId"] for one in made.body["results"]] == [a]
    assert [error["context"]["fromObjectId"] for error in made.body["errors"]] == [[b], [b]]
    default = ask("POST", f"{BATCH}/associate/default", {"inputs": [pair(a, y)]}).body["results"]
    assert [one["associationSpec"]["associationTypeId"] for one in default] == [279, 280]
    assert companies_of(ask, a) == {x: [1, 279], y: [279]}
    gone = {"inputs": [{"from": {"id": a}, "to": [{"id": x}, {"id": "999"}]}]}
    assert ask("POST", f"{BATCH}/archive", gone).status == 204
    assert companies_of(ask, a) == {y: [279]}


def test_a_pair_half_fails_where_that_is_planted(ask: Ask, ids: dict[str, list[str]], control: Remote) -> None:
    (a, b, _), (x, _, _) = ids["contacts"], ids["companies"]
    control.plant("half-fail", count=1)
    made = ask("POST", f"{BATCH}/create", {"inputs": [pair(a, x, 279), pair(b, x, 279)]})
    assert [one["fromObjectId"] for one in made.body["results"]] == [b]


def test_a_company_has_many_primary_contacts_and_a_contact_one_company(ask: Ask, ids: dict[str, list[str]]) -> None:
    (a, b, _), (x, y, _) = ids["contacts"], ids["companies"]
    back = "/crm/v4/associations/companies/contacts/batch/create"
    assert ask("POST", back, {"inputs": [pair(x, a, 2), pair(x, b, 2), pair(y, a, 2)]}).status == 201
    assert companies_of(ask, a) == {x: [279], y: [1, 279]}
    assert companies_of(ask, b) == {x: [1, 279]}


def test_pages(ask: Ask, ids: dict[str, list[str]]) -> None:
    contact = ids["contacts"][0]
    for company in ids["companies"]:
        ask("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies?limit=2"
    first = ask("GET", path).body
    rest = ask("GET", f"{path}&after={first['paging']['next']['after']}").body
    assert [one["toObjectId"] for one in [*first["results"], *rest["results"]]] == ids["companies"]
    assert "paging" not in rest


def test_an_association_moves_nobodys_stamp(ask: Ask, ids: dict[str, list[str]], control: Remote) -> None:
    contact, company = ids["contacts"][0], ids["companies"][0]
    control.clock(advance=5)
    ask("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    for kind, id in (("contacts", contact), ("companies", company)):
        assert control.row(kind, id)["updatedAt"] == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("PUT", "/crm/v4/objects/contacts/1/associations/default/companies/2", None, 404),
        ("PUT", "/crm/v4/objects/contacts/{id}/associations/companies/{id}", {}, 400),
        ("GET", "/crm/v4/objects/contacts/999/associations/companies", None, 404),
        ("GET", "/crm/v4/objects/contacts/{id}/associations/cats", None, 400),
        ("DELETE", "/crm/v4/objects/contacts/{id}/associations/companies/x", None, 204),
        ("POST", f"{BATCH}/read", {"inputs": "x"}, 400),
        ("POST", f"{BATCH}/create", {"inputs": [{"from": {"id": "1"}}]}, 400),
        ("POST", f"{BATCH}/create", {"inputs": [pair("{id}", "{id}", 0)]}, 207),
    ],
)
def test_refusals(ask: Ask, ids: dict[str, list[str]], method: str, target: str, body: Any, status: int) -> None:
    assert ask(method, target.replace("{id}", ids["contacts"][0]), body).status == status
