"""Conversations of the Odoo connector, played with canned answers: what it asks, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline.connect.request import Answer, Request, Write
from syncline.connect.stream import Asked, Stream
from syncline.connect.template import Use
from syncline.connectors.odoo import connector

OLD = {"json2": False, "version": "17.0", "uid": 7}
NEW = {"json2": True, "version": "19.0"}


def stream(name: str, *bound: str, **options: Any) -> Stream:
    """A stream with only these raw fields in use; without any, with all."""
    return connector(Use(fields={name: bound} if bound else {}, options=options)).stream(name)


def called(step: Request | Write) -> tuple[str, dict[str, Any]]:
    """`res.partner/search_read` and its arguments without the context."""
    request = step.request if isinstance(step, Write) else step
    arguments = {name: value for name, value in request.json.items() if name not in ("context", "load")}
    return request.path.removeprefix("/json/2/"), arguments


class Played:
    """A conversation to its end. `answers`: a body, or (status, body), for each call in turn."""

    def __init__(self, asked: Asked, *answers: Any) -> None:
        assert not isinstance(asked, Request), "one request, not several"
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.writes: list[str] = []
        self.end: Any = None
        left = list(answers)
        try:
            step = next(asked)
            while True:
                self.calls.append(called(step))
                if isinstance(step, Write):
                    self.writes.append(self.calls[-1][0])
                assert left, f"no answer for {self.calls[-1]}"
                step = asked.send(answered(left.pop(0)))
        except StopIteration as end:
            self.end = end.value
        assert not left, f"never asked for: {left}"


def answered(told: Any) -> Answer:
    return Answer(status=told[0], body=told[1]) if isinstance(told, tuple) else Answer(status=200, body=told)


def served(asked: Asked, serve: Callable[[str, Mapping[str, Any]], Any]) -> Any:
    """A conversation to its end, each call answered by a function of its name and arguments."""
    assert not isinstance(asked, Request)
    try:
        step = next(asked)
        while True:
            step = asked.send(answered(serve(*called(step))))
    except StopIteration as end:
        return end.value


def refusal(kind: str, message: str, status: int = 422) -> tuple[int, dict[str, Any]]:
    """An error as JSON-2 tells it."""
    name = kind if "." in kind else f"odoo.exceptions.{kind}"
    body = {"name": name, "message": message, "arguments": [message], "context": {}, "debug": "Traceback ..."}
    return status, body


def row(number: int, at: str = "2026-11-20 10:00:00", **values: Any) -> dict[str, Any]:
    return {"id": number, "create_date": "2026-11-01 00:00:00", "write_date": at, **values}


def ids(records: Sequence[Mapping[str, Any]]) -> list[int]:
    return [one["id"] for one in records]
