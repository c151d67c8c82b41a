"""Two or three calm simulated systems under a hub.yaml text, stepped until nothing moves any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from declaring import ENVIRONMENT

from syncline.config.load import load
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Request
from syncline.model.event import Event
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.sync import deliver, derive, observe, wakes
from syncline.sync.hub import Hub
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import Habits, RowAt, SimSystem
from syncline.testing.vendor import connector

CALM = Habits(lag=0.0, lost_before=0.0, lost_after=0.0, lands_late=0.0, page_size=100)
Streams = Mapping[str, Mapping[str, str]]
"""System to its streams, each with the names of its raw fields."""


def connectors(streams: Streams, habits: Mapping[str, Habits] | None = None) -> dict[str, Connector]:
    """A connector for each system, under the system's name."""
    found = {}
    for name, fields in streams.items():
        made = connector(name, (habits or {}).get(name, CALM), {s: tuple(f.split()) for s, f in fields.items()})
        found[name] = replace(made, streams=tuple(replace(one, created_at="made") for one in made.streams))
    return found


class DeclaredWorld:
    """The hub of a text, with its systems and a clock. Time passes only in steps."""

    def __init__(self, text: str, streams: Streams, habits: Mapping[str, Habits] | None = None) -> None:
        self.now = 1000.0
        self.systems = {
            name: SimSystem(
                name, (habits or {}).get(name, CALM), {s: tuple(f.split()) for s, f in fields.items()}, self.clock,
                Random(1), faults=False,
            )
            for name, fields in streams.items()
        }  # fmt: skip
        known = connectors(streams, habits)
        declared = load(text, known, environment=ENVIRONMENT).declaration
        self.hub = Hub(declaration=declared, connectors=known, ledger=MemoryLedger(), door=self, clock=self.clock)

    def clock(self) -> float:
        return self.now

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        answer = self.systems[system].answer(request, effect)
        stream = request.path.strip("/").split("/")[0]
        for item in answer.body.get("items", ()) if isinstance(answer.body, dict) else ():
            item["made"] = self.systems[system].rows[stream][item["id"]].born
        return answer

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys((b.system, b.stream) for b in self.hub.declaration.bindings))

    def settle(self, rounds: int = 12, seconds: float = 2.0) -> None:
        """Every step of the hub, so many times."""
        for _ in range(rounds):
            self.now += seconds
            for place in self.places:
                observe.advance(self.hub, *place)
                if self.hub.stream(*place).deleted is not None:
                    observe.poll_deletes(self.hub, *place)
                observe.look(self.hub, *place)
                derive.derive_dirty(self.hub)
                deliver.deliver(self.hub, *place)
            wakes.wake(self.hub)

    def type(self, system: str, stream: str, **values: Any) -> str:
        """A user types a row; its id."""
        return self.systems[system].make(stream, values).id

    def edit(self, system: str, stream: str, rid: str, **values: Any) -> None:
        """A user edits a row."""
        self.systems[system].change(stream, rid, values)

    # ---- what is there
    def rows(self, system: str, stream: str) -> list[RowAt]:
        """The living rows."""
        return [row for row in self.systems[system].rows[stream].values() if row.dead is None]

    def held(self, system: str, stream: str) -> list[dict[str, Any]]:
        """What the living rows hold."""
        return [dict(row.now.values) for row in self.rows(system, stream)]

    def events(self) -> list[Event]:
        """What is in the outbox."""
        return [event for _, event in self.hub.ledger.events(0, 1000)]

    def link(self, system: str, stream: str, rid: str) -> Link:
        """The link of a row."""
        return self.hub.ledger.links_at([(system, stream, rid)])[system, stream, rid]

    def record(self, system: str, stream: str, rid: str) -> Record:
        """The record of a row."""
        rid_of = self.link(system, stream, rid).record
        return self.hub.ledger.records([rid_of])[rid_of]
