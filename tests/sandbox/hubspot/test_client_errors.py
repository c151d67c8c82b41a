"""Every class of refusal as the vendor's own client meets it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.contacts import ApiException, PublicGdprDeleteInput, PublicObjectSearchRequest
from urllib3.exceptions import HTTPError

from syncline.sandbox.remote import Remote

Use = Callable[[HubSpot], Any]


def lists(client: HubSpot) -> Any:
    return client.crm.contacts.basic_api.get_page()


def searches(client: HubSpot) -> Any:
    request = PublicObjectSearchRequest(filter_groups=[], sorts=[], properties=[], limit=200, after="9900")
    return client.crm.contacts.search_api.do_search(public_object_search_request=request)


@pytest.mark.parametrize(
    ("fault", "use", "status", "expected"),
    [
        ({"kind": "rate-limit"}, lists, 429, {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}),
        ({"kind": "rate-limit"}, searches, 429, {"policyName": "SECONDLY"}),
        ({"kind": "server-error", "status": 503}, lists, 503, {"status": "error"}),
        ({"kind": "expire-token"}, lists, 401, {"category": "EXPIRED_AUTHENTICATION"}),
        ({"kind": "reject", "method": "GET"}, lists, 400, {"category": "VALIDATION_ERROR"}),
        (None, searches, 400, {"category": "VALIDATION_ERROR"}),
    ],
)
def test_refusals(
    client: HubSpot, control: Remote, fault: dict[str, Any] | None, use: Use, status: int, expected: dict[str, Any]
) -> None:
    if fault:
        control.plant(**fault)
    with pytest.raises(ApiException) as refused:
        use(client)
    body = json.loads(refused.value.body)
    assert refused.value.status == status
    assert {name: body[name] for name in expected} == expected
    assert body["message"]


def test_missing_scopes(client: HubSpot, control: Remote) -> None:
    control.act("grant", scopes=["crm.objects.companies.read"])
    with pytest.raises(ApiException) as refused:
        lists(client)
    assert refused.value.status == 403
    error = json.loads(refused.value.body)
    assert error["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]


@pytest.mark.parametrize("kind", ["lose-answer", "cut"])
def test_an_answer_that_never_comes(client: HubSpot, control: Remote, kind: str) -> None:
    control.plant(kind, count=1)
    client.config["retry"] = False
    with pytest.raises(HTTPError):
        client.crm.contacts.basic_api.create(simple_public_object_input_for_create={"properties": {}})
    assert len(control.rows("contacts")) == 1


def test_forgetting(client: HubSpot, control: Remote) -> None:
    id = control.save("contacts", {"email": "a@example.test"})["id"]
    client.crm.contacts.basic_api.purge(public_gdpr_delete_input=PublicGdprDeleteInput(object_id=id))
    assert control.rows("contacts") == []


def test_all_pages_with_history_are_fetched(client: HubSpot, control: Remote) -> None:
    control.seed(contacts=120, deals=0)
    contacts = client.crm.contacts.get_all(properties_with_history=["email"])
    assert len({one.properties_with_history["email"][0].value for one in contacts}) == 120
