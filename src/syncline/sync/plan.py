"""Step 8 as a list: what delivery would write now, found with delivery's own functions, on paper.

Nothing is changed: the desk reads the ledger and writes to a sheet that forgets (I17).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from typing import Any, cast

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Unfit
from syncline.merge import brakes, due
from syncline.merge.case import Case
from syncline.model.event import Event
from syncline.model.intent import Intent, Told
from syncline.model.link import Known, Link
from syncline.model.record import Value
from syncline.sync import birth, creating, deliver, derive, outgoing, remap, sheet, writing
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.sheet import Comes, Foot, Head, Plan, PlannedEvent, PlannedField, PlannedWrite, Round, StreamView
from syncline.sync.stops import Ready
from syncline.sync.store import Ledger, Reads, Unit

NOT_THERE = "references to records that are not in that system, and are not to be made there"
ROWS = {"create": "created", "update": "updated", "delete": "deleted"}
"""Kinds of write, as what becomes of the rows."""

PAGE = 200
EVENTS = 10_000
"""Held events that one plan lists; the next lists more."""
DIRTY = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a plan looks at: one entity, records for which a condition holds, so many writes.

    whole: it looks at everything. Only then values are read anew by a changed mapping: that is for all or for none.
    """

    only: str | None = None
    where: Callable[[Case], bool] = lambda case: True
    limit: int | None = None
    whole: bool = True


class Paper:
    """Reads what the ledger holds; what is written here goes nowhere."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.numbers = 0

    def new_id(self, counter: str) -> int:
        """A number that no ledger gives: what has one exists on paper only."""
        self.numbers -= 1
        return self.numbers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name) if hasattr(Reads, name) else forget  # I17


def forget(*arguments: Any) -> None:
    """A write on paper."""


@dataclass(frozen=True)
class OnPaper:
    """The gate of a plan: everything that is ready, and what a changed mapping would say differently.

    as_met: no mapping has changed (see `remap.is_as_met`).
    """

    as_met: bool = False
    run: int | None = None

    def also(self, desk: Desk, binding: Binding, case: Case, lid: int) -> Mapping[str, Told]:
        """What an applied plan writes beside what is due."""
        return {} if self.as_met else remap.remapped(desk, binding, case, lid)

    def pick(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> list[Ready]:
        """All."""
        return list(ready)

    def delivered(self, desk: Desk, intents: Iterable[Intent]) -> None:
        """Nothing is delivered on paper."""


@dataclass
class Draft:
    """What is counted while the writes pass by. gate: says whether a mapping has changed."""

    counts: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    comes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    then: Counter[str] = field(default_factory=Counter)
    rounds: set[tuple[str, str, Round]] = field(default_factory=set)
    anew: int = 0
    events: dict[str, PlannedEvent] = field(default_factory=dict)
    gate: OnPaper = OnPaper()


def plan(hub: Hub, scope: Scope | None = None) -> Plan:
    """What would be written now. The caller has observed before: reading is not writing."""
    scope, draft = scope or Scope(), Draft()
    found = writes(hub, scope, draft)
    head = Head(
        hub=hub.declaration.name, declaration=sheet.declaration_hash(hub.declaration), at=hub.clock(), views=views(hub)
    )
    return sheet.composed(head, counted(draft, islice(found, scope.limit)), lambda: foot(hub, draft))


def writes(hub: Hub, scope: Scope, draft: Draft) -> Iterator[PlannedWrite]:
    """Record by record."""
    for desk, case in cases(hub, scope, draft):
        yield from writes_of(desk, case, draft)


def cases(hub: Hub, scope: Scope, draft: Draft) -> Iterator[tuple[Desk, Case]]:
    """Every record as delivery would meet it; what is still to be derived is derived on paper first."""
    dirty, after = frozenset(hub.ledger.dirty(DIRTY)), 0
    waiting = held_by_record(hub)
    draft.gate = OnPaper(as_met=remap.is_as_met(hub))
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        desk = desk_on_paper(hub)
        desk.load(ids)
        for rid in ids:
            case = desk.cases[rid]
            if scope.only not in (None, case.record.entity):
                continue
            anew = remap.retake(desk, case) if scope.whole and not draft.gate.as_met else 0
            draft.anew += anew
            if rid in dirty or anew:
                derive.derive_cases(desk, [case], rolled="all")
            if scope.where(case):
                on_paper = (e for e in desk.spread.held_events if about(e, rid) and outgoing.is_for_plan(hub, e))
                list_events(draft, [*waiting.get(rid, ()), *on_paper])
                yield desk, case
        draft.then["records that a rule makes"] += sum(rid < 0 for rid in desk.cases)


def held_by_record(hub: Hub) -> Mapping[int, Sequence[Event]]:
    """What waits for a plan, by the record that it is about: the oldest, as many as one plan lists."""
    found: dict[int, list[Event]] = {}
    for one in islice(outgoing.for_plan(hub), EVENTS):
        found.setdefault(outgoing.record_of(one), []).append(one)
    return found


def about(event: Event, record: int) -> bool:
    """Is it about this record?"""
    return outgoing.record_of(event) == record


def list_events(draft: Draft, events: Sequence[Event]) -> None:
    """Each once: what is derived on paper may be held already."""
    draft.events |= {one.id: PlannedEvent(id=one.id, type=one.type, subject=one.subject) for one in events}


def desk_on_paper(hub: Hub) -> Desk:
    """A desk as delivery opens it, for all streams at once."""
    covered = {
        (b.system, b.stream): hub.ledger.cursor(b.system, b.stream, "changes").covered for b in hub.declaration.bindings
    }
    return Desk(hub=hub, unit=cast(Unit, Paper(hub.ledger)), run=0, now=hub.clock(), covered=covered)


def writes_of(desk: Desk, case: Case, draft: Draft) -> Iterator[PlannedWrite]:
    """What each link of a record would be told."""
    if case.record.paused:
        draft.then["records that a person paused, of which nothing is written"] += 1
        return
    for link in list(case.links.values()):
        if link.writing is not None:
            draft.then["writes sent before, whose outcome is not known yet"] += 1
            continue
        binding = desk.binding(link)
        planned = planned_write(desk, binding, link, ready_of(desk, binding, case, link, draft.gate), case, draft)
        if planned is not None:
            yield planned


def ready_of(desk: Desk, binding: Binding, case: Case, link: Link, gate: OnPaper) -> Ready | None:
    """By delivery's own functions: never a second implementation."""
    ready = None
    if link.state != "birth":
        ready = deliver.decide(desk, binding, link, None, gate)
    elif birth.may_begin(case.record, link) and not birth.is_superseded(desk.hub, link):
        if link.writing is None and birth.is_asked_about(desk, case, link):
            return None  # I14
        ready = creating.planned(desk, binding, case, link.id)
    return ready if ready is None or ready.kind == "delete" else fitting(desk, binding, ready)


def fitting(desk: Desk, binding: Binding, ready: Ready) -> Ready | None:
    """Without the fields that the system has no place for: delivery parks those."""
    try:
        writing.map_out(desk, binding, ready.case, ready.link, dict(ready.told))
    except Unfit:
        told = writing.tellable(desk, binding, ready.case, ready.link, dict(ready.told))
        empty = ready.kind == "update" and not told
        return None if empty else Ready(case=ready.case, link=ready.link, kind=ready.kind, told=told)
    return ready


def planned_write(
    desk: Desk, binding: Binding, link: Link, ready: Ready | None, case: Case, draft: Draft
) -> PlannedWrite | None:
    """What is ready and what waits for ids that are on their way, as a line of the plan."""
    kind = ready.kind if ready is not None else "update"
    waits = waiting(case, link.id) if kind != "delete" and (ready is not None or link.state == "active") else {}
    idle = [name for name, told in waits.items() if not on_its_way(desk, link.system, told.value)]
    draft.then[NOT_THERE] += len(idle)
    waits = {name: told for name, told in waits.items() if name not in idle}
    told = {**(ready.told if ready is not None else {}), **waits}
    if ready is None and not waits:
        return None
    rows = [planned_field(case, link.id, name, one, kind) for name, one in told.items()]
    rows = [replace(row, waits_for=row.after) if row.field in waits else row for row in rows]
    needs = writing.lacks(desk, binding, case, link.id) if kind == "create" else ()
    return PlannedWrite(
        record=case.record.id, link=link.id if link.id > 0 else None, entity=case.record.entity, system=link.system,
        stream=link.stream, external_id=link.external_id, write=kind, seen=sheet.seen_hash(link.seen),
        fields=tuple(sorted(rows, key=lambda row: (brakes.RISKS.index(row.effect), row.field))),
        needs=tuple(case.value(name).value for name in needs),
        why="" if kind == "update" else why_row(case, link, kind),
    )  # fmt: skip


def waiting(case: Case, lid: int) -> dict[str, Told]:
    """References that are told as soon as their record has its id there."""
    out = {}
    for name, known in list(case.links[lid].known.items()):
        if known.waiting:
            case.learn(lid, name, waiting=False)
            told = due.due_field(case, lid, name)
            case.learn(lid, name, waiting=True)
            if told is not None:
                out[name] = told
    return out


def on_its_way(desk: Desk, system: str, record: Value) -> bool:
    """Has the record a row in that system, or will it get one? Nobody plans to tell of what is never to be there."""
    if not isinstance(record, int):
        return False
    desk.load([record])
    case = desk.cases.get(record)
    return case is not None and any(
        link.external_id is not None or birth.may_begin(case.record, link)
        for link in case.links.values() if link.system == system and link.state != "tombstone"
    )  # fmt: skip


def planned_field(case: Case, lid: int, name: str, told: Told, kind: str) -> PlannedField:
    """One field, with the reason that provenance gives."""
    known, version = case.known(lid, name), told.version
    return PlannedField(
        field=name, effect="create" if kind == "create" else brakes.effect_of(told), before=told.before,
        after=told.value, version=version, why=why_field(case, name, told, known),
        remap=version is not None and known.agreed == version, tries=known.tries,
    )  # fmt: skip


def why_field(case: Case, name: str, told: Told, known: Known) -> str:
    """Where the value comes from."""
    if told.version is None:
        return f"undo, run {known.withheld.undo}" if known.withheld is not None else "undo"
    if known.agreed == told.version:
        return "the mapping has changed since it was written"
    value = case.value(name)
    source = case.links.get(value.source or 0)
    place = f"from {source.system} {source.external_id}" if source is not None else "from the hub"
    return f"{place}, run {value.run}" + (f": {value.why}" if value.why else "")


def why_row(case: Case, link: Link, kind: str) -> str:
    """Why a row is made or deleted."""
    if kind == "create":
        return f"born in {case.record.origin}"
    gone = [other.system for other in case.links.values() if other.state == "tombstone"]
    return f"deleted in {', '.join(gone)}" if gone and case.record.state == "archived" else "an undo takes it back"


# ---- head and foot
def counted(draft: Draft, found: Iterator[PlannedWrite]) -> Iterator[PlannedWrite]:
    """Counts what passes by."""
    for write in found:
        draft.rows[write.system, write.stream, write.write] += 1
        draft.comes[write.entity, write.system, write.write] += 1
        if write.write == "update":
            draft.comes.update((write.entity, write.system, one.effect) for one in write.fields)
        draft.counts.update([write.write] if write.write != "update" else [one.effect for one in write.fields])
        waits = sum(one.waits_for is not None for one in write.fields)
        draft.then["references told when their record has its id"] += waits
        draft.rounds.update((write.system, write.stream, one) for one in write.rounds)
        yield write


def views(hub: Hub) -> tuple[StreamView, ...]:
    """How old each stream's view is; None: it was never read to its end."""
    out = []
    for binding in hub.declaration.bindings:
        cursor = hub.ledger.cursor(binding.system, binding.stream, "changes")
        age = hub.clock() - cursor.covered if cursor.baselined else None
        mode = hub.declaration.mode_of(binding.system, binding.entity)
        out.append(StreamView(system=binding.system, stream=binding.stream, age=age, mode=mode))
    return tuple(out)


def foot(hub: Hub, draft: Draft) -> Foot:
    """What it comes to, in writes and in calls."""
    calls: Counter[str] = Counter()
    for (system, stream, write), number in draft.rows.items():
        calls[system] += calls_of(hub, (system, stream), write, number)
    draft.then[remap.ANEW] += draft.anew
    draft.then["events told to the world outside"] += len(draft.events)
    then = tuple(f"{number} {what}" for what, number in sorted(draft.then.items()) if number)
    return Foot(
        counts=dict(draft.counts), calls=dict(calls), then=then, rounds=tuple(sorted(draft.rounds)), anew=draft.anew,
        comes=tuple(comes_of(draft.comes)), events=tuple(draft.events.values()),
    )  # fmt: skip


def comes_of(counts: Counter[tuple[str, str, str]]) -> Iterator[Comes]:
    """By entity and system, in the order of their names."""
    for entity, system in sorted({place[:2] for place in counts}):
        here = {what: number for (*place, what), number in counts.items() if place == [entity, system]}
        rows = {told: here.pop(write, 0) for write, told in ROWS.items()}
        yield Comes(entity=entity, system=system, fields=dict(sorted(here.items())), **rows)


def calls_of(hub: Hub, place: tuple[str, str], write: str, number: int) -> int:
    """Looks and writes, in batches where the vendor takes them."""
    stream = hub.stream(*place)
    batches = ceil(number / min(hub.batch, stream.batch_size))
    if write == "create":
        looks = 0 if stream.find is None else number if stream.find_any is None else batches
        return looks + (batches if stream.batch is not None else number)
    return (batches if stream.get is not None else 0) + (batches if stream.batch is not None else number)
