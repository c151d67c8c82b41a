"""Sockets: connections go where the guard allows, and every request on them has an end in time and size."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import httpcore2

from syncline.egress.address import Place, literal
from syncline.egress.resolve import Guard


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds, bytes and numbers of what one request may take. body: after decompression."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    head: int = 32 * 1024
    body: int = 16 * 1024 * 1024
    redirects: int = 5
    connections: int = 20


PIECE_BYTES = 16 * 1024
"""Written at once: below, a timeout is begun anew with each bit that the other side takes."""


class TooMuch(Exception):
    """The answer takes longer, or is larger, than any may."""


@dataclass
class Journey:
    """One request under way: what it may still take, and whether any of it has left.

    It travels where httpcore2 hands timeouts on untouched, for a timeout alone is begun anew with each byte.
    """

    limits: Limits
    clock: Callable[[], float]
    sent: bool = False
    in_head: bool = True
    head: int = 0
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = self.clock() + self.limits.total

    def left(self) -> float:
        """Seconds."""
        return self.ends - self.clock()

    @property
    def too_long(self) -> str:
        """What is said when none are left."""
        return f"no whole answer within {self.limits.total:g} s"

    def seconds(self, most: float) -> float:
        """At most so many, and no more than are left of all."""
        left = self.left()
        if left <= 0:
            raise TooMuch(self.too_long)
        return min(most, left)

    def bytes(self, most: int) -> int:
        """How many may be read next: while the head is read, what is left of it."""
        if not self.in_head:
            return most
        if self.head >= self.limits.head:
            raise TooMuch(f"headers of more than {self.limits.head} bytes")
        return min(most, self.limits.head - self.head)

    def timeouts(self) -> dict[str, Any]:
        """In the form of httpcore2."""
        return {"connect": self, "read": self, "write": self, "pool": self.limits.connect}


class Backend(httpcore2.NetworkBackend):
    """Connects to addresses that the guard has checked, and to no other: nothing is resolved again."""

    def __init__(self, scheme: str, guard: Guard, connect: Callable[..., httpcore2.NetworkStream]) -> None:
        self._scheme, self._guard, self._connect = scheme, guard, connect

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        """The first of the addresses that answers. Raises Forbidden, OSError or httpcore2's ConnectError."""
        journey = cast(Journey, timeout)
        place = Place(scheme=self._scheme, host=host, port=port, literal=literal(host))
        addresses = self._guard.addresses(place)
        ends = journey.clock() + journey.limits.connect
        problem: Exception = OSError("the name has no address")
        for number, ip in enumerate(addresses):
            share = max(0.1, (ends - journey.clock()) / (len(addresses) - number))
            try:
                return Stream(self._connect(str(ip), port, timeout=journey.seconds(share)))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem


class Stream(httpcore2.NetworkStream):
    """A connection on which each read and write counts against the journey that it is made for."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come."""
        journey = cast(Journey, timeout)
        got = self._stream.read(journey.bytes(max_bytes), timeout=journey.seconds(journey.limits.read))
        if journey.in_head:
            journey.head += len(got)
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it."""
        journey = cast(Journey, timeout)
        for start in range(0, len(buffer), PIECE_BYTES):
            seconds = journey.seconds(journey.limits.read)
            journey.sent = True
            self._stream.write(buffer[start : start + PIECE_BYTES], timeout=seconds)

    def close(self) -> None:
        """At once."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The certificate must be of the name that was asked for, whatever the address is."""
        journey = cast(Journey, timeout)
        seconds = journey.seconds(journey.limits.connect)
        return Stream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        """Of the socket."""
        return self._stream.get_extra_info(info)
