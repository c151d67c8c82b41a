"""A company with HubSpot and Odoo, whose people use the vendors' own clients, and the hub between the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import odoorpc
from hubspot import HubSpot
from hubspot.crm.associations.v4 import AssociationSpec
from hubspot.crm.companies import PublicMergeInput, SimplePublicObjectInput, SimplePublicObjectInputForCreate
from typer.testing import CliRunner

from syncline import app
from syncline.acts.act import Act, Provision, Sync
from syncline.acts.perform import perform
from syncline.acts.told import Provisioned, Synced, Told
from syncline.app import Running
from syncline.cli.main import program
from syncline.cli.opened import names_in
from syncline.model.entry import Entry
from syncline.model.record import Parking, Record
from syncline.sandbox import known, serve
from syncline.sandbox.clock import Clock
from syncline.sandbox.odoo import logins
from syncline.sandbox.sandbox import Sandbox
from syncline.sync.hub import Hub

TYPES = {("contacts", "companies"): 1, ("deals", "companies"): 5, ("line_items", "deals"): 20}
"""HubSpot's association types: the primary company of a contact and of a deal, the deal of a line item."""
WAIT_SECONDS = 300.0
"""Longer than either system lags."""


def new(**values: Any) -> SimplePublicObjectInputForCreate:
    return SimplePublicObjectInputForCreate(properties=values, associations=[])


@dataclass(kw_only=True)
class Company:
    """Both systems, their people's clients, and the clock that all go by."""

    clock: Clock
    boxes: Mapping[str, Sandbox]
    sockets: dict[str, ExitStack]
    ports: Mapping[str, int]
    crm: HubSpot
    erp: Any
    file: Path
    session: ExitStack
    running: Running | None = field(default=None)
    count: int = 0

    # ---- what people do in HubSpot
    def made(self, kind: str, **values: Any) -> str:
        """A new row; its id."""
        api = getattr(self.crm.crm, kind).basic_api
        return str(api.create(simple_public_object_input_for_create=new(**values)).id)

    def edit(self, kind: str, rid: str, **values: Any) -> None:
        """Somebody changes a row."""
        change = SimplePublicObjectInput(properties=values)
        getattr(self.crm.crm, kind).basic_api.update(rid, simple_public_object_input=change)

    def seen(self, kind: str, rid: str, *names: str) -> dict[str, Any]:
        """What a row holds."""
        found = getattr(self.crm.crm, kind).basic_api.get_by_id(rid, properties=list(names)).properties
        return {name: found.get(name) for name in names}

    def all(self, kind: str, *names: str) -> list[dict[str, Any]]:
        """What every row holds, with its id."""
        found = getattr(self.crm.crm, kind).get_all(properties=list(names))
        return [{"id": one.id, **{name: one.properties.get(name) for name in names}} for one in found]

    def belongs(self, kind: str, rid: str, to: str, other: str) -> None:
        """A contact or a deal to its company, a line item to its deal."""
        spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=TYPES[kind, to])
        self.crm.crm.associations.v4.basic_api.create(kind, rid, to, other, [spec])

    def merge_companies(self, stays: str, goes: str) -> None:
        """Two companies become one."""
        merge = PublicMergeInput(primary_object_id=stays, object_id_to_merge=goes)
        self.crm.crm.companies.basic_api.merge(public_merge_input=merge)

    def customer(self, **values: Any) -> tuple[int, str, str]:
        """A new company with a contact; their number and ids. No two of these have anything in common."""
        self.count += 1
        n = self.count
        given = {"name": f"Company {n}", "domain": f"company{n}.example.test", "city": "Berlin", "country": "Germany"}
        company = self.made("companies", **{**given, **values})
        contact = self.made(
            "contacts", email=f"contact{n}@example.test", firstname="Contact", lastname=str(n), jobtitle="Buyer"
        )
        self.belongs("contacts", contact, "companies", company)
        return n, company, contact

    def deal(self, name: str, company: str, *lines: tuple[str, str, str], stage: str = "contractsent") -> str:
        """A deal with lines, each a SKU, a quantity and a price."""
        deal = self.made("deals", dealname=name, dealstage=stage, deal_currency_code="EUR")
        self.belongs("deals", deal, "companies", company)
        for sku, quantity, price in lines:
            line = self.made("line_items", name=sku, hs_sku=sku, quantity=quantity, price=price)
            self.belongs("line_items", line, "deals", deal)
        return deal

    def won(self, name: str, company: str, *lines: tuple[str, str, str]) -> str:
        """A deal that the hub saw before it was won."""
        deal = self.deal(name, company, *lines or (("SKU-1", "1", "10.00"),))
        self.sync(1)
        self.edit("deals", deal, dealstage="closedwon")
        return deal

    # ---- what people do in Odoo
    def rows(self, model: str, domain: list[Any], *names: str) -> list[dict[str, Any]]:
        """Rows, archived ones too."""
        several = self.erp.env[model].with_context(active_test=False)
        found: list[dict[str, Any]] = several.search_read(domain, list(names), order="id")
        return found

    def row(self, model: str, domain: list[Any], *names: str) -> dict[str, Any]:
        """The one row that there is."""
        (found,) = self.rows(model, domain, *names)
        return found

    def write(self, model: str, rid: int, **values: Any) -> None:
        """Somebody changes a row."""
        self.erp.env[model].write([rid], values)

    def press(self, model: str, button: str, *ids: int) -> Any:
        """A button of some rows."""
        return getattr(self.erp.env[model], button)(list(ids))

    def dialogue(self, model: str, button: str, about: str, rid: int) -> Any:
        """A dialogue about a row is opened, and its button pressed."""
        opened = self.erp.env[model].with_context(active_model=about, active_ids=[rid])
        return getattr(opened, button)([opened.create({})])

    def account(self, n: int, *names: str) -> dict[str, Any]:
        """A company of ours as Odoo has it."""
        return self.row("res.partner", [["website", "=", f"https://company{n}.example.test"]], "name", *names)

    def orders(self, name: str, *names: str) -> list[dict[str, Any]]:
        """The orders that name a deal."""
        return self.rows("sale.order", [["client_order_ref", "=", name]], "name", *names)

    # ---- the systems
    def goes_down(self, system: str) -> None:
        """Nobody answers there any more."""
        self.sockets[system].close()

    def comes_back(self, system: str) -> None:
        """At the same address, with what it had."""
        self.sockets[system].enter_context(serve.running([self.boxes[system]], self.ports[system]))

    def writes(self) -> dict[str, int]:
        """How often each system was written to, as its own log of calls says; in Odoo by the hub alone."""
        return {
            name: sum(is_write(name, one.method, one.path) for one in box.calls.log)
            for name, box in self.boxes.items()
        }  # fmt: skip

    # ---- the hub
    @property
    def hub(self) -> Hub:
        """The hub at work."""
        assert self.running is not None, "the hub is at work"
        return replace(self.running.hub, wait=self.clock.advance)

    def act(self, one: Act) -> Told:
        """As a command does."""
        return perform(self.hub, one, "anna", lambda step: None)

    def sync(self, times: int = 2) -> Synced:
        """`syncline sync`, so many times, with time between them. The last one's word."""
        told: Told | None = None
        for _ in range(times):
            self.clock.advance(WAIT_SECONDS)
            told = self.act(Sync())
        assert isinstance(told, Synced), told
        return told

    def record(self, system: str, stream: str, rid: Any) -> Record:
        """The record of a row."""
        place = (system, stream, str(rid))
        found = self.hub.ledger.links_at([place])[place].record
        return self.hub.ledger.records([found])[found]

    def parked(self, system: str, stream: str, rid: Any) -> dict[str, Parking]:
        """What is parked on a row, by field."""
        place = (system, stream, str(rid))
        known = self.hub.ledger.links_at([place])[place].known
        return {name: one.parked for name, one in known.items() if one.parked is not None}

    def history(self, record: Record, name: str) -> list[Entry]:
        """What became of a field."""
        return [one for one in self.hub.ledger.history([record.id])[record.id] if one.field == name]

    def begins(self) -> None:
        """The hub runs on the ledger that it has; once more, if it ran. Where it would wait, the clock goes on."""
        self.session.close()
        environment = names_in(self.file.with_name(".env"))
        declaration = app.declared(self.file, environment).declaration
        where = self.file.with_name("ledger.sqlite")
        self.running = self.session.enter_context(
            app.running(declaration, where, clock=self.clock.now, elapsed=self.clock.now, sleep=self.clock.advance)
        )


def is_write(system: str, method: str, path: str) -> bool:
    """Does this call change anything there?"""
    if system == "odoo":  # people's client is older, and calls elsewhere
        return path.startswith("/json/2/") and path.rpartition("/")[2] not in ("search_read", "fields_get")
    return method != "GET" and not path.endswith(("/search", "/batch/read"))


@contextmanager
def company(folder: Path) -> Iterator[Company]:
    """Both sandboxes on sockets, and the hub.yaml that `syncline init` writes for them, set to live."""
    clock = Clock()
    clock.freeze()
    boxes = {name: known.named(name, clock=clock) for name in ("hubspot", "odoo")}
    with ExitStack() as everything:
        sockets = {name: everything.enter_context(ExitStack()) for name in boxes}
        where = {name: sockets[name].enter_context(serve.running([box]))[0] for name, box in boxes.items()}
        ports = {name: urlsplit(address).port or 0 for name, address in where.items()}
        erp = odoorpc.ODOO("127.0.0.1", port=ports["odoo"], timeout=20)
        erp.login(logins.DATABASE, "admin", logins.KEYS[logins.ADMIN])
        yield Company(
            clock=clock, boxes=boxes, sockets=sockets, ports=ports, file=declared(folder, ports), erp=erp,
            crm=HubSpot(access_token="pat-sandbox", host=where["hubspot"]),
            session=everything.enter_context(ExitStack()),
        )  # fmt: skip
    for one in boxes.values():
        one.store.close()


def declared(folder: Path, ports: Mapping[str, int]) -> Path:
    """The hub.yaml."""
    file = folder / "hub.yaml"
    done = CliRunner().invoke(program(), ["init", "crm-erp", "--sandbox", "--hub", str(file)])
    assert done.exit_code == 0, done.stderr
    text = file.read_text(encoding="utf-8").replace("mode: read-only", "mode: live")
    for written, name in ((":8700", "hubspot"), (":8701", "odoo")):
        text = text.replace(f"127.0.0.1{written}", f"127.0.0.1:{ports[name]}")
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def company_at_work(folder: Path) -> Iterator[Company]:
    """With three products in Odoo, and the fields of ours made."""
    with company(folder) as one:
        one.begins()
        made = one.act(Provision())
        assert isinstance(made, Provisioned)
        assert {each.state for each in made.fields} == {"made"}
        for n, price in ((1, 10.0), (2, 20.0), (3, 28.5)):
            one.erp.env["product.product"].create(
                {"name": f"Product {n}", "default_code": f"SKU-{n}", "list_price": price}
            )
        one.sync()
        yield one
