"""Conversations played with canned answers, and records as HubSpot tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Request, Write
from syncline.connect.stream import Stream
from syncline.connect.template import Use
from syncline.connectors.hubspot import connector

AT = "2026-11-05T09:30:00.%03dZ"


def hubspot(fields: dict[str, tuple[str, ...]] | None = None, **options: Any) -> Connector:
    """The connector of a hub that binds these fields."""
    return connector(Use(fields=fields or {}, options=options))


def stream(name: str, *bound: str) -> Stream:
    """A stream with these raw fields bound."""
    return hubspot({name: bound}).stream(name)


def record(rid: int | str, at: int = 0, **properties: Any) -> dict[str, Any]:
    """A record that changed so many milliseconds after half past nine."""
    stamp = AT % at
    stamps = {"hs_lastmodifieddate": stamp, "lastmodifieddate": stamp}
    return {
        "id": str(rid), "properties": {**stamps, **properties}, "createdAt": AT % 0, "updatedAt": stamp,
        "archived": False,
    }  # fmt: skip


def answer(*records: Any, after: str | None = None, status: int = 200, **body: Any) -> Answer:
    """A list of records."""
    paging = {"paging": {"next": {"after": after, "link": "?"}}} if after is not None else {}
    return Answer(status=status, body={"results": list(records), **paging, **body})


def linked(**pairs: Sequence[int | tuple[int, int]]) -> Answer:
    """Associations: `_7=[1, (2, 5)]` says that 7 is associated with 1 and, by type 5, with 2."""
    results = []
    for name, others in pairs.items():
        to = [one if isinstance(one, tuple) else (one, 999) for one in others]
        kinds = [
            {"toObjectId": other, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": kind, "label": None}]}
            for other, kind in to
        ]
        results.append({"from": {"id": name[1:]}, "to": kinds})
    return Answer(status=200, body={"status": "COMPLETE", "results": results})


def play(asked: Any, *answers: Answer) -> tuple[list[Request], Any]:
    """The requests that a conversation makes, and what it ends in. Every answer is taken."""
    if isinstance(asked, Request):
        assert not answers
        return [asked], None
    requests: list[Request] = []
    left = list(answers)
    step: Any = next(asked)
    while True:
        requests.append(step.request if isinstance(step, Write) else step)
        assert left, f"one more is asked: {requests[-1]}"
        try:
            step = asked.send(left.pop(0))
        except StopIteration as end:
            assert not left, f"{len(left)} answers were not asked for"
            return requests, end.value
