"""A sandbox behind the real door, in this process and on a clock of its own: calls can be lost, and are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from syncline.connect.connector import Connector
from syncline.connect.door import Refused
from syncline.connect.request import Answer, Effect, Request
from syncline.egress.client import Failed, Incoming, Outgoing
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.sandbox.call import Call, Cut, Lost, Reply, Slow
from syncline.sandbox.sandbox import Sandbox

SYSTEM = "vendor"
CALL_SECONDS = 0.01
"""How long a call takes."""

Loss = Literal["before", "after", "broke"]
"""A call that is lost before it is done, after it, or is answered by a breakdown after it."""


@dataclass
class Wire:
    """What stands where the network stands: an egress client that asks a sandbox.

    lose: of the n-th call that may write (from 0), how it is lost; None: it is not.
    """

    sandbox: Sandbox
    lose: Callable[[int], Loss | None] = lambda number: None
    writes: int = 0
    may_write: bool = False
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Incoming | Failed:
        """One call."""
        self.sent.append(outgoing)
        self.sandbox.clock.advance(CALL_SECONDS)
        loss = None
        if self.may_write:
            loss, self.writes = self.lose(self.writes), self.writes + 1
        if loss == "before":
            return Failed(why="it was lost", sent=True)
        answered = self.sandbox.answer(call_of(outgoing))
        if loss == "after":
            return Failed(why="its answer was lost", sent=True)
        if loss == "broke":
            return Incoming(status=503, headers={"content-type": "text/plain"}, content=b"broken")
        if isinstance(answered, Lost):
            self.sandbox.clock.advance(answered.hangs_seconds)
            return Failed(why="nothing came", sent=True)
        if isinstance(answered, Cut):
            return Failed(why="it was cut off", sent=True)
        if isinstance(answered, Slow):
            self.sandbox.clock.advance(answered.seconds)
            answered = answered.reply
        return self.incoming(answered)

    def incoming(self, reply: Reply) -> Incoming:
        """A reply as it arrives, with the time of the vendor's own clock."""
        headers = {"date": formatdate(self.sandbox.clock.now(), usegmt=True), **reply.wire_headers()}
        return Incoming(status=reply.status, headers=headers, content=reply.content())

    def close(self) -> None:
        """There is nothing to end."""


def call_of(outgoing: Outgoing) -> Call:
    """A request as a sandbox gets it."""
    parts = urlsplit(outgoing.url)
    return Call(
        method=outgoing.method, path=unquote(parts.path),
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in outgoing.headers}, body=outgoing.content or b"",
        url=outgoing.url,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The secrets of one system, by the keys of its block."""

    known: Mapping[str, str]

    def secret(self, system: str, name: str) -> str:
        """Raises LookupError where there is none."""
        return self.known[name]


class Door:
    """The real door to a sandbox. It keeps every request, and those reads that would not have left."""

    def __init__(
        self, connector: Connector, sandbox: Sandbox, secrets: Mapping[str, str], options: Mapping[str, Any],
        url: str | None = None, system: str = SYSTEM,
    ) -> None:  # fmt: skip
        self.wire = Wire(sandbox)
        outlet = Outlet(system=system, connector=connector, url=url, options=options)
        clock = sandbox.clock.now
        self.egress = Egress([outlet], Kept(known=secrets), client=lambda outlet: self.wire, clock=clock)
        self.asked: list[tuple[Request, Effect]] = []
        self.held_back: list[str] = []

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """As the hub's door."""
        self.asked.append((request, effect))
        self.wire.may_write = effect == "write"
        try:
            return self.egress.call(system, request, effect)
        except Refused as refused:
            self.held_back.append(str(refused))
            raise
