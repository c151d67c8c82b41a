"""The smallest vendor: notes with a text, a unique code, a search that may lag, and a webhook for each new note."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncline.sandbox.call import Call, Refused, Reply
from syncline.sandbox.company import Company
from syncline.sandbox.deliver import Delivery
from syncline.sandbox.quotas import Quota
from syncline.sandbox.routes import Routes
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.store import Row, Taken, field
from syncline.sandbox.vendor import Users, Vendor, Words

NOTES = "notes"


def answer(sandbox: Sandbox, call: Call) -> Reply:
    found = ROUTES.find(call.method, call.path)
    return found.target(sandbox, call, found.parts) if found else Reply(status=404, body={"error": "no such path"})


def create(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    return Reply(status=201, body=shown(make(sandbox, call.json(), sandbox.shown(call))))


def make(sandbox: Sandbox, values: Mapping[str, Any], until: int | None) -> Row:
    row = sandbox.store.insert(NOTES, sandbox.store.next(NOTES), values, sandbox.clock.micros(), until)
    try:
        sandbox.store.hold(NOTES, "code", values.get("code"), row.id)
    except Taken as taken:
        raise Refused(Reply(status=409, body={"error": "taken", "by": taken.by})) from taken
    queue = sandbox.store.setting("queue", [])
    sandbox.store.set("queue", [*queue, row.id])
    return row


def get(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    row = sandbox.store.get(NOTES, int(parts["id"]))
    return Reply(body=shown(row)) if row and row.archived is None else Reply(status=404, body={"error": "missing"})


def delete(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    remove(sandbox, NOTES, parts["id"])
    return Reply(status=204)


def search(sandbox: Sandbox, call: Call, parts: dict[str, str]) -> Reply:
    now = sandbox.clock.micros()
    rows = sandbox.store.select(NOTES, f"{field('text')} = ?", (call.first("text"),), at=now)
    return Reply(body=[shown(row) for row in rows])


def shown(row: Row) -> dict[str, Any]:
    return {"id": row.id, **row.values}


def read(sandbox: Sandbox, stream: str, id: str | None) -> Any:
    if id is None:
        return [shown(row) for row in sandbox.store.page(stream, None, 100)]
    row = sandbox.store.get(stream, int(id))
    return row and shown(row)


def save(sandbox: Sandbox, stream: str, id: str | None, values: Mapping[str, Any]) -> Any:
    if id is None:
        return shown(make(sandbox, values, None))
    row = sandbox.store.get(stream, int(id))
    if row is None:
        raise ValueError(f"there is no note {id}")
    sandbox.store.write(stream, replace(row, values=dict(values), changed=sandbox.clock.micros()))
    return {"id": row.id, **values}


def remove(sandbox: Sandbox, stream: str, id: str) -> bool:
    there = sandbox.store.get(stream, int(id)) is not None
    sandbox.store.drop(stream, int(id))
    return there


def deliveries(sandbox: Sandbox) -> list[Delivery]:
    queue, target = sandbox.store.setting("queue", []), sandbox.store.setting("target")
    if not target:
        return []
    sandbox.store.set("queue", [])
    return [
        Delivery(url=target, body=json.dumps({"note": id}).encode(), headers={}, timeout_seconds=1.0, note=id)
        for id in queue
    ]


def delivered(sandbox: Sandbox, delivery: Delivery, status: int | None) -> None:
    sandbox.store.set("outcomes", [*sandbox.store.setting("outcomes", []), [delivery.note, status]])


def hooks(sandbox: Sandbox, body: Any) -> Any:
    sandbox.store.set("target", body["url"])
    return body


def seed(sandbox: Sandbox, company: Company) -> None:
    for contact in company.contacts:
        make(sandbox, {"text": contact.email, "code": f"c{contact.number}"}, None)


ROUTES = Routes(
    [
        ("POST", "/notes", create),
        ("GET", "/notes/{id}", get),
        ("DELETE", "/notes/{id}", delete),
        ("GET", "/notes", search),
    ]
)

TOY = Vendor(
    name="toy",
    streams=(NOTES,),
    answer=answer,
    words=Words(
        limited=lambda sandbox, call, quota: Reply(status=429, body={"error": quota.name if quota else "planted"}),
        failed=lambda sandbox, call, status: Reply(status=status, body={"error": "ours"}),
        expired=lambda sandbox, call: Reply(status=401, body={"error": "expired"}),
        rejected=lambda sandbox, call: Reply(status=422, body={"error": "not like this"}),
    ),
    users=Users(read=read, save=save, remove=remove, acts={"shout": lambda sandbox, body: {"said": body["text"]}}),
    seed=seed,
    quotas=(
        Quota(name="calls", amount=5, per_seconds=10.0),
        Quota(name="writes at once", amount=1, kinds=("write",)),
        Quota(name="day", amount=1000, per_seconds=86_400.0, window="fixed", by="cost"),
    ),
    kind=lambda call: "write" if call.method == "POST" else "read",
    cost=lambda call: 2 if call.method == "POST" else 1,
    told=lambda sandbox, call: (
        {"X-Left": str(sandbox.quotas.left(sandbox.clock.now(), sandbox.quotas.quotas[0]))}
        if sandbox.quotas.quotas
        else {}
    ),
    hooks=hooks,
    deliveries=deliveries,
    delivered=delivered,
)
