"""Requests that a connector describes and answers that it reads."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from syncline.connect.webhook import Touched
from syncline.model.observation import Gone

Effect = Literal["read", "write"]
"""Set by the hub from the function that made the request, never by its verb: many reads are POSTs."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call, relative to the system's base address.

    form: in place of `json`, fields of a form. kind, cost: what it draws on the system's limits.
    """

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "call"
    cost: int = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, decoded. `date` is the system's own clock in seconds, where it tells."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    date: float | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Objects of one answer; `next` asks for more; `gone` are deletes that this stream proves.

    touched: objects of other streams that must be looked at: the parents of child rows.
    """

    records: tuple[dict[str, Any], ...] = ()
    next: str | None = None
    gone: tuple[Gone, ...] = ()
    touched: tuple[Touched, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Write:
    """One change within a write that takes several; the hub journals each answer and never sends one twice."""

    request: Request


Conversation = Generator[Request | Write, Answer, Any]
"""A function that needs several calls yields requests and is sent answers: still no I/O.

What it returns: of a read a Page, of a write an Outcome, of a sign-in what it learnt. A read of a stream is sent only
answers that are no error of the connector's, or that mean Missing.
"""
