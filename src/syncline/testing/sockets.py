"""A company of two vendors' sandboxes on real sockets, and the hub between them; its time passes at once.

Systems and clock outlive the hub, which may run in this process or in one that is killed.
"""

from __future__ import annotations

import io
import mmap
import ssl
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from syncline import app
from syncline.config.declaration import Declaration
from syncline.config.secret import Secret
from syncline.connect.door import Door
from syncline.connect.request import Answer, Effect, Request
from syncline.connectors.hubspot.template import TEMPLATE as HUBSPOT
from syncline.connectors.odoo.template import TEMPLATE as ODOO
from syncline.egress.address import allowed
from syncline.egress.client import Client, Failed, Incoming, Outgoing
from syncline.egress.consent import Token
from syncline.egress.outlet import Outlet
from syncline.egress.reading import shared
from syncline.egress.resolve import Guard, by_system
from syncline.egress.wire import Limits
from syncline.patterns.vocabulary import LINES
from syncline.sandbox.clock import Clock
from syncline.sandbox.company import Size
from syncline.sandbox.known import named
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.sandbox.serve import running
from syncline.sync import provision
from syncline.sync.hub import Hub
from syncline.testing import vendor_pair
from syncline.vault import master
from syncline.vault.tokens import TokenShelf

T0 = 1_793_871_000.0
CALL_SECONDS = 0.01
"""How long a call takes by the company's clock."""

LIMITS = Limits(connect=2, read=0.3, total=1.5)
"""As short as tests can bear: what hangs, hangs in real time."""

OF_DEALS = ("/deals", "/line_items", "/sale.order")
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SIZE = Size(people=2, accounts=5, contacts=8, products=4, deals=0)
ENVIRONMENT = {
    "HUBSPOT_TOKEN": "pat-sandbox", "HUBSPOT_SECRET": "sandbox-secret", "ODOO_KEY": "a1b2c3d4e5" * 4,
}  # fmt: skip
MASTER = {master.VARIABLE: master.MasterKey(bytes(32)).text}
NOWHERE = "http://127.0.0.1:1"
SYSTEMS = ("hubspot", "odoo")
DEALS: Mapping[str, Any] = {
    "deal.name": {"type": "text", "at": {"hubspot": "deal.dealname", "odoo": "sale.order.client_order_ref"}},
    "deal.stage": {
        "type": "enum", "values": {
            "new": {"hubspot": "appointmentscheduled", "odoo": "draft"},
            "won": {"hubspot": "closedwon", "odoo": "sale"},
        },
        "at": {"hubspot": "deal.dealstage", "odoo": "sale.order.state"},
    },
    "deal.account": {
        "type": "reference", "of": "account",
        "at": {"hubspot": "deal.company_id", "odoo": {"field": "sale.order.partner_id", "as": "number"}},
    },
    "deal.lines": {
        **LINES, "at": {
            "hubspot": HUBSPOT.at["deal"]["lines"] | {"field": "deal.line_items"},
            "odoo": {**ODOO.at["order"]["lines"], "field": "sale.order.order_line"},
        },
    },
}  # fmt: skip


# ---- time
class SharedTime:
    """Seconds in a file that the company and the hub's process both hold in memory."""

    def __init__(self, file: Path, now: float | None = None) -> None:
        """now: None: the file is there, and time goes on."""
        if now is not None:
            file.write_bytes(struct.pack("=d", now))
        with file.open("r+b") as opened:
            self._held = mmap.mmap(opened.fileno(), 8)

    def now(self) -> float:
        """Seconds since 1970."""
        return float(struct.unpack_from("=d", self._held)[0])

    def advance(self, seconds: float) -> None:
        """They pass at once."""
        struct.pack_into("=d", self._held, 0, self.now() + seconds)


# ---- what is between the hub and the sockets
@dataclass
class Timed:
    """The real client of one system; each call takes some of the company's time. terse: no wait is ever named."""

    client: Client
    time: SharedTime
    terse: bool = False

    def send(self, outgoing: Outgoing) -> Incoming | Failed:
        """One request over the network."""
        self.time.advance(CALL_SECONDS)
        came = self.client.send(outgoing)
        if self.terse and isinstance(came, Incoming):
            came.headers.pop("retry-after", None)
        return came

    def close(self) -> None:
        """Ends its connections."""
        self.client.close()


@dataclass
class Watched:
    """The hub's door: it counts the writes that are asked for, and passes a point at each end of a write."""

    door: Door
    point: Callable[[str], None] = lambda name: None
    writes: list[tuple[str, Request]] = field(default_factory=list)

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """As the hub's door."""
        if effect == "read":
            return self.door.call(system, request, effect)
        self.writes.append((system, request))
        self.point("write leaves")
        answer = self.door.call(system, request, effect)
        self.point("write answered")
        if any(name in request.path for name in OF_DEALS):
            self.point("a step of a deal answered")
        return answer

    def sharing(self, part: float) -> Watched:
        """The same, for work that takes at most such a part of each limit."""
        return Watched(shared(self.door, part), self.point, self.writes)


# ---- what the hub is told
@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the hub finds the company.

    oauth: at HubSpot it is an app, whose tokens expire. terse: who refuses a call for its rate never names a wait.
    """

    folder: Path
    addresses: Mapping[str, str]
    oauth: bool = False
    terse: bool = False
    seed: int = 0

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.folder / "ledger.sqlite"

    @property
    def time(self) -> Path:
        """The file that the clock is in."""
        return self.folder / "time"

    def declaration(self) -> Declaration:
        """The demo's, and deals with their lines, which Odoo keeps as orders."""
        found = declared(self.oauth)
        systems = {name: replace(one, url=self.addresses[name]) for name, one in found.systems.items()}
        return replace(found, systems=systems, allow=tuple(one.partition("//")[2] for one in self.addresses.values()))


@cache
def declared(oauth: bool) -> Declaration:
    """What the hub.yaml says, but for the addresses."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hub.yaml"
        file.write_text(hub_yaml(oauth), encoding="utf-8")
        return app.declared(file, ENVIRONMENT).declaration


def hub_yaml(oauth: bool) -> str:
    """A whole declaration."""
    templates = {"hubspot": HUBSPOT, "odoo": ODOO}
    tree = YAML().load(vendor_pair.hub_yaml(templates, {"hubspot": NOWHERE, "odoo": NOWHERE}))
    tree["hub"] = "sockets"
    tree["fields"].update(DEALS)
    tree["entities"]["deal"] = {"line_key": ["product"]}
    tree["create"]["deal"] = {"hubspot": "account IS NOT NULL", "odoo": "account IS NOT NULL"}
    tree["first_sync"]["match"]["deal"] = ["name"]
    if oauth:
        tree["systems"]["hubspot"] |= {
            "secret": "vault", "client_id": "sandbox-client", "client_secret": "${HUBSPOT_SECRET}",
        }  # fmt: skip
    text = io.StringIO()
    YAML().dump(tree, text)
    return text.getvalue()


@contextmanager
def hub_of(setting: Setting, point: Callable[[str], None] = lambda name: None) -> Iterator[tuple[app.Running, Watched]]:
    """The hub with its real door on real sockets, and that door."""
    declaration, now = setting.declaration(), SharedTime(setting.time)

    def client(outlet: Outlet) -> Timed:
        guard = Guard(allowed=allowed(outlet.allowed), resolve=by_system)
        return Timed(Client(guard, LIMITS, time.monotonic, NOBODY), now, setting.terse)

    with app.running(
        declaration, setting.ledger, environment=MASTER, clock=now.now, elapsed=now.now, sleep=now.advance,
        draw=Random(setting.seed).random, client=client, synchronous="NORMAL",
    ) as opened:  # fmt: skip
        door = Watched(opened.hub.door, point)
        yield replace(opened, hub=replace(opened.hub, door=door, point=point)), door


def prepare(hub: Hub) -> None:
    """Once, before the first day: the fields of ours that the vendors must have for births."""
    for need in provision.needs(hub):
        provision.make(hub, need)


def consent(setting: Setting) -> None:
    """A person let the hub into HubSpot: its first token."""
    declaration, now = setting.declaration(), SharedTime(setting.time)
    vault = app.vault_of(declaration, setting.ledger, MASTER)
    first = Token(access=Secret("access-none"), refresh=Secret("sandbox-refresh"), made=now.now(), ends=now.now())
    TokenShelf(vault, setting.addresses, wall=now.now).put("hubspot", first)
    vault.close()


# ---- the company
@dataclass
class Company:
    """Two systems that are served, their people's hands, and the time."""

    setting: Setting
    time: SharedTime
    sandboxes: Mapping[str, Sandbox]
    people: Mapping[str, Remote]

    def later(self, seconds: float) -> None:
        """Time passes at once."""
        self.time.advance(seconds)


@contextmanager
def company(folder: Path, *, odoo_version: int = 19, **how: Any) -> Iterator[Company]:
    """The same made-up company in both, some phone numbers of which differ. how: see Setting."""
    now = SharedTime(folder / "time", T0)
    clock = Clock(now.now)
    with ExitStack() as stack:
        sandboxes = {
            "hubspot": named("hubspot", clock=clock),
            "odoo": named("odoo", clock=clock, options={"version": odoo_version}),
        }
        for name, one in sandboxes.items():
            stack.callback(one.store.close)
            one.seed(replace(SIZE, differs=0.3 if name == "hubspot" else 0.0))
        addresses = dict(zip(SYSTEMS, stack.enter_context(running(list(sandboxes.values()))), strict=True))
        setting = Setting(folder=folder, addresses=addresses, **how)
        if setting.oauth:
            consent(setting)
        people = {name: in_process(one) for name, one in sandboxes.items()}
        yield Company(setting=setting, time=now, sandboxes=sandboxes, people=people)
