"""A hub with a few simulated systems and no chaos, stepped until nothing moves any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from syncline.config.declaration import Birth, Declaration
from syncline.connect.request import Answer, Effect, Request
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Value
from syncline.mapping.lens import NOT_TOLD, Lens, rename
from syncline.mapping.reference import Ref, reference
from syncline.mapping.text import text
from syncline.merge.case import Case
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.sync import deliver, derive, observe, rekeyed
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper
from syncline.sync.store import Ledger
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import Habits, RowAt, SimSystem
from syncline.testing.vendor import connector

TEXT = text(case="ignore")
ALWAYS = Expression(text="true", reads=frozenset(), evaluate=lambda column: True)
NEVER = Expression(text="false", reads=frozenset(), evaluate=lambda column: False)
CALM = Habits(lag=0.0, lost_before=0.0, lost_after=0.0, lands_late=0.0)
CONTACT = EntityPolicy(
    name="contact",
    fields={
        "email": FieldPolicy(name="email", type=TEXT),
        "name": FieldPolicy(name="name", type=TEXT),
        "phone": FieldPolicy(name="phone", type=TEXT, empty="clear"),
        "rep": FieldPolicy(name="rep", type=TEXT, policy="manual"),
    },
)


def calm(**habits: Any) -> Habits:
    """A system without faults, with these habits."""
    known = {"lag": 0.0, "lost_before": 0.0, "lost_after": 0.0, "lands_late": 0.0, "drops": 0.0}
    return Habits(**{**known, **habits})


def refers(raw: str, system: str, stream: str) -> Lens:
    """A raw field that holds another row's id in the same system."""

    def get(row: Mapping[str, Any]) -> Any:
        if raw not in row:
            return NOT_TOLD
        return Ref(system=system, stream=stream, id=str(row[raw])) if row[raw] else None

    return Lens(reads=(raw,), get=get, put=lambda value: {raw: value})


def bind(system: str, entity: EntityPolicy, lenses: Mapping[str, Lens] | None = None, **more: Any) -> Binding:
    """Every field of an entity under its own name, in a stream that is called like the entity."""
    own = lenses or {}
    fields = tuple(
        BoundField(field=name, lens=own[name] if name in own else rename(name, policy.type))
        for name, policy in entity.fields.items()
    )
    return Binding(system=system, stream=entity.name, entity=entity.name, fields=fields, **more)


def contacts(*systems: str, when: Expression = ALWAYS, **more: Any) -> Declaration:
    """Contacts in these systems, matched by e-mail."""
    return Declaration(
        name="small", order=systems, entities={"contact": CONTACT},
        bindings=tuple(bind(system, CONTACT) for system in systems),
        births=tuple(Birth(entity="contact", system=s, stream="contact", when=when) for s in systems),
        matching={"contact": (MatchRule(fields=("email",)),)}, **more,
    )  # fmt: skip


ACCOUNT = EntityPolicy(
    name="account",
    fields={
        "name": FieldPolicy(name="name", type=TEXT),
        "main": FieldPolicy(name="main", type=reference("person")),
    },
)
PERSON = EntityPolicy(
    name="person",
    fields={
        "name": FieldPolicy(name="name", type=TEXT),
        "account": FieldPolicy(name="account", type=reference("account")),
    },
)


def accounts(*systems: str, **more: Any) -> Declaration:
    """Accounts that name their main person, and persons that name their account: a cycle of two streams."""
    bindings = []
    for system in systems:  # children first, so that only the order of references can put parents first
        bindings += [
            bind(system, PERSON, {"account": refers("account", system, "account")}),
            bind(system, ACCOUNT, {"main": refers("main", system, "person")}),
        ]
    births = [Birth(entity=b.entity, system=b.system, stream=b.stream, when=ALWAYS) for b in bindings]
    matching = {name: (MatchRule(fields=("name",)),) for name in ("account", "person")}
    return Declaration(
        name="small", order=systems, entities={"account": ACCOUNT, "person": PERSON}, bindings=tuple(bindings),
        births=tuple(births), matching=matching, **more,
    )  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A request that left by the door."""

    system: str
    effect: Effect
    method: str
    path: str
    json: Any


class Small:
    """The door, the clock and the systems of one hub."""

    def __init__(
        self, declaration: Declaration, habits: Mapping[str, Habits] | None = None, *, batch: int = 20, seed: int = 0,
        required: Iterable[tuple[str, str, str]] = (), ledger: Ledger | None = None,
    ) -> None:  # fmt: skip
        self.now = 1000.0
        self.calls: list[Call] = []
        self.at: dict[str, Callable[[], None]] = {}
        self.random = Random(seed)
        streams = {s: {b.stream: names(b) for b in declaration.bindings if b.system == s} for s in declaration.order}
        self.systems = {
            s: SimSystem(s, (habits or {}).get(s, CALM), streams[s], self.clock, self.random) for s in declaration.order
        }
        for system in self.systems.values():
            system.faults = False
        connectors = {s: connector(s, self.systems[s].habits, streams[s]) for s in declaration.order}
        for system, stream, raw in required:
            connectors[system] = with_required(connectors[system], stream, raw)
        self.hub = Hub(
            declaration=declaration, connectors=connectors, ledger=ledger or MemoryLedger(), door=self,
            clock=self.clock, batch=batch, point=self.point,
        )  # fmt: skip

    def clock(self) -> float:
        return self.now

    def point(self, name: str) -> None:
        """Somebody does something between two steps of the hub, once."""
        self.at.pop(name, lambda: None)()

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        self.calls.append(Call(system, effect, request.method, request.path, request.json))
        return self.systems[system].answer(request, effect)

    # ---- what the hub does
    def other(self, declaration: Declaration) -> None:
        """The same ledger and systems under another declaration."""
        self.hub = Hub(
            declaration=declaration, connectors=self.hub.connectors, ledger=self.hub.ledger, door=self,
            clock=self.clock, batch=self.hub.batch, point=self.point,
        )  # fmt: skip

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        return self.hub.sequence.streams  # type: ignore[union-attr]

    def observe(self, rounds: int = 6) -> None:
        """Reads all there is to read, and tells nothing."""
        for _ in range(rounds):
            self.now += 5.0
            for system, stream in self.places:
                while observe.advance(self.hub, system, stream):
                    continue
                if self.hub.stream(system, stream).deleted is not None:
                    observe.poll_deletes(self.hub, system, stream)
                observe.look(self.hub, system, stream)
            while rekeyed.advance(self.hub) or derive.derive_dirty(self.hub):
                continue

    def deliver(self, rounds: int = 30) -> None:
        """Tells all there is to tell, and reads nothing but what is about to be written."""
        for _ in range(rounds):
            self.now += 0.5
            told = sum(deliver.deliver(self.hub, system, stream) for system, stream in self.places)
            while derive.derive_dirty(self.hub):
                told += 1
            if not told:
                return

    def settle(self, rounds: int = 8) -> None:
        """Both, until nothing moves."""
        for _ in range(rounds):
            self.observe(2)
            self.deliver()

    # ---- what one can see
    def row(self, system: str, stream: str, number: int = 0) -> RowAt:
        return list(self.systems[system].rows[stream].values())[number]

    def values(self, system: str, stream: str = "contact", number: int = 0) -> dict[str, Any]:
        return self.row(system, stream, number).now.values

    def alive(self, system: str, stream: str = "contact") -> list[RowAt]:
        return [row for row in self.systems[system].rows[stream].values() if row.dead is None]

    def writes(self) -> list[Call]:
        return [call for call in self.calls if call.effect == "write"]

    def link(self, system: str, external_id: str, stream: str = "contact") -> Link:
        row = (system, stream, external_id)
        return self.hub.ledger.links_at([row])[row]

    def case_of(self, system: str, stream: str = "contact", number: int = 0) -> Case:
        return self.case(self.link(system, self.row(system, stream, number).id, stream).record)

    def record(self, link: Link) -> Record:
        return self.hub.ledger.records([link.record])[link.record]

    def case(self, record: int) -> Case:
        desk = desk_on_paper(self.hub)
        desk.load([record])
        return desk.cases[record]

    def last_run(self, kind: str) -> int:
        return next(run.id for run in self.hub.ledger.runs(1000) if run.kind == kind)


def names(binding: Binding) -> tuple[str, ...]:
    return tuple(sorted(binding.raw_names))


def with_required(whole: Any, stream: str, raw: str) -> Any:
    """The connector, with a raw field that a create must have."""
    from dataclasses import replace

    streams = tuple(
        replace(one, fields=tuple(replace(f, required=f.required or f.name == raw) for f in one.fields))
        if one.name == stream else one
        for one in whole.streams
    )  # fmt: skip
    return replace(whole, streams=streams)


def filled(small: Small, system: str, count: int, **values: Value) -> list[RowAt]:
    """So many contacts typed into a system."""
    make = small.systems[system].make
    return [make("contact", {"email": f"c{n}@x", "name": f"n{n}", "phone": f"p{n}", **values}) for n in range(count)]
