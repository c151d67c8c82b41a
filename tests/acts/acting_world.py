"""A declared hub between two calm simulated systems, on a ledger in a file; acts are performed, and people work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from syncline.acts.act import Act, Step
from syncline.acts.perform import perform
from syncline.acts.told import Told
from syncline.config.load import load
from syncline.connect.request import Answer, Effect, Request
from syncline.model.link import UNKNOWN_FIELD, Known, Link
from syncline.model.record import Record
from syncline.sync.hub import Hub
from syncline.testing.ledgers import on_sqlite
from syncline.testing.systems import Habits, RowAt, SimSystem
from syncline.testing.vendor import connector

T = TypeVar("T", bound=Told)

RAW = ("email", "name", "phone", "price", "rep", "visits")
HUB = """\
hub: acting
mode: MODE
systems:
  crm: {connector: crm}
  erp: {connector: erp}
first_sync: {match: {contact: [email]}}
create:
  contact: {crm: true, erp: true}
fields:
  contact.email: {type: text, at: {crm: contact.email, erp: contact.email}}
  contact.name: {type: text, at: {crm: contact.name, erp: contact.name}}
  contact.phone: {type: text, empty: clear, at: {crm: contact.phone, erp: contact.phone}}
  contact.price: {type: text, truth: erp, at: {crm: contact.price, erp: contact.price}}
  contact.rep: {type: text, policy: manual, at: {crm: contact.rep, erp: contact.rep}}
  contact.visits: {type: integer, at: {crm: contact.visits, erp: contact.visits}}
"""
CALM = {"lag": 0.0, "lost_before": 0.0, "lost_after": 0.0, "lands_late": 0.0, "drops": 0.0, "page_size": 50}


class ActingWorld:
    """The systems, the clock, the door; refuses: (system, raw field) to the value that the system refuses."""

    def __init__(
        self, ledger: Any, *, mode: str = "live", text: str = HUB, streams: Mapping[str, tuple[str, ...]] | None = None,
        **habits: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.now, self.waits, self.steps = 1000.0, list[float](), list[Step]()
        self.refuses: dict[tuple[str, str], Any] = {}
        self.denied: set[str] = set()
        self.calls: list[tuple[str, Effect, Request]] = []
        self.at: dict[str, Any] = {}
        own = {name: Habits(**{**CALM, **habits.get(name, {})}) for name in ("crm", "erp")}
        streams = streams or {"contact": RAW}
        self.systems = {name: SimSystem(name, own[name], streams, self.clock, Random(1), faults=False) for name in own}
        known = {name: connector(name, own[name], streams) for name in own}
        declared = load(text.replace("MODE", mode), known, environment={}).declaration
        self.hub = Hub(
            declaration=declared, connectors=known, ledger=ledger, door=self, clock=self.clock, point=self.point,
            wait=self.wait,
        )  # fmt: skip

    # ---- the seams
    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        self.at.pop("wait", lambda: None)()

    def point(self, name: str) -> None:
        self.at.pop(name, lambda: None)()

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        self.calls.append((system, effect, request))
        if system in self.denied:
            return Answer(status=401, body={})
        values = request.json if effect == "write" and isinstance(request.json, dict) else {}
        for (where, raw), refused in self.refuses.items():
            if where == system and values.get(raw) == refused:
                return Answer(status=422, body={"field": raw, "reason": "not a valid value"})
        return self.systems[system].answer(request, effect)

    # ---- what people do
    def type(self, system: str, **values: Any) -> str:
        self.now += 5
        return self.systems[system].make("contact", values).id

    def edit(self, system: str, rid: str, **values: Any) -> None:
        self.now += 5
        self.systems[system].change("contact", rid, values)

    def both(self, count: int, **values: Any) -> None:
        """So many contacts that both systems hold already, equal."""
        for system in ("crm", "erp"):
            for n in range(count):
                self.type(system, email=f"contact{n}@example.test", name=f"Contact {n}", phone=f"{n}", **values)

    def act(self, act: Act, who: str = "anna") -> Told:
        self.now += 5
        return perform(self.hub, act, who, self.steps.append)

    def done(self, kind: type[T], act: Act) -> T:
        """What an act tells that must succeed."""
        told = self.act(act)
        assert isinstance(told, kind), told
        return told

    # ---- what is there
    def row(self, system: str, rid: str) -> RowAt:
        return self.systems[system].rows["contact"][rid]

    def there(self, system: str, rid: str, name: str) -> Any:
        return self.row(system, rid).now.values[name]

    def alive(self, system: str) -> list[str]:
        return [rid for rid, row in self.systems[system].rows["contact"].items() if row.dead is None]

    def link(self, system: str, rid: str) -> Link:
        row = (system, "contact", rid)
        return self.hub.ledger.links_at([row])[row]

    def known(self, system: str, rid: str, name: str) -> Known:
        return self.link(system, rid).known.get(name, UNKNOWN_FIELD)

    def record(self, system: str, rid: str) -> Record:
        number = self.link(system, rid).record
        return self.hub.ledger.records([number])[number]

    def value(self, system: str, rid: str, name: str) -> Any:
        held = self.record(system, rid).fields.get(name)
        return held.value if held is not None else None

    def writes(self) -> int:
        return sum(effect == "write" for _, effect, _ in self.calls)


@contextmanager
def acting(folder: Path, **how: Any) -> Iterator[ActingWorld]:
    """A world of its own."""
    with on_sqlite(folder) as ledger:
        yield ActingWorld(ledger, **how)


def down(world: ActingWorld, system: str) -> None:
    """Nobody answers there any more."""
    world.systems[system].up = False
