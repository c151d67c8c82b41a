"""A call to a sandbox and what may come of it, as values: no socket is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP request as it arrived. Header names are lower case; `path` is decoded; `url` is what was asked for."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""

    def json(self) -> Any:
        """The body as JSON. Raises ValueError where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError) as problem:
            raise ValueError(str(problem)) from problem

    def form(self) -> dict[str, str]:
        """The body as the fields of a form; of one that stands twice the last."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def every(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.query if key == name]

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next(iter(self.every(name)), default)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. `body` is a JSON value, or bytes that leave as they are; None: no body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """What goes over the wire."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)

    def wire_headers(self) -> dict[str, str]:
        """The headers that go with it."""
        kind = "application/octet-stream" if isinstance(self.body, bytes) else "application/json;charset=utf-8"
        dressed = {"content-type": kind} if self.body is not None else {}
        return {**dressed, **{name.lower(): value for name, value in self.headers.items()}}


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The caller hears nothing. done: was the work done? hangs_seconds: so long the connection stays open."""

    done: bool
    hangs_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The connection ends in the middle of the answer."""

    reply: Reply


@dataclass(frozen=True, kw_only=True)
class Slow:
    """The answer comes in drops, over so many seconds."""

    reply: Reply
    seconds: float


Answered = Reply | Lost | Cut | Slow


class Refused(Exception):
    """Raised by a vendor's functions where the answer is an error: nothing of the call is kept."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def json_call(method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Call:
    """A call made by hand: `target` is path and query; `body` a JSON value."""
    path, _, query = target.partition("?")
    content = b"" if body is None else msgspec.json.encode(body)
    return Call(
        method=method, path=path, query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers={"content-type": "application/json", **(headers or {})}, body=content,
        url=f"http://sandbox.test{target}",
    )  # fmt: skip
