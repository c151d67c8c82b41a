"""HubSpot's and Odoo's sandboxes under one hub, in this process: the real engine, ledger and door; time is made up."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from syncline import app
from syncline.connectors.hubspot.template import TEMPLATE as HUBSPOT
from syncline.connectors.odoo.template import TEMPLATE as ODOO
from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.hubspot import seed as hubspot_seed
from syncline.sandbox.known import named
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.sync import provision, rounds
from syncline.sync.hub import Hub
from syncline.testing import vendor_pair
from syncline.testing.conformance_door import Wire

NOON = 1_800_000_000.0
ADDRESSES = {"hubspot": "https://hubspot.example.com", "odoo": "https://odoo.example.com"}
ENVIRONMENT = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
TOKEN = {"authorization": "Bearer pat-sandbox"}
LAGS = 240.0
"""As long as a search of HubSpot may lag, and more."""

Change = Callable[[Any], None]
"""What a test makes of the tree of the demo's hub.yaml."""


@dataclass
class Company:
    """Two vendors, their people, the hub between them, and the time, which passes only by calls and when told."""

    clock: Clock
    sandboxes: Mapping[str, Sandbox]
    people: Mapping[str, Remote]
    wires: Mapping[str, Wire]
    running: app.Running

    @property
    def hub(self) -> Hub:
        """The hub that works in bulk."""
        return self.running.hub

    def settle(self, times: int = 3) -> None:
        """Time passes, and the hub does all that it can."""
        for _ in range(times):
            self.clock.advance(LAGS)
            assert rounds.sync(self.hub) == {}

    def rows(self, system: str, stream: str) -> dict[str, Mapping[str, Any]]:
        """All rows by id as they stand in the sandbox: the hub has no part in it."""
        found = self.people[system].rows(stream)
        return {str(row["id"]): row.get("properties", row) for row in found if not row.get("archived")}

    def parked(self) -> dict[tuple[str, str, str, str], Any]:
        """(system, stream, id, field) of what is parked; the field is `*` for a whole row."""
        found: dict[tuple[str, str, str, str], Any] = {}
        ledger, after = self.running.ledger, 0
        while ids := ledger.scan(after, 1000):
            after = ids[-1]
            for links in ledger.links_of(ids).values():
                for link in links:
                    place = (link.system, link.stream.partition("#")[0], str(link.external_id))
                    if link.parked is not None:
                        found[*place, "*"] = link.parked
                    found |= {(*place, name): one.parked for name, one in link.known.items() if one.parked}
        return found


@contextmanager
def company(folder: Path, change: Change = lambda tree: None, prepare: Callable[[Company], None] | None = None,
            version: int = 19, **size: Any) -> Iterator[Company]:  # fmt: skip
    """prepare: what happens in the systems before the hub looks for the first time. version: of Odoo.

    size: of a made-up company.
    """
    clock = Clock(real=lambda: 0.0)
    clock.set(NOON)
    options = {"hubspot": {}, "odoo": {"version": version}}
    sandboxes = {name: named(name, options=options[name], clock=clock) for name in ADDRESSES}
    with ExitStack() as stack:
        for one in sandboxes.values():
            stack.callback(one.store.close)
            if size:
                in_process(one).seed(**size)
        wires = {name: Wire(one) for name, one in sandboxes.items()}
        declaration = app.declared(hub_yaml(change), ENVIRONMENT).declaration
        running = stack.enter_context(
            app.running(
                declaration, folder / "ledger.sqlite", clock=clock.now, elapsed=clock.now, sleep=clock.advance,
                draw=lambda: 0.5, client=lambda outlet: wires[outlet.system], synchronous="NORMAL",
            )
        )  # fmt: skip
        people = {name: in_process(one) for name, one in sandboxes.items()}
        found = Company(clock=clock, sandboxes=sandboxes, people=people, wires=wires, running=running)
        for need in provision.needs(found.hub):
            provision.make(found.hub, need)
        if prepare is not None:
            prepare(found)
        yield found


def hub_yaml(change: Change) -> str:
    """The demo's declaration, and what the test makes of it."""
    tree = YAML().load(vendor_pair.hub_yaml({"hubspot": HUBSPOT, "odoo": ODOO}, ADDRESSES))
    change(tree)
    text = io.StringIO()
    YAML().dump(tree, text)
    return text.getvalue()


# ---- what an administrator does in the two
def hubspot_property(company: Company, kind: str, name: str, type: str, field_type: str) -> None:
    """A property of the company's own."""
    made = {"name": name, "label": name, "type": type, "fieldType": field_type, "groupName": "information"}
    reply = company.sandboxes["hubspot"].answer(json_call("POST", f"/crm/v3/properties/{kind}", made, TOKEN))
    assert isinstance(reply, Reply)
    assert reply.status == 201, reply.body


def odoo_field(company: Company, model: str, name: str, ttype: str) -> None:
    """A field of the company's own."""
    number = next(row["id"] for row in company.people["odoo"].rows("ir.model") if row["model"] == model)
    values = {"name": name, "model_id": number, "field_description": name, "ttype": ttype}
    company.people["odoo"].save("ir.model.fields", values)


def in_hubspot(company: Company, kind: str, rows: Iterable[dict[str, str]]) -> list[str]:
    """Many objects that were there before anybody looked. Their ids."""
    sandbox, wanted = company.sandboxes["hubspot"], list(rows)
    with sandbox.lock, sandbox.store.all_or_nothing():
        first = hubspot_seed.add(sandbox, kind, wanted)
        if kind == "contacts":
            emails = ((row["email"], first + at) for at, row in enumerate(wanted) if row.get("email"))
            sandbox.store.hold_many(kind, "email", emails)
    return [str(first + at) for at in range(len(wanted))]


def belong(company: Company, kind: str, other: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Objects of one kind belong to objects of another."""
    sandbox = company.sandboxes["hubspot"]
    with sandbox.lock, sandbox.store.all_or_nothing():
        hubspot_seed.link(sandbox, kind, other, ((int(one), int(another)) for one, another in pairs))
