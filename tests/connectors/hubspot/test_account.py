"""Whose HubSpot it is, from what it answers; a token that may be told less is no worse token."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.connect.account import Account
from syncline.connect.auth import Slot
from syncline.connect.request import Answer, Request
from syncline.connect.template import Use
from syncline.connectors.hubspot import connector
from syncline.egress.effects import is_read
from syncline.model.outcome import Denied, Later, Unknown

DETAILS = {"portalId": 17, "accountType": "STANDARD", "uiDomain": "app-eu1.hubspot.com"}
KEY = {"hubId": 17, "userId": 4, "scopes": ["crm.objects.deals.read"]}
APP = {"active": True, "hub_id": 17, "hub_domain": "acme.example", "user": "user4@example.test", "scopes": ["oauth"]}


def told(*answers: tuple[int, Any], **options: Any) -> tuple[Any, list[Request]]:
    """What the conversation ends in, and what it asked; each request is one that mode read-only lets out."""
    made = connector(Use(options=options))
    assert made.account is not None
    steps, asked = made.account("https://api.hubapi.com"), []
    request: Any = next(steps)
    try:
        for status, body in answers:
            assert is_read(made.reads, request.method, request.path), request.path
            asked.append(request)
            request = steps.send(Answer(status=status, body=body))
    except StopIteration as end:
        return end.value, asked
    raise AssertionError(f"it asks for more: {request.path}")


def test_a_key_of_the_account_is_told_whose_it_is_and_what_it_may_do() -> None:
    found, asked = told((200, DETAILS), (200, KEY))
    assert found == Account(
        name="account 17", id="hubspot 17", environment="production", user="user 4", scopes=("crm.objects.deals.read",)
    )
    assert asked[1].json == {"tokenKey": Slot("secret")}, "the door puts it in, and nobody else"


def test_an_app_is_told_the_domain_and_the_person_who_consented() -> None:
    found, asked = told((200, DETAILS), (200, APP), client_id="1")
    assert (found.name, found.user) == ("acme.example (account 17)", "user4@example.test")
    assert asked[1].form is not None
    assert asked[1].form["token"] == Slot("access_token")


@pytest.mark.parametrize(
    ("kind", "environment"),
    [("SANDBOX", "sandbox"), ("DEVELOPER_TEST", "test"), ("STANDARD", "production"), ("NEW", "unknown"),
     (None, "unknown")],
)  # fmt: skip
def test_what_an_account_is_for_is_told_or_unknown(kind: Any, environment: str) -> None:
    assert told((200, {**DETAILS, "accountType": kind}), (200, KEY))[0].environment == environment


def test_what_may_not_be_told_leaves_the_rest() -> None:
    hidden = told((403, {"category": "MISSING_SCOPES"}), (200, KEY))[0]
    assert (hidden.id, hidden.environment, hidden.scopes) == ("hubspot 17", "unknown", ("crm.objects.deals.read",))
    silent = told((200, DETAILS), (404, {}))[0]
    assert (silent.id, silent.user, silent.scopes) == ("hubspot 17", None, None)
    nothing = told((403, {}), (500, {}))[0]
    assert (nothing.id, nothing.environment) == (None, "unknown")


def test_a_token_that_is_refused_is_no_account() -> None:
    assert isinstance(told((401, {"category": "INVALID_AUTHENTICATION", "message": "no"}))[0], Denied)
    assert isinstance(told((429, {"policyName": "DAILY"}))[0], Later)
    assert isinstance(told((503, None))[0], Unknown)
    assert isinstance(told((403, {}), (401, {"message": "no"}))[0], Denied)
