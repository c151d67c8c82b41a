"""What the fields of a stream looked like, and what is no longer as the declaration says."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "vanished", "renamed", "retyped", "now required", "now read-only", "new choice", "choice gone", "unknown"
]  # fmt: skip


class Drift(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Something that is no longer as the declaration says.

    field: the raw one; name: what hub.yaml calls it. rules: those that read it. breaks: it is not only a note.
    remedy: what to change in hub.yaml, or in the system. unknown: which fields there are could not be asked.
    records: how many hold a value in the field; open: how many of them are in conflict, differ or are parked there.
    """

    kind: Kind
    system: str
    stream: str
    field: str = ""
    name: str = ""
    said: str = ""
    rules: tuple[str, ...] = ()
    remedy: str = ""
    breaks: bool = True
    records: int = 0
    open: int = 0


class Looked(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How a system described a raw field. choices: None: it may hold others too."""

    type: str = ""
    required: bool = False
    writable: bool = True
    choices: tuple[str, ...] | None = None


class Compared(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the fields of a stream.

    at:      when they were last compared, in seconds. doubted: a refusal since named a field or a choice.
    bound:   a hash of what was bound of the stream then; `fields` are what that was written for.
    fields:  raw fields that are bound, and those that creates needed; None: they were never told.
    found:   what was found by the latest comparison.
    """

    system: str
    stream: str
    at: float = 0.0
    doubted: bool = False
    bound: str = ""
    fields: dict[str, Looked] | None = None
    found: tuple[Drift, ...] = ()
