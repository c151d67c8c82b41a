"""The webhook door: a delivery is checked over its raw bytes, its hint made durable, and only then answered 2xx. # I3

What it holds is never the truth; it says which rows to look at. So a delivery that comes twice, late or out of order
does no harm, and one that is lost is made good by the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec
import structlog

from syncline.api import signature
from syncline.connect.webhook import Touched, Webhook
from syncline.sync.hub import Hub
from syncline.sync.touched import hints_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BYTES = 1 << 20
MOST_WAITING = 1000
"""Deliveries that wait for the next transaction; beyond this the door is full, and says so."""
READ_SECONDS = 10.0
AGAIN_SECONDS = 30
LONGEST_ID = 512
PATH = "/webhooks/"

log = structlog.get_logger("syncline.webhooks")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where one system's deliveries arrive. `keys`: all active.

    url: the whole address as the vendor was told it; one that ends in `/` is followed by the secret part of the path.
    """

    system: str
    webhook: Webhook
    url: str
    keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The objects that a system spoke of."""

    system: str
    touched: tuple[Touched, ...]


Keep = Callable[[Sequence[Delivery]], None]
"""Makes the hints of several deliveries durable in one transaction, or raises."""


def keep_in(hub: Hub, wake: Callable[[], None]) -> Keep:
    """Hints in the hub's ledger; `wake` is told once they are there."""

    def keep(deliveries: Sequence[Delivery]) -> None:
        hints = [hint for one in deliveries for hint in hints_of(hub, one.system, one.touched)]
        if hints:
            with hub.ledger.unit() as unit:
                unit.put_hints(hints)
            hub.point("hints kept")
            wake()

    return keep


class Refused(Exception):
    """Answered with this status; the text is for the log, and never for the sender."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class WebhookDoor:
    """An ASGI application. `endpoints`: by the secret part of the path, or by its hash. `clock`: seconds."""

    def __init__(
        self, endpoints: Mapping[str, Endpoint] | Mapping[bytes, Endpoint], keep: Keep, clock: Callable[[], float]
    ) -> None:
        # Found by hash, so that the time a look-up takes tells nothing of a secret.
        self.endpoints = {
            secret if isinstance(secret, bytes) else hashed(secret): endpoint for secret, endpoint in endpoints.items()
        }
        self.keep, self.clock = keep, clock
        self.waiting: list[tuple[Delivery, asyncio.Future[None]]] = []
        self.writer: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            await self.take(scope, receive)
            status = 200
        except Refused as refused:
            status = refused.status
            log.warning("webhook refused", status=status, why=str(refused))
        await answer(send, status)

    async def take(self, scope: Scope, receive: Receive) -> None:
        """One delivery, until its hints are durable. Raises Refused."""
        secret = str(scope["path"]).removeprefix(PATH)
        endpoint = self.endpoints.get(hashed(secret))
        if endpoint is None or not str(scope["path"]).startswith(PATH):
            raise Refused(404, "nobody is told of this address")
        if scope["method"] != "POST":
            raise Refused(405, f"{endpoint.system}: {scope['method']}")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, f"{endpoint.system}: not JSON by its content type")
        body = await read_body(receive, headers)
        if endpoint.url.endswith("/"):
            endpoint = replace(endpoint, url=endpoint.url + secret)
        await self.made_durable(delivery_of(endpoint, headers, body, self.clock()))

    async def made_durable(self, delivery: Delivery) -> None:
        """Waits for the transaction that holds this delivery. Those that come meanwhile share the next one."""
        if len(self.waiting) >= MOST_WAITING:
            raise Refused(503, f"{delivery.system}: {MOST_WAITING} deliveries wait to be stored")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((delivery, done))
        if self.writer is None or self.writer.done():
            self.writer = asyncio.create_task(self.write_all())
        try:
            await done
        except Exception as error:  # whatever keeps hints from being stored: the vendor sends them again
            raise Refused(503, f"{delivery.system}: not stored: {type(error).__name__}: {error}") from error

    async def write_all(self) -> None:
        """Until nobody waits."""
        while self.waiting:
            taken, self.waiting = self.waiting, []
            try:
                await asyncio.to_thread(self.keep, [delivery for delivery, _ in taken])
            except Exception as error:  # each sender is told
                for _, done in taken:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in taken:
                    if not done.done():
                        done.set_result(None)


def hashed(secret: str) -> bytes:
    """What a path is looked up by."""
    return sha256(secret.encode("utf-8", "replace")).digest()


def delivery_of(endpoint: Endpoint, headers: Mapping[str, str], body: bytes, now: float) -> Delivery:
    """What a delivery speaks of, once it is believed."""
    webhook = endpoint.webhook
    if webhook.signed is not None:
        try:
            signature.check(
                webhook.signed, endpoint.keys, method="POST", url=endpoint.url, headers=headers, body=body, now=now
            )
        except signature.Forged as forged:
            raise Refused(401, f"{endpoint.system}: {forged}") from forged
    try:
        touched = webhook.touched(msgspec.json.decode(body), headers)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(400, f"{endpoint.system}: no delivery of this vendor ({type(error).__name__})") from error
    fitting = tuple(one for one in touched if 0 < len(one.id) <= LONGEST_ID and "\0" not in one.id)
    if len(fitting) < len(touched):
        log.warning("webhook names no row", system=endpoint.system, rows=len(touched) - len(fitting))
    return Delivery(system=endpoint.system, touched=fitting)


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """At most a megabyte, in ten seconds."""
    told = headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()) or int(told[:20]) > MOST_BYTES:
        raise Refused(413, f"more than {MOST_BYTES} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            while True:
                part = await receive()
                if part["type"] == "http.disconnect":
                    raise Refused(400, "the sender went away")
                body += part.get("body", b"")
                if len(body) > MOST_BYTES:
                    raise Refused(413, f"more than {MOST_BYTES} bytes")
                if not part.get("more_body", False):
                    return bytes(body)
    except TimeoutError as error:
        raise Refused(408, f"its body took longer than {READ_SECONDS:.0f} s") from error


async def answer(send: Send, status: int) -> None:
    """The status is all that a sender learns."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", str(AGAIN_SECONDS).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def lifespan(receive: Receive, send: Send) -> None:
    """Nothing is to be begun or ended."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
