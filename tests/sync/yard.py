"""Three systems without faults and a hub over them, stepped until nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from syncline.connect.request import Answer, Effect, Request
from syncline.sync import deliver, derive, observe
from syncline.sync.hub import Hub, no_point
from syncline.testing import company
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import SimSystem
from syncline.testing.vendor import connector


class Yard:
    """See the module's docstring. `at_point` is called at every named point of the hub."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.done = False
        self.at_point: Callable[[str], None] = no_point
        fields = {company.STREAM: tuple(company.FIELDS)}
        self.systems = {
            name: SimSystem(name, habits, fields, self.clock, Random(1), faults=False)
            for name, habits in company.HABITS.items()
        }
        self.hub = Hub(
            declaration=company.declaration(),
            connectors={name: connector(name, habits, fields) for name, habits in company.HABITS.items()},
            ledger=MemoryLedger(), door=self, clock=self.clock, batch=20, point=lambda name: self.at_point(name),
        )  # fmt: skip

    def clock(self) -> float:
        return self.now

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        return self.systems[system].answer(request, effect)

    def settle(self, rounds: int = 30) -> None:
        for _ in range(rounds):
            self.now += 1.0
            for name in company.ORDER:
                observe.advance(self.hub, name, company.STREAM)
                observe.look(self.hub, name, company.STREAM)
                derive.derive_dirty(self.hub)
                deliver.deliver(self.hub, name, company.STREAM)

    def row(self, system: str, email: str) -> dict[str, Any] | None:
        rows = self.systems[system].rows[company.STREAM].values()
        return next((row.now.values for row in rows if str(row.now.values["email"]).lower() == email), None)
