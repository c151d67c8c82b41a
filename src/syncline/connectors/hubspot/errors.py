"""What HubSpot's refusals mean. Every part of an error body may be absent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from syncline.connect.request import Answer
from syncline.connectors.hubspot.kinds import OURS
from syncline.model.outcome import NOT_MADE, Clash, Denied, Exists, Later, Missing, Outcome, Rejected, Unknown

WAITS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0, "DAILY": 3600.0}
"""Seconds to wait for each quota. HubSpot names none; the day's begins at midnight of the account, wherever that is."""

LOCKED_SECONDS = 2.0
MIGRATING_SECONDS = 60.0
SERVER_ERROR = 500

NO_PROPERTY = "PROPERTY_DOESNT_EXIST"
EXISTING = re.compile(r"Existing ID: *(\d+)|(\d+) already has that value", re.IGNORECASE)
NOT_UNIQUE = re.compile(r"idProperty .*is not a unique property|unique property.* does not exist", re.IGNORECASE)
NAMED = re.compile(r"Property [\"']?([A-Za-z0-9_]+)[\"']? does not exist", re.IGNORECASE)


def problem(answer: Answer) -> Outcome | None:
    """The outcome of an answer that is no success. A server's breakdown is none: what was written may stand."""
    status, body = answer.status, answer.body if isinstance(answer.body, dict) else {}
    if status < 400 or status >= SERVER_ERROR:
        return None
    said = text(body) or f"HubSpot answered {status}"
    if status == 429:
        return Later(after=retry_after(answer, WAITS.get(policy(body), WAITS["TEN_SECONDLY_ROLLING"])))
    if status == 423:
        return Later(after=max(LOCKED_SECONDS, retry_after(answer, LOCKED_SECONDS)))
    if status == 477:
        return Later(after=retry_after(answer, MIGRATING_SECONDS))
    if status == 401 or (status == 403 and body.get("category") in (None, "MISSING_SCOPES")):
        return Denied(reason=f"{said}{scopes(body)}")
    if status == 404:
        return Missing()
    return refusal(body, said)


def refusal(error: Mapping[str, Any], said: str | None = None) -> Outcome:
    """What one error means: a whole answer, or one of a batch that half failed."""
    said = said or text(error) or "refused"
    category = error.get("category")
    existing = EXISTING.search(said)
    if existing is not None:
        return Exists(id=existing[1] or existing[2])
    if category == "OBJECT_NOT_FOUND":
        return Missing()
    if category == "CONFLICT":
        return Clash()
    if category in ("RATE_LIMITS", "RATE_LIMIT"):
        return Later(after=WAITS["TEN_SECONDLY_ROLLING"])
    if NOT_UNIQUE.search(said):
        return Rejected(reason=plainly(said), code=NOT_MADE)
    field, code = blamed(error, said)
    if code == NO_PROPERTY and field is not None and field.startswith(OURS):
        return Rejected(reason=plainly(said), field=field, code=NOT_MADE)
    return Rejected(reason=plainly(said), field=field, code=(code or category or "rejected").lower().replace("_", "-"))


def outcome(answer: Answer) -> Outcome | None:
    """As `problem`; a server that broke down is Unknown, for writes within a conversation."""
    if answer.status >= SERVER_ERROR:
        return Unknown(reason=f"HubSpot answered {answer.status}")
    return problem(answer)


def text(error: Mapping[str, Any]) -> str | None:
    """What it says to a person."""
    message = error.get("message")
    return str(message) if message else None


def policy(error: Mapping[str, Any]) -> str:
    """Which quota ended."""
    return str(error.get("policyName") or "")


def scopes(error: Mapping[str, Any]) -> str:
    """Which scopes are missing, where it says so."""
    named = [scope for one in details(error) for scope in listed(one, "requiredGranularScopes", "requiredScopes")]
    return f" ({', '.join(dict.fromkeys(named))})" if named else ""


def blamed(error: Mapping[str, Any], said: str) -> tuple[str | None, str | None]:
    """The property and the code that an error names, in one of the three ways HubSpot has."""
    for one in details(error):
        names = listed(one, "propertyName", "name")
        if names or one.get("code"):
            return (names[0] if names else found(NAMED, said)), one.get("code")
    within = findings(said)
    if within:
        return within[0].get("name"), within[0].get("error")
    return found(NAMED, said), None


def findings(said: str) -> list[Mapping[str, Any]]:
    """What is wrong with each property, where the text holds that as JSON."""
    begin = said.find("[{")
    try:
        told = json.JSONDecoder().raw_decode(said[begin:])[0] if begin >= 0 else []
    except ValueError:
        return []
    return [one for one in told if isinstance(one, dict)]


def plainly(said: str) -> str:
    """The sentences within, where there are any; else the text as it is."""
    told = [str(one["message"]) for one in findings(said) if one.get("message")]
    return "; ".join(told) or said


def details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The errors within an error."""
    return [one for one in error.get("errors") or () if isinstance(one, dict)]


def listed(error: Mapping[str, Any], *names: str) -> list[str]:
    """The values of one of these keys of its context."""
    context = error.get("context")
    return [str(value) for name in names for value in (context or {}).get(name) or ()]


def found(pattern: re.Pattern[str], said: str) -> str | None:
    """What a pattern finds in a message."""
    match = pattern.search(said)
    return match[1] if match else None


def retry_after(answer: Answer, default: float) -> float:
    """The wait that the answer names, where it names one."""
    try:
        return float(answer.headers["retry-after"])
    except (KeyError, ValueError):
        return default
