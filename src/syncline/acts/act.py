"""What may be asked of a hub. An act is plain data, so that it can be handed to the service that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from syncline.model.record import Value


class Step(Struct, frozen=True, kw_only=True):
    """Progress of a long act: what is being done, how much of it, and of how much (None: nobody knows)."""

    what: str
    done: int = 0
    total: int | None = None


Say = Callable[[Step], None]
"""Hears of progress."""


# ---- the whole
class Sync(Struct, frozen=True, kw_only=True, tag=True):
    """Observe, settle and deliver until nothing is left to do.

    full: every stream is read whole. only, where, limit: what is delivered; everything is observed.
    """

    full: bool = False
    only: str | None = None
    where: str | None = None
    limit: int | None = None


class Plan(Struct, frozen=True, kw_only=True, tag=True):
    """Observe, and say what would be written. `out`: the absolute path of the file that holds all of it."""

    only: str | None = None
    where: str | None = None
    limit: int | None = None
    out: str | None = None


class Apply(Struct, frozen=True, kw_only=True, tag=True):
    """Write exactly what a plan's file (an absolute path) lists."""

    file: str


class Verify(Struct, frozen=True, kw_only=True, tag=True):
    """Read both sides now and compare them, field by field; what differs is looked at a second time."""

    only: str | None = None


class Audit(Struct, frozen=True, kw_only=True, tag=True):
    """Observe, and say where the systems agree and what going live would do; nothing is written, in any mode.

    share: of each limit it takes at most such a part, 0 to 1. anew: what was observed before is forgotten first.
    csv:   the absolute path of a folder for lists of everything that differs.
    """

    share: float = 0.5
    anew: bool = False
    csv: str | None = None


class Undo(Struct, frozen=True, kw_only=True, tag=True):
    """Take a run back. `dry`: only say what that would do."""

    run: int
    dry: bool = False


class Provision(Struct, frozen=True, kw_only=True, tag=True):
    """Make the fields of ours that the declaration needs in the systems, or take away those that this hub made.

    dry: only name them, and what would be done.
    """

    dry: bool = False
    remove: bool = False


# ---- one thing that is open
class Parked(Struct, frozen=True, kw_only=True, tag=True):
    """What becomes of something parked. `at`: see syncline.look.place. Instead of it `code`: all that have this code.

    retry: try again; a record whose row was deleted is made again. skip: leave it alone, with a reason.
    edit: the record's field gets `value`, everywhere. delete: of a record whose row was deleted, everywhere else too.
    """

    how: Literal["retry", "skip", "edit", "delete"]
    at: str | None = None
    code: str | None = None
    value: Value = None
    why: str = ""


class Settle(Struct, frozen=True, kw_only=True, tag=True):
    """What becomes of a conflict, a first difference, a refused proposal or a withheld field at a place.

    take: `system`'s present value. set: `value`. keep: the system keeps what it holds. redo: the record's goes there.
    """

    how: Literal["take", "set", "keep", "redo"]
    at: str
    system: str | None = None
    value: Value = None


class SettleAll(Struct, frozen=True, kw_only=True, tag=True):
    """The same of all that is open and fits, as one run. take: `system`'s value, also where the record has it already.

    kinds: conflict, difference (a first one), withheld; empty: all that can be settled so.
    field: `entity.field`. only: an entity. where: a condition over its records. limit: so many at most.
    dry:   only say how many that would be.
    """

    how: Literal["take", "keep", "redo"]
    system: str | None = None
    kinds: tuple[Literal["conflict", "difference", "withheld"], ...] = ()
    field: str | None = None
    only: str | None = None
    where: str | None = None
    limit: int | None = None
    dry: bool = False


class Withhold(Struct, frozen=True, kw_only=True, tag=True):
    """A field of a record is left alone in a system (in all, without one) until a person says otherwise."""

    at: str
    system: str | None = None


class Distinct(Struct, frozen=True, kw_only=True, tag=True):
    """A duplicate candidate is a record of its own."""

    at: str


class Join(Struct, frozen=True, kw_only=True, tag=True):
    """Two records, or a record and a row (`system/stream/id`), are the same thing."""

    at: str
    other: str


class Part(Struct, frozen=True, kw_only=True, tag=True):
    """A row (`system/stream/id`) is not this record's."""

    at: str


class Couple(Struct, frozen=True, kw_only=True, tag=True):
    """Pairs of rows that somebody knows to be one thing: the lines of a file, or what a field of a stream says.

    file:    its absolute path; named: what people call it. rejects: the absolute path for the lines that are refused.
    field:   in its place, `system.stream.field`, which holds ids of the stream `to` (`system/stream`; None: the only
             one it can be).
    dry:     only say what would be taken; each line as if it were alone.
    """

    file: str | None = None
    named: str = ""
    field: str | None = None
    to: str | None = None
    rejects: str | None = None
    dry: bool = False


class Answer(Struct, frozen=True, kw_only=True, tag=True):
    """What becomes of what a rule made for a record, whose condition ended."""

    at: str
    rule: str
    how: Literal["keep", "cancel", "credit"]


class Fire(Struct, frozen=True, kw_only=True, tag=True):
    """A rule, for what was true before it was armed, of records made since then (seconds)."""

    rule: str
    since: float


# ---- stops
class Release(Struct, frozen=True, kw_only=True, tag=True):
    """Let go what a brake holds: `system/stream/kind`."""

    at: str


class Baseline(Struct, frozen=True, kw_only=True, tag=True):
    """What went back is read anew, or written again. `what`: a system, or `system/stream`; None: all that is stopped.

    begin: it is read anew, and nothing is written meanwhile. confirm: a person saw what that comes to; writes go on.
    """

    how: Literal["begin", "confirm"]
    what: str | None = None


class Pause(Struct, frozen=True, kw_only=True, tag=True):
    """Nothing is written to (and, of a system, read from) it until it is resumed: a system, an entity, or a record."""

    what: str
    why: str = ""


class Resume(Struct, frozen=True, kw_only=True, tag=True):
    """The end of a pause."""

    what: str


Act: TypeAlias = (
    Sync
    | Plan
    | Apply
    | Verify
    | Audit
    | Undo
    | Provision
    | Parked
    | Settle
    | SettleAll
    | Withhold
    | Distinct
    | Join
    | Part
    | Couple
    | Answer
    | Fire
    | Release
    | Baseline
    | Pause
    | Resume
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Act] = msgspec.json.Decoder(Act)


def encoded(act: Act) -> bytes:
    """As it stands in the ledger while it waits for the service."""
    return _encoder.encode(act)


def decoded(body: bytes) -> Act:
    """Raises msgspec.ValidationError for what is no act."""
    return _decoder.decode(body)
