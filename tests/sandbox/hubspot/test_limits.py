"""Quotas, planted faults, sign-in and scopes: the sandbox's clock passes, nobody waits."""

from typing import Any

import pytest

from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.hubspot import sandbox as made
from syncline.sandbox.remote import Remote
from syncline.sandbox.sandbox import Sandbox

from .conftest import Ask

LIST = "/crm/v3/objects/contacts"
SEARCH = f"{LIST}/search"


def test_the_burst_quota_and_its_headers(ask: Ask, control: Remote) -> None:
    first = ask("GET", LIST)
    assert first.headers["X-HubSpot-RateLimit-Max"] == "190"
    assert first.headers["X-HubSpot-RateLimit-Remaining"] == "189"
    assert first.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert first.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "649999"
    for _ in range(189):
        assert ask("GET", LIST).status == 200
    refused = ask("GET", LIST)
    assert refused.status == 429
    assert refused.body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused.body["message"] == "You have reached your ten_secondly_rolling limit."
    assert refused.body["errorType"] == "RATE_LIMIT"
    assert "Retry-After" not in refused.headers
    control.clock(advance=10)
    assert ask("GET", LIST).status == 200
    assert control.calls()["calls"][190]["refused_by"] == "TEN_SECONDLY_ROLLING"


def test_searches_have_a_quota_of_their_own_and_no_headers(ask: Ask, control: Remote) -> None:
    for _ in range(5):
        answer = ask("POST", SEARCH, {})
        assert answer.status == 200
        assert not any(name.startswith("X-HubSpot") for name in answer.headers)
    refused = ask("POST", SEARCH, {})
    assert (refused.status, refused.body["policyName"]) == (429, "SECONDLY")
    assert refused.body["message"] == "You have reached your secondly limit."
    assert ask("GET", LIST).status == 200
    control.clock(advance=1)
    assert ask("POST", SEARCH, {}).status == 200


def test_the_day_has_a_quota(ask: Ask, sandbox: Sandbox, control: Remote) -> None:
    control.ask("PUT", "quotas", [{"name": "DAILY", "amount": 2, "per_seconds": 86_400, "window": "fixed"}])
    assert [ask("GET", LIST).status for _ in range(3)] == [200, 200, 429]
    assert ask("GET", LIST).body["policyName"] == "DAILY"
    control.clock(advance=86_400)
    assert ask("GET", LIST).status == 200


def test_a_tier_has_its_numbers() -> None:
    assert [quota.amount for quota in made(options={"tier": "free"}).quotas.quotas] == [5, 100, 250_000]
    assert [quota.amount for quota in made(options={"tier": "public-app"}).quotas.quotas] == [5, 110]
    with pytest.raises(ValueError, match="there is no tier 'gold'"):
        made(options={"tier": "gold"})
    with pytest.raises(ValueError, match="no option colour"):
        made(options={"colour": "red"})


@pytest.mark.parametrize(
    ("kind", "how", "status", "said"),
    [
        ("rate-limit", {}, 429, "TEN_SECONDLY_ROLLING"),
        ("server-error", {"status": 502}, 502, "Bad gateway"),
        ("server-error", {"status": 423}, 423, "locked"),
        ("server-error", {"status": 477}, 477, "Migration"),
        ("expire-token", {}, 401, "EXPIRED_AUTHENTICATION"),
        ("reject", {"method": "GET"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_planted_faults_are_in_the_vendors_words(
    ask: Ask, control: Remote, kind: str, how: dict[str, Any], status: int, said: str
) -> None:
    control.plant(kind, count=1, **how)
    refused = ask("GET", LIST)
    assert refused.status == status
    assert said in str(refused.body)
    assert ("Retry-After" in refused.headers) is (status == 477)
    assert ask("GET", LIST).status == 200


def test_a_planted_rejection_strikes_writes_only(ask: Ask, control: Remote) -> None:
    control.plant("reject")
    assert ask("POST", SEARCH, {}).status == 200
    assert ask("POST", f"{LIST}/batch/read", {"inputs": [{"id": "1"}]}).status == 207
    assert ask("POST", LIST, {"properties": {}}).status == 400


def test_a_batch_half_fails_row_by_row(ask: Ask, control: Remote) -> None:
    control.plant("half-fail", rate=0.5, seed=1)
    rows = [{"properties": {"firstname": str(n)}, "objectWriteTraceId": f"t{n}"} for n in range(40)]
    part = ask("POST", f"{LIST}/batch/create", {"inputs": rows})
    assert part.status == 207
    assert 5 < part.body["numErrors"] < 35
    assert len(part.body["results"]) + part.body["numErrors"] == 40
    assert len(control.rows("contacts")) == len(part.body["results"])
    whole = ask("POST", f"{LIST}/batch/create", {"inputs": [{"properties": {}}] * 40})
    assert whole.status == 400
    assert len(control.rows("contacts")) == len(part.body["results"])


# --- sign-in ---


def form(sandbox: Sandbox, path: str = "/oauth/v1/token", **fields: str) -> Reply:
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    call = json_call("POST", path)
    reply = sandbox.answer(type(call)(method="POST", path=path, body=body, headers=call.headers, url=call.url))
    assert isinstance(reply, Reply)
    return reply


APP = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"])
def test_a_refresh_token_makes_tokens_that_expire(ask: Ask, sandbox: Sandbox, control: Remote, path: str) -> None:
    token = form(sandbox, path, grant_type="refresh_token", refresh_token="sandbox-refresh", **APP).body
    assert token["expires_in"] == 1800
    assert ask("GET", LIST, token=token["access_token"]).status == 200
    control.clock(advance=1807)
    expired = ask("GET", LIST, token=token["access_token"])
    assert expired.body["message"] == "The OAuth token used to make this call expired 7 second(s) ago."


def test_an_expired_token_stays_so_until_it_is_made_anew(ask: Ask, sandbox: Sandbox, control: Remote) -> None:
    token = form(sandbox, grant_type="refresh_token", refresh_token="sandbox-refresh", **APP).body["access_token"]
    control.plant("expire-token", count=1)
    assert [ask("GET", LIST, token=token).status for _ in range(3)] == [401, 401, 401]
    again = form(sandbox, grant_type="refresh_token", refresh_token="sandbox-refresh", **APP).body["access_token"]
    assert ask("GET", LIST, token=again).status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "wrong", **APP}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "refresh_token", "refresh_token": "sandbox-refresh", "client_id": "x"}, "BAD_CLIENT_ID"),
        ({"grant_type": "authorization_code", "code": "wrong", **APP}, "BAD_AUTH_CODE"),
        ({"grant_type": "password", **APP}, "BAD_GRANT_TYPE"),
    ],
)
def test_a_sign_in_may_be_refused(sandbox: Sandbox, fields: dict[str, str], status: str) -> None:
    refused = form(sandbox, **fields)
    assert (refused.status, refused.body["status"]) == (400, status)


def test_a_code_is_good_once_and_consent_can_be_withdrawn(ask: Ask, sandbox: Sandbox, control: Remote) -> None:
    first = form(sandbox, grant_type="authorization_code", code="sandbox-code", **APP)
    assert form(sandbox, grant_type="authorization_code", code="sandbox-code", **APP).status == 400
    token = first.body["access_token"]
    assert form(sandbox, "/oauth/v3/token/introspect", token=token, **APP).body["active"] is True
    control.act("withdraw")
    assert ask("GET", LIST, token=token).body["category"] == "INVALID_AUTHENTICATION"
    assert form(sandbox, grant_type="refresh_token", refresh_token="sandbox-refresh", **APP).status == 400
    assert form(sandbox, "/oauth/v3/token/introspect", token=token, **APP).body == {"active": False}


def test_a_refresh_token_can_be_looked_into_and_revoked(ask: Ask) -> None:
    assert ask("GET", "/oauth/v1/refresh-tokens/sandbox-refresh").body["hub_id"] == 1
    assert ask("DELETE", "/oauth/v1/refresh-tokens/sandbox-refresh").status == 204
    assert ask("GET", "/oauth/v1/refresh-tokens/sandbox-refresh").status == 404


@pytest.mark.parametrize(
    ("granted", "method", "target", "status"),
    [
        (["crm.objects.contacts.read"], "GET", LIST, 200),
        (["crm.objects.contacts.read"], "POST", SEARCH, 200),
        (["crm.objects.contacts.read"], "POST", LIST, 403),
        (["crm.objects.contacts.write"], "GET", LIST, 403),
        (["e-commerce"], "GET", "/crm/v3/objects/products", 200),
        (["tickets"], "GET", "/crm/v3/objects/tickets", 200),
        (["tickets"], "GET", "/crm/v3/owners", 403),
        (["crm.schemas.deals.read"], "GET", "/crm/v3/pipelines/deals", 200),
        (["crm.schemas.deals.read"], "POST", "/crm/v3/properties/deals", 403),
        ([], "GET", "/account-info/v3/details", 200),
    ],
)
def test_scopes(ask: Ask, control: Remote, granted: list[str], method: str, target: str, status: int) -> None:
    control.act("grant", scopes=granted)
    reply = ask(method, target, {} if method == "POST" else None)
    assert reply.status == status
    if status == 403:
        assert reply.body["category"] == "MISSING_SCOPES"
        assert reply.body["errors"][0]["context"]["requiredGranularScopes"]
