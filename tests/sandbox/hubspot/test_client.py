"""The vendor's own client, unmodified, against the sandbox on a real socket."""

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import (
    AssociationSpec,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
    PublicObjectId,
)
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.pipelines import ApiException as PipelinesException
from hubspot.crm.pipelines import PipelineInput, PipelineStageInput
from hubspot.crm.properties import ApiException as PropertiesException
from hubspot.crm.properties import PropertyCreate

from syncline.sandbox.remote import Remote


def new(**properties: str) -> SimplePublicObjectInputForCreate:
    return SimplePublicObjectInputForCreate(properties=properties, associations=[])


def test_create_read_update_and_delete(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(simple_public_object_input_for_create=new(email="Contact1@Example.test", firstname="Contact"))
    assert made.properties["email"] == "contact1@example.test"
    assert made.created_at.timestamp() == 1_790_000_000.0
    read = api.get_by_id(made.id, properties=["firstname", "lastname", "nonsense"])
    assert {name: read.properties.get(name, "absent") for name in ("firstname", "lastname", "nonsense")} == {
        "firstname": "Contact",
        "lastname": None,
        "nonsense": "absent",
    }
    by_email = api.get_by_id("CONTACT1@example.test", id_property="email")
    assert by_email.id == made.id
    changed = api.update(made.id, simple_public_object_input=SimplePublicObjectInput(properties={"firstname": ""}))
    assert "firstname" not in changed.properties
    api.archive(made.id)
    api.archive(made.id)
    with pytest.raises(ApiException) as missing:
        api.get_by_id(made.id)
    assert missing.value.status == 404
    assert api.get_by_id(made.id, archived=True).archived_at is not None


def test_all_pages_are_fetched(client: HubSpot, control: Remote) -> None:
    control.seed(contacts=230, deals=5)
    contacts = client.crm.contacts.get_all(properties=["email"])
    assert len({one.id for one in contacts}) == 230
    page = client.crm.contacts.basic_api.get_page(limit=10, after=contacts[-6].id)
    assert [one.id for one in page.results] == [one.id for one in contacts[-5:]]
    assert page.paging is None


def test_every_kind_of_object_can_be_made(client: HubSpot) -> None:
    made = {
        "companies": {"name": "Company 1"},
        "deals": {"dealname": "Deal 1", "dealstage": "closedwon", "amount": "12.50"},
        "tickets": {"subject": "Ticket 1", "hs_pipeline_stage": "1"},
        "products": {"name": "Product 1", "price": "5"},
        "line_items": {"name": "Line 1", "price": "5.00", "quantity": "3"},
        "quotes": {"hs_title": "Quote 1", "hs_expiration_date": "2026-12-31"},
    }
    told = {
        kind: getattr(client.crm, kind).basic_api.create(simple_public_object_input_for_create=new(**values))
        for kind, values in made.items()
    }
    deal = told["deals"].properties
    assert (deal["amount"], deal["pipeline"], deal["hs_is_closed_won"]) == ("12.50", "default", "true")
    assert told["line_items"].properties["amount"] == "15.00"
    assert told["quotes"].properties["hs_expiration_date"] == "2026-12-31"
    by_type = client.crm.objects.basic_api.get_by_id("0-3", told["deals"].id)
    assert by_type.properties["dealname"] == "Deal 1"


def test_history_is_told_newest_first(client: HubSpot, control: Remote) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(simple_public_object_input_for_create=new(firstname="a", lastname="same"))
    control.clock(advance=60)
    control.save("contacts", {"firstname": "b"}, made.id)
    read = api.get_by_id(made.id, properties_with_history=["firstname", "lastname"])
    history = read.properties_with_history
    assert [(one.value, one.source_type) for one in history["firstname"]] == [("b", "CRM_UI"), ("a", "INTEGRATION")]
    assert (history["firstname"][0].timestamp - history["firstname"][1].timestamp).total_seconds() == 60
    assert [one.value for one in history["lastname"]] == ["same"]


def test_search_filters_sorts_and_counts(client: HubSpot, control: Remote) -> None:
    control.seed(contacts=30, deals=0)
    request = PublicObjectSearchRequest(
        filter_groups=[FilterGroup(filters=[Filter(property_name="lastname", operator="IN", values=["3", "7", "9"])])],
        sorts=["-lastname"],
        properties=["email"],
        limit=2,
    )
    first = client.crm.contacts.search_api.do_search(public_object_search_request=request)
    assert (first.total, first.paging.next.after) == (3, "2")
    request.after = first.paging.next.after
    rest = client.crm.contacts.search_api.do_search(public_object_search_request=request)
    assert rest.paging is None
    emails = [one.properties["email"] for one in [*first.results, *rest.results]]
    assert emails == ["contact9@example.test", "contact7@example.test", "contact3@example.test"]


def inputs(*emails: str, traced: bool) -> BatchInputSimplePublicObjectBatchInputForCreate:
    rows = [
        SimplePublicObjectBatchInputForCreate(
            properties={"email": email}, associations=[], object_write_trace_id=f"t{at}" if traced else None
        )
        for at, email in enumerate(emails)
    ]
    return BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)


def test_a_batch_is_whole_or_says_what_failed(client: HubSpot, control: Remote) -> None:
    api = client.crm.contacts.batch_api
    whole = api.create(inputs("a1@example.test", "a2@example.test", traced=False))
    assert (whole.status, len(whole.results)) == ("COMPLETE", 2)
    with pytest.raises(ApiException) as clash:
        api.create(inputs("a3@example.test", "a1@example.test", traced=False))
    assert clash.value.status == 409
    assert f"Existing ID: {whole.results[0].id}" in clash.value.body
    part = api.create(inputs("a3@example.test", "a1@example.test", "no address", traced=True))
    assert [one.object_write_trace_id for one in part.results] == ["t0"]
    assert [(one.category, one.context["objectWriteTraceId"]) for one in part.errors] == [
        ("CONFLICT", ["t1"]),
        ("VALIDATION_ERROR", ["t2"]),
    ]
    assert part.num_errors == 2
    assert len(control.rows("contacts")) == 3


def test_batches_read_update_upsert_and_archive(client: HubSpot) -> None:
    api = client.crm.contacts.batch_api
    one, two = api.create(inputs("a1@example.test", "a2@example.test", traced=False)).results
    read = api.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[SimplePublicObjectId(id=id) for id in (one.id, two.id, "999999")],
            properties=["email"],
            properties_with_history=[],
        )
    )
    assert {row.id for row in read.results} == {one.id, two.id}
    assert [error.category for error in read.errors] == ["OBJECT_NOT_FOUND"]
    assert read.errors[0].context["ids"] == ["999999"]
    rows = [SimplePublicObjectBatchInput(id=id, properties={"firstname": "x"}) for id in (one.id, "999999")]
    updated = api.update(BatchInputSimplePublicObjectBatchInput(inputs=rows))
    assert [row.properties["firstname"] for row in updated.results] == ["x"]
    assert updated.errors[0].context["ids"] == ["999999"]
    wishes = [
        SimplePublicObjectBatchInputUpsert(id=email, id_property="email", properties={"lastname": "y"})
        for email in ("a2@example.test", "a9@example.test")
    ]
    upserted = api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=wishes))
    assert [(row.properties["email"], row.new) for row in upserted.results] == [
        ("a2@example.test", False),
        ("a9@example.test", True),
    ]
    api.archive(BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=one.id)]))
    assert {row.id for row in client.crm.contacts.get_all()} == {two.id, upserted.results[1].id}


def test_associations(client: HubSpot, control: Remote) -> None:
    control.seed(contacts=2, accounts=2, deals=1)
    deal = control.rows("deals")[0]["id"]
    contact = control.save("contacts", {"firstname": "Contact"})["id"]
    api = client.crm.associations.v4.basic_api
    api.create_default("deals", deal, "contacts", contact)
    found = api.get_page("deals", deal, "contacts").results
    assert contact in {one.to_object_id for one in found}
    assert [type.type_id for one in found for type in one.association_types] == [3, 3]
    company = control.rows("companies")[0]["id"]
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    labelled = api.create("contacts", contact, "companies", company, [spec])
    assert labelled.labels == ["Primary"]
    back = api.get_page("companies", company, "contacts").results
    mine = next(one for one in back if one.to_object_id == contact)
    assert {(type.type_id, type.label) for type in mine.association_types} == {(280, None), (2, "Primary")}
    api.archive("contacts", contact, "companies", company)
    assert api.get_page("contacts", contact, "companies").results == []


def test_associations_in_batches(client: HubSpot, control: Remote) -> None:
    control.seed(deals=3)
    deals = [one["id"] for one in control.rows("deals")]
    api = client.crm.associations.v4.batch_api
    wanted = BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[PublicFetchAssociationsBatchRequest(id=id) for id in [*deals, "999999"]]
    )
    lines = api.get_page("deals", "line_items", wanted)
    assert {one._from.id for one in lines.results} == set(deals)
    assert all(one.to[0].association_types[0].type_id == 19 for one in lines.results)
    assert lines.errors[0].context["fromObjectId"] == ["999999"]
    company = control.rows("companies")[0]["id"]
    post = PublicAssociationMultiPost(
        _from=PublicObjectId(id=deals[0]),
        to=PublicObjectId(id=company),
        types=[AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=341)],
    )
    made = api.create("deals", "companies", BatchInputPublicAssociationMultiPost(inputs=[post]))
    assert [(one.from_object_id, one.to_object_id) for one in made.results] == [(deals[0], company)]


def test_owners_and_pipelines(client: HubSpot, control: Remote) -> None:
    control.seed(people=3)
    owners = client.crm.owners.get_all()
    assert [one.email for one in owners] == [f"person{n}@example.test" for n in (1, 2, 3)]
    api = client.crm.owners.owners_api
    assert api.get_by_id(int(owners[0].id)).user_id == owners[0].user_id
    assert api.get_page(email="person2@example.test").results[0].id == owners[1].id
    pipelines = client.crm.pipelines.pipelines_api
    default = pipelines.get_all("deals").results[0]
    assert default.id == "default"
    assert next(one for one in default.stages if one.id == "closedwon").metadata["probability"] == "1.0"
    stage = PipelineStageInput(label="Open", display_order=0, metadata={"probability": "0.5"})
    made = pipelines.create("deals", PipelineInput(label="Second", display_order=1, stages=[stage]))
    deal = new(dealname="Deal", pipeline=made.id, dealstage=made.stages[0].id)
    client.crm.deals.basic_api.create(simple_public_object_input_for_create=deal)
    with pytest.raises(PipelinesException) as used:
        pipelines.archive("deals", made.id, validate_references_before_delete=True)
    assert used.value.status == 400
    assert client.crm.pipelines.pipeline_stages_api.get_all("deals", made.id).results[0].label == "Open"


def test_properties(client: HubSpot) -> None:
    api = client.crm.properties.core_api
    builtin = api.get_by_name("deals", "dealstage")
    assert "closedwon" in [option.value for option in builtin.options]
    made = api.create(
        "contacts",
        PropertyCreate(
            name="hub_id", label="Hub id", type="string", field_type="text", group_name="information",
            has_unique_value=True,
        ),
    )  # fmt: skip
    assert (made.has_unique_value, made.modification_metadata.read_only_value) == (True, False)
    contacts = client.crm.contacts.basic_api
    one = contacts.create(simple_public_object_input_for_create=new(hub_id="h1"))
    assert contacts.get_by_id("h1", id_property="hub_id").id == one.id
    with pytest.raises(ApiException) as clash:
        contacts.create(simple_public_object_input_for_create=new(hub_id="h1"))
    assert clash.value.status == 400
    assert f"{one.id} already has that value" in clash.value.body
    api.archive("contacts", "hub_id")
    with pytest.raises(PropertiesException) as gone:
        api.get_by_name("contacts", "hub_id")
    assert gone.value.status == 404
    assert "hub_id" not in {one.name for one in api.get_all("contacts").results}


def test_a_merge_leaves_one_who_answers_to_both_ids(client: HubSpot) -> None:
    api = client.crm.contacts
    one, two = (
        api.basic_api.create(simple_public_object_input_for_create=new(email=f"c{n}@example.test", **more))
        for n, more in ((1, {"firstname": "one"}), (2, {"firstname": "two", "lastname": "two"}))
    )
    merge = PublicMergeInput(primary_object_id=one.id, object_id_to_merge=two.id)
    assert api.basic_api.merge(public_merge_input=merge).id == one.id
    names = ["firstname", "lastname", "hs_merged_object_ids", "hs_additional_emails"]
    values = api.basic_api.get_by_id(two.id, properties=names).properties
    assert [values[name] for name in names] == ["one", "two", two.id, "c2@example.test"]
    assert api.basic_api.get_by_id("c2@example.test", id_property="email").id == one.id
    assert [row.id for row in api.get_all()] == [one.id]


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"email": "nonsense"}, 400, "INVALID_EMAIL"),
        ({"nonsense": "x"}, 400, "PROPERTY_DOESNT_EXIST"),
        ({"hs_object_id": "7"}, 400, "READ_ONLY_VALUE"),
        ({"lifecyclestage": "guest"}, 400, "INVALID_OPTION"),
        ({"hubspot_owner_id": "7"}, 400, "INVALID_OWNER_ID"),
        ({"email": "taken@example.test"}, 409, "Existing ID"),
    ],
)
def test_refusals_carry_status_and_code(client: HubSpot, values: dict[str, Any], status: int, code: str) -> None:
    api = client.crm.contacts.basic_api
    api.create(simple_public_object_input_for_create=new(email="taken@example.test"))
    with pytest.raises(ApiException) as refused:
        api.create(simple_public_object_input_for_create=new(**values))
    assert refused.value.status == status
    assert code in refused.value.body
    assert '"correlationId"' in refused.value.body


def test_an_unknown_token_is_refused(address: str) -> None:
    with pytest.raises(ApiException) as refused:
        HubSpot(access_token="wrong", host=address).crm.contacts.basic_api.get_page()
    assert (refused.value.status, "INVALID_AUTHENTICATION" in refused.value.body) == (401, True)


def test_an_oauth_token_is_made_expires_and_is_made_again(client: HubSpot, address: str, control: Remote) -> None:
    app = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    first = client.oauth.tokens_api.create(
        grant_type="authorization_code", code="sandbox-code", redirect_uri="x", **app
    )
    assert first.expires_in == 1800
    mine = HubSpot(access_token=first.access_token, host=address)
    mine.crm.contacts.basic_api.get_page()
    assert client.oauth.access_tokens_api.get(first.access_token).hub_id == 1
    control.clock(advance=1801)
    with pytest.raises(ApiException) as expired:
        mine.crm.contacts.basic_api.get_page()
    assert (expired.value.status, "EXPIRED_AUTHENTICATION" in expired.value.body) == (401, True)
    again = client.oauth.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    HubSpot(access_token=again.access_token, host=address).crm.contacts.basic_api.get_page()
