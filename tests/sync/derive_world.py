"""A small calm world for what is derived: accounts, contacts and deals that refer to each other, in three systems.

No chaos: nothing is lost or late unless a test says so. Time passes only when a test lets it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from syncline.config.declaration import Birth, Computed, Declaration
from syncline.config.settings import RolledUp, Rule
from syncline.connect.request import Answer, Effect, Request
from syncline.identity.match import MatchRule
from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.expression import Expression
from syncline.mapping.lens import rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.numbers import integer
from syncline.mapping.reference import reference
from syncline.mapping.sql import compile_expression
from syncline.mapping.text import text
from syncline.merge.policy import HUB, EntityPolicy, FieldPolicy
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Hint
from syncline.sync import deliver, derive, observe, recover, wakes
from syncline.sync.hub import Hub
from syncline.sync.store import Ledger
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import Habits, SimSystem
from syncline.testing.vendor import connector

PLAIN = text()
CALM = Habits(lag=1.0, lost_before=0.0, lost_after=0.0, lands_late=0.0, page_size=500)


def own(name: str, **settings: Any) -> FieldPolicy:
    """A text field."""
    return FieldPolicy(name=name, type=settings.pop("type", PLAIN), **settings)


def hubs(name: str, **settings: Any) -> FieldPolicy:
    """A field computed by the hub."""
    return own(name, truth=HUB, policy="truth", **settings)


def entity(name: str, *fields: FieldPolicy) -> EntityPolicy:
    return EntityPolicy(name=name, fields={one.name: one for one in fields})


NUMBER = integer()
ACCOUNT = entity(
    "account", own("name"), own("number"), own("status"), own("region"),
    hubs("open_deals", type=NUMBER), hubs("value", type=NUMBER), hubs("titles", type=PLAIN),
    hubs("label"), hubs("heading"),
)  # fmt: skip
CONTACT = entity(
    "contact", own("email"), own("name"), own("phone"), own("account", type=reference("account")),
    own("consent", policy="consent", order=("withdrawn", "given"), exempt=True, empty="clear"), own("status"),
    hubs("greeting"),
)  # fmt: skip
DEAL = entity(
    "deal", own("title"), own("stage"), own("amount", type=NUMBER), own("account", type=reference("account")),
    own("owner"), own("reason"),
)  # fmt: skip
ORDER = entity(
    "order", own("ref"), own("state"), own("total", type=NUMBER), own("deal", type=reference("deal")), own("note")
)
ENTITIES = {one.name: one for one in (ACCOUNT, CONTACT, DEAL, ORDER)}
KEYS = {"account": ("name",), "contact": ("email",), "deal": ("title",)}


def sql(entity: str, what: str, wanted: Any = None, *, near: tuple[str, ...] = ()) -> Expression:
    """An expression over an entity's fields and those of its neighbours named `near` (reference = entity)."""
    columns = {name: policy.type for name, policy in ENTITIES[entity].fields.items()}
    for other in near:
        columns |= {f"{other}.{name}": policy.type for name, policy in ENTITIES[other].fields.items()}
    return compile_expression(what, columns, wanted=wanted)


def true_when(entity: str, what: str, *near: str) -> Expression:
    return sql(entity, what, "boolean", near=near)


ALWAYS = Expression(text="true", reads=frozenset(), evaluate=lambda column: True)


def bound(system: str, stream: str, *fields: str, scope: Expression | None = None) -> Binding:
    """Every field under its own name; references by this system's ids."""
    found = []
    for name in fields:
        kind = ENTITIES[stream].fields[name].type
        if kind.name.startswith("reference to "):
            found.append(BoundField(field=name, lens=reference_lens(name, system, kind.name.split()[-1])))
        else:
            found.append(BoundField(field=name, lens=rename(name, kind)))
    return Binding(system=system, stream=stream, entity=stream, fields=tuple(found), scope=scope)


CRM = (
    bound("crm", "account", "name", "number", "status", "region", "open_deals", "value", "label"),
    bound("crm", "contact", "email", "name", "phone", "account", "consent", "status"),
    bound("crm", "deal", "title", "stage", "amount", "account", "owner", "reason"),
)
ERP_CONTACT = bound("erp", "contact", "email", "name", "phone", "account", "greeting")
ERP = (bound("erp", "account", "name", "number", "region", "value"), ERP_CONTACT)
ERP_ORDER = bound("erp", "order", "ref", "state", "total", "note")
BIRTHS = (
    Birth(entity="account", system="erp", stream="account", when=true_when("account", "number IS NOT NULL")),
    Birth(
        entity="contact", system="erp", stream="contact",
        when=true_when("contact", "account.number IS NOT NULL", "account"),
    ),
)  # fmt: skip


def declaration(
    bindings: tuple[Binding, ...] = CRM + ERP, births: tuple[Birth, ...] = BIRTHS,
    computed: tuple[Computed, ...] = (), rollups: tuple[RolledUp, ...] = (), rules: tuple[Rule, ...] = (),
) -> Declaration:  # fmt: skip
    return Declaration(
        name="small", order=("crm", "erp", "mail"), entities=ENTITIES, bindings=bindings, births=births,
        matching={name: (MatchRule(fields=fields),) for name, fields in KEYS.items()},
        computed=computed, rollups=rollups, rules=rules,
    )  # fmt: skip


class Crash(BaseException):
    """The process stops here."""


class Small:
    """The hub, its systems and a clock. `stop` names the pass of a point at which the hub crashes, once."""

    def __init__(
        self, declared: Declaration, *, habits: Mapping[str, Habits] | None = None, ledger: Ledger | None = None,
        batch: int = 20, stop: tuple[str, int] | None = None,
    ) -> None:  # fmt: skip
        self.now, self.stop = 1000.0, stop
        self.passed: Counter[str] = Counter()
        self.crashes = 0
        streams: dict[str, dict[str, tuple[str, ...]]] = {}
        for binding in declared.bindings:
            streams.setdefault(binding.system, {})[binding.stream] = binding.raw_names
        self.places = [(binding.system, binding.stream) for binding in declared.bindings]
        self.systems = {
            name: SimSystem(name, (habits or {}).get(name, CALM), fields, self.clock, Random(1), faults=False)
            for name, fields in streams.items()
        }
        self.hub = Hub(
            declaration=declared,
            connectors={name: with_created(connector(name, s.habits, s.fields)) for name, s in self.systems.items()},
            ledger=ledger or MemoryLedger(), door=self, clock=self.clock, point=self.point, batch=batch,
        )  # fmt: skip

    def clock(self) -> float:
        return self.now

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        answer = self.systems[system].answer(request, effect)
        items = answer.body.get("items", ()) if isinstance(answer.body, dict) else ()
        stream = request.path.strip("/").split("/")[0]
        for item in items:
            item["made"] = self.systems[system].rows[stream][item["id"]].born
        return answer

    def point(self, name: str) -> None:
        self.passed[name] += 1
        if self.stop == (name, self.passed[name]):
            self.stop = None
            raise Crash(name)

    # ---- what happens
    def type(self, system: str, stream: str, **values: Any) -> str:
        """A user types a row; its id."""
        return self.systems[system].make(stream, values).id

    def edit(self, system: str, stream: str, rid: str, **values: Any) -> None:
        """A user edits a row."""
        self.systems[system].change(stream, rid, values)

    def safely(self, step: Callable[..., Any], *arguments: Any) -> None:
        """A step that may be ended by the crash; then the hub starts again."""
        try:
            step(*arguments)
        except Crash:
            self.crashes += 1
            recover.recover(self.hub)

    def round(self, seconds: float = 0.5, *, wake: bool = True) -> None:
        """Every step of the hub once."""
        self.now += seconds
        for place in self.places:
            self.safely(observe.advance, self.hub, *place)
            if self.hub.stream(*place).deleted is not None:
                self.safely(observe.poll_deletes, self.hub, *place)
            self.safely(observe.look, self.hub, *place)
            self.safely(derive.derive_dirty, self.hub)
            self.safely(deliver.deliver, self.hub, *place)
        if wake:
            self.safely(wakes.wake, self.hub)

    def settle(self, rounds: int = 40, **how: Any) -> None:
        """Rounds until nothing was written and nothing is marked for a while."""
        still = 0
        for _ in range(400):
            before = self.writes()
            self.round(**how)
            busy = self.writes() != before or self.hub.ledger.dirty(1) or not self.baselined()
            still = 0 if busy else still + 1
            if still >= rounds:
                return
        raise AssertionError("never quiet")

    def baselined(self) -> bool:
        return all(self.hub.ledger.cursor(*place, "changes").baselined for place in self.places)

    def writes(self) -> int:
        return sum(len(system.written) for system in self.systems.values())

    # ---- what is there
    def held(self, system: str, stream: str, rid: str) -> dict[str, Any]:
        """What a row holds now."""
        return self.systems[system].rows[stream][rid].now.values

    def rows(self, system: str, stream: str) -> list[str]:
        """The ids of the living rows."""
        return [row.id for row in self.systems[system].rows[stream].values() if row.dead is None]

    def records(self, name: str) -> list[Record]:
        """All records of an entity."""
        ledger = self.hub.ledger
        return [one for one in ledger.records(ledger.scan(0, 100_000)).values() if one.entity == name]

    def record(self, system: str, stream: str, rid: str) -> Record:
        """The record of a row."""
        link = self.link(system, stream, rid)
        return self.hub.ledger.records([link.record])[link.record]

    def link(self, system: str, stream: str, rid: str) -> Link:
        """The link of a row."""
        return self.hub.ledger.links_at([(system, stream, rid)])[system, stream, rid]

    def twin(self, system: str, stream: str, rid: str, other: str) -> Link:
        """The link of the same record in another system."""
        record = self.link(system, stream, rid).record
        return next(link for link in self.hub.ledger.links_of([record])[record] if link.system == other)

    def value(self, record: Record, field: str) -> Any:
        """What a record holds now."""
        return self.hub.ledger.records([record.id])[record.id].fields[field].value

    def look(self, system: str, stream: str, rid: str) -> None:
        """Somebody asks for a look."""
        with self.hub.ledger.unit() as unit:
            unit.put_hints([Hint(system=system, stream=stream, id=rid, at=self.now)])

    def kinds(self, record: Record) -> list[str]:
        """What happened to a record."""
        return [entry.kind for entry in self.hub.ledger.history([record.id])[record.id]]


def with_created(made: Any) -> Any:
    """The same connector, whose rows tell when they were made."""
    return dataclasses.replace(
        made, streams=tuple(dataclasses.replace(stream, created_at="made") for stream in made.streams)
    )
