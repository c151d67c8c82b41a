"""Outlets to a server of the test, and the small parts that a door needs."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hostile_server import Server

from syncline.connect.auth import Auth
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Request
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.egress.wire import Limits
from syncline.model.outcome import Denied, Later, Missing, Outcome, Rejected

CANARY = "c4nary/Secret+\u00e4\"'<&> %"  # changes in every kind of escape

READS = (("GET", "/things"), ("GET", "/things/*"), ("POST", "/things/search"), ("POST", "/*/search_read"))

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate."""


@dataclass
class Kept:
    """Secrets by name, whatever the system is."""

    values: dict[str, str] = field(default_factory=lambda: {"secret": CANARY})
    asked: list[tuple[str, str]] = field(default_factory=list)

    def secret(self, system: str, name: str) -> str:
        self.asked.append((system, name))
        return self.values[name]


def errors(answer: Answer) -> Outcome | None:
    if answer.status == 429:
        return Later(after=float(answer.headers.get("retry-after", 7)))
    if answer.status == 422:
        return Rejected(reason=str(answer.body))
    found: Mapping[int, Outcome] = {401: Denied(reason=str(answer.body)), 404: Missing(), 503: Later(after=3.0)}
    return found.get(answer.status)


def connector(auth: Auth | None = None, **more: Any) -> Connector:
    return Connector(
        **{"name": "toy", "base_url": "https://toy.example", "streams": (), "auth": auth, "reads": READS,
           "errors": errors, **more}
    )  # fmt: skip


@contextmanager
def door(server: Server, auth: Auth | None = None, *, secrets: Kept | None = None, **given: Any) -> Iterator[Egress]:
    """A door to that server, which is allowed. given: of the Connector, the Outlet or the Egress."""
    of_outlet = {name: given.pop(name) for name in ("url", "options", "mode", "allowed", "follow") if name in given}
    parts = ("budget", "breaker", "tokens", "limits", "resolve", "clock", "trusted")
    of_door = {name: given.pop(name) for name in parts if name in given}
    outlet = Outlet(
        **{"system": "toy", "connector": connector(auth, **given), "url": server.url, "allowed": (server.place,),
           **of_outlet}
    )  # fmt: skip
    egress = Egress(
        [outlet], secrets or Kept(), **{"limits": Limits(connect=2, read=2, total=5), "trusted": NOBODY, **of_door}
    )
    try:
        yield egress
    finally:
        egress.close()


def get(path: str = "/things", **more: Any) -> Request:
    return Request(method="GET", path=path, **more)


def post(path: str = "/things", json: Any = None, **more: Any) -> Request:
    return Request(method="POST", path=path, json=json, **more)


def raised(kind: type[Exception], act: Callable[[], Any]) -> str:
    """What was said; exactly this kind of error."""
    with pytest.raises(kind) as caught:
        act()
    assert caught.type is kind, caught.value
    return str(caught.value)
