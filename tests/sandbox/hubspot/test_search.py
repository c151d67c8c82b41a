"""Search: operators, limits, lag and ties; all in one process under a clock that stands."""

from typing import Any

import pytest

from syncline.sandbox.hubspot.search import has_token
from syncline.sandbox.remote import Remote

from .conftest import NOON, Ask

CONTACTS = "/crm/v3/objects/contacts/search"


def found(ask: Ask, body: dict[str, Any], path: str = CONTACTS) -> list[str]:
    reply = ask("POST", path, body)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.body["results"]]


def by(name: str, operator: str, **how: Any) -> dict[str, Any]:
    return {"filterGroups": [group(name, operator, **how)]}


def group(name: str, operator: str, many: int = 1, **how: Any) -> dict[str, Any]:
    return {"filters": [{"propertyName": name, "operator": operator, **how}] * many}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (by("amount", "EQ", value="9"), "b"),
        (by("amount", "NEQ", value="9.0"), "ac"),
        (by("amount", "LT", value="20"), "ab"),
        (by("amount", "GTE", value="9"), "bc"),
        (by("amount", "BETWEEN", value="1", highValue="9"), "ab"),
        (by("amount", "IN", values=["9", "100"]), "bc"),
        (by("amount", "NOT_HAS_PROPERTY"), "d"),
        (by("amount", "HAS_PROPERTY"), "abc"),
        (by("dealname", "EQ", value="RED fox"), "a"),
        (by("dealname", "IN", values=["red fox", "Blue Fox"]), "a"),
        (by("dealname", "NOT_IN", values=["red fox"]), "bcd"),
        (by("dealname", "CONTAINS_TOKEN", value="fox"), "ab"),
        (by("dealname", "CONTAINS_TOKEN", value="b*"), "bc"),
        (by("dealname", "NOT_CONTAINS_TOKEN", value="fox"), "cd"),
        (by("closedate", "GT", value="2026-03-01"), "c"),
        (by("closedate", "LTE", value="1772323200000"), "b"),
        (by("hs_is_closed", "EQ", value="true"), "d"),
        (by("dealstage", "IN", values=["closedwon"]), "d"),
        ({"query": "FOX red"}, "a"),
        ({"query": "fox", **by("amount", "GT", value="5")}, "b"),
        ({"filterGroups": [group("amount", "LT", value="5"), group("amount", "GT", value="50")]}, "ac"),
        ({}, "abcd"),
        ({"sorts": ["-amount"]}, "cbad"),
        ({"sorts": [{"propertyName": "dealname", "direction": "ASCENDING"}]}, "cbda"),
    ],
)  # fmt: skip
def test_operators(ask: Ask, control: Remote, one: dict[str, Any], expected: str) -> None:
    stage = "contractsent"
    rows = [
        {"dealname": "Red Fox", "amount": "1.5", "dealstage": stage},
        {"dealname": "Blue Fox", "amount": "9", "closedate": "2026-03-01", "dealstage": stage},
        {"dealname": "Beaver", "amount": "100", "closedate": "2026-03-01T00:00:00.001Z", "dealstage": stage},
        {"dealname": "cat", "dealstage": "closedwon"},
    ]
    ids = {control.save("deals", row)["id"]: name for name, row in zip("abcd", rows, strict=True)}
    shown = "".join(ids[id] for id in found(ask, one, "/crm/v3/objects/deals/search"))
    assert (shown if "sorts" in one else "".join(sorted(shown))) == expected


def test_ids_and_stamps_are_compared_as_such(ask: Ask, control: Remote) -> None:
    first = control.save("contacts", {"firstname": "a"})["id"]
    control.clock(advance=0.001)
    second = control.save("contacts", {"firstname": "b"})["id"]
    assert found(ask, by("lastmodifieddate", "GT", value=str(int(NOON * 1000)))) == [second]
    assert found(ask, by("lastmodifieddate", "GTE", value=str(int(NOON * 1000)))) == [first, second]
    assert found(ask, by("createdate", "LTE", value="2026-09-21T14:13:20.000Z")) == [first]
    assert found(ask, by("hs_object_id", "GT", value=first)) == [second]


def test_ties_come_in_the_order_of_ids(ask: Ask, control: Remote) -> None:
    ids = [control.save("contacts", {"firstname": str(n)})["id"] for n in range(12)]
    one = {"sorts": ["lastmodifieddate"], "limit": 5}
    pages = [found(ask, {**one, "after": str(after)}) for after in (0, 5, 10)]
    assert [id for page in pages for id in page] == ids


def test_a_write_is_found_only_when_the_index_has_it(ask: Ask, control: Remote) -> None:
    id = control.save("contacts", {"firstname": "old"})["id"]
    control.plant("lag", seconds=10)
    ask("PATCH", f"/crm/v3/objects/contacts/{id}", {"properties": {"firstname": "new"}})
    ask("POST", "/crm/v3/objects/contacts", {"properties": {"firstname": "new"}})
    new, old = by("firstname", "EQ", value="new"), by("firstname", "EQ", value="old")
    assert (found(ask, new), found(ask, old)) == ([], [id])
    assert (
        ask("POST", CONTACTS, old)
        .body["results"][0]["properties"]["lastmodifieddate"]
        .startswith("2026-09-21T14:13:20")
    )
    assert len(ask("GET", "/crm/v3/objects/contacts?limit=100").body["results"]) == 2
    control.clock(advance=10)
    assert (len(found(ask, new)), found(ask, old)) == (2, [])


def test_the_archived_are_not_found(ask: Ask, control: Remote) -> None:
    id = control.save("contacts", {"firstname": "a"})["id"]
    ask("DELETE", f"/crm/v3/objects/contacts/{id}")
    assert found(ask, {}) == []


def filters(many: int) -> dict[str, Any]:
    return group("email", "HAS_PROPERTY", many)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"after": "9900", "limit": 101}, "10000"),
        ({"after": "x"}, "whole number"),
        ({"limit": 201}, "between 0 and 200"),
        ({"sorts": ["email", "phone"]}, "Only one sort"),
        ({"sorts": ["nonsense"]}, "no such property"),
        ({"query": "x" * 3001}, "3000"),
        ({"filterGroups": [filters(1)] * 6}, "5 filterGroups"),
        ({"filterGroups": [filters(7)]}, "6 filters"),
        ({"filterGroups": [filters(5)] * 4}, "18 in all"),
        ({"filterGroups": "x"}, "must be a list"),
        (by("nonsense", "HAS_PROPERTY"), "nonsense does not exist"),
        (by("email", "LIKE", value="x"), "not a search operator"),
        (by("email", "EQ"), "needs value"),
        (by("email", "IN", values=[]), "1 to 100 values"),
        (by("email", "IN", values=["x"] * 101), "1 to 100 values"),
        (by("createdate", "GT", value="yesterday"), "is no datetime"),
        (by("hs_object_id", "GT", value="x"), "is no number"),
    ],
)
def test_what_a_search_may_not_ask(ask: Ask, body: dict[str, Any], message: str) -> None:
    reply = ask("POST", CONTACTS, body)
    assert (reply.status, reply.body["category"]) == (400, "VALIDATION_ERROR")
    assert message in reply.body["message"]


def test_up_to_the_cap_pages_are_given(ask: Ask, sandbox: Any) -> None:
    sandbox.quotas.quotas = ()
    sandbox.store.insert_many("contacts", ((id, {}, 0, 0) for id in range(1, 10_102)))
    last = ask("POST", CONTACTS, {"after": "9800", "limit": 200}).body
    assert (last["total"], len(last["results"]), last["paging"]["next"]["after"]) == (10_101, 200, "10000")
    assert ask("POST", CONTACTS, {"after": "10000", "limit": 200}).status == 400


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("one two-three", "two three", True),
        ("one two-three", "one three", False),
        ("someone@example.test", "someone@example", True),
        ("Straße 7", "stra*", True),
        ("", "a", False),
        ("a", "", False),
    ],
)
def test_tokens(text: str, pattern: str, expected: bool) -> None:
    assert has_token(text, pattern) is expected
