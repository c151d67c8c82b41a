"""The connector of a simulated system: the smallest complete one, data and pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Page, Request
from syncline.connect.stream import Field, SettlesIn, Stream, WriteOrder
from syncline.model.observation import Gone
from syncline.model.outcome import Clash, Denied, Done, Later, Missing, Outcome, Rejected
from syncline.testing.systems import Habits

WRITE_TIMEOUT_SECONDS = 3.5


def connector(name: str, habits: Habits, streams: Mapping[str, tuple[str, ...]]) -> Connector:
    """Speaks to a SimSystem with these habits."""
    return Connector(
        name=name,
        base_url=f"sim://{name}",
        streams=tuple(stream(stream_name, habits, fields) for stream_name, fields in streams.items()),
        reads=(("GET", "/*"), ("POST", "/*/get"), ("POST", "/*/find")),
        errors=problem,
    )


def problem(answer: Answer) -> Outcome | None:
    """The vendor's errors as outcomes."""
    if answer.status == 422:
        return Rejected(reason=answer.body["reason"], field=answer.body["field"])
    found: Mapping[int, Outcome] = {401: Denied(), 404: Missing(), 412: Clash(), 429: Later(after=1.0)}
    return found.get(answer.status)


def stream(name: str, habits: Habits, fields: tuple[str, ...]) -> Stream:
    """One stream of a simulated system."""

    def changes(since: float, after: str | None) -> Request:
        return Request(method="GET", path=f"/{name}", params={"since": since, "after": after})

    def sweep(after: str | None) -> Request:
        return Request(method="GET", path=f"/{name}", params={"after": after})

    def get(ids: Sequence[str]) -> Request:
        return Request(method="POST", path=f"/{name}/get", json={"ids": list(ids)})

    def deleted(since: float, after: str | None) -> Request:
        return Request(method="GET", path=f"/{name}/deleted", params={"since": since})

    def find(keys: Mapping[str, Any]) -> Request:
        return Request(method="POST", path=f"/{name}/find", json=dict(keys))

    def create(values: Mapping[str, Any], key: str) -> Request:
        return Request(method="POST", path=f"/{name}", json=dict(values), headers={"key": key})

    def update(rid: str, values: Mapping[str, Any], version: Any) -> Request:
        return Request(method="PATCH", path=f"/{name}/{rid}", json=dict(values), headers=match(version))

    def delete(rid: str, version: Any) -> Request:
        return Request(method="DELETE", path=f"/{name}/{rid}", json={}, headers=match(version))

    def batch(orders: Sequence[WriteOrder]) -> Request:
        methods = {"create": "POST", "update": "PATCH", "delete": "DELETE"}
        writes = [
            {
                "method": methods[o.kind],
                "id": o.id,
                "values": dict(o.values),
                "headers": {"key": o.key, **match(o.version)},
            }
            for o in orders
        ]
        return Request(method="POST", path=f"/{name}/batch", json={"writes": writes}, cost=len(writes))

    def receipts(answer: Answer, orders: Sequence[WriteOrder]) -> list[Outcome]:
        return [one_receipt(Answer(status=one["status"], body=one["body"])) for one in answer.body["results"]]

    return Stream(
        name=name, key="id", fields=tuple(Field(name=field) for field in fields), page=page, changes=changes, get=get,
        sweep=sweep, deleted=deleted if habits.proves == "feed" else None, find=find, create=create, update=update,
        delete=delete, done=done, batch=batch if habits.batches else None,
        receipts=receipts if habits.batches else None,
        changed_at="at", created_at="born" if habits.tells_born else None,
        version="version" if habits.versions else None,
        settles_in=SettlesIn(changes=habits.lag, sweep=habits.lag, find=habits.lag, feed=habits.lag),
        deletes_proven_by=habits.proves, create_is_safe_by=habits.safe_by, write_timeout=WRITE_TIMEOUT_SECONDS,
    )  # fmt: skip


def match(version: Any) -> dict[str, str]:
    """The condition of a write."""
    return {"if-match": str(version)} if version is not None else {}


def page(answer: Answer) -> Page:
    """What a read showed."""
    gone = tuple(Gone(id=one["id"], at=one["at"]) for one in answer.body.get("gone", ()))
    return Page(records=tuple(answer.body.get("items", ())), next=answer.body.get("next"), gone=gone)


def done(answer: Answer) -> Outcome:
    """What became of a write; `stored` only where the system told it."""
    whole = "version" in answer.body
    return Done(
        id=answer.body.get("id", ""),
        version=answer.body.get("version"),
        stored={k: v for k, v in answer.body.items() if k not in ("id", "version", "at", "born")} if whole else None,
    )


def one_receipt(answer: Answer) -> Outcome:
    """One write of a batch."""
    return problem(answer) or done(answer)
