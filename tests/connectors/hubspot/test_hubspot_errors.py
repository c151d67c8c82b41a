"""Each refusal means what it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncline.connect.request import Answer
from syncline.connectors.hubspot.errors import outcome, problem
from syncline.model.outcome import Clash, Denied, Exists, Later, Missing, Rejected, Unknown


def error(status: int, message: str = "", headers: dict[str, str] | None = None, **body: Any) -> Answer:
    """An error as HubSpot words it."""
    told = {"status": "error", "message": message, "correlationId": "0-0", **body}
    return Answer(status=status, body=told, headers=headers or {})


INVALID = [
    {"isValid": False, "message": "x was not one of the allowed options", "error": "INVALID_OPTION", "name": "industry"}
]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(status=200, body={}), None),
        (Answer(status=207, body={"errors": [{}]}), None),
        (error(429, policyName="TEN_SECONDLY_ROLLING"), Later(after=10.0)),
        (error(429, policyName="SECONDLY"), Later(after=1.0)),
        (error(429, policyName="DAILY"), Later(after=3600.0)),
        (error(429), Later(after=10.0)),
        (error(429, headers={"retry-after": "7"}), Later(after=7.0)),
        (error(429, headers={"retry-after": "soon"}, policyName="SECONDLY"), Later(after=1.0)),
        (Answer(status=429, body="<html>"), Later(after=10.0)),
        (error(423), Later(after=2.0)),
        (error(477, headers={"retry-after": "120"}), Later(after=120.0)),
        (error(401, "it expired", category="EXPIRED_AUTHENTICATION"), Denied(reason="it expired")),
        (Answer(status=401), Denied(reason="HubSpot answered 401")),
        (
            error(403, "scopes", category="MISSING_SCOPES",
                  errors=[{"message": "m", "context": {"requiredGranularScopes": ["crm.objects.deals.write"]}}]),
            Denied(reason="scopes (crm.objects.deals.write)"),
        ),
        (error(403, "not this one", category="OTHER"), Rejected(reason="not this one", code="other")),
        (error(404, "resource not found"), Missing()),
        (error(409, "Contact already exists. Existing ID: 12345", category="CONFLICT"), Exists(id="12345")),
        (error(409, "changed", category="CONFLICT"), Clash()),
        (
            error(400, 'Cannot set "sku" on 8. 77 already has that value.', category="VALIDATION_ERROR"),
            Exists(id="77"),
        ),
        (
            error(400, f"Property values were not valid: {json.dumps(INVALID)}", category="VALIDATION_ERROR"),
            Rejected(
                reason=INVALID[0]["message"], field="industry", code="invalid-option"
            ),
        ),
        (
            error(400, 'Property "colour" does not exist', category="VALIDATION_ERROR",
                  errors=[{"message": "m", "code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["colour"]}}]),
            Rejected(reason='Property "colour" does not exist', field="colour", code="property-doesnt-exist"),
        ),
        (error(400, "bad: [{oops", category="OTHER"), Rejected(reason="bad: [{oops", code="other")),
        (error(400, "Invalid input JSON on line 1"), Rejected(reason="Invalid input JSON on line 1")),
        (Answer(status=414, body="too long"), Rejected(reason="HubSpot answered 414")),
        (error(500, "broken"), None),
        (error(503, "later"), None),
    ],
)  # fmt: skip
def test_each_refusal_means_what_it_means(answer: Answer, expected: Any) -> None:
    assert problem(answer) == expected


def test_in_a_conversation_a_breakdown_leaves_the_outcome_open() -> None:
    assert isinstance(outcome(error(502)), Unknown)
    assert outcome(error(404)) == Missing()
    assert outcome(Answer(status=201, body={})) is None
