"""What the hub knows of one record in one system: what was seen there, and what it stands for."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from syncline.model.record import Parking, Value

LinkState = Literal["birth", "active", "asleep", "shadow", "tombstone"]

NEVER = 2.0**40
"""The moment to tell a link what is held: none by itself."""


class Sent(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A value the system accepted without telling what it stored: unconfirmed.

    stood: what `agreed` was before this write; it returns to that if the write had no effect.
    """

    value: Value
    version: int | None
    stood: int | None = None


class Doubt(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A value in a write whose outcome nobody learnt; it may still arrive, once, until `expires`."""

    intent: int
    value: Value
    version: int | None
    expires: float


class Rewrite(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A value sent, what the system made of it, and how often that happened."""

    sent: Value
    back: Value
    times: int = 1


class Withheld(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A field put back by an undo (`before`), or left alone by a person's wish; `written` once it is there."""

    before: Value
    written: bool = False
    undo: int = 0


class Turn(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One move of a field on this link, for the loop brake."""

    was: Value
    new: Value
    at: float


class Known(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a link knows of one canonical field.

    agreed:   the version of the record's field that this side's value stands for; None: for nothing.
    emptied:  the version against which `agreed` was emptied.
    base:     the canonical value at the last agreement, kept while the field is open, and what a shadow held before it
              was edited (`has_base`).
    differs:  an open first difference; its value is in `seen`.
    filling:  the record's value is told even at the field's truth: it fills a blank of the first meeting, a person took
              it, or it takes back what a merge, or our own late write, put in the place of what the truth had said.
    waiting:  the record's value cannot be told yet: it refers to a record that has no id here.
    """

    agreed: int | None = None
    emptied: int = 0
    has_base: bool = False
    base: Value = None
    differs: bool = False
    filling: bool = False
    waiting: bool = False
    sent: tuple[Sent, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    tries: int = 0
    rewrites: tuple[Rewrite, ...] = ()
    parked: Parking | None = None
    withheld: Withheld | None = None
    turns: tuple[Turn, ...] = ()


class Stopped(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A write that is ready and held by a brake; `released` once a person let exactly this one go.

    kind:    delete, blank, rewrite or create.
    version: of the record's field; 0 for a create or delete.
    counted: it counts for the brake when it is delivered.
    """

    kind: str
    field: str | None = None
    version: int = 0
    since: float = 0.0
    released: bool = False
    counted: bool = True


UNKNOWN_FIELD = Known()
"""What a link knows of a field it never met."""


class Link(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The pair (record, that system's id). No id yet: a birth.

    seen:        the bound raw fields exactly as the system was last seen to hold them.
    fingerprint: hash of `seen` and the mapping's version; empty while a read must not be short-cut.
    as_of:       the row was unchanged since this moment when it was last accepted.
    direct_at:   the last moment for which a direct read or a receipt vouches.
    covered:     the stream's own polls vouch for this row too (False after a read that was not accepted).
    writing:     the intent whose receipt is awaited.
    held:        what it must be told and a brake holds.
    stamp:       the system's own time of the last change, as last accepted.
    gone_at:     when the row was deleted, as the last believed proof says; the same proof again is not news.
    unanswered:  writes since the last answer to one that nobody learnt the outcome of.
    into:        of a tombstone: `stream/id` of the row that replaced it in the same system.
    """

    id: int
    record: int
    entity: str
    system: str
    stream: str
    external_id: str | None = None
    state: LinkState = "active"
    why: str = ""
    seen: dict[str, Any] = {}
    fingerprint: bytes = b""
    known: dict[str, Known] = {}
    lines: dict[str, str] = {}
    line_receipts: dict[str, float] = {}
    version: Any = None
    as_of: float = 0.0
    direct_at: float = 0.0
    covered: bool = True
    due_since: float | None = None
    due_at: float | None = None
    deleting: bool = False
    carried: bool = False
    writing: int | None = None
    parked: Parking | None = None
    attempts: int = 0
    farewell: tuple[str, ...] = ()
    held: tuple[Stopped, ...] = ()
    stamp: float | None = None
    gone_at: float = 0.0
    into: str | None = None
    unanswered: int = 0
