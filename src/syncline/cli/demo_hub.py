"""The hub of the demo: the service that `syncline run` runs, on a ledger of its own, told where both systems are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from syncline import app
from syncline.acts.perform import perform
from syncline.app import Running
from syncline.cli import demo_vendors
from syncline.config.declaration import Declaration
from syncline.connect.connector import Connector
from syncline.connect.stream import SettlesIn
from syncline.ledger.requests import SERVICE, open_requests
from syncline.model.link import NEVER
from syncline.sandbox.serve import HOST, listening
from syncline.service import hooks, logs
from syncline.service.service import Service
from syncline.service.web import served
from syncline.sync import provision, rounds, wakes
from syncline.sync.hub import Hub

LAG_SECONDS = 0.3
"""How late a search of HubSpot's sandbox shows a write."""
BELIEVED_SECONDS = 1.0
"""How late the hub is told that lists may be; against the real vendors minutes."""
POLL_SECONDS = 4.0
"""How often both are read beside the webhooks; the usual is a minute."""
GATHERED_SECONDS = 1.0
"""How long changes of an order or invoice are gathered before its deal is told; the usual is half a minute."""
GRACE_SECONDS = 10.0
ENVIRONMENT = {
    "HUBSPOT_TOKEN": demo_vendors.HUBSPOT_TOKEN, "HUBSPOT_APP_SECRET": demo_vendors.HUBSPOT_APP_SECRET,
    "ODOO_KEY": demo_vendors.ODOO_KEY,
}  # fmt: skip
HUB_YAML = """\
hub: demo
mode: live
zone: Europe/Vienna
currency: EUR
systems:
  hubspot:
    connector: hubspot
    roles: [crm]
    url: "{hubspot}"
    secret: "${{HUBSPOT_TOKEN}}"
    webhook_secret: "${{HUBSPOT_APP_SECRET}}"
    poll: {poll:g}s
  odoo:
    connector: odoo
    roles: [erp]
    url: "{odoo}"
    database: sandbox
    login: admin
    secret: "${{ODOO_KEY}}"
    poll: {poll:g}s
patterns:
  crm-erp: {{}}
egress: {{allow: [{allowed}]}}
"""


def hub_yaml(where: Mapping[str, str]) -> str:
    """The whole declaration; its secrets are named and not told."""
    hosts = [address.partition("//")[2] for address in where.values()]
    allowed = ", ".join(f'"{host}"' for host in hosts)
    return HUB_YAML.format(hubspot=where["hubspot"], odoo=where["odoo"], allowed=allowed, poll=POLL_SECONDS)


def eager(declaration: Declaration) -> Declaration:
    """The same, but what follows from an order or invoice is told to its deal after a second, and not after thirty."""
    rollups = tuple(replace(one, debounce=GATHERED_SECONDS) for one in declaration.rollups)
    return replace(declaration, rollups=rollups)


def quick(connectors: Mapping[str, Connector]) -> dict[str, Connector]:
    """The same, but lists and searches are believed to lag a second: as long as the sandboxes' do, and more."""
    lag = SettlesIn(changes=BELIEVED_SECONDS, find=BELIEVED_SECONDS)
    return {
        name: replace(one, streams=tuple(replace(stream, settles_in=lag) for stream in one.streams))
        for name, one in connectors.items()
    }


@dataclass
class Working:
    """The hub, and the service that works on it while people do. failed: what broke, for the summary."""

    running: Running
    service: Service
    failed: list[str] = field(default_factory=list)

    @property
    def hub(self) -> Hub:
        """In bulk, when the service does not work."""
        return self.running.hub

    def round(self) -> None:
        """Reads what changed, tells what is due, once."""
        while wakes.wake(self.hub):
            continue
        not_now = rounds.read_all(self.hub)
        rounds.tell_all(self.hub, not_now)

    def is_at_rest(self) -> bool:
        """Is nothing due, hinted or to be derived?"""
        ledger, now = self.hub.ledger, self.hub.clock()
        if ledger.dirty(1) or ledger.wakes(now + rounds.GATHERED_SECONDS, 1):
            return False
        return not any(
            ledger.hints(*place, NEVER, 1)
            or any(not link.held for link in ledger.due(*place, now + BELIEVED_SECONDS, 100))
            for place in rounds.places(self.hub)
        )

    def has_failed(self) -> bool:
        """Did a part of it break?"""
        failing = (f"{one.name}: {one.failing}" for one in self.service.workers if one.failing)
        self.failed += [one for one in (*self.service.sound(), *failing) if one not in self.failed]
        return bool(self.failed)


def guarded(working: Working, work: Callable[[], None]) -> Callable[[], None]:
    """What ends a thread of the demo's own ends the demo, and is told."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            working.failed.append(f"{type(error).__name__}: {error}")

    return run


@contextmanager
def opened(source: Path, folder: Path) -> Iterator[Working]:
    """The hub that this hub.yaml declares, its ledger and its log in the folder."""
    declaration, ledger = eager(app.declared(source, ENVIRONMENT).declaration), folder / "ledger.sqlite"
    app.share_the_interpreter()
    with ExitStack() as stack:
        running = stack.enter_context(app.running(declaration, ledger, owner=SERVICE, synchronous="NORMAL"))
        logs.configure(
            as_json=False, redacted=running.egress.redacted,
            stream=stack.enter_context((folder / "service.log").open("w", encoding="utf-8")),
        )  # fmt: skip
        connectors = quick(running.hub.connectors)
        running = replace(
            running, hub=replace(running.hub, connectors=connectors),
            urgent=replace(running.urgent, connectors=connectors),
        )  # fmt: skip
        requests = stack.enter_context(closing(open_requests(ledger, running.hub.clock)))
        yield Working(running=running, service=Service(running=running, requests=requests, perform=perform))


def prepare(hub: Hub) -> int:
    """Makes the fields of ours in both systems; how many."""
    return sum(provision.make(hub, need) for need in provision.needs(hub))


@contextmanager
def at_work(working: Working, sellers: demo_vendors.HubSpot, office: demo_vendors.Odoo) -> Iterator[str]:
    """The service works, and both systems tell it by webhooks, as long as the block lasts; the address of its page."""
    with closing(listening(0)) as bound:
        address = f"http://{HOST}:{bound.getsockname()[1]}"
        prepared = hooks.prepared(working.running, address)
        sellers.subscribe(prepared.fresh["hubspot"], watched(working.hub, "hubspot"))
        office.subscribe(
            prepared.fresh["odoo"], sorted({one.partition("#")[0] for one in watched(working.hub, "odoo")})
        )
        with served(working.service.web(prepared, HOST), bound):
            working.service.start()
            try:
                yield address
            finally:
                working.has_failed()
                left = working.service.stop(GRACE_SECONDS)
                working.failed += [f"{one} did not end in time" for one in left]


def watched(hub: Hub, system: str) -> dict[str, list[str]]:
    """The streams of a system that are bound, with the raw fields of each that people may change and are told."""
    found: dict[str, list[str]] = {}
    for binding in hub.declaration.bindings:
        if binding.system != system or hub.stream(system, binding.stream).update is None:
            continue
        stream = hub.stream(system, binding.stream)
        untold = {stream.key, "createdAt", "updatedAt", *stream.unstamped}
        names = {name for bound in binding.fields if bound.inward for name in bound.lens.reads}
        found[binding.stream] = sorted({name.partition(".")[0] for name in names} - untold)
    return found
