"""The hub of the demo: the real one, with webhooks followed at once and both systems polled behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from syncline import app
from syncline.api.webhooks import Endpoint, WebhookDoor, keep_in
from syncline.app import Running
from syncline.cli import demo_vendors
from syncline.connect.connector import Connector
from syncline.connect.stream import SettlesIn
from syncline.model.link import NEVER
from syncline.sandbox.serve import listening, serving
from syncline.sync import provision, rounds, urgent, wakes
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow

LAG_SECONDS = 0.3
"""How late a search of HubSpot's sandbox shows a write."""
BELIEVED_SECONDS = 1.0
"""How late the hub is told that lists may be; against the real vendors minutes."""
TELL_SECONDS = 0.3
POLLS_EVERY = 15
POLL_SECONDS = TELL_SECONDS * POLLS_EVERY
SECRET_PATH = "demo"
ENVIRONMENT = {"HUBSPOT_TOKEN": demo_vendors.HUBSPOT_TOKEN, "ODOO_KEY": demo_vendors.ODOO_KEY}


HUB_YAML = """\
hub: demo
mode: live
zone: Europe/Vienna
currency: EUR
systems:
  hubspot: {{connector: hubspot, roles: [crm], url: "{hubspot}", secret: "${{HUBSPOT_TOKEN}}"}}
  odoo: {{connector: odoo, roles: [erp], url: "{odoo}", database: sandbox, login: admin, secret: "${{ODOO_KEY}}"}}
patterns:
  crm-erp: {{}}
egress: {{allow: [{allowed}]}}
"""


def hub_yaml(where: Mapping[str, str]) -> str:
    """The whole declaration; its secrets are named and not told."""
    hosts = [address.partition("//")[2] for address in where.values()]
    allowed = ", ".join(f'"{host}"' for host in hosts)
    return HUB_YAML.format(hubspot=where["hubspot"], odoo=where["odoo"], allowed=allowed)


def quick(connectors: Mapping[str, Connector]) -> dict[str, Connector]:
    """The same, but lists and searches are believed to lag a second or two: as the sandboxes do."""
    lag = SettlesIn(changes=BELIEVED_SECONDS, find=BELIEVED_SECONDS)
    return {
        name: replace(one, streams=tuple(replace(stream, settles_in=lag) for stream in one.streams))
        for name, one in connectors.items()
    }


@dataclass
class Working:
    """The hub at work. failed: what ended one of its threads; late: systems that could not be reached at once."""

    running: Running
    hub: Hub
    urgent: Hub
    over: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    failed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def not_now(self, reason: NotNow) -> None:
        """A system that cannot be read or told now: its turn comes again."""
        self.late.append(str(reason))

    def attend(self) -> None:
        """Follows webhooks until the end."""
        urgent.attend(self.urgent, self.wake, self.over, self.not_now)

    def poll(self) -> None:
        """All that no webhook tells of, every few seconds, until the end; what comes due by itself is told at once."""
        number = 0
        while not self.over.wait(TELL_SECONDS):
            number += 1
            if number % POLLS_EVERY == 0:
                self.round()
            else:
                self.tell()

    def round(self) -> None:
        """Reads what changed, tells what is due, once."""
        while wakes.wake(self.hub):
            continue
        not_now = rounds.read_all(self.hub)
        rounds.tell_all(self.hub, not_now)
        self.late += [str(reason) for reason in not_now.values()]

    def tell(self) -> None:
        """Derives and tells what is due by now; nothing is asked of a system where nothing is due."""
        while wakes.wake(self.hub):
            continue
        not_now: rounds.NotRead = {}
        rounds.follow(self.hub, not_now)
        rounds.tell_all(self.hub, not_now)
        self.late += [str(reason) for reason in not_now.values()]

    def is_at_rest(self) -> bool:
        """Is nothing due, hinted or to be derived?"""
        ledger, soon = self.hub.ledger, self.hub.clock() + BELIEVED_SECONDS
        if ledger.dirty(1) or ledger.wakes(soon, 1):
            return False
        return not any(
            ledger.hints(*place, NEVER, 1) or any(not link.held for link in ledger.due(*place, soon, 100))
            for place in rounds.places(self.hub)
        )


def guarded(working: Working, work: Callable[[], None]) -> Callable[[], None]:
    """What ends a thread ends the demo, and is told."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            working.failed.append(f"{type(error).__name__}: {error}")
            working.over.set()

    return run


@contextmanager
def opened(source: Path, folder: Path) -> Iterator[Working]:
    """The hub that this hub.yaml declares, its ledger in the folder."""
    declaration = app.declared(source, ENVIRONMENT).declaration
    with app.running(declaration, folder / "ledger.sqlite", synchronous="NORMAL") as running:
        connectors = quick(running.hub.connectors)
        hub = replace(running.hub, connectors=connectors)
        yield Working(running=running, hub=hub, urgent=replace(running.urgent, connectors=connectors))


def prepare(hub: Hub) -> int:
    """Makes the fields of ours in both systems; how many."""
    return sum(provision.make(hub, need) for need in provision.needs(hub))


@contextmanager
def at_work(working: Working, sellers: demo_vendors.HubSpot, office: demo_vendors.Odoo) -> Iterator[None]:
    """Webhooks are subscribed to and followed, and both systems polled, as long as the block lasts."""
    app.share_the_interpreter()
    with ExitStack() as stack:
        listen(working, sellers, office, stack)
        threads = [
            threading.Thread(target=guarded(working, work), name=f"demo {work.__name__}", daemon=True)
            for work in (working.attend, working.poll)
        ]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            working.over.set()
            working.wake.set()
            for one in threads:
                one.join()


def listen(working: Working, sellers: demo_vendors.HubSpot, office: demo_vendors.Odoo, stack: ExitStack) -> None:
    """The webhook door on a port of its own, and who is told of it."""
    bound = listening(0)
    stack.callback(bound.close)
    root = f"http://127.0.0.1:{bound.getsockname()[1]}/webhooks/{SECRET_PATH}"
    endpoints = {}
    for system, keys in (("hubspot", (demo_vendors.HUBSPOT_APP_SECRET,)), ("odoo", ())):
        webhook = working.hub.connectors[system].webhook
        assert webhook is not None, f"{system} has webhooks"
        endpoints[f"{SECRET_PATH}-{system}"] = Endpoint(
            system=system, webhook=webhook, url=f"{root}-{system}", keys=keys
        )
    door = WebhookDoor(endpoints, keep_in(working.urgent, working.wake.set), time.time)
    stack.enter_context(serving(door, bound))
    sellers.subscribe(f"{root}-hubspot", watched(working.hub, "hubspot"))
    office.subscribe(f"{root}-odoo", sorted({name.partition("#")[0] for name in watched(working.hub, "odoo")}))


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
