"""What an act tells when it is done: plain data, the same whether it was done here or by the service."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from syncline.ledger.open_items import OpenKind
from syncline.look.audited import Audited as Audited
from syncline.look.away import NotReached as NotReached
from syncline.look.opened import Opened as Opened
from syncline.model.record import Value
from syncline.sync.sheet import Comes, PlannedWrite, StreamView


class Needed(Struct, frozen=True, kw_only=True):
    """A field of ours in a system: `made` now, `there` already, `missing`, `removed`, or why that could not be done.

    unknown: it cannot be told whether it is there. purpose: what the declaration needs it for. type: in our words.
    waiting: so many new rows wait for it, as far as was counted. run, by: who made it, where this hub did.
    """

    system: str
    stream: str
    field: str
    state: Literal["made", "there", "missing", "failed", "unknown", "removed"]
    why: str = ""
    type: str = ""
    purpose: str = ""
    waiting: int = 0
    run: int = 0
    by: str = ""


class Synced(Struct, frozen=True, kw_only=True, tag=True):
    """`run` is what `undo` takes. written: kind of write to how many. new: what this run left open, the first hundred.

    held, waiting: links that wait for a brake or an approval, and those that go on by themselves later.
    paused: systems and entities whose pause keeps writes. looks: of those waiting, looks at what was written.
    missing: fields of ours that are not there, as far as is known: nothing is written to them.
    frozen: bound fields (`system stream.field`) that a system has no more, or shows us no more: left out.
    kept_back: mode (`read-only`, `approve`) to how many links are due and not written because of it.
    baselines: streams (`system/stream`) that were read anew, and are not written before a person confirms.
    events_held: events that wait for a plan to be applied.
    """

    run: int
    read: int
    written: dict[str, int]
    new: tuple[Opened, ...] = ()
    new_count: int = 0
    open_count: int = 0
    held: int = 0
    waiting: int = 0
    kept_back: dict[str, int] = {}
    events_held: int = 0
    paused: tuple[str, ...] = ()
    looks: int = 0
    baselines: tuple[str, ...] = ()
    missing: tuple[Needed, ...] = ()
    frozen: tuple[str, ...] = ()
    not_reached: tuple[NotReached, ...] = ()
    seconds: float = 0.0


class Planned(Struct, frozen=True, kw_only=True, tag=True):
    """A plan's head: `counts` of writes by kind, `calls` by system, the seconds these take, and its riskiest writes.

    comes: what it does to each entity in each system. events: how many are told to the world outside.
    open_count: what waits for a person, and is in no plan. missing: fields of ours that its creates need.
    """

    id: str
    file: str | None
    counts: dict[str, int]
    calls: dict[str, int]
    seconds: float
    writes: int
    riskiest: tuple[PlannedWrite, ...]
    comes: tuple[Comes, ...] = ()
    then: tuple[str, ...] = ()
    views: tuple[StreamView, ...] = ()
    names: dict[int, str] = {}
    open_count: int = 0
    missing: tuple[Needed, ...] = ()
    not_reached: tuple[NotReached, ...] = ()
    events: int = 0


class Dropped(Struct, frozen=True, kw_only=True):
    """A write of a plan, or one field of it, that was not done, and why."""

    entity: str
    name: str
    system: str
    stream: str
    id: str | None
    field: str | None
    why: str


class Applied(Struct, frozen=True, kw_only=True, tag=True):
    """`refused`: why nothing of it was done at all. counts: left, already, dropped, waits. events: told."""

    run: int
    counts: dict[str, int]
    refused: str | None = None
    dropped: tuple[Dropped, ...] = ()
    not_reached: tuple[NotReached, ...] = ()
    events: int = 0


class Difference(Struct, frozen=True, kw_only=True):
    """A field that a system holds otherwise than the record, and is not open.

    field: empty where it is the row: it is not there, or not there yet (then `id` is empty too).
    """

    at: str
    entity: str
    name: str
    field: str
    system: str
    stream: str
    id: str
    record: Value = None
    there: Value = None


class Verified(Struct, frozen=True, kw_only=True, tag=True):
    """compared = equal + stored + open + waiting + differing. stored: equal as that system stores what it was given.

    waiting: what refers to a record that is not in that system, and is not to be made there.

    differs: the first thousand. not_reached: streams that could not be compared.
    waited: seconds between the first look and the second.
    """

    compared: int
    equal: int
    stored: int
    open: int
    differing: int
    records: int
    waiting: int = 0
    differs: tuple[Difference, ...] = ()
    names: dict[int, str] = {}
    not_reached: tuple[NotReached, ...] = ()
    seconds: float = 0.0
    waited: float = 0.0

    @property
    def score(self) -> float:
        """The share of compared fields that agree; 1.0 where nothing was compared."""
        return (self.equal + self.stored) / self.compared if self.compared else 1.0


class Taken(Struct, frozen=True, kw_only=True):
    """What an undo does to one field, or (without a field) to one row; `what` as in syncline.sync.undo."""

    what: str
    entity: str
    name: str
    system: str
    stream: str
    id: str | None
    field: str | None = None
    before: Value = None
    after: Value = None
    why: str = ""


class Undone(Struct, frozen=True, kw_only=True, tag=True):
    """`by`: the undo's own run; 0: it was only asked what it would do. steps: the first thousand."""

    run: int
    by: int
    counts: dict[str, int]
    steps: tuple[Taken, ...] = ()
    synced: Synced | None = None


class Provisioned(Struct, frozen=True, kw_only=True, tag=True):
    """Every field of ours that the declaration needs, or, to be taken away, that this hub made.

    run: that made or took away any; 0: nothing was done. read_only: systems whose mode keeps anything from being done.
    """

    fields: tuple[Needed, ...]
    run: int = 0
    read_only: tuple[str, ...] = ()


class Sort(Struct, frozen=True, kw_only=True):
    """What was open of one field: how many of it are settled, and how many are left as they are."""

    kind: OpenKind
    entity: str
    field: str
    settled: int
    left: int


class Settled(Struct, frozen=True, kw_only=True, tag=True):
    """run: what `undo` takes; 0: nothing was settled. left: the reasons why some are left, with how many.

    said: what was told to the systems at once, and what is told later.
    """

    run: int
    settled: int
    sorts: tuple[Sort, ...]
    left: dict[str, int] = {}
    said: str = ""
    dry: bool = False


class Uncoupled(Struct, frozen=True, kw_only=True):
    """A line of an import that was refused: why, and what to do."""

    line: int
    text: str
    why: str


class Coupled(Struct, frozen=True, kw_only=True, tag=True):
    """lines = taken + already + refused. Of those taken, joined: two records became one; waits: a row was not read yet.

    run: what `undo` takes; 0: nothing was taken. refusals: the first hundred. rejects: the file that has them all.
    """

    run: int
    lines: int
    taken: int
    joined: int
    waits: int
    already: int
    refused: int
    refusals: tuple[Uncoupled, ...] = ()
    rejects: str | None = None
    dry: bool = False


class Done(Struct, frozen=True, kw_only=True, tag=True):
    """A short act is done: to how many things, and a sentence about it."""

    count: int
    said: str


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """An act that cannot be done: why, and the next command to type."""

    why: str
    remedy: str
    code: Literal["bad-input", "not-reached", "failed"] = "bad-input"


Told: TypeAlias = (
    Synced | Planned | Applied | Verified | Undone | Provisioned | Audited | Coupled | Settled | Done | Refused
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)


def encoded(told: Told) -> bytes:
    """As it stands in the ledger until it is fetched."""
    return _encoder.encode(told)


def decoded(body: bytes) -> Told:
    """What the service left."""
    return _decoder.decode(body)
