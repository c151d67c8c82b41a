"""What makes one kind of system readable and writable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from syncline.connect.account import Rights, Telling
from syncline.connect.auth import Auth, as_it_came, unchanged
from syncline.connect.request import Answer, Request
from syncline.connect.stream import Stream
from syncline.connect.template import ByHand, Template
from syncline.connect.webhook import Webhook
from syncline.model.outcome import Outcome

SHARED = "#"
"""Between a stream's name and an entity that shares the stream with another."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A vendor's limit: so many units per window of seconds; without a window, so many calls at one time.

    kinds:     the requests that draw on it, by their `kind`; None: all.
    by:        what is counted: calls, or the `cost` of each.
    shared:    other apps draw on it too, so the hub takes at most 80 % of it.
    remaining: the answer's header that says how much is left.
    """

    name: str
    amount: int
    per_seconds: float | None = None
    kinds: tuple[str, ...] | None = None
    by: Literal["calls", "cost"] = "calls"
    shared: bool = False
    remaining: str | None = None


def no_page(stream: str, id: str) -> str | None:
    """The default for `page_of`: nobody knows."""
    return None


def names_nothing(address: str) -> tuple[str, str] | None:
    """The default for `named_by`: no address names a row."""
    return None


@dataclass(frozen=True, kw_only=True)
class Connector:
    """Data and pure functions; no base class.

    base_url: where it is, unless the system's block says `url`.
    reads:    (method, path pattern) of every request that only reads; in mode read-only nothing else leaves. `*` in a
        pattern stands for one part of a path.
    errors:   what an answer means that is no success; None: it is one.
    dress, undress: between the requests that the streams describe and those that this version of the system
        understands, by what the sign-in told. What is matched against `reads` is what leaves: both forms stand there.
    hosts:    further hosts that may get the secret.
    page_of(stream, id): the address of a row's page in the vendor's own screens, whole or beneath the system's address;
        None where it is not known. named_by(address): the stream and id that such an address names, or None.
    account:  asks whose system it is, which is read; None: it cannot be told.
    rights:   what a token must be allowed for what is bound; None: nothing is known of it.
    """

    name: str
    base_url: str
    streams: tuple[Stream, ...]
    auth: Auth | None = None
    limits: tuple[Limit, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    webhook: Webhook | None = None
    errors: Callable[[Answer], Outcome | None] = lambda answer: None
    dress: Callable[[Request, Mapping[str, Any]], Request] = unchanged
    undress: Callable[[Answer, Mapping[str, Any]], Answer] = as_it_came
    hosts: tuple[str, ...] = ()
    template: Template | None = None
    by_hand: ByHand | None = None
    page_of: Callable[[str, str], str | None] = no_page
    named_by: Callable[[str], tuple[str, str] | None] = names_nothing
    account: Telling | None = None
    rights: Rights | None = None

    def stream(self, name: str) -> Stream:
        """The stream of that name. `partner#contact` is `partner`, read once more for another entity."""
        plain = name.partition(SHARED)[0]
        return next(stream for stream in self.streams if stream.name == plain)
