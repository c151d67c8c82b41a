"""What an audit tells: where the systems hold the same, where they do not, and what going live would do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from syncline.look.away import NotReached
from syncline.sync.sheet import Comes

EXAMPLES = 5
"""Of each kind of finding so many are named."""

Kind = Literal["only", "duplicate", "lookalike", "second-row", "ambiguous", "parked", "without-rep"]


class RowAt(Struct, frozen=True, kw_only=True):
    """A row of a system, and the address of its page in that system's own screens, where it is known."""

    system: str
    stream: str
    id: str
    page: str | None = None


class Example(Struct, frozen=True, kw_only=True):
    """A record, or a row without one, at a place that commands take. values: system to what it holds, in words."""

    at: str
    name: str
    why: str = ""
    rows: tuple[RowAt, ...] = ()
    values: dict[str, str] = {}


class Found(Struct, frozen=True, kw_only=True):
    """Records of an entity of which the same is to be said.

    only:        they are in `systems` and not in `missing`; `born`: going live would make them there; else why not.
    duplicate:   of rows of one system, that one may be the other; `groups`: how many of which one is to stay.
    lookalike:   they look like another record, and no match rule joins them; they are among `only` too.
    second-row:  rows beside another row of the same record in one system; they are read and never written.
    ambiguous:   rows that match several records. parked: rows and records that cannot be read or settled.
    without-rep: records that nobody is the rep of.
    """

    kind: Kind
    count: int
    why: str = ""
    systems: tuple[str, ...] = ()
    missing: str = ""
    born: bool = False
    groups: int = 0
    examples: tuple[Example, ...] = ()


class FieldAudited(Struct, frozen=True, kw_only=True):
    """One field, over the records that several systems hold.

    compared = equal + blank + one_blank + differs. blank: in all. one_blank: blank in some, equal in the others.
    differs = open + left + the sum of settled. open: until a person chooses. settled: system whose value goes to the
    others, to how many. left: it differs, and nothing would be written.
    blank_in, invalid: system to how many; filled: of the blanks, how many going live fills.
    """

    field: str
    truth: str = ""
    compared: int = 0
    equal: int = 0
    blank: int = 0
    one_blank: int = 0
    differs: int = 0
    open: int = 0
    left: int = 0
    settled: dict[str, int] = {}
    blank_in: dict[str, int] = {}
    filled: int = 0
    invalid: dict[str, int] = {}
    differ_examples: tuple[Example, ...] = ()
    blank_examples: tuple[Example, ...] = ()
    invalid_examples: tuple[Example, ...] = ()

    @property
    def agree(self) -> float:
        """The share that is equal, of those that are not blank everywhere; 1.0 where there are none."""
        told = self.compared - self.blank
        return self.equal / told if told else 1.0


class EntityAudited(Struct, frozen=True, kw_only=True):
    """One kind of record.

    systems: those that hold it, in the order of the declaration; one: there is nothing to compare.
    rows:    system to how many rows take part there. records: what they are together.
    both:    two systems, as `hubspot + odoo`, to how many records both hold. `every`: that all of them hold.
    unread:  systems that were not read to their end: nothing can be said of what is not there.
    """

    entity: str
    systems: tuple[str, ...]
    rows: dict[str, int]
    records: int = 0
    both: dict[str, int] = {}
    every: int = 0
    same: int = 0
    found: tuple[Found, ...] = ()
    fields: tuple[FieldAudited, ...] = ()
    unread: tuple[str, ...] = ()

    def of(self, kind: Kind) -> tuple[Found, ...]:
        """What was found of a kind."""
        return tuple(one for one in self.found if one.kind == kind)

    def number(self, kind: Kind) -> int:
        """How many."""
        return sum(one.count for one in self.of(kind))

    def only_in(self, system: str) -> int:
        """Records that no other system holds; of two systems each lacks the other's, and is counted once."""
        return max((sum(f.count for f in self.of("only") if f.systems == (system,) and f.missing == other)
                    for other in self.systems), default=0)  # fmt: skip


class WriterSeen(Struct, frozen=True, kw_only=True):
    """Who last wrote a field that going live would write, among the latest changed rows.

    kind: integration, automation, import or person. count: rows, `of` so many that were asked. latest: a moment.
    """

    entity: str
    field: str
    system: str
    stream: str
    raw: str
    by: str
    kind: str
    count: int
    of: int
    latest: float = 0.0


class Audited(Struct, frozen=True, kw_only=True, tag=True):
    """What was read and found. No values beyond a few examples of each kind; these are personal data.

    share:  at most so much of each limit was taken; limits: what that is, in words.
    read:   rows that reads showed this time. took: seconds.
    anew:   why it began anew, and what was forgotten by that; empty: it did not.
    comes, counts, calls, seconds, then: what going live would do, as `plan` says it. open_count: what it leaves open.
    missing: fields of ours that its creates need, and that a system lacks.
    writers: who else writes. unasked: streams that do not tell who writes.
    csv:    the folder that lists every record that is not the same everywhere.
    next:   what to do, the first first; a command where there is one.
    """

    hub: str
    at: float
    mode: str
    share: float
    limits: tuple[str, ...]
    systems: tuple[str, ...]
    read: int
    took: float
    entities: tuple[EntityAudited, ...]
    comes: tuple[Comes, ...] = ()
    counts: dict[str, int] = {}
    calls: dict[str, int] = {}
    seconds: float = 0.0
    open_count: int = 0
    then: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    writers: tuple[WriterSeen, ...] = ()
    unasked: tuple[str, ...] = ()
    anew: str = ""
    csv: str | None = None
    not_reached: tuple[NotReached, ...] = ()
    next: tuple[str, ...] = ()

    @property
    def created(self) -> int:
        """Rows that going live would make."""
        return sum(one.created for one in self.comes)

    @property
    def updated(self) -> int:
        """Rows that it would change."""
        return sum(one.updated for one in self.comes)

    @property
    def deleted(self) -> int:
        """Rows that it would delete."""
        return sum(one.deleted for one in self.comes)
