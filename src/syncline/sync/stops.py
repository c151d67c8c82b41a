"""What may leave now: modes, brakes, what is held and visible, and how a person lets exactly that go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.merge import brakes, due
from syncline.merge.case import Case
from syncline.model.intent import Intent, Told
from syncline.model.link import NEVER, Link, Stopped
from syncline.model.rows import Held
from syncline.sync import written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.store import Unit
from syncline.sync.writing import WriteKind

AHEAD = 600
"""How many due links are looked through for a flood: more than any brake lets pass by number alone."""
SUSPICIOUS = 10
"""So many rewrites or blanks of one field in a batch, and those that wait behind it are counted too."""
COUNTED = 100_000
"""Beyond this, what waits for a plan is not counted any further."""

PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One write that could leave now."""

    case: Case
    link: int
    kind: WriteKind
    told: Mapping[str, Told] = field(default_factory=dict)


class Gate(Protocol):
    """Decides which ready writes leave. `run`: the one they belong to; None: each batch is a run of its own."""

    @property
    def run(self) -> int | None: ...

    def also(self, desk: Desk, binding: Binding, case: Case, lid: int) -> Mapping[str, Told]:
        """What this link is told beside what is due."""

    def pick(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> list[Ready]:
        """Those that leave, with the fields that leave."""

    def delivered(self, desk: Desk, intents: Iterable[Intent]) -> None:
        """These were answered."""


def desk_behind(gate: Gate, hub: Hub, unit: Unit, kind: str, stream: tuple[str, str]) -> Desk:
    """A desk for what is to leave by this gate."""
    if gate.run is None:
        return open_desk(hub, unit, kind, stream)
    covered = {stream: hub.ledger.cursor(*stream, "changes").covered}
    return Desk(hub=hub, unit=unit, run=gate.run, now=hub.clock(), covered=covered)


# ---- modes and pauses
ENTITY = "entity:"
"""Before an entity's name: what its own state is kept under, among those of systems. No system is called so."""


def may_write(hub: Hub, binding: Binding) -> bool:
    """In mode read-only nothing leaves, nor while it is paused, or read anew after it went back."""
    if hub.declaration.mode_of(binding.system, binding.entity) == "read-only" or is_paused(hub, binding):
        return False
    return rebaselining(hub, binding) is None  # I11


def is_paused(hub: Hub, what: Binding | Link) -> bool:
    """Is the system of a stream or link paused, or its entity?"""
    return any(hub.ledger.system_state(name).paused for name in (what.system, ENTITY + what.entity))


def waits_for_plan(hub: Hub, binding: Binding) -> bool:
    """In mode approve only what an applied plan lists is written."""
    return hub.declaration.mode_of(binding.system, binding.entity) == "approve"


def rebaselining(hub: Hub, binding: Binding) -> Held | None:
    """The stream whose new baseline nobody confirmed yet, if one of this entity is there."""
    streams = {(b.system, b.stream) for b in hub.declaration.bindings if b.entity == binding.entity}
    return next((one for one in hub.ledger.held() if is_rebaseline(one) and (one.system, one.stream) in streams), None)


def is_rebaseline(one: Held) -> bool:
    """Is the whole stream stopped, and not only a kind of write?"""
    return one.kind == "rebaseline"


# ---- brakes
@dataclass
class Brakes:
    """The gate of a live hub. `ahead` are the links due behind this batch; `gone` those this batch let go already."""

    hub: Hub
    ahead: Sequence[Link] = ()
    run: int | None = None
    gone: set[int] = field(default_factory=set)

    def also(self, desk: Desk, binding: Binding, case: Case, lid: int) -> Mapping[str, Told]:
        """Nothing."""
        return {}

    def pick(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> list[Ready]:
        """Holds the kinds of which too many fall together; all else goes on."""
        held = self.kinds_held(desk, binding, ready)
        going = [self.let_through(desk, one, held) for one in ready] if held else list(ready)
        out = [one for one in going if one is not None]
        self.gone.update(one.link for one in out)
        return out

    def kinds_held(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> dict[str, str]:
        """The kinds that are held, and why: those held already, and those that trip now."""
        here = (binding.system, binding.stream)
        held = {
            one.kind: one.why for one in desk.unit.held() if (one.system, one.stream) == here and not is_rebaseline(one)
        }
        declared, links = desk.declaration.brakes, desk.unit.count_links(*here)
        if links < desk.declaration.brakes_from_links and not held:
            links += desk.unit.told_since(*here, "delete", desk.now - brakes.DAY_SECONDS)
            if links < desk.declaration.brakes_from_links:
                return held
        for (kind, name), due_now in self.tally(desk, binding, ready).items():
            if kind not in held and kind in declared:
                load = self.load(desk, here, brakes.counted_as(kind, name), due_now)
                why = brakes.holds(kind, declared[kind], load, desk.declaration.brakes_from_links)
                if why is not None:
                    held[kind] = desk.held_why[*here, kind] = why if name is None else f"{name}: {why}"
        return held

    def load(self, desk: Desk, here: tuple[str, str], counted: str, due_now: int) -> brakes.Load:
        """What of this was delivered lately, by any worker, and is due now."""
        hour, day = desk.now - brakes.HOUR_SECONDS, desk.now - brakes.DAY_SECONDS
        return brakes.Load(
            hour=desk.unit.told_since(*here, counted, hour), day=desk.unit.told_since(*here, counted, day),
            due=due_now, links=desk.unit.count_links(*here),
        )  # fmt: skip

    def tally(self, desk: Desk, binding: Binding, ready: Sequence[Ready]) -> Counter[tuple[brakes.Effect, str | None]]:
        """What is due now, by kind and field: this batch, and what waits behind it."""
        counted: Counter[tuple[brakes.Effect, str | None]] = Counter()
        for one in ready:
            counted.update(key[:2] for key in stoppable(one) if mark_of(one, key) is None)
        mine = {one.link for one in ready} | self.gone
        behind = [link for link in self.ahead if link.id not in mine]
        suspicious = any(n >= SUSPICIOUS for (kind, _), n in counted.items() if kind in ("rewrite", "blank"))
        unreleased = [link for link in behind if all(mark.field is not None for mark in link.held)]
        counted["create", None] += sum(link.state == "birth" for link in unreleased)
        counted["delete", None] += sum(link.deleting for link in unreleased)
        if suspicious:
            counted.update(rewrites_behind(desk, binding, behind))
        return +counted

    def let_through(self, desk: Desk, one: Ready, held: Mapping[str, str]) -> Ready | None:
        """What is not held, or was released; the rest is marked at its link."""
        stopped, link = [], one.case.links[one.link]
        for kind, name, version in stoppable(one):
            mark = mark_of(one, (kind, name, version))
            if kind in held and not (mark is not None and mark.released):
                stopped.append(mark or Stopped(kind=kind, field=name, version=version, since=desk.now))
        kept = [mark for mark in link.held if mark.released]
        if (*kept, *stopped) != link.held:
            one.case.put(one.link, held=(*kept, *stopped))
        told = {name: value for name, value in one.told.items() if name not in {mark.field for mark in stopped}}
        if not stopped:
            return one
        if one.kind == "update" and told:
            return Ready(case=one.case, link=one.link, kind=one.kind, told=told)
        one.case.put(one.link, due_since=link.due_since or desk.now, due_at=NEVER)
        return None

    def delivered(self, desk: Desk, intents: Iterable[Intent]) -> None:
        """Counted for all workers; a write of unknown outcome may have arrived, and counts."""
        for intent in intents:
            if intent.state in ("done", "unknown"):
                count(desk, intent)
                spend(desk.cases[intent.record], intent)


Part = tuple[brakes.Effect, str | None, int]
"""What a brake may hold: (kind, field, version of the record's field)."""


def stoppable(one: Ready) -> list[Part]:
    """The parts of a write that brakes look at. Not: fills, and what an undo puts back, which a person asked for."""
    if one.kind != "update":
        return [(one.kind, None, 0)]
    effects = [(brakes.effect_of(told), name, told.version) for name, told in one.told.items()]
    return [(kind, name, version) for kind, name, version in effects if version is not None and kind != "fill"]


def mark_of(one: Ready, part: Part) -> Stopped | None:
    """The mark at the link for exactly this part."""
    kind, name, version = part
    marks = one.case.links[one.link].held
    return next((m for m in marks if (m.kind, m.field, m.version) == (kind, name, version)), None)


def rewrites_behind(desk: Desk, binding: Binding, links: Sequence[Link]) -> Iterable[tuple[brakes.Effect, str | None]]:
    """What the links that wait would be told. Their cases are read, and nothing of them is changed."""
    peek = Desk(hub=desk.hub, unit=desk.unit, run=desk.run, now=desk.now, covered=desk.covered)
    peek.load(link.record for link in links)
    for link in links:
        case = peek.cases.get(link.record)
        if case is not None and link.id in case.links and link.state == "active" and not link.deleting:
            told = due.due_fields(case, link.id, peek.writable(case, link))
            ready = Ready(case=case, link=link.id, kind="update", told=told)
            yield from (part[:2] for part in stoppable(ready) if mark_of(ready, part) is None)


# ---- what is held
def count(desk: Desk, intent: Intent) -> None:
    """It may have arrived, and counts for what comes later. A delete that an undo asked for is marked as uncounted."""
    held = desk.cases[intent.record].links[intent.link].held
    uncounted = {brakes.counted_as(mark.kind, mark.field) for mark in held if not mark.counted}
    for counted, number in brakes.counts(intent).items():
        if counted not in uncounted:
            desk.unit.count_told(intent.system, intent.stream, counted, desk.now, number)


def spend(case: Case, intent: Intent) -> None:
    """Delivered: its marks go."""
    link = case.links[intent.link]
    told = set(intent.values) if intent.kind == "update" else {None}
    if link.held:
        case.put(link.id, held=tuple(mark for mark in link.held if mark.field not in told))


def held(hub: Hub) -> list[Held]:
    """All that waits for a person: what brakes hold, and what mode approve holds until a plan that lists it."""
    rows = list(hub.ledger.held())
    for binding in hub.declaration.bindings:
        if waits_for_plan(hub, binding):
            rows += awaiting_plan(hub, binding)
    return rows


def awaiting_plan(hub: Hub, binding: Binding) -> list[Held]:
    """What is due in a stream of mode approve. A create already sent was approved, and is resolved by itself."""
    links = hub.ledger.due(binding.system, binding.stream, NEVER, COUNTED)
    waiting = [link for link in links if link.writing is None and link.parked is None]
    kinds = Counter("create" if k.state == "birth" else "delete" if k.deleting else "rewrite" for k in waiting)
    since = min((link.due_since or 0.0 for link in waiting), default=0.0)
    return [
        Held(system=binding.system, stream=binding.stream, kind=kind, count=number, since=since, why="mode approve")
        for kind, number in sorted(kinds.items())
    ]


def release(hub: Hub, system: str, stream: str, kind: str, who: str) -> int:
    """Lets go, once, exactly what is held of this kind now; what comes later is judged anew. Returns how much."""
    released, after = 0, 0
    while ids := hub.ledger.scan(after, PAGE):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "release")
            desk.load(ids)
            released += sum(let_go(case, system, stream, kind, who) for case in desk.cases.values())
            written.flush(desk)
    return released


def let_go(case: Case, system: str, stream: str, kind: str, who: str) -> int:
    """The marks of one record's links in that stream."""
    number = 0
    for link in list(case.links.values()):
        mine = [mark for mark in link.held if mark.kind == kind and not mark.released]
        if (link.system, link.stream) != (system, stream) or not mine:
            continue
        marks = tuple(replace(mark, released=True) if mark in mine else mark for mark in link.held)
        case.put(link.id, held=marks, due_at=case.setting.now)
        for mark in mine:
            case.note("person", mark.field, link.id, None, None, f"{who} let the held {kind} go")
        number += len(mine)
    return number
