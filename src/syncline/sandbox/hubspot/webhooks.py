"""Webhooks: settings and subscriptions by the API, and signed deliveries that are tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from syncline.sandbox.call import Reply
from syncline.sandbox.deliver import Delivery
from syncline.sandbox.hubspot.asked import Asked, kind_of, needed
from syncline.sandbox.hubspot.errors import invalid, not_found
from syncline.sandbox.hubspot.events import EVENTS
from syncline.sandbox.hubspot.kinds import KINDS
from syncline.sandbox.hubspot.times import iso, moment
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row

WHAT = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
EVENT_TYPES = {*(f"{one}.{what}" for one in [*(kind.one for kind in KINDS), "object"] for what in WHAT)}
EVENT_TYPES |= {"contact.privacyDeletion"}

ANSWERS_WITHIN_SECONDS = 5.0
MINUTE, HOUR = 60, 3600
TRIED_AGAIN_AFTER = (
    *(MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR),
    *(2 * HOUR, 4 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR),
)
"""Seconds to each further attempt: ten, spread over a day."""


# --- the API ---


def settings(asked: Asked) -> Reply:
    """Where deliveries go."""
    kept = asked.store.setting(f"webhooks/{asked.parts['app']}")
    if kept is None:
        raise not_found()
    return Reply(body=kept)


def put_settings(asked: Asked) -> Reply:
    """Says where deliveries go."""
    body, at = asked.body(), iso(moment(asked.sandbox.clock))
    name = f"webhooks/{asked.parts['app']}"
    throttling = {"maxConcurrentRequests": int((body.get("throttling") or {}).get("maxConcurrentRequests", 10))}
    born = (asked.store.setting(name) or {}).get("createdAt", at)
    kept = {"targetUrl": str(needed(body, "targetUrl")), "throttling": throttling, "createdAt": born, "updatedAt": at}
    asked.store.set(name, kept)
    return Reply(body=kept)


def delete_settings(asked: Asked) -> Reply:
    """Deliveries go nowhere."""
    asked.store.set(f"webhooks/{asked.parts['app']}", None)
    return Reply(status=204)


def list_all(asked: Asked) -> Reply:
    """All subscriptions of an app."""
    kept = asked.store.settings("subscription/")
    results = [told(number, one) for number, one in kept.items() if one["appId"] == app(asked)]
    return Reply(body={"results": results})


def get(asked: Asked) -> Reply:
    """One subscription."""
    return Reply(body=told(asked.parts["id"], wanted(asked, asked.parts["id"])))


def create(asked: Asked) -> Reply:
    """Subscribes."""
    body, at = asked.body(), iso(moment(asked.sandbox.clock))
    type = str(needed(body, "eventType"))
    if type not in EVENT_TYPES:
        raise invalid(f"Unknown eventType: {type}")
    if type.endswith(".propertyChange"):
        needed(body, "propertyName")
    if type.startswith("object."):
        kind_of(str(needed(body, "objectTypeId")))
    number = asked.store.next("subscription", 10_001)
    more = {name: body[name] for name in ("propertyName", "objectTypeId") if body.get(name)}
    kept = {
        "eventType": type, "active": bool(body.get("active", False)), "appId": app(asked), "createdAt": at,
        "updatedAt": at, **more,
    }  # fmt: skip
    asked.store.set(f"subscription/{number}", kept)
    return Reply(status=201, body=told(str(number), kept))


def update(asked: Asked) -> Reply:
    """On or off."""
    return Reply(body=switch(asked, asked.parts["id"], asked.body()))


def batch_update(asked: Asked) -> Reply:
    """Many on or off."""
    at = iso(moment(asked.sandbox.clock))
    results = [switch(asked, str(needed(row, "id")), row) for row in asked.rows()]
    return Reply(body={"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at})


def delete(asked: Asked) -> Reply:
    """No longer."""
    wanted(asked, asked.parts["id"])
    asked.store.set(f"subscription/{asked.parts['id']}", None)
    return Reply(status=204)


def switch(asked: Asked, number: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """One on or off."""
    changed = {"active": bool(body.get("active")), "updatedAt": iso(moment(asked.sandbox.clock))}
    kept = {**wanted(asked, number), **changed}
    asked.store.set(f"subscription/{number}", kept)
    return told(number, kept)


def wanted(asked: Asked, number: str) -> dict[str, Any]:
    """The subscription of that number."""
    kept: dict[str, Any] | None = asked.store.setting(f"subscription/{number}")
    if kept is None or kept["appId"] != app(asked):
        raise not_found([number])
    return kept


def told(number: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A subscription, as the API tells it."""
    return {"id": number, **{name: value for name, value in kept.items() if name != "appId"}}


def app(asked: Asked) -> int:
    """The app in the path."""
    if not asked.parts["app"].isdigit():
        raise not_found([asked.parts["app"]])
    return int(asked.parts["app"])


# --- deliveries ---


def deliveries(sandbox: Sandbox) -> Sequence[Delivery]:
    """All events that are due, in batches of one app, signed now; they leave the queue."""
    due = sandbox.store.select(EVENTS, "changed <= ?", (sandbox.clock.micros(),))
    by_app: dict[int, list[Row]] = {}
    for row in due:
        by_app.setdefault(row.values["appId"], []).append(row)
        sandbox.store.drop(EVENTS, row.id)
    made = []
    size = int(sandbox.options["webhook_batch"])
    for number, rows in by_app.items():
        target = (sandbox.store.setting(f"webhooks/{number}") or {}).get("targetUrl")
        if target:  # without a target nobody is told, ever
            made += [signed(sandbox, target, rows[at : at + size]) for at in range(0, len(rows), size)]
    return made


def signed(sandbox: Sandbox, target: str, rows: Sequence[Row]) -> Delivery:
    """One delivery, with the signatures of all versions that name no other header."""
    body = msgspec.json.encode([row.values for row in rows])
    secret = str(sandbox.options["client_secret"]).encode()
    timestamp = str(moment(sandbox.clock) // 1000)
    content = b"POST" + target.encode() + body + timestamp.encode()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature": hashlib.sha256(secret + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": base64.b64encode(hmac.digest(secret, content, "sha256")).decode(),
        "X-HubSpot-Request-Timestamp": timestamp,
    }
    return Delivery(url=target, body=body, headers=headers, timeout_seconds=ANSWERS_WITHIN_SECONDS, note=tuple(rows))


def delivered(sandbox: Sandbox, delivery: Delivery, status: int | None) -> None:
    """What was not taken comes again later, until the last attempt was made."""
    if status is not None and 200 <= status < 300:
        return
    for row in delivery.note:
        attempt = row.values["attemptNumber"]
        if attempt < len(TRIED_AGAIN_AFTER):
            due = moment(sandbox.clock) + TRIED_AGAIN_AFTER[attempt] * 1_000_000
            again = {**row.values, "attemptNumber": attempt + 1}
            sandbox.store.insert_many(EVENTS, [(sandbox.store.next("queued"), again, row.created, due)])
