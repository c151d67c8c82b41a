"""What makes one kind of system readable and writable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syncline.connect.request import Answer
from syncline.connect.stream import Stream
from syncline.model.outcome import Outcome

SHARED = "#"
"""Between a stream's name and an entity that shares the stream with another."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A vendor's limit: so many units of `kind` per window of seconds; without a window, at one time."""

    name: str
    amount: int
    per_seconds: float | None = None
    kind: str = "call"
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Connector:
    """Data and pure functions; no base class.

    reads:  (method, path pattern) of every request that only reads; in mode read-only nothing else leaves.
    errors: what an answer means that is no success; None: it is one.
    """

    name: str
    base_url: str
    streams: tuple[Stream, ...]
    auth: Any = None
    limits: tuple[Limit, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    webhook: Any = None
    errors: Callable[[Answer], Outcome | None] = lambda answer: None

    def stream(self, name: str) -> Stream:
        """The stream of that name. `partner#contact` is `partner`, read once more for another entity."""
        plain = name.partition(SHARED)[0]
        return next(stream for stream in self.streams if stream.name == plain)
