"""Two Odoos under one hub, an old one and a new one: the real engine, the real door, the template's places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syncline.config.load import load
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Request
from syncline.connect.template import Use
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.template import TEMPLATE
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.patterns.vocabulary import VOCABULARY
from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.odoo import logins
from syncline.sandbox.odoo.vendor import odoo
from syncline.sandbox.sandbox import Sandbox
from syncline.sync import rounds
from syncline.sync.hub import Hub
from syncline.testing.conformance_door import Kept, Wire
from syncline.testing.memory import MemoryLedger

VERSIONS = {"old": 17, "new": 19}
NOON = 1_800_000_000.0
PLACES = {
    "account": ("is_company", "name", "number", "phone", "vat_id", "address"),
    "contact": ("is_company", "name", "email", "job_title", "account"),
    "product": ("name", "sku", "price", "description"),
    "order": ("reference", "stage", "account", "lines"),
}
RULES: dict[str, Any] = {
    "create": {
        "account": {"old": True, "new": True}, "contact": {"old": True, "new": True},
        "product": {"old": True, "new": True}, "order": {"old": True, "new": True},
    },
    "first_sync": {
        "match": {"account": ["number"], "contact": ["email"], "product": ["sku"], "order": ["reference"]},
        "differ": "newest",
    },
}  # fmt: skip


def text() -> str:
    """The declaration: every place of the template, once for each of the two."""
    systems = {
        name: {
            "connector": "odoo", "roles": [], "url": f"https://{name}.example.com", "secret": "vault",
            "database": logins.DATABASE, "login": "admin", "empty_is": False, "sees_all": True,
        }
        for name in VERSIONS
    }  # fmt: skip
    entities = {entity: {"scope": dict.fromkeys(VERSIONS, text)} for entity, text in TEMPLATE.scope.items()}
    fields = {
        f"{entity}.{name}": {**VOCABULARY[entity][name], "at": dict.fromkeys(VERSIONS, TEMPLATE.at[entity][name])}
        for entity, names in PLACES.items()
        for name in names
    }
    whole = {"hub": "acme", "mode": "live", "currency": "EUR", "zone": "UTC", "systems": systems, **RULES}
    return json.dumps({**whole, "entities": {**entities, "order": {"line_key": ["product"]}}, "fields": fields})


class Pair:
    """The hub and what people do in the two systems. Time passes by calls, and when told."""

    def __init__(self) -> None:
        self.clock = Clock(real=lambda: 0.0)
        self.clock.set(NOON)
        self.sandboxes = {name: Sandbox(odoo(version), clock=self.clock) for name, version in VERSIONS.items()}
        self.wires = {name: Wire(sandbox) for name, sandbox in self.sandboxes.items()}
        declared = load(text(), {"odoo": connector()}, environment={})
        assert declared.problems == ()
        declaration = declared.declaration
        self.connectors: dict[str, Connector] = {
            name: connector(
                Use(
                    fields={b.stream: b.raw_names for b in declaration.bindings if b.system == name},
                    options={"database": logins.DATABASE, "login": "admin", "sees_all": True},
                )
            )
            for name in VERSIONS
        }
        options = {"database": logins.DATABASE, "login": "admin"}
        self.egress = Egress(
            [Outlet(system=name, connector=one, url=f"https://{name}.example.com", options=options)
             for name, one in self.connectors.items()],
            Kept(known={"secret": logins.KEYS[logins.ADMIN]}), client=lambda outlet: self.wires[outlet.system],
            clock=self.clock.now,
        )  # fmt: skip
        self.hub = Hub(
            declaration=declaration, connectors=self.connectors, ledger=MemoryLedger(), door=self,
            clock=self.clock.now,
        )  # fmt: skip

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        self.wires[system].may_write = effect == "write"
        return self.egress.call(system, request, effect)

    def settle(self, times: int = 8, seconds: float = 30.0) -> None:
        """The hub at work for a while."""
        for _ in range(times):
            self.clock.advance(seconds)
            rounds.sync(self.hub)

    # ---- people
    def control(self, system: str, method: str, path: str, body: Any = None) -> Any:
        reply = self.sandboxes[system].answer(json_call(method, f"/_sandbox/{path}", body))
        assert isinstance(reply, Reply)
        assert reply.status == 200, reply.body
        return reply.body

    def type(self, system: str, model: str, **values: Any) -> int:
        return int(self.control(system, "POST", f"records/{model}", values)["id"])

    def edit(self, system: str, model: str, row: int, **values: Any) -> None:
        self.control(system, "PUT", f"records/{model}/{row}", values)

    def remove(self, system: str, model: str, row: int) -> None:
        self.control(system, "DELETE", f"records/{model}/{row}")

    def rows(self, system: str, model: str, **wanted: Any) -> list[Mapping[str, Any]]:
        """The rows that have these values, as the connector reads them."""
        stream = self.hub.stream(system, model)
        assert stream.sweep is not None
        steps: Any = stream.sweep(None)
        try:
            step = next(steps)
            while True:
                step = steps.send(self.egress.call(system, step, "read"))
        except StopIteration as end:
            found = end.value.records
        return [row for row in found if all(row.get(name) == value for name, value in wanted.items())]

    def one(self, system: str, model: str, **wanted: Any) -> Mapping[str, Any]:
        [row] = self.rows(system, model, **wanted)
        return row

    def act(self, system: str, model: str, method: str, row: int) -> None:
        """Somebody presses a button."""
        request = Request(method="POST", path=f"/json/2/{model}/{method}", json={"ids": [row]})
        answer = self.egress.call(system, request, "write")
        assert answer.status == 200, answer.body

    def open_items(self) -> list[str]:
        """What is parked, and where."""
        found = []
        for link in self.hub.ledger.links_of(range(1, 200)).values():
            for one in link:
                if one.parked is not None:
                    found.append(f"{one.system}.{one.stream}: {one.parked.reason}")
                for name, known in one.known.items():
                    if known.parked is not None:
                        found.append(f"{one.system}.{one.stream}.{name}: {known.parked.code} {known.parked.reason}")
        return found
