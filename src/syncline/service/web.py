"""The service's one port: webhooks come in, and a page, `/healthz` and `/readyz` tell how it is."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import structlog
import uvicorn

from syncline.api.status_page import POLICY
from syncline.api.webhooks import PATH, Receive, Scope, Send, WebhookDoor

Sound = Callable[[], list[str]]
"""What is wrong with the service itself; empty: nothing."""

Bound = socket.socket
"""What it listens on."""

HEADERS = [
    (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", POLICY.encode()), (b"x-frame-options", b"DENY"),
]  # fmt: skip
ENDS_WITHIN_SECONDS = 2
TEXT, HTML = b"text/plain; charset=utf-8", b"text/html; charset=utf-8"

log = structlog.get_logger("syncline.service")


@dataclass(frozen=True, kw_only=True)
class Web:
    """An ASGI application. host: what it is bound to. page: makes the page; it may take a while."""

    door: WebhookDoor
    host: str
    page: Callable[[], str]
    sound: Sound
    ready: Callable[[], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if path.startswith(PATH):
            await self.door(scope, receive, send)
        elif not is_ours(hosts_in(scope), self.host):
            await answer(send, 421, TEXT, "This name is not this service's: open it by its address.\n")
        elif scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, TEXT, "Only to be looked at.\n")
        elif path == "/":
            await self.show(send)
        elif path == "/healthz":
            wrong = self.sound()
            await answer(send, 503 if wrong else 200, TEXT, "\n".join(wrong or ["well"]) + "\n")
        elif path == "/readyz":
            ready = self.ready()
            await answer(send, 200 if ready else 503, TEXT, "ready\n" if ready else "not ready\n")
        else:
            await answer(send, 404, TEXT, "There is a page at /, and /healthz and /readyz.\n")

    async def show(self, send: Send) -> None:
        """The page. What keeps it from being made is in the log."""
        try:
            text = await asyncio.to_thread(self.page)
        except Exception as error:
            log.error("the page cannot be made", exc_info=error, why=type(error).__name__, do="syncline status")
            await answer(send, 500, TEXT, "The page cannot be made; the log says why.\n")
            return
        await answer(send, 200, HTML, text)


def hosts_in(scope: Scope) -> list[str]:
    """Every Host header."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]


def is_ours(hosts: list[str], bound: str) -> bool:
    """Is it asked for by an address, or by a name that is certainly this machine's?

    A page of somebody else's can have its own name lead here, and would read what it must not; no address does that.
    """
    if len(hosts) != 1:
        return False
    name = hosts[0].lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name in ("localhost", bound.lower()):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def answer(send: Send, status: int, kind: bytes, text: str) -> None:
    """A whole answer."""
    body = text.encode()
    headers = [*HEADERS, (b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def listening(host: str, port: int) -> Bound:
    """A socket; port 0: a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, since only then asyncio sends at once what is written
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


@contextmanager
def served(web: Web, bound: Bound) -> Iterator[None]:
    """Answers in a thread of its own as long as the block lasts; what came in by then is answered."""
    config = uvicorn.Config(
        web, log_config=None, access_log=False, lifespan="off", server_header=False, limit_concurrency=1500,
        timeout_graceful_shutdown=ENDS_WITHIN_SECONDS,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), name="web", daemon=True)
    bound.listen(128)  # whoever comes before the server is up waits in line
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(ENDS_WITHIN_SECONDS + 1)
        bound.close()
