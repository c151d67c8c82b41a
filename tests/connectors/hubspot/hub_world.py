"""A hub between HubSpot's sandbox, by its template, and a simulated ERP, stepped until nothing moves any more."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from subjects import TOKEN

from syncline.config.declaration import Declaration
from syncline.config.load import load
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Request
from syncline.connect.template import EVERYTHING, Use
from syncline.connectors.hubspot import connector
from syncline.connectors.hubspot.template import TEMPLATE
from syncline.patterns.vocabulary import VOCABULARY
from syncline.sandbox import hubspot
from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.faults import Fault
from syncline.sync import deliver, derive, observe, provision, touched
from syncline.sync.hub import Hub
from syncline.testing import vendor
from syncline.testing.conformance_door import Door
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import Habits, RowAt, SimSystem

T0 = 1_793_871_000.0
CALM = Habits(lag=0.0, lost_before=0.0, lost_after=0.0, lands_late=0.0, page_size=100)
ERP = {
    "account": {"name": "account.name", "domain": "account.domain"},
    "contact": {"name": "contact.name", "email": "contact.email", "account": "contact.account"},
    "deal": {
        "name": "deal.name", "amount": "deal.amount", "stage": "deal.stage", "account": "deal.account",
        "lines": {"field": "deal.lines", "line_id": "id"},
    },
}  # fmt: skip


def declared(connectors: dict[str, Connector]) -> Declaration:
    """What both hold of accounts, contacts and deals."""
    fields: dict[str, Any] = {}
    for entity, places in ERP.items():
        for name, place in places.items():
            block = {**VOCABULARY[entity][name], "at": {"hubspot": TEMPLATE.at[entity][name], "erp": place}}
            if (values := TEMPLATE.values.get(entity, {}).get(name)) is not None:
                block["values"] = {value: {"hubspot": raw, "erp": value} for value, raw in values.items()}
            fields[f"{entity}.{name}"] = block
    hub = {
        "hub": "small", "mode": "live", "currency": "EUR",
        "systems": {
            "hubspot": {"connector": "hubspot", "roles": ["crm"], "secret": "vault"}, "erp": {"connector": "erp"},
        },
        "first_sync": {"match": {"account": ["domain"], "contact": ["email"], "deal": ["name"]}},
        "create": {entity: {"hubspot": True, "erp": True} for entity in ERP},
        "entities": {"deal": {"line_key": ["product"]}, **{one: {"on_delete": "delete"} for one in ("contact",)}},
        "fields": fields,
    }  # fmt: skip
    return load(json.dumps(hub), connectors, environment={}).declaration


class HubWorld:
    """Two systems and a clock. Time passes in steps, and with each call to HubSpot."""

    def __init__(self, habits: Habits = CALM, lag: float = 0.0) -> None:
        self.timer = Clock(real=lambda: 0.0)
        self.timer.set(T0)
        options = {"token": TOKEN, "lag": lag}
        self.sandbox = hubspot.sandbox(clock=self.timer, quotas=(), options=options)
        names = {name: tuple(sorted(places)) for name, places in ERP.items()}
        self.erp = SimSystem("erp", habits, names, self.timer.now, Random(1), faults=habits is not CALM)
        connectors = {"hubspot": connector(EVERYTHING), "erp": vendor.connector("erp", habits, names)}
        declaration = declared(connectors)
        bound = {b.stream: tuple(b.raw_names) for b in declaration.bindings if b.system == "hubspot"}
        connectors["hubspot"] = connector(Use(fields=bound))
        self.door = Door(connectors["hubspot"], self.sandbox, {"secret": TOKEN}, {}, system="hubspot")
        self.hub = Hub(
            declaration=declaration, connectors=connectors, ledger=MemoryLedger(), door=self, clock=self.timer.now
        )
        for stream in connectors["hubspot"].streams:
            for one in stream.needs:
                provision.make(self.hub, provision.Need(system="hubspot", stream=stream.name, field=one))

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        return self.door.call(system, request, effect) if system == "hubspot" else self.erp.answer(request, effect)

    # ---- the hub
    def settle(self, rounds: int = 12, seconds: float = 40.0) -> None:
        """Every step of the hub, so many times."""
        for _ in range(rounds):
            self.timer.advance(seconds)
            for place in dict.fromkeys((b.system, b.stream) for b in self.hub.declaration.bindings):
                self.step(*place)

    def step(self, system: str, stream: str) -> None:
        """What the hub does with one stream; what is not now is for the next time."""
        parts = self.hub.stream(system, stream).children
        for work in (
            lambda: observe.advance(self.hub, system, stream),
            *(lambda part=part: touched.poll_parts(self.hub, system, stream, part) for part in parts),
            lambda: self.hub.stream(system, stream).deleted and observe.poll_deletes(self.hub, system, stream),
            lambda: observe.look(self.hub, system, stream),
            lambda: derive.derive_dirty(self.hub),
            lambda: deliver.deliver(self.hub, system, stream),
        ):
            try:
                work()
            except observe.NotNow:
                self.timer.advance(1.0)

    def sweep(self) -> None:
        """All of HubSpot is read, and what follows is done."""
        for stream in dict.fromkeys(b.stream for b in self.hub.declaration.bindings if b.system == "hubspot"):
            while observe.poll(self.hub, "hubspot", stream, path="sweep"):
                continue
        self.settle(4)

    def writes(self) -> int:
        """How many requests left that write."""
        return sum(effect == "write" for _, effect in self.door.asked) + len(self.erp.written)

    def plant(self, *faults: Fault) -> None:
        """Trouble at HubSpot."""
        for fault in faults:
            self.sandbox.faults.plant(fault)

    # ---- people
    def control(self, method: str, path: str, body: Any = None) -> Any:
        reply = self.sandbox.answer(json_call(method, f"/_sandbox/{path}", body))
        assert isinstance(reply, Reply)
        assert reply.status == 200, reply.body
        return reply.body

    def type(self, rows: str, **values: Any) -> str:
        """A person makes a row in HubSpot."""
        return str(self.control("POST", f"records/{rows}", values)["id"])

    def edit(self, rows: str, rid: str, **values: Any) -> None:
        self.control("PUT", f"records/{rows}/{rid}", values)

    def associate(self, one: str, rid: str, other: str, to: str) -> None:
        self.control("POST", "acts/associate", {"from": one, "id": rid, "to": other, "to_id": to})

    def line(self, deal: str, **values: Any) -> str:
        """A person adds a line to a deal."""
        line = self.type("line_items", **values)
        self.associate("deals", deal, "line_items", line)
        return line

    # ---- what is there
    def in_erp(self, stream: str) -> list[RowAt]:
        """The living rows of the ERP."""
        return [row for row in self.erp.rows[stream].values() if row.dead is None]

    def in_hubspot(self, rows: str) -> list[dict[str, Any]]:
        """The living rows of HubSpot, as it keeps them."""
        return [one for one in self.control("GET", f"records/{rows}") if not one.get("archived")]

    def lines(self, deal: str) -> list[tuple[Any, ...]]:
        """A deal's lines in HubSpot: what, how many, at which price."""
        stream = self.hub.stream("hubspot", "deal")
        assert stream.get is not None
        [found] = observe.look_at(self.hub, "hubspot", stream, [deal]).values()
        return [(one["hs_sku"], one["quantity"], one["price"]) for one in found.raw["line_items"]]
