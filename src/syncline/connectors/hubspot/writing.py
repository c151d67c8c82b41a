"""How HubSpot's records are written: alone and in batches, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Request
from syncline.connect.stream import Asked as Asks
from syncline.connect.stream import WriteOrder
from syncline.connectors.hubspot import documents, errors, paths
from syncline.connectors.hubspot.kinds import KEY_PROPERTY, Kind
from syncline.connectors.hubspot.rows import keyed, parted, properties, row
from syncline.model.outcome import Done, Outcome, Unknown

NO_CONTENT = 204
TRACE = "objectWriteTraceId"


# ---- alone
def create(kind: Kind) -> Callable[[Mapping[str, Any], str], Asks]:
    """An upsert on our own id, so that the same create twice is one row. # I4"""

    def write(values: Mapping[str, Any], key: str) -> Asks:
        parts = parted(kind, values)
        request = upsert(kind, [keyed(key, parts.properties)])
        return documents.made(kind, request, parts, key) if parts.related or parts.lines else request

    return write


def upsert(kind: Kind, inputs: Sequence[Mapping[str, Any]]) -> Request:
    """Rows made, or changed where they are there, by our own ids."""
    return Request(method="POST", path=paths.objects(kind.plural, "/batch/upsert"), json={"inputs": list(inputs)})


def update(kind: Kind) -> Callable[[str, Mapping[str, Any], Any], Asks]:
    """One record's properties; in a conversation also its associations and lines."""

    def write(rid: str, values: Mapping[str, Any], version: Any) -> Asks:
        parts = parted(kind, values)
        request = Request(
            method="PATCH", path=paths.objects(kind.plural, f"/{rid}"), json={"properties": parts.properties}
        )
        if not parts.related and parts.lines is None:
            return request
        return documents.changed(kind, rid, request if parts.properties else None, parts)

    return write


def delete(kind: Kind) -> Callable[[str, Any], Request]:
    """Into the recycle bin."""
    return lambda rid, version: Request(method="DELETE", path=paths.objects(kind.plural, f"/{rid}"))


def done(answer: Answer) -> Outcome:
    """What became of one write, whether it was answered as one or as a batch of one."""
    if answer.status == NO_CONTENT or answer.body is None:
        return Done(id="")
    body: Mapping[str, Any] = answer.body
    if body.get("results"):
        return receipt(body["results"][0])
    if body.get("errors"):
        return errors.refusal(body["errors"][0])
    return receipt(body)


def receipt(record: Mapping[str, Any]) -> Done:
    """A record as it is stored now."""
    found = row(record)
    return Done(id=found["id"], stored=found)


# ---- in batches
def batch(kind: Kind) -> Callable[[Sequence[WriteOrder]], Request]:
    """Many writes of one kind. Each says which it is, so that those that fail are told from those that do not."""

    def write(orders: Sequence[WriteOrder]) -> Request:
        if orders[0].kind == "create":
            return upsert(kind, [{**keyed(o.key, properties(o.values)), TRACE: o.key} for o in orders])
        if orders[0].kind == "update":
            inputs: list[dict[str, Any]] = [
                {"id": o.id, "properties": properties(o.values), TRACE: o.key} for o in orders
            ]
            return Request(method="POST", path=paths.objects(kind.plural, "/batch/update"), json={"inputs": inputs})
        inputs = [{"id": o.id} for o in orders]
        return Request(method="POST", path=paths.objects(kind.plural, "/batch/archive"), json={"inputs": inputs})

    return write


def batch_takes(kind: Kind) -> Callable[[WriteOrder], bool]:
    """Properties go together; who has associations or lines to write goes alone."""

    def takes(order: WriteOrder) -> bool:
        parts = parted(kind, order.values)
        return not parts.related and parts.lines is None

    return takes


def receipts(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
    """One outcome for each write, by what names it: results and errors come in any order."""
    if answer.status == NO_CONTENT or answer.body is None:
        return [Done(id=order.id or "") for order in orders]
    told: dict[str, Outcome] = {}
    for record in answer.body.get("results") or ():
        outcome = receipt(record)
        names = [record.get(TRACE), record["properties"].get(KEY_PROPERTY), outcome.id]
        told |= {name: outcome for name in names if name}
    nameless: list[Outcome] = []
    for error in answer.body.get("errors") or ():
        refused, names = errors.refusal(error), named(error)
        told |= dict.fromkeys(names, refused)
        nameless += [] if names else [refused]
    found = [told.get(order.key) or told.get(order.id or "") for order in orders]
    left = found.count(None)
    rest: Outcome = Unknown(reason="HubSpot's answer to the batch does not say")
    if left == len(nameless) == 1:
        rest = nameless[0]
    return [one or rest for one in found]


def named(error: Mapping[str, Any]) -> list[str]:
    """The writes that an error of a batch is about."""
    return errors.listed(error, TRACE, "ids", "id", KEY_PROPERTY)
