"""The hub's golden record of one real thing, with provenance for every field."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Value = Any
"""Plain data in the normal form of the field's type; None is EMPTY."""

RECORD_SIDE = "record"
"""The side of a conflict that is the record itself, where no system holds the record's value any more."""


class FieldValue(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One field of a record. Stored as a list: parts are only ever added at its end.

    version: counts the values this field has had; 0 means it never had one.
    source:  the link the value came from; None when it was merged, computed or said by a person.
    since, until: the change lies in this interval of seconds, told by its source, never by our clock.
    """

    value: Value = None
    version: int = 0
    source: int | None = None
    since: float = 0.0
    until: float = 0.0
    run: int = 0
    why: str = ""


NOTHING = FieldValue()
"""The field of a record that never held a value."""


class Conflict(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An open conflict: it follows the present values of its sides and stops all writes of its field.

    sides: link id as text, or RECORD_SIDE, to the value that side holds now.
    gone:  sides whose row was deleted; they keep their last value here.
    """

    sides: dict[str, Value]
    gone: tuple[str, ...] = ()
    base: Value = None
    since: float = 0.0
    run: int = 0


DOES_NOT_FIT = "does-not-fit"
"""The code of a field whose raw value its type cannot hold."""


SKIPPED = "skipped"
"""The code of what a person left alone: it stays so until what it is about changes."""


class Parking(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Why something cannot go on without a person or a changed condition, and what to do about it.

    refused: the system would not have what it was told: another value of the record is tried by itself.
    """

    code: str
    reason: str
    remedy: str = ""
    ours: Value = None
    theirs: Value = None
    at: float = 0.0
    refused: bool = False


class Episode(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a rule knows of one record: is its condition true, for the how-manieth time, and what it made.

    An episode that holds, has not fired and is not due was true before the rule was armed.

    since: when the condition became true, by the stamps of the systems.
    due:   it fires at this moment if it still holds then; None: it fired, or was true before.
    read_at: since when all that it rests on was read past that moment; what was then still to be looked at
           is looked at first.
    made:  the records that stand of what it made, in the order of the rule's makings; 0: this one does not.
    asked: a person is to say what becomes of them, since the condition was left.
    freed: what was made no longer follows its source.
    """

    number: int = 0
    holds: bool = False
    since: float = 0.0
    fired: bool = False
    due: float | None = None
    read_at: float | None = None
    made: tuple[int, ...] = ()
    asked: bool = False
    freed: bool = False


class MayBe(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a record looks like, as nobody but a person can tell: `score` of 100, and the reasons in words."""

    record: int
    score: float
    why: tuple[str, ...] = ()
    since: float = 0.0


class Record(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A golden record. `fields` also holds the lines of a document, as `lines/ID/column`.

    origin:       the system where the record was born.
    candidate_of: the record it may duplicate; while set it is born nowhere and matched by nothing.
    may_be:       the record it looks like; while that is asked it is born nowhere, and that one not where it is.
    merged_into:  the record that took it over; this one is its alias for ever.
    distinct_from: records of which a person said that they are not the same.
    made_by:      hash of (rule, record, episode) for a record that a rule made.
    unfit:        expressions that gave no value, by the field or the condition that they stand for. A field
                  keeps the value it had; the expression is tried again when what it reads changes.
    born_at:      the system's own stamp of its making, where it tells.
    """

    id: int
    entity: str
    origin: str
    state: Literal["active", "archived", "merged"] = "active"
    fields: dict[str, FieldValue] = {}
    conflicts: dict[str, Conflict] = {}
    parked: Parking | None = None
    candidate_of: int | None = None
    merged_into: int | None = None
    distinct_from: tuple[int, ...] = ()
    made_by: str | None = None
    episodes: dict[str, Episode] = {}
    unfit: dict[str, Parking] = {}
    next_line: int = 1
    created_at: float = 0.0
    born_at: float | None = None
    paused: bool = False
    may_be: MayBe | None = None

    @property
    def asks(self) -> int | None:
        """The record of which a person is asked whether this one is the same."""
        return self.candidate_of if self.candidate_of is not None else self.may_be.record if self.may_be else None
