"""Objects by raw calls: what the vendor's client does not reach, and what is peculiar."""

from typing import Any

import pytest

from syncline.sandbox.call import Call, Reply
from syncline.sandbox.remote import Remote
from syncline.sandbox.sandbox import Sandbox

from .conftest import Ask

CONTACTS, DEALS = "/crm/v3/objects/contacts", "/crm/v3/objects/deals"


def make(ask: Ask, kind: str = "contacts", **properties: Any) -> Any:
    reply = ask("POST", f"/crm/v3/objects/{kind}", {"properties": properties})
    assert reply.status == 201, reply.body
    return reply.body


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("amount", 12, "12"),
        ("amount", "1500.00", "1500.00"),
        ("closedate", "2026-03-01", "2026-03-01T00:00:00.000Z"),
        ("closedate", 1772323200123, "2026-03-01T00:00:00.123Z"),
        ("closedate", "2026-03-01T02:00:00+02:00", "2026-03-01T00:00:00.000Z"),
        ("description", True, "true"),
        ("description", "", None),
        ("description", None, None),
        ("deal_currency_code", "CHF", "CHF"),
    ],
)
def test_what_is_kept_of_a_value(ask: Ask, name: str, sent: Any, kept: str | None) -> None:
    deal = make(ask, "deals", dealname="Deal 1", dealstage="closedwon", **{name: sent})
    read = ask("GET", f"{DEALS}/{deal['id']}?properties={name}").body
    assert read["properties"][name] == kept


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": "1,5"}, "INVALID_INTEGER"),
        ({"amount": "NaN"}, "INVALID_INTEGER"),
        ({"closedate": "soon"}, "INVALID_DATE"),
        ({"closedate": "99999999999999999"}, "INVALID_DATE"),
        ({"dealtype": "Newbusiness"}, "INVALID_OPTION"),
        ({"dealstage": "nowhere"}, "INVALID_OPTION"),
        ({"dealstage": "1", "pipeline": "default"}, "INVALID_OPTION"),
        ({"hs_is_closed": "true"}, "READ_ONLY_VALUE"),
        ({"amount_in_home_currency": "1"}, "READ_ONLY_VALUE"),
        ({"dealname": {"a": 1}}, "INVALID_VALUE"),
        ({"description": "x" * 65_537}, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_what_is_refused_of_a_value(ask: Ask, values: dict[str, Any], code: str) -> None:
    deal = make(ask, "deals", dealname="Deal 1", dealstage="closedwon")
    refused = ask("PATCH", f"{DEALS}/{deal['id']}", {"properties": {"description": "new", **values}})
    assert refused.status == 400
    assert [error["code"] for error in refused.body["errors"]] == [code]
    assert refused.body["errors"][0]["context"]["propertyName"] == [next(iter(values))]
    assert ask("GET", f"{DEALS}/{deal['id']}?properties=description").body["properties"]["description"] is None


def test_what_an_object_needs(ask: Ask) -> None:
    refused = ask("POST", DEALS, {"properties": {"amount": "1"}})
    assert (refused.status, refused.body["context"]["properties"]) == (400, ["dealname", "dealstage"])


def test_dates_are_days_at_midnight(ask: Ask) -> None:
    quote = make(ask, "quotes", hs_title="Quote 1", hs_expiration_date="1772323200000")
    assert quote["properties"]["hs_expiration_date"] == "2026-03-01"
    sent = {"properties": {"hs_expiration_date": "1772323200001"}}
    assert "INVALID_DATE" in ask("PATCH", f"/crm/v3/objects/quotes/{quote['id']}", sent).body["message"]


def test_a_life_cycle_does_not_go_back_unless_it_is_cleared(ask: Ask) -> None:
    id = make(ask, lifecyclestage="customer")["id"]

    def write(value: str) -> Any:
        reply = ask("PATCH", f"{CONTACTS}/{id}", {"properties": {"lifecyclestage": value}})
        return reply.body["properties"].get("lifecyclestage")

    assert [write("lead"), write("evangelist"), write(""), write("lead")] == ["customer", "evangelist", None, "lead"]


def test_many_of_many_are_joined_by_semicolons(ask: Ask) -> None:
    options = [{"label": value, "value": value} for value in ("a", "b", "c")]
    made = {"label": "Tags", "name": "tags", "type": "enumeration", "fieldType": "checkbox", "groupName": "information"}
    assert ask("POST", "/crm/v3/properties/contacts", {**made, "options": options}).status == 201
    id = make(ask, tags="a;b;a")["id"]
    read = ask("GET", f"{CONTACTS}/{id}?properties=tags").body
    assert read["properties"]["tags"] == "a;b"
    added = ask("PATCH", f"{CONTACTS}/{id}", {"properties": {"tags": ";c;a"}}).body
    assert added["properties"]["tags"] == "a;b;c"
    assert "INVALID_OPTION" in ask("PATCH", f"{CONTACTS}/{id}", {"properties": {"tags": "a;z"}}).body["message"]


def test_a_line_takes_what_it_lacks_from_its_product(ask: Ask) -> None:
    product = make(ask, "products", name="Product 1", price="4.50", hs_sku="S1")
    line = make(ask, "line_items", hs_product_id=product["id"], quantity="3", hs_discount_percentage="10")
    assert line["properties"]["name"] == "Product 1"
    assert line["properties"]["amount"] == "12.15"
    changed = ask("PATCH", f"/crm/v3/objects/line_items/{line['id']}", {"properties": {"quantity": "1", "price": "5"}})
    assert changed.body["properties"]["amount"] == "4.50"


def test_a_create_may_bring_associations_or_fail_whole(ask: Ask, control: Remote) -> None:
    deal = make(ask, "deals", dealname="Deal 1", dealstage="closedwon")

    def line(to: str) -> Reply:
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 20}]
        wish = {"properties": {"name": "Line"}, "associations": [{"to": {"id": to}, "types": types}]}
        return ask("POST", "/crm/v3/objects/line_items", wish)

    assert line(deal["id"]).status == 201
    assert line("999999").status == 404
    assert len(control.rows("line_items")) == 1
    read = ask("GET", f"{DEALS}/{deal['id']}?associations=line_items,contacts").body
    assert [one["type"] for one in read["associations"]["line items"]["results"]] == ["deal_to_line_item"]


def test_the_first_company_is_the_primary_one_until_another_is(ask: Ask) -> None:
    contact = make(ask)["id"]
    one, two = (make(ask, "companies", name=name)["id"] for name in "ab")
    path = f"/crm/v4/objects/contacts/{contact}/associations"

    def types() -> dict[str, list[int]]:
        rows = ask("GET", f"{path}/companies").body["results"]
        return {row["toObjectId"]: [type["typeId"] for type in row["associationTypes"]] for row in rows}

    for company in (one, two):
        assert ask("PUT", f"{path}/default/companies/{company}").status == 200
    assert types() == {one: [1, 279], two: [279]}
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    assert ask("PUT", f"{path}/companies/{two}", spec).status == 201
    assert types() == {one: [279], two: [1, 279]}
    back = ask("GET", f"/crm/v4/objects/companies/{one}/associations/contacts").body["results"]
    assert [type["typeId"] for type in back[0]["associationTypes"]] == [280]


def test_labels_are_of_the_account(ask: Ask) -> None:
    contact, company = make(ask)["id"], make(ask, "companies", name="Company 1")["id"]
    forth, back = ask("POST", "/crm/v4/associations/contacts/companies/labels", {
        "label": "Buyer", "name": "buyer", "inverseLabel": "Bought for",
    }).body["results"]  # fmt: skip
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": forth["typeId"]}]
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    assert ask("PUT", path, spec).body["labels"] == ["Buyer", "Primary"]
    seen = ask("GET", f"/crm/v4/objects/companies/{company}/associations/contacts").body["results"][0]
    assert "Bought for" in [type["label"] for type in seen["associationTypes"]]
    pair = {"from": {"id": contact}, "to": {"id": company}, "types": spec}
    assert ask("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive", {"inputs": [pair]}).status == 204
    seen = ask("GET", f"/crm/v4/objects/companies/{company}/associations/contacts").body["results"][0]
    assert "Bought for" not in [type["label"] for type in seen["associationTypes"]]
    path = f"/crm/v4/associations/companies/contacts/labels/{back['typeId']}"
    assert [ask("DELETE", path).status for _ in range(2)] == [204, 404]


def test_who_is_archived_is_in_nobodys_associations(ask: Ask, control: Remote) -> None:
    contact, company = make(ask)["id"], make(ask, "companies", name="Company 1")["id"]
    ask("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    ask("DELETE", f"/crm/v3/objects/companies/{company}")
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    assert ask("GET", path).body["results"] == []
    control.act("restore", stream="companies", id=company)
    assert [row["toObjectId"] for row in ask("GET", path).body["results"]] == [company]


def test_the_bin_is_listed_for_ninety_days_and_frees_unique_values(ask: Ask, control: Remote) -> None:
    id = make(ask, email="a@example.test")["id"]
    ask("DELETE", f"{CONTACTS}/{id}")
    assert [one["id"] for one in ask("GET", f"{CONTACTS}?archived=true").body["results"]] == [id]
    assert ask("PATCH", f"{CONTACTS}/{id}", {"properties": {}}).status == 404
    make(ask, email="a@example.test")
    with pytest.raises(ValueError, match="Contact already exists"):
        control.act("restore", stream="contacts", id=id)
    control.clock(advance=91 * 86_400)
    assert ask("GET", f"{CONTACTS}?archived=true").body["results"] == []


def test_who_is_forgotten_leaves_nothing(ask: Ask, control: Remote) -> None:
    id = make(ask, email="a@example.test")["id"]
    body = {"objectId": "a@example.test", "idProperty": "email"}
    assert ask("POST", f"{CONTACTS}/gdpr-delete", body).status == 204
    assert ask("GET", f"{CONTACTS}/{id}?archived=true").status == 404
    assert control.rows("contacts") == []


def test_where_a_merge_makes_a_third(ask: Ask, sandbox: Sandbox, control: Remote) -> None:
    sandbox.options["merge_makes_new"] = True
    one, two = make(ask, email="a@example.test")["id"], make(ask, email="b@example.test")["id"]
    company = make(ask, "companies", name="Company 1")["id"]
    control.act("associate", **{"from": "contacts", "id": two, "to": "companies", "to_id": company})
    won = control.act("merge", stream="contacts", primary=one, loser=two)
    assert won["id"] not in (one, two)
    assert won["properties"]["hs_merged_object_ids"] == f"{one};{two}"
    assert {ask("GET", f"{CONTACTS}/{id}").body["id"] for id in (one, two)} == {won["id"]}
    seen = ask("GET", f"/crm/v4/objects/contacts/{won['id']}/associations/companies").body["results"]
    assert [row["toObjectId"] for row in seen] == [company]


def test_changing_to_an_address_that_is_taken(ask: Ask) -> None:
    one, two = make(ask, email="a@example.test")["id"], make(ask, email="b@example.test")["id"]
    refused = ask("PATCH", f"{CONTACTS}/{two}", {"properties": {"email": "A@example.test"}})
    assert (refused.status, refused.body["category"]) == (409, "CONFLICT")
    assert refused.body["message"] == f"Contact already exists. Existing ID: {one}"


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "message"),
    [
        ("GET", "/crm/v3/objects/cats", None, 400, "Unable to infer object type"),
        ("GET", "/crm/v3/nonsense", None, 404, "resource not found"),
        ("GET", f"{CONTACTS}/x", None, 404, "Object not found"),
        ("GET", f"{CONTACTS}/1?idProperty=phone", None, 400, "not a unique property"),
        ("GET", f"{CONTACTS}?limit=101", None, 400, "between 1 and 100"),
        ("GET", f"{CONTACTS}?limit=51&propertiesWithHistory=email", None, 400, "between 1 and 50"),
        ("GET", f"{CONTACTS}?after=x", None, 400, "Invalid cursor"),
        ("PATCH", f"{CONTACTS}/1", [], 400, "Invalid input JSON"),
        ("POST", CONTACTS, {"properties": []}, 400, "Invalid input JSON"),
        ("POST", CONTACTS, {"properties": {}, "associations": [7]}, 400, "Invalid input JSON"),
        ("POST", f"{CONTACTS}/batch/read", {"inputs": []}, 400, "between 1 and 100"),
        ("POST", f"{CONTACTS}/batch/read", {"inputs": [{"id": "1"}] * 101}, 400, "it is 101"),
        ("POST", f"{CONTACTS}/batch/update", {"inputs": [{"id": "1"}, {"id": "1"}]}, 400, "Duplicate IDs"),
        ("POST", "/crm/v3/objects/products/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}, 400, "merged"),
        ("POST", f"{CONTACTS}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}, 404, "not found"),
    ],
)
def test_refusals(ask: Ask, method: str, target: str, body: Any, status: int, message: str) -> None:
    refused = ask(method, target, body)
    assert (refused.status, refused.body["status"]) == (status, "error")
    assert message in refused.body["message"]
    assert refused.body["correlationId"]


def test_a_body_that_is_no_json(sandbox: Sandbox) -> None:
    headers = {"authorization": "Bearer pat-sandbox"}
    reply = sandbox.answer(Call(method="POST", path=CONTACTS, headers=headers, body=b"{", url="http://x"))
    assert isinstance(reply, Reply)
    assert reply.body["message"].startswith("Invalid input JSON on line")


@pytest.mark.parametrize(
    ("dated", "legacy"),
    [
        ("/crm/objects/2026-09/contacts", "/crm/v3/objects/contacts"),
        ("/crm/objects/2025-09/0-1", "/crm/v3/objects/contacts"),
        ("/crm/owners/2026-09", "/crm/v3/owners"),
        ("/crm/owners/2026-03/", "/crm/v3/owners/"),
        ("/crm/pipelines/2026-09/deals", "/crm/v3/pipelines/deals"),
        ("/crm/properties/2026-09/deals/amount", "/crm/v3/properties/deals/amount"),
        ("/crm/objects/2026-09/0-1/101/associations/0-2", "/crm/v4/objects/contacts/101/associations/companies"),
        ("/crm/associations/2026-09/contacts/companies/labels", "/crm/v4/associations/contacts/companies/labels"),
        ("/account-info/2026-09/details", "/account-info/v3/details"),
        ("/app-webhooks/2026-09/7/subscriptions", "/webhooks/v3/7/subscriptions"),
    ],
)  # fmt: skip
def test_both_styles_of_paths(ask: Ask, dated: str, legacy: str) -> None:
    make(ask)
    one, other = ask("GET", dated), ask("GET", legacy)
    assert (one.status, one.body) == (200, other.body)


def test_a_version_that_never_was(ask: Ask) -> None:
    assert ask("GET", "/crm/objects/2024-01/contacts").status == 404


def test_pages_carry_a_link_to_the_next(ask: Ask) -> None:
    ids = [make(ask)["id"] for _ in range(3)]
    first = ask("GET", f"{CONTACTS}?limit=2&properties=email&properties=phone").body
    assert first["paging"]["next"]["after"] == ids[1]
    link = first["paging"]["next"]["link"].removeprefix("http://sandbox.test")
    assert link.count("properties=") == 2
    second = ask("GET", link).body
    assert ([one["id"] for one in second["results"]], "paging" in second) == (ids[2:], False)
