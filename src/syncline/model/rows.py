"""Rows of the ledger that are neither record nor link: cursors, hints, parked rows, wakes, runs."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from syncline.model.record import Parking


class Cursor(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How far one read path of one stream was read; of `keys`, whether its staged rows were looked through.

    Of an entity (`system` is empty) `keys` is how far its keys were made anew, and its records matched again.

    since:     every change stamped before this (the system's own axis) was shown.
    after:     where the next page of an unfinished read begins; None: no read is under way.
    reach:     the highest stamp met in the read under way; `since` becomes that when it ends.
    began:     when the read under way began, by our clock.
    covered:   every row was unchanged since its last observation, until this moment.
    baselined: the stream was read to its end once; before that nothing is matched or created in it.
    back:      how many rows the read under way showed older than they were known to be.
    census:    of a sweep whose stream proves deletes by `missing`: what its present pass is for.
    shown:     one number for the expected rows that the read under way showed.
    undated:   how many rows the read under way, or else the last one, showed with a stamp that cannot be read.
    pages:     how many pages the read under way has shown.
    met_by:    by which part of the declaration its rows met records; "mixed": by several.
    mark:      where an earlier page of it began that is met again if it goes in a circle.
    coupled:   of a baseline: the rows that couplings name left the stage up to this id; None: all of them did.
    joined, asked: of an entity, what came of matching its records again.
    """

    system: str
    stream: str
    path: Literal["changes", "sweep", "deleted", "keys"] = "changes"
    since: float = 0.0
    after: str | None = None
    reach: float = 0.0
    began: float = 0.0
    covered: float = 0.0
    baselined: bool = False
    ended: float = 0.0
    back: int = 0
    census: Literal["counting", "noting", "comparing"] = "counting"
    shown: int = 0
    undated: int = 0
    pages: int = 0
    mark: str | None = None
    met_by: str = ""
    coupled: str | None = ""
    joined: int = 0
    asked: int = 0


class Hint(Struct, frozen=True, kw_only=True, gc=False):
    """Look at this object now (from `at` on). One per object, however many webhooks said so."""

    system: str
    stream: str
    id: str
    at: float
    tries: int = 0


class ParkedRow(Struct, frozen=True, kw_only=True, gc=False):
    """A row of a system that belongs to no record until a person or a changed condition says so.

    fingerprint: of the row when it was parked; the same row again is not news.
    key:         the match key that was ambiguous; when its records change the row is looked at again.
    """

    system: str
    stream: str
    id: str
    parking: Parking
    fingerprint: bytes = b""
    raw: dict[str, Any] = {}
    key: str | None = None


class Staged(Struct, frozen=True, kw_only=True, gc=False):
    """A row read during a stream's baseline; matching begins after the end of the read."""

    system: str
    stream: str
    id: str
    raw: dict[str, Any]
    version: Any = None
    stamp: float | None = None
    created: float | None = None
    began: float = 0.0
    as_of: float = 0.0


class Coupling(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Two rows, each (system, stream, id), that are one thing, as somebody said who knew: no match rule goes before it.

    one, other: in the order of their names. run: in which it was said. why: by whom, and where from.
    ended:      the run in which it was taken back.
    alias:      the record that another took over when this was said.
    link:       the link that the row became which was read later.
    """

    one: tuple[str, str, str]
    other: tuple[str, str, str]
    run: int
    at: float
    why: str
    ended: int | None = None
    alias: int | None = None
    link: int | None = None

    def beside(self, row: tuple[str, str, str]) -> tuple[str, str, str]:
        """The row that this one is coupled with."""
        return self.other if row == self.one else self.one


class Wake(Struct, frozen=True, kw_only=True, gc=False):
    """Derive this record again at this moment: an expression that reads the clock says when it may change."""

    record: int
    at: float
    why: str = ""


class Armed(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """How far a rule is from being armed. Once it is, what becomes true makes it fire.

    at:    since when it is armed; None: not yet.
    round: of the two passes over all records that come before.
    after: the last record of this pass that was looked at.
    """

    rule: str
    at: float | None = None
    round: int = 0
    after: int = 0


class Run(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One numbered piece of work that undo can take back.

    about: the records that it joined or parted by a person's word.
    """

    id: int
    kind: str
    at: float
    undoes: int | None = None
    note: str = ""
    about: tuple[int, ...] = ()


class Held(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A kind of write to one stream that waits for a person; of `rebaseline`: all writes of its entity.

    kind:  delete, blank, rewrite, create or rebaseline.
    count: how many writes are held; of `rebaseline`: how many rows went back.
    stale: of `rebaseline`: it is the hub's own ledger that went back.
    """

    system: str
    stream: str
    kind: str
    count: int
    since: float
    why: str = ""
    stale: bool = False


class SystemState(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """May this system be spoken to? A system that denied us is paused until its credentials change.

    failed, failed_at: why a whole run could not work on it, and when; what was read of it since is later than that.
    """

    system: str
    paused: bool = False
    why: str = ""
    clock_ahead: float = 0.0
    failed: str = ""
    failed_at: float = 0.0


class OwnField(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What is known of a field of ours in a stream, or of a bound one that was refused once.

    there:   is it there? None: its system does not tell.
    at:      when that was asked, in seconds; 0: it is to be asked now.
    run, by: the run that made it, and the person who said so; run 0: this hub did not make it.
    """

    system: str
    stream: str
    name: str
    there: bool | None
    at: float = 0.0
    run: int = 0
    by: str = ""
