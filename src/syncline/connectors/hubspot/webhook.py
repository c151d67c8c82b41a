"""HubSpot's webhooks: signed, and each delivery a list of events that name objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncline.connect.webhook import Signed, Touched, Webhook
from syncline.connectors.hubspot.kinds import KINDS

BY_NAME = {kind.stream: kind.stream for kind in KINDS}
BY_TYPE = {kind.type_id: kind.stream for kind in KINDS}

SIGNED = Signed(
    header="x-hubspot-signature-v3",
    content="{method}{url}{body}{timestamp}",
    encoding="base64",
    timestamp="x-hubspot-request-timestamp",
    unit="milliseconds",
)


def touched(body: Any, headers: Mapping[str, str]) -> tuple[Touched, ...]:
    """The objects that the events speak of. Events of no record of ours, as of conversations, speak of none."""
    if not isinstance(body, list):
        raise ValueError("a delivery is a list of events")
    return tuple(dict.fromkeys(one for event in body for one in touched_by(event)))


def touched_by(event: Mapping[str, Any]) -> Iterator[Touched]:
    """One event's objects: of a merge all that took part, of an association both ends."""
    name, _, what = str(event["subscriptionType"]).partition(".")
    if what == "associationChange":
        ends = str(event.get("associationType") or "").lower().split("_to_", 1)
        for end, rid in zip(ends, (event.get("fromObjectId"), event.get("toObjectId")), strict=False):
            if end in BY_NAME and rid is not None:
                yield Touched(stream=end, id=str(rid))
        return
    stream = BY_NAME.get(name) or BY_TYPE.get(str(event.get("objectTypeId")))
    if stream is None:
        return
    ids = [event.get("objectId"), event.get("newObjectId"), event.get("primaryObjectId")]
    for rid in (*ids, *(event.get("mergedObjectIds") or ())):
        if rid is not None:
            yield Touched(stream=stream, id=str(rid))


WEBHOOK = Webhook(signed=SIGNED, touched=touched)
