"""Owners: the users of the account whom objects belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked, object_id
from syncline.sandbox.hubspot.errors import not_found
from syncline.sandbox.hubspot.times import iso, moment
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row, Store

OWNERS = "owners"


def list_all(asked: Asked) -> Reply:
    """A page of owners, by e-mail where that is asked."""
    limit, after = asked.limit(100, 500), object_id(asked.call.first("after"))
    rows = asked.store.page(OWNERS, after, -1, archived=asked.flag("archived"))
    email = asked.call.first("email").lower()
    rows = [row for row in rows if not email or row.values["email"] == email]
    body: dict[str, Any] = {"results": [told(row) for row in rows[:limit]]}
    if len(rows) > limit:
        body["paging"] = {"next": {"after": str(rows[limit - 1].id)}}
    return Reply(body=body)


def get(asked: Asked) -> Reply:
    """One owner, by its id or by its user's."""
    id = object_id(asked.parts["id"])
    if asked.call.first("idProperty", "id") == "userId":
        rows = asked.store.page(OWNERS, None, -1)
        row = next((row for row in rows if row.values["userId"] == id), None)
    else:
        row = asked.store.get(OWNERS, id) if id is not None else None
    if row is None or (row.archived is not None) != asked.flag("archived"):
        raise not_found([asked.parts["id"]])
    return Reply(body=told(row))


def told(row: Row) -> dict[str, Any]:
    """An owner, as the API tells it."""
    user = row.values["userId"]
    return {
        "id": str(row.id), "email": row.values["email"], "type": row.values.get("type", "PERSON"),
        "firstName": row.values.get("firstName", ""), "lastName": row.values.get("lastName", ""),
        "userId": user if row.archived is None else None, "userIdIncludingInactive": user,
        "createdAt": iso(row.created), "updatedAt": iso(row.changed), "archived": row.archived is not None,
        "teams": row.values.get("teams", []),
    }  # fmt: skip


def known(store: Store, id: str) -> bool:
    """Is there such an owner?"""
    number = object_id(id)
    row = store.get(OWNERS, number) if number is not None else None
    return row is not None and row.archived is None


def save(sandbox: Sandbox, id: int | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """An owner is made, or changed, by a person. Raises ValueError."""
    at = moment(sandbox.clock)
    if id is None:
        if not values.get("email"):
            raise ValueError("an owner needs an email")
        id = sandbox.store.next(OWNERS, 40_001)
        kept = {"userId": id + 900_000, **values, "email": str(values["email"]).lower()}
        return told(sandbox.store.insert(OWNERS, id, kept, at))
    row = sandbox.store.get(OWNERS, id)
    if row is None:
        raise ValueError(f"there is no owner {id}")
    row = replace(row, values={**row.values, **values}, changed=at)
    sandbox.store.write(OWNERS, row)
    return told(row)


def remove(sandbox: Sandbox, id: int) -> bool:
    """The user is deactivated."""
    row = sandbox.store.get(OWNERS, id)
    if row is None or row.archived is not None:
        return False
    at = moment(sandbox.clock)
    sandbox.store.write(OWNERS, replace(row, changed=at, archived=at))
    return True
