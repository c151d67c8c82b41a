"""Property groups, and histories that tell whose hand it was; with the vendor's own client."""

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.contacts import BatchReadInputSimplePublicObjectId, SimplePublicObjectId
from hubspot.crm.properties import ApiException, PropertyCreate, PropertyGroupCreate

from syncline.sandbox.remote import Remote


def read(client: HubSpot, id: str, *names: str) -> dict[str, list[Any]]:
    """The histories of one contact, by a batch read."""
    asked = BatchReadInputSimplePublicObjectId(
        properties=[], properties_with_history=list(names), inputs=[SimplePublicObjectId(id=id)]
    )
    found = client.crm.contacts.batch_api.read(batch_read_input_simple_public_object_id=asked).results
    return found[0].properties_with_history


def test_groups_are_made_and_a_property_needs_one(client: HubSpot) -> None:
    api = client.crm.properties
    wanted = PropertyCreate(name="of_ours", label="Ours", type="string", field_type="text", group_name="ours")
    with pytest.raises(ApiException) as refused:
        api.core_api.create("contacts", property_create=wanted)
    assert refused.value.status == 400
    group = PropertyGroupCreate(name="ours", label="Of ours", display_order=-1)
    made = api.groups_api.create("contacts", property_group_create=group)
    assert (made.name, made.label, made.archived) == ("ours", "Of ours", False)
    assert {"contactinformation", "ours"} <= {one.name for one in api.groups_api.get_all("contacts").results}
    assert api.groups_api.get_by_name("contacts", "ours").label == "Of ours"
    assert api.core_api.create("contacts", property_create=wanted).group_name == "ours"
    with pytest.raises(ApiException) as twice:
        api.groups_api.create("contacts", property_group_create=group)
    assert twice.value.status == 409
    api.groups_api.archive("contacts", "ours")
    with pytest.raises(ApiException) as gone:
        api.groups_api.get_by_name("contacts", "ours")
    assert gone.value.status == 404


def test_a_history_tells_persons_imports_workflows_and_apps(client: HubSpot, control: Remote, address: str) -> None:
    id = str(control.save("contacts", {"email": "contact1@example.test", "firstname": "a"})["id"])
    control.act("write", stream="contacts", id=id, values={"firstname": "b"}, source="IMPORT", by="88")
    control.act("token", token="pat-old", app=77)
    old = HubSpot(access_token="pat-old", host=address)
    for hub, value in ((client, "c"), (old, "d")):
        hub.crm.contacts.basic_api.update(id, simple_public_object_input={"properties": {"firstname": value}})
    told = [(one.value, one.source_type, one.source_id) for one in read(client, id, "firstname")["firstname"]]
    assert told == [
        ("d", "INTEGRATION", "77"), ("c", "INTEGRATION", "1"), ("b", "IMPORT", "88"),
        ("a", "CRM_UI", "userId:900001"),
    ]  # fmt: skip
    [first] = read(client, id, "email")["email"]
    assert (first.source_type, first.updated_by_user_id) == ("CRM_UI", 900001)


def test_what_was_there_before_anybody_looked_was_nobodys(client: HubSpot, control: Remote) -> None:
    control.seed(contacts=1)
    [contact] = client.crm.contacts.get_all()
    assert [one.source_type for one in read(client, contact.id, "email")["email"]] == ["MIGRATION"]
