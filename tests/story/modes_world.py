"""A company between HubSpot and Odoo that has come to something: conflicts, parked fields, brakes, rules, runs, a plan.

What leaves the hub is seen where it arrives: in the sandboxes' logs of calls, and in their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from two_vendors import ADDRESSES, ENVIRONMENT, LAGS, NOON, TOKEN, hub_yaml

from syncline import app
from syncline.acts.act import Act, Plan, Provision, Sync
from syncline.acts.perform import perform
from syncline.acts.told import Planned, Synced, Told
from syncline.model.record import Record
from syncline.sandbox.call import json_call
from syncline.sandbox.clock import Clock
from syncline.sandbox.known import named
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.sync.hub import Hub
from syncline.testing.conformance_door import Wire

SIZE = {"people": 2, "accounts": 4, "contacts": 12, "products": 3, "deals": 0}
RULE = "a_head_gets_an_offer"
STREAMS = {
    "hubspot": ("contacts", "companies", "products", "deals", "tickets", "line_items"),
    "odoo": ("res.partner", "product.product", "product.template", "sale.order", "ir.model.fields", "ir.model.data"),
}  # fmt: skip
ODOO_READS = {"search_read", "fields_get", "context_get", "version", "login", "authenticate"}

Change = Callable[[Any], None]


def nothing(tree: Any) -> None:
    """The hub as it is."""


@dataclass
class World:
    """The systems, their people, the time, and the places that acts can name."""

    folder: Path
    clock: Clock
    sandboxes: Mapping[str, Sandbox]
    people: Mapping[str, Remote]
    wires: Mapping[str, Wire]
    places: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def running(self, mode: str, change: Change = nothing) -> Iterator[app.Running]:
        """The hub on its ledger, in a mode. change: what else somebody writes into hub.yaml."""

        def changed(tree: Any) -> None:
            declare(tree)
            tree["mode"] = mode
            change(tree)

        declaration = app.declared(hub_yaml(changed), ENVIRONMENT).declaration
        with app.running(
            declaration, self.folder / "ledger.sqlite", clock=self.clock.now, elapsed=self.clock.now,
            sleep=self.clock.advance, draw=lambda: 0.5, client=lambda outlet: self.wires[outlet.system],
            synchronous="NORMAL",
        ) as found:  # fmt: skip
            yield found

    def act(self, running: app.Running, act: Act) -> Told:
        """Time passes, and somebody types it."""
        from dataclasses import replace

        self.clock.advance(LAGS)
        return perform(replace(running.hub, wait=self.clock.advance), act, "anna", lambda step: None)

    # ---- people
    def contact(self, system: str, email: str) -> tuple[str, str]:
        """The stream and id of a contact there."""
        if system == "hubspot":
            rows = self.people[system].rows("contacts")
            return "contacts", str(next(row["id"] for row in rows if row["properties"].get("email") == email))
        rows = self.people[system].rows("res.partner")
        return "res.partner", str(next(row["id"] for row in rows if row.get("email") == email))

    def edit(self, system: str, email: str, **values: Any) -> None:
        """Somebody changes a contact there."""
        self.clock.advance(2.0)
        stream, rid = self.contact(system, email)
        self.people[system].save(stream, values, rid)

    # ---- what arrived
    def marks(self) -> dict[str, int]:
        """How many calls each system has had."""
        return {name: one.calls.count for name, one in self.sandboxes.items()}

    def writes(self, since: Mapping[str, int]) -> dict[str, list[str]]:
        """The calls since then that neither read nor sign in, by system, from the log that the control API tells."""
        found: dict[str, list[str]] = {}
        for system, remote in self.people.items():
            behind = remote.ask("GET", f"calls?after={since[system]}&limit=100000")["calls"]
            found[system] = [
                f"{one['method']} {one['path']} ({one['kind']})" for one in behind if not reads(system, one)
            ]
        return found

    def rows(self) -> dict[str, Any]:
        """Everything that stands in the systems."""
        return {
            f"{name} {stream}": self.people[name].rows(stream)
            for name, streams in STREAMS.items()
            for stream in streams
        }


def reads(system: str, call: Mapping[str, Any]) -> bool:
    """Does a call only read, or sign in? Judged here by the vendors' own words, and not as the hub judges it."""
    if system == "hubspot":
        asks = call["path"].endswith(("/search", "/batch/read"))
        return bool(call["method"] == "GET" or asks or call["path"].startswith("/oauth/"))
    return bool(call["method"] == "GET" or call["kind"].rpartition(".")[2] in ODOO_READS)


def declare(tree: Any) -> None:
    """A manual field, a rule that makes and notifies, an event, a brake that trips soon."""
    tree["fields"]["contact.job_title"]["policy"] = "manual"
    tree["events"] = {"contact.promoted": "job_title = 'Head'"}
    tree["addressees"] = {"sales": ["mailto:sales@example.test"]}
    tree["rules"] = {
        RULE: {
            "when": "contact.promoted", "notify": ["sales"],
            "make": {"product": {"in": "hubspot", "name": "Offer for {email}", "leaving": "ask"}},
        }
    }  # fmt: skip
    tree["brakes"] = {"from_links": 0, "rewrite": {"above": 2, "share": "1%"}}


@contextmanager
def world(folder: Path, odoo_version: int = 19) -> Iterator[World]:
    """Nothing has happened yet."""
    clock = Clock(real=lambda: 0.0)
    clock.set(NOON)
    options: dict[str, dict[str, Any]] = {"odoo": {"version": odoo_version}}
    sandboxes = {name: named(name, clock=clock, options=options.get(name)) for name in ADDRESSES}
    people = {name: in_process(one) for name, one in sandboxes.items()}
    with ExitStack() as stack:
        for name, one in sandboxes.items():
            stack.callback(one.store.close)
            people[name].seed(**SIZE)
        yield World(
            folder=folder, clock=clock, sandboxes=sandboxes, people=people,
            wires={name: Wire(one) for name, one in sandboxes.items()},
        )  # fmt: skip


def lived(found: World) -> None:
    """Some days in mode live, until there is something of every kind that a person may act on."""
    with found.running("live") as running:
        found.act(running, Provision())
        for _ in range(4):
            found.act(running, Sync())
        emails = sorted(
            row["properties"]["email"] for row in found.people["hubspot"].rows("contacts")
            if row["properties"].get("email")
        )  # fmt: skip
        found.places["emails"] = emails
        found.edit("hubspot", emails[0], jobtitle="Head")
        found.act(running, Sync())
        found.edit("hubspot", emails[0], jobtitle="Seller")  # leaves what the rule made: somebody is asked
        found.edit("hubspot", emails[1], jobtitle="Here")
        found.edit("odoo", emails[1], function="There")  # a conflict
        found.edit("hubspot", emails[2], phone="+49 30 1111111")
        found.people["odoo"].plant("reject", count=1)  # parked
        told = found.act(running, Sync())
        assert isinstance(told, Synced)
        found.edit("hubspot", emails[3], jobtitle="Buyer")
        wrote = found.act(running, Sync())
        assert isinstance(wrote, Synced)
        assert wrote.written, "a run that can be taken back"
        found.places["run"] = wrote.run
        found.clock.advance(2.0)
        found.people["odoo"].save("res.partner", {"name": "Twin", "email": emails[4], "is_company": False})
        for number, email in enumerate(emails[5:9]):
            found.edit("hubspot", email, phone=f"+49 30 222222{number}")  # the brake
        found.act(running, Sync())
        found.edit("hubspot", emails[9], jobtitle="Head")
        found.edit("odoo", emails[10], function="Clerk")
        found.places["plan"] = str(found.folder / "made-in-live.json")
        planned = found.act(running, Plan(out=found.places["plan"]))
        assert isinstance(planned, Planned)
        assert planned.writes > 0
        note_places(found, running.hub)
    answer = found.sandboxes["hubspot"].answer(
        json_call("DELETE", "/crm/v3/properties/products/syncline_key", None, TOKEN)
    )
    assert getattr(answer, "status", None) == 204, "a field of ours is missing again"
    found.edit("hubspot", emails[11], jobtitle="Driver")


def note_places(found: World, hub: Hub) -> None:
    """What is there, by the words that acts use."""
    records = list(hub.ledger.records(hub.ledger.scan(0, 1000)).values())

    def of(email: str) -> Record:
        alike = [one for one in records if one.entity == "contact" and value(one, "email") == email]
        return min(alike, key=lambda one: one.id)

    emails: Sequence[str] = found.places["emails"]
    candidates = [one.id for one in records if one.candidate_of is not None]
    found.places |= {
        "asked": of(emails[0]).id, "conflict": of(emails[1]).id, "parked": of(emails[2]).id, "plain": of(emails[3]).id,
        "original": of(emails[4]).id, "candidate": candidates[0] if candidates else 0,
        "held": [(one.system, one.stream, one.kind) for one in hub.ledger.held()],
        "row": f"odoo/res.partner#contact/{found.contact('odoo', emails[10])[1]}",
        "records": [of(email).id for email in emails],
    }  # fmt: skip


def value(record: Record, name: str) -> Any:
    """What the record holds."""
    held = record.fields.get(name)
    return held.value if held is not None else None
