"""What happens to objects, for webhooks: each event that somebody subscribed to waits to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.hubspot.times import moment
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Id

EVENTS = "webhook events"

Subscriptions = Mapping[str, Mapping[str, Any]]
"""Number to what was subscribed to."""


def subscriptions(sandbox: Sandbox) -> Subscriptions:
    """Those that are active."""
    return {number: one for number, one in sandbox.store.settings("subscription/").items() if one["active"]}


def happened(
    sandbox: Sandbox, wanted: Subscriptions, kind: Kind, what: str, id: Id, more: Mapping[str, Any]
) -> None:  # fmt: skip
    """Something happened to an object: one event for each subscription to it."""
    for number, one in wanted.items():
        if not concerns(one, kind, what, more.get("propertyName")):
            continue
        at = moment(sandbox.clock)
        event = {
            "eventId": sandbox.store.next("event", 1_000_001), "subscriptionId": int(number),
            "portalId": sandbox.options["portal_id"], "appId": one["appId"], "occurredAt": at // 1000,
            "subscriptionType": one["eventType"], "attemptNumber": 0, "objectId": id, "sourceId": "sandbox", **more,
        }  # fmt: skip
        if one["eventType"].startswith("object."):
            event["objectTypeId"] = kind.type_id
        sandbox.store.insert(EVENTS, sandbox.store.next("queued"), event, at)


def concerns(wanted: Mapping[str, Any], kind: Kind, what: str, property_name: str | None) -> bool:
    """Is it what the subscription is for?"""
    subject, _, event = wanted["eventType"].partition(".")
    mine = subject == kind.one or (subject == "object" and wanted.get("objectTypeId") in (kind.type_id, kind.name))
    return mine and event == what and (what != "propertyChange" or wanted.get("propertyName") == property_name)
