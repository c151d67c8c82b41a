"""The system of the smallest example: people, with a list by the time of change, and creates that know their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncline.sandbox.call import Call, Refused, Reply
from syncline.sandbox.clock import MICROS, Clock
from syncline.sandbox.routes import Routes
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row, Taken
from syncline.sandbox.vendor import Users, Vendor, Words

PEOPLE, PAGE, TOKEN = "people", 50, "a-token-of-acme"


def sandbox(clock: Clock) -> Sandbox:
    """An account of Acme without people."""
    return Sandbox(ACME, clock=clock)


def answer(sandbox: Sandbox, call: Call) -> Reply:
    found = ROUTES.find(call.method, call.path)
    if call.headers.get("authorization") != f"Bearer {TOKEN}":
        return Reply(status=401, body={"error": "who are you?"})
    return found.target(sandbox, call, found.parts) if found else Reply(status=404, body={"error": "no such path"})


def listed(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    """In the order of the last change; `next` is the place of the last one."""
    since, id = (*call.first("after").split(","), "")[:2] if call.first("after") else (call.first("since"), "")
    at = round(float(since) * MICROS)
    beyond, given = ("changed > ? or (changed = ? and id > ?)", (at, at, int(id))) if id else ("changed >= ?", (at,))
    rows = sandbox.store.select(PEOPLE, beyond, given, "changed, id", PAGE + 1)
    page = rows[:PAGE]
    going_on = f"{page[-1].changed / MICROS:.6f},{page[-1].id}" if len(rows) > PAGE else None
    return Reply(body={"people": [shown(row) for row in page], "next": going_on})


def read(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    rows = sandbox.store.many(PEOPLE, [int(one) for one in call.json()["ids"]])
    return Reply(body={"people": [shown(row) for row in rows.values()]})


def create(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    """The same key again is answered with the person that it made."""
    key = call.headers["idempotency-key"]
    made = sandbox.store.holder(PEOPLE, "key", key)
    row = sandbox.store.get(PEOPLE, made) if made is not None else None
    if row is None:
        row = save(sandbox, PEOPLE, None, call.json())
        sandbox.store.hold(PEOPLE, "key", key, row.id)
    return Reply(status=201, body=shown(row))


def update(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    there(sandbox, parts["id"])
    return Reply(body=shown(save(sandbox, PEOPLE, parts["id"], call.json())))


def delete(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    sandbox.store.drop(PEOPLE, there(sandbox, parts["id"]).id)
    return Reply(status=204)


def there(sandbox: Sandbox, id: str) -> Row:
    row = sandbox.store.get(PEOPLE, int(id))
    if row is None:
        raise Refused(Reply(status=404, body={"error": "nobody"}))
    return row


def save(sandbox: Sandbox, stream: str, id: str | None, values: Mapping[str, Any]) -> Row:
    """A person is made or changed. Two do not have one e-mail address, and each is one."""
    email = values.get("email", "@")
    if "@" not in str(email):
        raise Refused(Reply(status=422, body={"field": "email", "error": f"{email} is no address"}))
    at = sandbox.clock.micros()
    if id is None:
        row = sandbox.store.insert(PEOPLE, sandbox.store.next(PEOPLE), values, at)
    else:
        row = there(sandbox, id)
        row = replace(row, values={**row.values, **values}, changed=at)
        sandbox.store.write(PEOPLE, row)
    try:
        sandbox.store.hold(PEOPLE, "email", row.values.get("email"), row.id)
    except Taken as taken:
        raise Refused(Reply(status=409, body={"id": taken.by})) from taken
    return row


def shown(row: Row) -> dict[str, Any]:
    return {"id": row.id, **row.values, "made": row.created / MICROS, "changed": row.changed / MICROS}


def looked(sandbox: Sandbox, stream: str, id: str | None) -> Any:
    return shown(there(sandbox, id)) if id else [shown(row) for row in sandbox.store.page(PEOPLE, None, -1)]


def removed(sandbox: Sandbox, stream: str, id: str) -> bool:
    sandbox.store.drop(PEOPLE, there(sandbox, id).id)
    return True


ROUTES = Routes(
    [
        ("GET", "/people", listed),
        ("POST", "/people/read", read),
        ("POST", "/people", create),
        ("PATCH", "/people/{id}", update),
        ("DELETE", "/people/{id}", delete),
    ]
)
ACME = Vendor(
    name="acme",
    streams=(PEOPLE,),
    answer=answer,
    words=Words(
        limited=lambda sandbox, call, quota: Reply(status=429, body={"wait": 30}),
        failed=lambda sandbox, call, status: Reply(status=status, body={"error": "ours"}),
        expired=lambda sandbox, call: Reply(status=401, body={"error": "expired"}),
        rejected=lambda sandbox, call: Reply(status=422, body={"field": None, "error": "not like this"}),
    ),
    users=Users(
        read=looked, save=lambda sandbox, stream, id, values: shown(save(sandbox, stream, id, values)), remove=removed
    ),
    seed=lambda sandbox, company: None,
)
