"""How HubSpot says no: every refusal with its status, category and message."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from syncline.sandbox.call import Refused, Reply

Finding = dict[str, Any]
"""What is wrong with one property: name, error (a code) and message."""


def refused(
    status: int, category: str, message: str, *, errors: Sequence[Mapping[str, Any]] = (),
    context: Mapping[str, Sequence[str]] | None = None, sub: str | None = None,
) -> Refused:  # fmt: skip
    """Any refusal."""
    body: dict[str, Any] = {"status": "error", "message": message, "category": category}
    if sub:
        body["subCategory"] = sub
    if errors:
        body["errors"] = list(errors)
    if context:
        body["context"] = {name: list(values) for name, values in context.items()}
    return Refused(Reply(status=status, body=body))


def as_one_of_many(refusal: Refused, context: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The refusal of one row, as it stands among the errors of a batch."""
    body = dict(refusal.reply.body)
    known = {**body.get("context", {}), **{name: list(values) for name, values in context.items()}}
    return {"links": {}, "errors": [], **body, "context": known}


def bare_not_found() -> Refused:
    """For a path that leads nowhere."""
    return Refused(Reply(status=404, body={"status": "error", "message": "resource not found"}))


def not_found(ids: Sequence[str] = ()) -> Refused:
    """An object that is not there."""
    context = {"ids": list(ids)} if ids else None
    return refused(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.", context=context)


def bad_json(problem: str) -> Refused:
    """A body that is no JSON, or not of the right shape."""
    return refused(400, "VALIDATION_ERROR", f"Invalid input JSON on line 1, column 1: {problem}")


def invalid(message: str, **more: Any) -> Refused:
    """A request that makes no sense."""
    return refused(400, "VALIDATION_ERROR", message, **more)


def wrong_values(findings: Sequence[Finding]) -> Refused:
    """Property values that cannot be kept."""
    told = [{"isValid": False, **finding} for finding in findings]
    errors = [
        {"message": one["message"], "code": one["error"], "context": {"propertyName": [one["name"]]}}
        for one in findings
    ]
    return invalid(f"Property values were not valid: {json.dumps(told)}", errors=errors)


def missing_values(one: str, names: Sequence[str]) -> Refused:
    """A create without a property that it needs."""
    message = f"Error creating {one.upper()}. Some required properties were not set."
    return invalid(message, context={"properties": names})


def taken_email(by: Any) -> Refused:
    """Another contact has this address."""
    return refused(409, "CONFLICT", f"Contact already exists. Existing ID: {by}")


def expired(seconds: int) -> Refused:
    """The access token is too old."""
    return refused(
        401, "EXPIRED_AUTHENTICATION", f"The OAuth token used to make this call expired {seconds} second(s) ago."
    )


def unknown_token() -> Refused:
    """No token, or none of this account."""
    return refused(
        401, "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more"
        " details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )  # fmt: skip


def missing_scopes(scopes: Sequence[str]) -> Refused:
    """The token does not allow this."""
    message = "This app hasn't been granted all required scopes to make this call."
    error = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    return refused(403, "MISSING_SCOPES", message, errors=[error])


def too_many(policy: str) -> Reply:
    """A quota is used up."""
    told = {"TEN_SECONDLY_ROLLING": "ten_secondly_rolling", "SECONDLY": "secondly", "DAILY": "daily"}[policy]
    body = {
        "status": "error", "message": f"You have reached your {told} limit.", "errorType": "RATE_LIMIT",
        "category": "RATE_LIMITS", "policyName": policy,
    }  # fmt: skip
    return Reply(status=429, body=body)


def failed(status: int) -> Reply:
    """A server error."""
    messages = {423: "Resource is locked.", 477: "Migration in progress.", 502: "Bad gateway", 504: "Gateway timeout"}
    body = {"status": "error", "message": messages.get(status, "internal error")}
    return Reply(status=status, body=body, headers={"Retry-After": "10"} if status == 477 else {})
