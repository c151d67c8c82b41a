"""Deliveries name the objects to look at, and are signed."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.connect.webhook import Touched
from syncline.connectors.hubspot.webhook import WEBHOOK


def event(what: str, **more: Any) -> dict[str, Any]:
    return {"eventId": 1, "subscriptionType": what, "occurredAt": 1793871000000, **more}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([event("contact.propertyChange", objectId=7, propertyName="email")] * 2, [("contact", "7")]),
        ([event("line_item.creation", objectId=9)], [("line_item", "9")]),
        ([event("object.propertyChange", objectTypeId="0-3", objectId=5)], [("deal", "5")]),
        ([event("object.propertyChange", objectTypeId="2-77", objectId=5)], []),
        ([event("conversation.newMessage", objectId=5)], []),
        (
            [event("company.merge", objectId=1, primaryObjectId=1, mergedObjectIds=[2], newObjectId=3)],
            [("company", "1"), ("company", "3"), ("company", "2")],
        ),
        (
            [event("deal.associationChange", associationType="DEAL_TO_LINE_ITEM", fromObjectId=5, toObjectId=9)],
            [("deal", "5"), ("line_item", "9")],
        ),
        ([event("contact.associationChange", associationType="CONTACT_TO_NOTE", fromObjectId=5, toObjectId=9)],
         [("contact", "5")]),
    ],
)  # fmt: skip
def test_a_delivery_names_what_to_look_at(body: Any, expected: list[tuple[str, str]]) -> None:
    assert WEBHOOK.touched(body, {}) == tuple(Touched(stream=stream, id=rid) for stream, rid in expected)


@pytest.mark.parametrize("body", [{}, [1], [{}], None, "x"])
def test_what_is_no_delivery_is_refused(body: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        WEBHOOK.touched(body, {})


def test_the_signature_is_the_third_version() -> None:
    assert WEBHOOK.signed is not None
    assert WEBHOOK.signed.content == "{method}{url}{body}{timestamp}"
    assert (WEBHOOK.signed.encoding, WEBHOOK.signed.unit, WEBHOOK.signed.tolerance) == ("base64", "milliseconds", 300.0)
