"""The connections to one system: sends one request, whole, and brings back one answer within all limits, or why not."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from syncline.egress.address import Forbidden, Place, place
from syncline.egress.body import Unreadable, unpacked
from syncline.egress.resolve import Guard
from syncline.egress.wire import Backend, Journey, Limits, TooMuch

REDIRECTS = (301, 302, 303, 307, 308)
KEEP_ALIVE_SECONDS = 4.0
"""Less than servers keep a connection: a request on one that is being closed is lost."""

CONTENT = ("content-type", "content-length")


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A request as it leaves.

    secret: the names (lower case) of the headers that hold one. follow: it is a read, and redirects are followed.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secret: frozenset[str] = frozenset()
    content: bytes | None = field(default=None, repr=False)
    follow: bool = False


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An answer as it came, unpacked. headers: lower-case names; of one that came twice, joined by commas."""

    status: int
    headers: dict[str, str] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """No answer. sent: some of the request may have arrived. forbidden: the guard let nothing out."""

    why: str
    sent: bool
    forbidden: bool = False


class Sender(Protocol):
    """What sends a request that is ready to leave."""

    def send(self, outgoing: Outgoing) -> Incoming | Failed:
        """One request."""

    def close(self) -> None:
        """Nothing more is sent."""


def quiet(record: logging.LogRecord) -> bool:
    """A filter for the library's own log, which would hold headers and addresses with what they name (I18)."""
    return False


class Client:
    """Connections are kept open for the next request, at most `limits.connections` at one time."""

    def __init__(
        self, guard: Guard, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic,
        trusted: ssl.SSLContext | None = None, connect: Callable[..., httpcore2.NetworkStream] | None = None,
    ) -> None:  # fmt: skip
        """guard: where connections may go. trusted: the certificates that are; None: as this machine says."""
        self._limits, self._clock = limits or Limits(), clock
        for name in ("connection", "http11", "proxy", "socks", "http2"):
            logging.getLogger(f"httpcore2.{name}").addFilter(quiet)
        trusted = trusted or httpcore2.default_ssl_context()
        # Neither a proxy nor a password of the environment: `httpx2.Client` would look for them.
        self._pools = {
            scheme: httpcore2.ConnectionPool(
                ssl_context=trusted, max_connections=self._limits.connections,
                max_keepalive_connections=self._limits.connections, keepalive_expiry=KEEP_ALIVE_SECONDS,
                network_backend=Backend(scheme, guard, connect or httpcore2.SyncBackend().connect_tcp),
            )
            for scheme in ("https", "http")
        }  # fmt: skip

    def close(self) -> None:
        """Ends all connections."""
        for pool in self._pools.values():
            pool.close()

    def send(self, outgoing: Outgoing) -> Incoming | Failed:
        """One request; of a read that is followed, at most five more, all within the time of one."""
        journey = Journey(self._limits, self._clock)
        for _ in range(self._limits.redirects + 1):
            answer = self._once(outgoing, journey)
            to = answer.headers.get("location") if isinstance(answer, Incoming) else None
            if not isinstance(answer, Incoming) or not outgoing.follow or answer.status not in REDIRECTS or not to:
                return answer
            try:
                outgoing = redirected(outgoing, to)
            except Forbidden as error:
                return Failed(why=f"it points elsewhere: {error}", sent=True, forbidden=True)
        return Failed(why=f"it points elsewhere more than {self._limits.redirects} times", sent=True)

    def _once(self, outgoing: Outgoing, journey: Journey) -> Incoming | Failed:
        """A failure is a value, so that no exception carries the request, and its secrets, along (I18)."""
        try:
            return self._exchanged(outgoing, journey)
        except Forbidden as error:
            return Failed(why=str(error), sent=journey.sent, forbidden=True)
        except (Unreadable, TooMuch) as error:
            return Failed(why=str(error), sent=journey.sent)
        except httpcore2.ConnectTimeout:
            return Failed(why=f"no connection within {self._limits.connect:g} s", sent=journey.sent)
        except httpcore2.PoolTimeout:
            return Failed(why=f"all {self._limits.connections} connections are in use", sent=journey.sent)
        except httpcore2.TimeoutException:
            over = f"nothing came for {self._limits.read:g} s" if journey.left() > 0.01 else journey.too_long
            return Failed(why=over, sent=journey.sent)
        except (httpcore2.ConnectError, OSError) as error:
            return Failed(why=plain(error), sent=journey.sent)
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            return Failed(why=f"the connection broke ({plain(error)})", sent=journey.sent)
        except Exception as error:  # a fault of ours or of the library: its text, too, may hold what was sent
            return Failed(why=f"it could not be asked ({type(error).__name__})", sent=journey.sent)

    def _exchanged(self, outgoing: Outgoing, journey: Journey) -> Incoming:
        request = httpx2.Request(outgoing.method, outgoing.url, headers=outgoing.headers, content=outgoing.content)
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw, content=request.stream, extensions={"timeout": journey.timeouts()},
        )  # fmt: skip
        journey.in_head, journey.head = True, 0
        answer = self._pools[request.url.scheme].handle_request(asked)
        try:
            journey.in_head = False
            headers = joined(answer.headers)
            content = unpacked(headers.get("content-encoding", ""), chunks(answer), self._limits.body)
            return Incoming(status=answer.status, headers=headers, content=content)
        finally:
            answer.close()


def chunks(answer: httpcore2.Response) -> Iterator[bytes]:
    """The body as it comes."""
    assert isinstance(answer.stream, Iterable)
    yield from answer.stream


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By lower-case names."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def redirected(outgoing: Outgoing, to: str) -> Outgoing:
    """The read that a redirect asks for. On another host it carries no secret, and encryption is never given up."""
    url = urljoin(outgoing.url, to)
    here, there = whereabouts(outgoing.url), whereabouts(url)
    if here.scheme == "https" and there.scheme != "https":
        raise Forbidden(f"{there.origin} is not encrypted")
    asked = urlsplit(url)
    url = there.origin + asked.path + (f"?{asked.query}" if asked.query else "")  # as it was understood, so it is sent
    if here.origin == there.origin:
        return replace(outgoing, url=url)
    kept = tuple((name, value) for name, value in outgoing.headers if name.lower() not in outgoing.secret)
    return replace(outgoing, url=url, headers=kept, secret=frozenset())


def whereabouts(url: str) -> Place:
    """The place of a whole address, whatever it asks for there."""
    return place(url.partition("#")[0].partition("?")[0])


def plain(error: Exception) -> str:
    """What the system said of a connection: the innermost cause says it best."""
    while isinstance(error.__cause__, Exception):
        error = error.__cause__
    return getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error) or "no reason given"
