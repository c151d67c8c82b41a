"""What is going on in a hub: who runs it, each system and stream, what is open, and the latest runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from syncline.config.declaration import Declaration
from syncline.ledger.counts import Counts
from syncline.ledger.reads import SqlReads
from syncline.look.looking import Looking
from syncline.look.said import many
from syncline.model.drift import Drift
from syncline.model.rows import Held, Run
from syncline.sync import comparing, frozen, own_fields, rebaseline
from syncline.sync.hub import Hub
from syncline.sync.pausing import paused_entities
from syncline.sync.rebaseline import State
from syncline.sync.store import Reads


class WriterView(Struct, frozen=True, kw_only=True):
    """Who writes the ledger now."""

    owner: str
    process: str
    host: str
    since: float


class SystemView(Struct, frozen=True, kw_only=True):
    """read: when it last showed something, by our clock; 0: never. paused: nobody speaks to it, and why.

    delay: seconds since the oldest of its streams was last read to its end; None: one never was.
    failed: why a sync could not work on it, where nothing of it was read since.
    """

    name: str
    connector: str
    mode: str
    paused: bool
    why: str
    read: float
    delay: float | None
    failed: str = ""


class StreamView(Struct, frozen=True, kw_only=True):
    """links: active ones. due, later: links to be told something, rows to be made among them, now or later.

    hints: objects to be looked at. parked: rows without a record. read: when it was last read to its end; 0: never.
    """

    system: str
    stream: str
    entity: str
    links: int
    due: int
    later: int
    hints: int
    parked: int
    read: float


class BaselineView(Struct, frozen=True, kw_only=True):
    """A stream that went back: how far it is, why it was stopped, and the next command."""

    at: str
    state: State
    said: str
    why: str
    remedy: str


class RunView(Struct, frozen=True, kw_only=True):
    """written: kind of write to how many. undo: the command that takes it back, where there is something to."""

    id: int
    kind: str
    at: float
    written: dict[str, int]
    undoes: int | None = None
    undone_by: int | None = None
    note: str = ""
    undo: str = ""


class MissingView(Struct, frozen=True, kw_only=True):
    """A field that is not there, or not shown, as far as is known: nothing is written; `at`: when that was asked."""

    system: str
    stream: str
    field: str
    at: float


class Status(Struct, frozen=True, kw_only=True):
    """open: kind to how many; rows without a record are among the parked ones. paused: entities, and why.

    missing: fields of ours that are not there. frozen: bound fields that cannot be read, and are left out.
    """

    hub: str
    mode: str
    at: float
    writer: WriterView | None
    systems: tuple[SystemView, ...]
    streams: tuple[StreamView, ...]
    records: dict[str, int]
    open: dict[str, int]
    held: tuple[Held, ...]
    runs: tuple[RunView, ...]
    to_derive: int = 0
    baselines: tuple[BaselineView, ...] = ()
    paused: dict[str, str] = {}
    missing: tuple[MissingView, ...] = ()
    drift: tuple[Drift, ...] = ()
    frozen: tuple[MissingView, ...] = ()


LATEST = 5
IMPORT = "links"
"""The kind of a run that took couplings over."""

MOST_LOOKED_AT = 2000
"""So many runs back what wrote is looked for."""


def status(looking: Looking) -> Status:
    """All of it, as it is now."""
    ledger, counts = looking.ledger, looking.ledger.counts(looking.now)
    writer = ledger.writer(looking.now)
    streams = tuple(streams_of(looking.declaration, ledger, counts))
    return Status(
        hub=looking.declaration.name, mode=looking.declaration.mode, at=looking.now,
        writer=None if writer is None else WriterView(
            owner=writer.owner, process=writer.process, host=writer.host, since=writer.since
        ),
        systems=tuple(systems_of(looking, streams)), streams=streams, records=dict(counts.records),
        open=open_of(counts), held=tuple(ledger.held()), runs=runs(ledger, LATEST), to_derive=counts.dirty,
        paused=paused_entities(looking.hub), baselines=baselines(looking.hub), missing=tuple(missing_of(looking)),
        drift=tuple(drift_of(looking)),
        frozen=tuple(frozen_of(looking.hub)),
    )  # fmt: skip


def missing_of(looking: Looking) -> Iterator[MissingView]:
    """The fields of ours that the declaration needs, and that are not there."""
    for one in own_fields.known(looking.hub):
        rows = looking.ledger.own_fields(one.system)
        at = next(row.at for row in rows if (row.stream, row.name) == (one.stream, one.field.name))
        yield MissingView(system=one.system, stream=one.stream, field=one.field.name, at=at)


def drift_of(looking: Looking) -> Iterator[Drift]:
    """What the latest comparisons found, of what is bound still as it was then."""
    for system in looking.declaration.systems:
        for row in looking.ledger.compared(system):
            if row.bound == comparing.bound_of(looking.hub, system, row.stream):
                yield from row.found


def about(one: Drift) -> str:
    """How many records it is about, in words."""
    if not (one.records or one.open):
        return ""
    return f" ({many(one.records, 'record')} with a value{f', {one.open:,} open' if one.open else ''})"


def frozen_of(hub: Hub) -> Iterator[MissingView]:
    """The bound fields that a system has no more, or shows us no more. # I15"""
    for one in frozen.known(hub):
        yield MissingView(system=one.system, stream=one.stream, field=one.name, at=one.at)


def streams_of(declaration: Declaration, ledger: Reads, counts: Counts) -> Iterator[StreamView]:
    """Every bound stream, in the order of the declaration."""
    for binding in declaration.bindings:
        place = (binding.system, binding.stream)
        yield StreamView(
            system=binding.system, stream=binding.stream, entity=binding.entity, links=counts.links.get(place, 0),
            due=counts.due.get(place, 0), later=counts.later.get(place, 0), hints=counts.hints.get(place, 0),
            parked=counts.parked.get(place, 0), read=ledger.cursor(*place, "changes").ended,
        )  # fmt: skip


def systems_of(looking: Looking, streams: tuple[StreamView, ...]) -> Iterator[SystemView]:
    """Every system, in the order of the declaration."""
    for name, system in looking.declaration.systems.items():
        state = looking.ledger.system_state(name)
        ends = [stream.read for stream in streams if stream.system == name]
        oldest = min(ends, default=0.0)
        yield SystemView(
            name=name, connector=system.connector, mode=system.mode or looking.declaration.mode, paused=state.paused,
            why=state.why, read=max(ends, default=0.0), delay=looking.now - oldest if oldest else None,
            failed=state.failed if state.failed_at >= max(ends, default=0.0) else "",
        )  # fmt: skip


def baselines(hub: Hub) -> tuple[BaselineView, ...]:
    """What is stopped since it went back."""
    found: list[BaselineView] = []
    for one in rebaseline.stopped(hub):
        state = rebaseline.state_of(hub, one)
        entity = hub.declaration.binding(one.system, one.stream).entity
        said, remedy = {
            "stopped": ("neither read nor written", f"syncline baseline begin {one.system}"),
            "reading": (f"being read anew; no {entity} is written", "syncline sync"),
            "read": (
                f"read anew; no {entity} is written until you confirm",
                f"syncline plan, then syncline baseline confirm {one.system}/{one.stream}",
            ),
        }[state]
        found.append(BaselineView(at=f"{one.system}/{one.stream}", state=state, said=said, why=one.why, remedy=remedy))
    return tuple(found)


def open_of(counts: Counts) -> dict[str, int]:
    """Kind to how many."""
    found: Counter[str] = Counter()
    for (kind, _), number in counts.open.items():
        found[kind] += number
    rows = sum(counts.parked.values())
    if rows:
        found["parked"] += rows
    return dict(sorted(found.items()))


def runs(ledger: SqlReads, limit: int, *, every: bool = False) -> tuple[RunView, ...]:
    """The latest runs, newest first; `every`: also those that wrote nothing, as most looks of the service do."""
    found: list[RunView] = []
    for run in ledger.runs(limit if every else max(MOST_LOOKED_AT, limit)):
        view = run_view(ledger, run)
        if every or view.written or view.undo or run.undoes is not None:
            found.append(view)
        if len(found) == limit:
            break
    return tuple(found)


def run_view(ledger: SqlReads, run: Run) -> RunView:
    """One run with what it wrote."""
    parts, written = ledger.written_of_run(run.id), Counter[str]()
    for kind, _, number in parts:
        written[kind] += number
    undone = next((by for _, by, _ in parts if by is not None), None)
    left = any(by is None for _, by, _ in parts) or joins(ledger, run)
    return RunView(
        id=run.id, kind=run.kind, at=run.at, written=dict(sorted(written.items())), undoes=run.undoes,
        undone_by=undone, note=run.note, undo=f"syncline undo {run.id}" if left else "",
    )  # fmt: skip


def joins(ledger: SqlReads, run: Run) -> bool:
    """Did it say of records or rows that they are one thing, or are not?"""
    if run.undoes is not None:
        return False
    return bool(run.about) or (run.kind == IMPORT and bool(ledger.couplings_of_run(run.id, limit=1)))
