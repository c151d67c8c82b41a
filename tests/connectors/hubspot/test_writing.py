"""What the connector asks to write, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from canned import answer, hubspot, linked, play, record, stream

from syncline.connect.request import Answer, Request
from syncline.connect.stream import WriteOrder
from syncline.connectors.hubspot import errors
from syncline.connectors.hubspot.kinds import KEY_PROPERTY
from syncline.connectors.hubspot.paths import VERSION
from syncline.model.outcome import NOT_MADE, Clash, Done, Exists, Later, Missing, Outcome, Rejected, Unknown

CRM = f"/crm/objects/{VERSION}/"
NOW = 1793871000.0 + 3600


def order(kind: Any, key: str, rid: str | None = None, **values: Any) -> WriteOrder:
    return WriteOrder(kind=kind, id=rid, values=values, key=key)


def paths(requests: list[Request]) -> list[str]:
    """What was asked, without the version."""
    return [f"{one.method} {one.path.split(f'/{VERSION}/')[1]}" for one in requests]


# ---- one by one
def test_a_create_is_an_upsert_on_our_own_id() -> None:  # I4
    contact = stream("contact")
    assert contact.create is not None
    [asked], _ = play(contact.create({"email": "contact1@example.test", "hs_x": None, "n": 5, "yes": True}, "hub-1"))
    assert asked.path == f"{CRM}contacts/batch/upsert"
    properties = {"email": "contact1@example.test", "hs_x": "", "n": "5", "yes": "true", KEY_PROPERTY: "hub-1"}
    assert asked.json == {"inputs": [{"idProperty": KEY_PROPERTY, "id": "hub-1", "properties": properties}]}
    assert contact.create_is_safe_by == "external_id"


def test_an_update_says_what_is_stored() -> None:
    contact = stream("contact")
    assert contact.update is not None
    assert contact.delete is not None
    assert contact.done is not None
    [asked], _ = play(contact.update("7", {"phone": None}, None))
    assert (asked.method, asked.path, asked.json) == ("PATCH", f"{CRM}contacts/7", {"properties": {"phone": ""}})
    done = contact.done(Answer(status=200, body=record(7, phone=None)))
    assert isinstance(done, Done)
    assert (done.id, done.stored and done.stored["phone"]) == ("7", None)
    asked_delete: Any = contact.delete("7", None)
    assert (asked_delete.method, asked_delete.path) == ("DELETE", f"{CRM}contacts/7")
    assert contact.done(Answer(status=204)) == Done(id="")


def test_a_create_that_is_answered_as_a_failed_batch_is_refused() -> None:
    contact = stream("contact")
    assert contact.done is not None
    conflict = {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 9"}
    assert contact.done(Answer(status=207, body={"results": [], "errors": [conflict]})) == Exists(id="9")
    done = contact.done(answer({**record(3), "new": True}))
    assert isinstance(done, Done)
    assert done.id == "3"


def test_an_answer_that_says_nothing_is_no_receipt() -> None:
    contact = stream("contact")
    assert contact.done is not None
    with pytest.raises((KeyError, AttributeError)):
        contact.done(Answer(status=200, body={"status": "COMPLETE", "results": []}))


# ---- batches
def test_updates_go_together_and_each_has_its_name() -> None:
    contact = stream("contact")
    assert contact.batch is not None
    asked = contact.batch([order("update", "k1", "7", phone="1"), order("update", "k2", "8", phone="2")])
    assert asked.path == f"{CRM}contacts/batch/update"
    assert asked.json["inputs"][1] == {"id": "8", "properties": {"phone": "2"}, "objectWriteTraceId": "k2"}


def test_creates_and_deletes_go_together_too() -> None:
    contact = stream("contact")
    assert contact.batch is not None
    assert contact.receipts is not None
    made = contact.batch([order("create", "k1", email="a"), order("create", "k2", email="b")])
    assert made.path == f"{CRM}contacts/batch/upsert"
    assert [one["id"] for one in made.json["inputs"]] == ["k1", "k2"]
    gone = [order("delete", "k1", "7"), order("delete", "k2", "8")]
    asked = contact.batch(gone)
    assert (asked.path, asked.json) == (f"{CRM}contacts/batch/archive", {"inputs": [{"id": "7"}, {"id": "8"}]})
    assert contact.receipts(Answer(status=204), gone) == [Done(id="7"), Done(id="8")]


def test_a_half_failed_batch_in_any_order() -> None:
    contact = stream("contact")
    assert contact.receipts is not None
    orders = [order("update", f"k{n}", str(n), phone="1") for n in range(5)]
    errors = [
        {"category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": ["3"]}},
        {"category": "VALIDATION_ERROR", "message": "bad", "context": {"objectWriteTraceId": ["k1"]},
         "errors": [{"message": "bad", "code": "INVALID_PHONE", "context": {"propertyName": ["phone"]}}]},
        {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 77", "context": {"ids": ["4"]}},
    ]  # fmt: skip
    told = contact.receipts(answer(record(2), record(0), status=207, errors=errors, numErrors=3), orders)
    assert [one.id for one in told if isinstance(one, Done)] == ["0", "2"]
    assert told[1] == Rejected(reason="bad", field="phone", code="invalid-phone")
    assert told[3:] == [Missing(), Exists(id="77")]


def test_creates_are_known_by_our_own_id_or_by_their_trace() -> None:
    contact = stream("contact")
    assert contact.receipts is not None
    orders = [order("create", f"k{n}") for n in range(3)]
    rows = [{**record(12), "objectWriteTraceId": "k2"}, record(10, **{KEY_PROPERTY: "k0"})]
    nameless = {"category": "VALIDATION_ERROR", "message": "bad"}
    told = contact.receipts(answer(*rows, status=207, errors=[nameless]), orders)
    assert [getattr(one, "id", None) for one in told] == ["10", None, "12"]
    assert told[1] == Rejected(reason="bad", code="validation-error"), "the only error is that of the only one left"


def test_what_a_batch_does_not_say_is_unknown() -> None:
    contact = stream("contact")
    assert contact.receipts is not None
    told: list[Outcome] = contact.receipts(answer(record(1)), [order("update", f"k{n}", str(n)) for n in (1, 2, 3)])
    assert isinstance(told[0], Done)
    assert all(isinstance(one, Unknown) for one in told[1:])


def test_what_takes_several_requests_goes_alone() -> None:
    deal = stream("deal")
    assert deal.batch_takes(order("update", "k", "1", amount="5"))
    assert not deal.batch_takes(order("update", "k", "1", company_id="5"))
    assert not deal.batch_takes(order("create", "k", line_items=[]))


# ---- associations
def test_a_company_becomes_the_primary_one() -> None:
    contact = stream("contact")
    assert contact.update is not None
    done = Answer(status=201, body={"results": []})
    requests, outcome = play(contact.update("1", {"company_id": "6", "phone": "5"}, None), linked(_1=[5]), done, done)
    assert paths(requests) == [
        "POST contacts/companies/batch/read", "POST contacts/companies/batch/create", "PATCH contacts/1",
    ]  # fmt: skip
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    assert requests[1].json == {"inputs": [{"from": {"id": "1"}, "to": {"id": "6"}, "types": kinds}]}
    assert outcome == Done(id="1")


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ("6", [6], []),
        ("6", [], ["associate/default"]),
        ("6", [5], ["associate/default", "archive"]),
        ("6", [5, 7], ["associate/default"]),
        ("6", [5, 6], []),
        (None, [5], ["archive"]),
        (None, [5, 6], []),
        (None, [], []),
    ],
)
def test_a_deal_keeps_contacts_that_the_hub_does_not_know_of(
    wanted: Any, there: list[int], expected: list[str]
) -> None:
    deal = stream("deal")
    assert deal.update is not None
    done = [Answer(status=200, body={"results": []})] * len(expected)
    requests, outcome = play(deal.update("1", {"contact_id": wanted}, None), linked(_1=there), *done)
    assert [one.path.partition("/batch/")[2] for one in requests[1:]] == expected
    assert outcome == Done(id="1")


def test_a_read_that_is_refused_before_a_write_is_no_doubt() -> None:
    contact = stream("contact")
    assert contact.update is not None
    limited = Answer(status=429, body={"policyName": "SECONDLY"})
    assert play(contact.update("1", {"company_id": "6"}, None), limited)[1] == Later(after=1.0)
    assert play(contact.update("1", {"company_id": "6"}, None), Answer(status=502))[1] == Later(after=5.0)


# ---- lines
def read_lines(*lines: dict[str, Any]) -> list[Answer]:
    """The two reads that show a deal's lines, an hour after they were made."""
    ids = [int(line["id"]) for line in lines]
    return [linked(_1=ids), *([Answer(status=200, body={"results": list(lines)}, date=NOW)] if lines else [])]


def test_a_deal_is_made_with_its_lines_each_under_an_id_of_ours() -> None:  # I4
    deal = stream("deal")
    assert deal.create is not None
    lines = [{"hs_sku": "P-1", "quantity": "2"}, {"hs_sku": "P-2", "quantity": "1"}]
    requests, outcome = play(
        deal.create({"dealname": "D", "company_id": "6", "line_items": lines}, "hub-1"),
        answer(record(1)), Answer(status=201, body={"results": []}),
        answer(record(50, hs_sku="p-1", name="Product 1")), answer(record(91), record(92)), answer(),
    )  # fmt: skip
    assert paths(requests) == [
        "POST deals/batch/upsert", "POST deals/companies/batch/create", "POST products/search",
        "POST line_items/batch/upsert", "POST deals/line_items/batch/associate/default",
    ]  # fmt: skip
    assert requests[3].json["inputs"] == [
        {"idProperty": KEY_PROPERTY, "id": "hub-1-0", "properties": {
            "hs_position_on_quote": "0", "name": "Product 1", "hs_product_id": "50", "hs_sku": "P-1", "quantity": "2",
            KEY_PROPERTY: "hub-1-0"}},
        {"idProperty": KEY_PROPERTY, "id": "hub-1-1", "properties": {
            "hs_position_on_quote": "1", "name": "P-2", "hs_sku": "P-2", "quantity": "1", KEY_PROPERTY: "hub-1-1"}},
    ]  # fmt: skip
    assert requests[4].json["inputs"][1] == {"from": {"id": "1"}, "to": {"id": "92"}}
    assert outcome == Done(id="1")


@pytest.mark.parametrize(("status", "expected"), [(400, Done), (429, Unknown), (401, Unknown), (503, Unknown)])
def test_a_deal_is_made_though_its_lines_are_refused_and_what_may_be_later_is_asked_again(
    status: int, expected: type
) -> None:
    deal = stream("deal")
    assert deal.create is not None
    refused = Answer(status=status, body={})
    asked = deal.create({"dealname": "D", "line_items": [{"quantity": "1"}]}, "hub-1")
    assert isinstance(play(asked, answer(record(1)), refused)[1], expected)
    asked = deal.create({"dealname": "D", "line_items": [{"quantity": "1"}]}, "hub-1")
    assert isinstance(play(asked, answer(record(1)), answer(record(91)), refused)[1], expected)
    asked = deal.create({"dealname": "D", "company_id": "5"}, "hub-1")
    assert isinstance(play(asked, answer(record(1)), refused)[1], expected)


def test_a_deal_that_is_refused_is_not_made() -> None:
    deal = stream("deal")
    assert deal.create is not None
    for status, body, expected in (
        (400, {"message": "no"}, Rejected(reason="no")),
        (207, {"results": [], "errors": [{"message": "no"}]}, Rejected(reason="no")),
        (502, {}, Unknown(reason="HubSpot answered 502")),
    ):
        asked = deal.create({"dealname": "D", "line_items": [{"quantity": "1"}]}, "hub-1")
        assert play(asked, Answer(status=status, body=body))[1] == expected


def test_only_what_differs_of_the_lines_is_written() -> None:
    deal = stream("deal")
    assert deal.update is not None
    there = [record(11, quantity="1", price="5"), record(12, quantity="2", price="5"), record(13, quantity="3")]
    wanted = [
        {"id": "11", "quantity": "1", "price": "5"}, {"id": "12", "quantity": "4", "price": "5"}, {"quantity": "9"},
    ]  # fmt: skip
    ok = answer()
    requests, outcome = play(deal.update("1", {"line_items": wanted}, None), *read_lines(*there), ok, ok, ok)
    assert paths(requests)[2:] == [f"POST line_items/batch/{what}" for what in ("archive", "update", "create")]
    assert requests[2].json == {"inputs": [{"id": "13"}]}
    assert requests[3].json == {"inputs": [{"id": "12", "properties": {"quantity": "4"}}]}
    [fresh] = requests[4].json["inputs"]
    assert fresh["properties"] == {"hs_position_on_quote": "2", "quantity": "9"}
    assert fresh["associations"][0]["to"] == {"id": "1"}
    assert outcome == Done(id="1")


def test_lines_as_they_are_cost_no_write() -> None:
    deal = stream("deal")
    assert deal.update is not None
    requests, outcome = play(
        deal.update("1", {"line_items": [{"id": "11", "quantity": "1"}]}, None), *read_lines(record(11, quantity="1"))
    )
    assert (len(requests), outcome) == (2, Done(id="1"))


def test_a_line_that_somebody_has_just_added_is_not_removed() -> None:  # I7
    deal = stream("deal")
    assert deal.update is not None
    young = {**record(14), "createdAt": "2026-11-05T10:29:30.000Z"}
    _, outcome = play(deal.update("1", {"line_items": []}, None), *read_lines(record(13), young))
    assert outcome == Clash()


def test_half_of_a_change_is_unknown_and_its_first_step_is_not() -> None:
    deal = stream("deal")
    assert deal.update is not None
    wanted = {"line_items": [{"quantity": "9"}], "dealname": "D"}
    refused = Answer(status=400, body={"message": "no"})
    _, outcome = play(deal.update("1", wanted, None), *read_lines(), refused)
    assert outcome == Rejected(reason="no", field="line_items")
    _, outcome = play(deal.update("1", wanted, None), *read_lines(), answer(), refused)
    assert isinstance(outcome, Unknown)
    half = answer(record(91), status=207, errors=[{"message": "no"}])
    _, outcome = play(deal.update("1", wanted, None), *read_lines(), half)
    assert isinstance(outcome, Unknown)


# ---- the connector as a whole
def test_a_token_of_the_account_or_an_oauth_app() -> None:
    assert type(hubspot().auth).__name__ == "Bearer"
    oauth: Any = hubspot(None, client_id="1").auth
    assert (oauth.token, oauth.authorize) == ("/oauth/v1/token", "https://app.hubspot.com/oauth/authorize")
    assert hubspot(None, client_id="1", authorize="https://app-eu1.hubspot.com/a").auth.authorize.startswith(
        "https://app-eu1"
    )


@pytest.mark.parametrize(("options", "calls"), [({}, 190), ({"tier": "starter"}, 100), ({"client_id": "1"}, 110)])
def test_limits_are_those_of_the_tier(options: dict[str, Any], calls: int) -> None:
    limits = {limit.name: limit for limit in hubspot(None, **options).limits}
    assert limits["ten seconds"].amount == calls
    assert (limits["searches"].amount, limits["searches"].kinds, limits["searches"].shared) == (5, ("search",), True)
    assert ("day" in limits) == ("client_id" not in options)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, {"message": "not found"}, Rejected),
        (207, {"results": [], "errors": [{"category": "OBJECT_NOT_FOUND", "message": "no"}]}, Rejected),
        (400, {"message": "ASSOCIATION_LIMIT_EXCEEDED"}, Rejected),
        (429, {"policyName": "SECONDLY"}, Later),
    ],
)
def test_what_cannot_be_associated_is_refused_for_that_field(status: int, body: Any, expected: type) -> None:
    contact = stream("contact")
    assert contact.update is not None
    answers = (linked(), Answer(status=status, body=body))
    _, outcome = play(contact.update("1", {"company_id": "6", "phone": "1"}, None), *answers)
    assert isinstance(outcome, expected)
    assert getattr(outcome, "field", "company_id") == "company_id"


def test_a_line_that_went_after_our_look_is_looked_at() -> None:  # I7
    deal = stream("deal")
    assert deal.update is not None
    asked = deal.update("1", {"line_items": [{"id": "11", "quantity": "5"}]}, None)
    gone = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["11"]}}
    _, outcome = play(asked, *read_lines(record(11, quantity="1")), answer(status=207, errors=[gone]))
    assert outcome == Clash()


@pytest.mark.parametrize(("status", "expected"), [(429, Later), (503, Later), (403, Done)])
def test_products_that_cannot_be_looked_up_now_are_looked_up_later(status: int, expected: type) -> None:
    deal = stream("deal")
    assert deal.update is not None
    asked = deal.update("1", {"line_items": [{"hs_sku": "P-1"}]}, None)
    answers = (linked(), Answer(status=status, body={}), *([answer()] if expected is Done else []))
    assert isinstance(play(asked, *answers)[1], expected)


def test_which_fields_are_there_is_asked_by_a_read() -> None:
    contact = stream("contact")
    assert contact.defined is not None
    asked = contact.defined((KEY_PROPERTY, "is_vip"))
    request = next(asked)
    assert (request.method, request.path) == ("GET", f"/crm/properties/{VERSION}/contacts")
    with pytest.raises(StopIteration) as end:
        asked.send(Answer(status=200, body={"results": [{"name": "email"}, {"name": KEY_PROPERTY}]}))
    assert end.value.value.records == ({"name": KEY_PROPERTY},)


def test_a_create_without_our_key_field_is_refused_for_want_of_it() -> None:
    body = {"category": "VALIDATION_ERROR", "message": "idProperty syncline_key is not a unique property of contact"}
    refused = errors.problem(Answer(status=400, body=body))
    assert isinstance(refused, Rejected)
    assert refused.code == NOT_MADE


def test_a_property_of_ours_that_is_gone_is_told_from_others_that_are_unknown() -> None:
    for name, code in (("syncline_order_number", NOT_MADE), ("x", "property-doesnt-exist")):
        error = {"message": "no", "code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": [name]}}
        body = {"category": "VALIDATION_ERROR", "message": f'Property "{name}" does not exist', "errors": [error]}
        refused = errors.problem(Answer(status=400, body=body))
        assert isinstance(refused, Rejected)
        assert (refused.field, refused.code) == (name, code)
