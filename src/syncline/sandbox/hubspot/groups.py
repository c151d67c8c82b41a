"""Property groups: where properties are shown together."""

from __future__ import annotations

from typing import Any

from syncline.sandbox.call import Reply
from syncline.sandbox.hubspot.asked import Asked, needed
from syncline.sandbox.hubspot.errors import invalid, not_found, refused
from syncline.sandbox.hubspot.kinds import Kind
from syncline.sandbox.store import Store

OWN = "information"


def groups(store: Store, kind: Kind) -> dict[str, dict[str, Any]]:
    """All of a kind, by name: HubSpot's own and the account's."""
    own = {name: group(name, name.capitalize()) for name in (OWN, f"{kind.one.replace('_', '')}{OWN}")}
    return {**own, **store.settings(f"group/{kind.name}/")}


def group(name: str, label: str, order: int = -1) -> dict[str, Any]:
    """One, as the API tells it."""
    return {"name": name, "label": label, "displayOrder": order, "archived": False}


def must_be(store: Store, kind: Kind, name: str) -> None:
    """Raises Refused where there is no such group."""
    if name not in groups(store, kind):
        raise invalid(f"Property group {name} does not exist")


def list_all(asked: Asked) -> Reply:
    """All groups of a kind."""
    return Reply(body={"results": [*groups(asked.store, asked.kind).values()]})


def get(asked: Asked) -> Reply:
    """One group."""
    known = groups(asked.store, asked.kind)
    if asked.parts["name"] not in known:
        raise not_found()
    return Reply(body=known[asked.parts["name"]])


def create(asked: Asked) -> Reply:
    """A group of the account's own."""
    body = asked.body()
    name = str(needed(body, "name"))
    if name in groups(asked.store, asked.kind):
        raise refused(409, "OBJECT_ALREADY_EXISTS", f"A property group named '{name}' already exists.")
    made = group(name, str(needed(body, "label")), int(body.get("displayOrder", -1)))
    asked.store.set(f"group/{asked.kind.name}/{name}", made)
    return Reply(status=201, body=made)


def archive(asked: Asked) -> Reply:
    """It goes; what is in it stays."""
    asked.store.set(f"group/{asked.kind.name}/{asked.parts['name']}", None)
    return Reply(status=204)
