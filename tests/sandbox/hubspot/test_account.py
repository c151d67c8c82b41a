"""What an account holds beside its objects: properties, pipelines, owners, and what people do to them."""

from typing import Any

import pytest

from syncline.sandbox.remote import Remote

from .conftest import Ask

PROPERTIES, PIPELINES = "/crm/v3/properties/contacts", "/crm/v3/pipelines/deals"
CONTACTS = "/crm/v3/objects/contacts"


def wish(name: str, **how: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "information", **how}


# --- properties ---


def test_a_property_of_the_accounts_own_lives_and_goes(ask: Ask, control: Remote) -> None:
    assert ask("POST", PROPERTIES, wish("colour")).status == 201
    id = control.save("contacts", {"colour": "red"})["id"]
    assert ask("PATCH", f"{PROPERTIES}/colour", {"label": "Colour"}).body["label"] == "Colour"
    assert ask("GET", f"{CONTACTS}/{id}?properties=colour").body["properties"]["colour"] == "red"
    assert ask("DELETE", f"{PROPERTIES}/colour").status == 204
    assert "colour" not in ask("GET", f"{CONTACTS}/{id}?properties=colour").body["properties"]
    assert ask("PATCH", f"{CONTACTS}/{id}", {"properties": {"colour": "blue"}}).status == 400
    assert [one["name"] for one in ask("GET", f"{PROPERTIES}?archived=true").body["results"]] == ["colour"]
    assert ask("GET", f"{PROPERTIES}/colour?archived=true").body["archivedAt"]
    assert ask("POST", PROPERTIES, wish("colour")).status == 201


def test_options_of_hubspots_own_can_be_added(ask: Ask) -> None:
    options = ask("GET", f"{PROPERTIES}/hs_lead_status").body["options"]
    more = {"options": [*options, {"label": "Gone", "value": "GONE"}]}
    assert ask("PATCH", f"{PROPERTIES}/hs_lead_status", more).status == 200
    assert ask("POST", CONTACTS, {"properties": {"hs_lead_status": "GONE"}}).status == 201


def test_a_property_of_yes_or_no(ask: Ask) -> None:
    ask("POST", PROPERTIES, wish("vip", type="bool", fieldType="booleancheckbox"))
    made = ask("POST", CONTACTS, {"properties": {"vip": True}}).body
    assert made["properties"]["vip"] == "true"
    refused = ask("PATCH", f"{CONTACTS}/{made['id']}", {"properties": {"vip": "yes"}})
    assert "INVALID_BOOLEAN" in refused.body["message"]


def test_properties_in_batches(ask: Ask) -> None:
    made = ask("POST", f"{PROPERTIES}/batch/create", {"inputs": [wish("one"), wish("email"), wish("two")]})
    assert made.status == 207
    assert [one["name"] for one in made.body["results"]] == ["one", "two"]
    assert [error["context"]["name"] for error in made.body["errors"]] == [["email"]]
    read = ask("POST", f"{PROPERTIES}/batch/read", {"inputs": [{"name": name} for name in ("one", "none")]})
    assert ([one["name"] for one in read.body["results"]], read.body["numErrors"]) == (["one"], 1)
    gone = {"inputs": [{"name": "one"}, {"name": "none"}]}
    assert ask("POST", f"{PROPERTIES}/batch/archive", gone).status == 204
    assert ask("GET", f"{PROPERTIES}/one").status == 404


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "message"),
    [
        ("POST", PROPERTIES, wish("email"), 409, "already exists"),
        ("POST", PROPERTIES, wish("Bad Name"), 400, "not valid"),
        ("POST", PROPERTIES, wish("x", type="json"), 400, "Invalid type"),
        ("POST", PROPERTIES, wish("x", type="date", fieldType="text"), 400, "Invalid type"),
        ("POST", PROPERTIES, wish("x", type="date", fieldType="date", hasUniqueValue=True), 400, "can be unique"),
        ("POST", PROPERTIES, {"name": "x"}, 400, "label is required"),
        (
            "POST",
            PROPERTIES,
            wish("x", type="enumeration", fieldType="select", options=[{"label": "a", "value": "a"}] * 2),
            400,
            "same value",
        ),
        ("PATCH", f"{PROPERTIES}/email", {"type": "number"}, 400, "read only"),
        ("DELETE", f"{PROPERTIES}/email", None, 400, "cannot be deleted"),
        ("GET", f"{PROPERTIES}/none", None, 404, "none does not exist"),
    ],
)
def test_what_a_property_may_not_be(ask: Ask, method: str, target: str, body: Any, status: int, message: str) -> None:
    refused = ask(method, target, body)
    assert refused.status == status
    assert message in refused.body["message"]


def test_ten_properties_may_be_unique(ask: Ask) -> None:
    made = [ask("POST", PROPERTIES, wish(f"key{n}", hasUniqueValue=True)).status for n in range(11)]
    assert made == [*[201] * 10, 400]


# --- pipelines ---


def test_a_pipeline_and_its_stages_live_and_go(ask: Ask) -> None:
    stage = {"label": "First", "displayOrder": 0, "metadata": {"probability": "0.1"}}
    made = ask("POST", PIPELINES, {"label": "Second", "displayOrder": 5, "stages": [stage]}).body
    path = f"{PIPELINES}/{made['id']}"
    assert [one["id"] for one in ask("GET", PIPELINES).body["results"]] == ["default", made["id"]]
    assert ask("PATCH", path, {"label": "Third"}).body["label"] == "Third"
    last = ask("POST", f"{path}/stages", {"label": "Won", "displayOrder": 1, "metadata": {"probability": "1.0"}}).body
    assert last["metadata"]["isClosed"] == "true"
    assert ask("GET", f"{path}/stages/{last['id']}").body == last
    assert ask("PATCH", f"{path}/stages/{last['id']}", {"label": "Done"}).body["label"] == "Done"
    deal = {"properties": {"dealname": "Deal 1", "dealstage": last["id"]}}
    assert ask("POST", "/crm/v3/objects/deals", deal).body["properties"]["hs_is_closed_won"] == "true"
    assert ask("DELETE", f"{path}/stages/{last['id']}").status == 400
    assert ask("DELETE", f"{path}/stages/{made['stages'][0]['id']}").status == 204
    assert [one["label"] for one in ask("GET", f"{path}/stages").body["results"]] == ["Done"]
    assert ask("PUT", path, {"label": "Fourth", "displayOrder": 1, "stages": []}).body["stages"] == []
    assert ask("DELETE", path).status == 204
    assert ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "message"),
    [
        ("POST", PIPELINES, {"label": "Sales Pipeline"}, 400, "exists already"),
        ("POST", PIPELINES, {"label": "x", "stages": [{"label": "y", "metadata": {}}]}, 400, "hold probability"),
        ("POST", "/crm/v3/pipelines/tickets", {"label": "x", "stages": [{"label": "y"}]}, 400, "hold ticketState"),
        ("POST", PIPELINES, {}, 400, "label is required"),
        ("GET", f"{PIPELINES}/none", None, 404, "not found"),
        ("GET", f"{PIPELINES}/default/stages/none", None, 404, "not found"),
    ],
)
def test_what_a_pipeline_may_not_be(ask: Ask, method: str, target: str, body: Any, status: int, message: str) -> None:
    refused = ask(method, target, body)
    assert refused.status == status
    assert message in refused.body["message"]


# --- owners ---


def test_owners_come_change_and_leave(ask: Ask, control: Remote) -> None:
    ids = [control.save("owners", {"email": f"Person{n}@example.test"})["id"] for n in (1, 2, 3)]
    first = ask("GET", "/crm/v3/owners/?limit=2").body
    assert ([one["id"] for one in first["results"]], first["paging"]["next"]["after"]) == (ids[:2], ids[1])
    assert [one["id"] for one in ask("GET", f"/crm/v3/owners?after={ids[1]}").body["results"]] == ids[2:]
    control.save("owners", {"firstName": "Person"}, ids[0])
    one = ask("GET", f"/crm/v3/owners/{ids[0]}").body
    assert (one["firstName"], one["email"]) == ("Person", "person1@example.test")
    assert ask("GET", f"/crm/v3/owners/{one['userId']}?idProperty=userId").body["id"] == ids[0]
    contact = control.save("contacts", {"hubspot_owner_id": ids[0]})["id"]
    control.remove("owners", ids[0])
    assert ask("GET", f"/crm/v3/owners/{ids[0]}").status == 404
    gone = ask("GET", "/crm/v3/owners?archived=true").body["results"][0]
    assert (gone["id"], gone["userId"], gone["userIdIncludingInactive"]) == (ids[0], None, one["userId"])
    assert ask("GET", f"{CONTACTS}/{contact}?properties=hubspot_owner_id").body["properties"] == {
        "hubspot_owner_id": ids[0],
        "createdate": "2026-09-21T14:13:20.000Z",
        "lastmodifieddate": "2026-09-21T14:13:20.000Z",
        "hs_object_id": contact,
    }
    assert len(control.rows("owners")) == 3


@pytest.mark.parametrize(
    ("method", "target", "body", "message"),
    [
        ("POST", "records/owners", {}, "an owner needs an email"),
        ("PUT", "records/owners/9", {}, "there is no owner 9"),
        ("DELETE", "records/owners/9", None, "it is not there"),
        ("PUT", "records/contacts/9", {}, "there is no contact 9"),
        ("DELETE", "records/contacts/9", None, "it is not there"),
        ("GET", "records/contacts/x", None, "'x' is no id"),
        ("POST", "records/contacts", {"email": "x"}, "INVALID_EMAIL"),
        ("POST", "acts/restore", {"stream": "contacts", "id": "9"}, "not in the recycle bin"),
        ("POST", "acts/merge", {"stream": "contacts", "primary": "8", "loser": "9"}, "not found"),
        ("POST", "acts/associate", {"from": "contacts", "id": "8", "to": "deals", "to_id": "9"}, "not found"),
        ("POST", "hooks", {}, "its own API for webhooks"),
    ],
)
def test_what_people_cannot_do(control: Remote, method: str, target: str, body: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        control.ask(method, target, body)


def test_people_part_what_belonged_together(ask: Ask, control: Remote) -> None:
    contact = control.save("contacts", {})["id"]
    company = control.save("companies", {"name": "Company 1"})["id"]
    pair = {"from": "contacts", "id": contact, "to": "companies", "to_id": company}
    assert {type["typeId"] for type in control.act("associate", **pair)} == {1, 279}
    control.act("dissociate", **pair)
    assert ask("GET", f"/crm/v4/objects/companies/{company}/associations/contacts").body["results"] == []
