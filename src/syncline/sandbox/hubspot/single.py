"""One object by the API: list, get, create, update, archive."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot import objects
from syncline.sandbox.hubspot.asked import Asked, object_id
from syncline.sandbox.hubspot.errors import bad_json, invalid, not_found
from syncline.sandbox.hubspot.linked import associate_new, beside
from syncline.sandbox.hubspot.objects import Hand, find, hand
from syncline.sandbox.hubspot.properties import properties
from syncline.sandbox.hubspot.tell import told, with_history
from syncline.sandbox.hubspot.times import moment
from syncline.sandbox.hubspot.tokens import app_of
from syncline.sandbox.store import Row

DAYS_IN_THE_BIN = 90
DAY = 86_400 * 1_000_000
MOST, MOST_WITH_HISTORY = 100, 50


def list_all(asked: Asked) -> Reply:
    """A page of objects, by id; with `archived=true` those in the recycle bin."""
    histories, archived = asked.names("propertiesWithHistory"), asked.flag("archived")
    limit = asked.limit(10, MOST_WITH_HISTORY if histories else MOST)
    after = asked.call.first("after")
    if after and object_id(after) is None:
        raise invalid(f"Invalid cursor: {after}")
    rows = asked.store.page(asked.kind.name, object_id(after), limit + 1, archived)
    kept_since = moment(asked.sandbox.clock) - DAYS_IN_THE_BIN * DAY
    shown = [row for row in rows[:limit] if row.archived is None or row.archived > kept_since]
    body: dict[str, Any] = {"results": read(asked, shown)}
    if len(rows) > limit:
        next_after = str(rows[limit - 1].id)
        query = urlencode([*((k, v) for k, v in asked.call.query if k != "after"), ("after", next_after)])
        body["paging"] = {"next": {"after": next_after, "link": f"{asked.call.url.partition('?')[0]}?{query}"}}
    return Reply(body=body)


def get(asked: Asked) -> Reply:
    """One object by id, or by a unique property."""
    return Reply(body=read(asked, [wanted(asked, asked.flag("archived"))])[0])


def create(asked: Asked) -> Reply:
    """A new object, with its associations."""
    body = asked.body()
    writing = writer(asked)
    row = objects.create(writing, sent(body))
    associate_new(asked, row, body.get("associations") or [])
    return Reply(status=201, body=told(row, asked.kind, row.values, writing.properties))


def update(asked: Asked) -> Reply:
    """Some properties of one object."""
    writing, values = writer(asked), sent(asked.body())
    row = objects.update(writing, wanted(asked), values)
    return Reply(body=told(row, asked.kind, row.values, writing.properties))


def archive(asked: Asked) -> Reply:
    """Into the recycle bin; what is not there is gone already."""
    writing = writer(asked)
    row = find(asked.store, asked.kind, writing.properties, asked.parts["id"], None)
    if row and row.archived is None:
        objects.archive(writing, row)
    return Reply(status=204)


def wanted(asked: Asked, archived: bool = False) -> Row:
    """The object in the path."""
    known = properties(asked.store, asked.kind.name)
    row = find(asked.store, asked.kind, known, asked.parts["id"], asked.call.first("idProperty") or None)
    if row is None or (row.archived is not None) != archived:
        raise not_found([asked.parts["id"]])
    return row


def read(asked: Asked, rows: list[Row]) -> list[dict[str, Any]]:
    """The objects with the properties, histories and associations that the query asks for."""
    known = properties(asked.store, asked.kind.name)
    names = asked.names("properties") or asked.kind.by_default
    shown = [told(row, asked.kind, names, known) for row in rows]
    if histories := asked.names("propertiesWithHistory"):
        for one, row in zip(shown, rows, strict=True):
            one["propertiesWithHistory"] = with_history(asked.store, row, asked.kind, histories)
    if others := asked.names("associations"):
        for one, associations in zip(shown, beside(asked, rows, others), strict=True):
            if associations:
                one["associations"] = associations
    return shown


def writer(asked: Asked) -> Hand:
    """The hand of the API."""
    return hand(asked.sandbox, asked.kind, asked.source, app_of(asked.sandbox, asked.call), asked.call)


def sent(body: dict[str, Any]) -> dict[str, Any]:
    """The properties in a body."""
    values = body.get("properties", {})
    if not isinstance(values, dict):
        raise bad_json("properties must be an object")
    return values
