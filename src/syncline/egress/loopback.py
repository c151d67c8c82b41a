"""Where a person's browser comes back to after a consent: a page on this machine, open until it came or is too late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from syncline.egress.address import Forbidden

HOST = "127.0.0.1"
NAMES = ("localhost", HOST)
PATH = "/connected"
SLOW_SECONDS = 5.0
"""A connection on which nothing comes, as browsers open them in advance, is closed after this."""

LOOK_SECONDS = 0.2

Heard = Callable[[Mapping[str, str]], bool]
"""What came back in the address. Returns whether that is the end of it: what is not ours is answered and forgotten."""

HEADERS = {
    "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff",
}  # fmt: skip
DONE = "Syncline has what it needs. Close this window; the rest is in the terminal.\n"
NOT_OURS = (
    "This is no consent that was begun here, or it was used already. Go on in the window that the terminal named.\n"
)


@dataclass(eq=False)
class Loopback:
    """address: what the system must send the browser back to."""

    address: str
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait(self, seconds: float) -> bool:
        """Until it came. Returns whether it did in time."""
        return self.ended.wait(seconds)


@contextmanager
def listening(redirect: str, heard: Heard) -> Iterator[Loopback]:
    """Listens for the redirect as long as the block lasts. Port 0 in it: a free one.

    Raises Forbidden for an address that is not this machine's, OSError where the port is taken.
    """
    parts = urlsplit(redirect)
    if parts.scheme != "http" or parts.hostname not in NAMES or parts.query or parts.fragment:
        raise Forbidden(f"{redirect} is no address on this machine: http://localhost:PORT{PATH}")
    server = bound(80 if parts.port is None else parts.port)
    port = server.server_address[1]
    found = Loopback(address=f"http://{parts.hostname}:{port}{parts.path}")
    server.expected = Expected(f":{port}", parts.path or "/", heard, found.ended)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(LOOK_SECONDS,), name="consent", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(SLOW_SECONDS)
        server.server_close()


def bound(port: int) -> ThreadingTCPServer:
    """On this machine only. Each connection has its own thread: one on which nothing comes holds up no other."""
    server = ThreadingTCPServer((HOST, port), Page, bind_and_activate=False)
    server.daemon_threads, server.block_on_close, server.allow_reuse_address = True, False, True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]  # it would print a trace
    try:
        server.server_bind()
        server.server_activate()
    except OSError:
        server.server_close()
        raise
    return server


@dataclass(eq=False)
class Expected:
    """What is waited for: at this port, at this path; one at a time is judged, and the first that is ours ends it."""

    port: str
    path: str
    heard: Heard
    ended: threading.Event
    turn: threading.Lock = field(default_factory=threading.Lock)

    def judged(self, host: str, target: str) -> tuple[int, str]:
        """The answer to one request. A page of somebody else's that has its own name lead here is not answered."""
        if host.lower() not in [name + self.port for name in NAMES]:
            return 421, "This name is not this program's.\n"
        parts = urlsplit(target)
        if parts.path != self.path:
            return 404, "Nothing is here.\n"
        with self.turn:
            if self.ended.is_set() or not self.heard(dict(parse_qsl(parts.query, keep_blank_values=True))):
                return 400, NOT_OURS
            self.ended.set()
        return 200, DONE


class Page(BaseHTTPRequestHandler):
    """One request. Nothing of it is logged or said back: it may hold a code. # I18"""

    timeout = SLOW_SECONDS
    server_version, sys_version = "syncline", ""

    def do_GET(self) -> None:
        """The only method there is."""
        expected: Expected = self.server.expected  # type: ignore[attr-defined]
        hosts = self.headers.get_all("host") or []
        status, text = expected.judged(hosts[0] if len(hosts) == 1 else "", self.path)
        content = text.encode()
        self.send_response(status)
        for name, value in {**HEADERS, "content-length": str(len(content)), "connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Its lines name the address with its code."""
