"""What people do in HubSpot's own screens: edit, delete, restore, merge, associate, grant scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from syncline.sandbox.call import Refused
from syncline.sandbox.hubspot import objects, owners
from syncline.sandbox.hubspot.asked import kind_of, object_id
from syncline.sandbox.hubspot.linked import associate, dissociate
from syncline.sandbox.hubspot.merge import merge_two
from syncline.sandbox.hubspot.objects import Hand, hand
from syncline.sandbox.hubspot.properties import properties
from syncline.sandbox.hubspot.tell import everything, told
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row

BY_HAND = "CRM_UI"
USER = "userId:900001"
"""Who sits at the screen."""


def read(sandbox: Sandbox, stream: str, id: str | None) -> Any:
    """Objects with all their values, also those in the recycle bin."""
    if id is None:
        rows = [*sandbox.store.page(stream, None, -1), *sandbox.store.page(stream, None, -1, archived=True)]
        return [shown(sandbox, stream, row) for row in rows]
    row = sandbox.store.get(stream, number(id))
    return row and shown(sandbox, stream, row)


def save(sandbox: Sandbox, stream: str, id: str | None, values: Mapping[str, Any]) -> Any:
    """Makes or changes one."""
    if stream == owners.OWNERS:
        return owners.save(sandbox, None if id is None else number(id), values)
    with said():
        mine = person(sandbox, stream)
        row = objects.create(mine, values) if id is None else objects.update(mine, alive(mine, id), values)
        return shown(sandbox, stream, row)


def remove(sandbox: Sandbox, stream: str, id: str) -> bool:
    """Into the recycle bin."""
    if stream == owners.OWNERS:
        return owners.remove(sandbox, number(id))
    row = sandbox.store.get(stream, number(id))
    if row is None or row.archived is not None:
        return False
    objects.archive(person(sandbox, stream), row)
    return True


# --- acts ---


def restore(sandbox: Sandbox, what: Any) -> Any:
    """{stream, id}: out of the recycle bin."""
    row = sandbox.store.get(what["stream"], number(what["id"]))
    if row is None or row.archived is None:
        raise ValueError(f"{what['id']} is not in the recycle bin of {what['stream']}")
    with said():
        return shown(sandbox, what["stream"], objects.restore(person(sandbox, what["stream"]), row))


def merge(sandbox: Sandbox, what: Any) -> Any:
    """{stream, primary, loser}: two become one."""
    with said():
        row = merge_two(person(sandbox, what["stream"]), str(what["primary"]), str(what["loser"]))
        return shown(sandbox, what["stream"], row)


def link(sandbox: Sandbox, what: Any) -> Any:
    """{from, id, to, to_id, types?}: two belong together."""
    with said():
        source, other = kind_of(what["from"]), kind_of(what["to"])
        ends = number(what["id"]), number(what["to_id"])
        types = associate(sandbox, source, ends[0], other, ends[1], what.get("types") or [], BY_HAND)
    return [type.spec for type in types]


def unlink(sandbox: Sandbox, what: Any) -> Any:
    """{from, id, to, to_id}: nothing is left between them."""
    with said():
        source, other = kind_of(what["from"]), kind_of(what["to"])
        dissociate(sandbox, source, number(what["id"]), other, number(what["to_id"]), BY_HAND)
    return {}


def grant(sandbox: Sandbox, what: Any) -> Any:
    """{scopes}: all tokens hold these and no others; null: all there are."""
    sandbox.store.set("scopes", what["scopes"])
    return what


def forget_grant(sandbox: Sandbox, what: Any) -> Any:
    """The consent is withdrawn: no OAuth token and no refresh token is good any more."""
    for name in (*sandbox.store.settings("refresh/"),):
        sandbox.store.set(f"refresh/{name}", None)
    for name, token in sandbox.store.settings("token/").items():
        if token["kind"] == "oauth":
            sandbox.store.set(f"token/{name}", None)
    return {}


def write_as(sandbox: Sandbox, what: Any) -> Any:
    """{stream, id?, values, source, by}: another hand writes, as `IMPORT`, `AUTOMATION_PLATFORM` or `INTEGRATION`."""
    with said():
        mine = hand(sandbox, kind_of(what["stream"]), str(what["source"]), str(what.get("by", "")))
        id = what.get("id")
        written = dict(what["values"])
        row = objects.create(mine, written) if id is None else objects.update(mine, alive(mine, str(id)), written)
        return shown(sandbox, what["stream"], row)


def add_token(sandbox: Sandbox, what: Any) -> Any:
    """{token, app}: the access token of one more private app, as of an integration that is still on."""
    sandbox.store.set(f"token/{what['token']}", {"kind": "private", "until": None, "app": int(what["app"])})
    return {}


ACTS: Mapping[str, Callable[[Sandbox, Any], Any]] = {
    "restore": restore,
    "merge": merge,
    "associate": link,
    "dissociate": unlink,
    "grant": grant,
    "withdraw": forget_grant,
    "write": write_as,
    "token": add_token,
}


# --- what they share ---


def person(sandbox: Sandbox, stream: str) -> Hand:
    """The hand of somebody at the screen."""
    return hand(sandbox, kind_of(stream), BY_HAND, USER)


def alive(mine: Hand, id: str) -> Row:
    """The object, if it is there."""
    row = mine.store.get(mine.kind.name, number(id))
    if row is None or row.archived is not None:
        raise ValueError(f"there is no {mine.kind.one} {id}")
    return row


def shown(sandbox: Sandbox, stream: str, row: Row) -> dict[str, Any]:
    """An object with all its values."""
    if stream == owners.OWNERS:
        return owners.told(row)
    kind = kind_of(stream)
    return told(row, kind, everything(row, kind), properties(sandbox.store, kind.name))


def number(text: Any) -> int:
    """An id. Raises ValueError."""
    id = object_id(text)
    if id is None:
        raise ValueError(f"{text!r} is no id")
    return id


@contextmanager
def said() -> Iterator[None]:
    """HubSpot's refusal as a sentence."""
    try:
        yield
    except Refused as refusal:
        raise ValueError(refusal.reply.body["message"]) from refusal
