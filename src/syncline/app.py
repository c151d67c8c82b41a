"""Where the parts are named and put together: a declaration becomes a hub that runs."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from syncline.config.declaration import Declaration
from syncline.config.load import Loaded, load
from syncline.config.secret import InVault, Secret
from syncline.connect.auth import OAuth2
from syncline.connect.connector import SHARED, Connector
from syncline.connect.door import NotAdmitted
from syncline.connect.template import Use
from syncline.connectors import hubspot, odoo
from syncline.egress.address import Forbidden
from syncline.egress.breaker import Breaker
from syncline.egress.budget import Budget
from syncline.egress.client import Sender
from syncline.egress.consent import Client
from syncline.egress.door import Egress, Lane
from syncline.egress.oauth import Post, Tokens
from syncline.egress.outlet import Outlet
from syncline.ledger import epoch
from syncline.ledger.budgets import Budgets
from syncline.ledger.dialect import Synchronous
from syncline.ledger.secrets import open_secrets
from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.patterns.known import expand
from syncline.sync import rebaseline, recover
from syncline.sync.hub import Hub
from syncline.sync.rights import needed
from syncline.vault import master
from syncline.vault.sources import SystemSecrets, home_of
from syncline.vault.tokens import TokenShelf
from syncline.vault.vault import Vault

Make = Callable[[Use], Connector]
"""What a connector's module offers: the connector for what one hub uses of that kind of system."""

OURS: Mapping[str, Make] = {"hubspot": hubspot.connector, "odoo": odoo.connector}
NOTHING: Mapping[str, str] = {}
GROUP = "syncline.connectors"
"""Entry points under this name are connectors of others: a package is asked only if hub.yaml names its connector."""


SWITCH_SECONDS = 0.0005


def share_the_interpreter() -> None:
    """For a process that works in bulk while somebody waits: threads take turns ten times as often as Python's own.

    Every statement of SQLite lets the interpreter go, and whoever works in bulk then keeps it for a whole interval:
    a webhook would wait for dozens of these.
    """
    sys.setswitchinterval(SWITCH_SECONDS)


def connector_named(name: str) -> Make | None:
    """Ours, or one that an installed package offers."""
    if name in OURS:
        return OURS[name]
    found = [one for one in entry_points(group=GROUP) if one.name == name]
    return found[0].load() if found else None


class Known(Mapping[str, Connector]):
    """Every connector by name, made for all that it declares; one of others is loaded when it is asked for."""

    def __getitem__(self, name: str) -> Connector:
        make = connector_named(name)
        if make is None:
            raise KeyError(name)
        return make(Use())

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*OURS, *(one.name for one in entry_points(group=GROUP))]))

    def __len__(self) -> int:
        return len(list(iter(self)))


def declared(source: str | Path, environment: Mapping[str, str]) -> Loaded:
    """What a hub.yaml says. Raises DeclarationErrors with everything that is wrong with it."""
    return load(source, Known(), environment=environment, expand_pattern=expand)


def use_of(declaration: Declaration, system: str) -> Use:
    """What the declaration binds of a system, and how the system's block in hub.yaml says it is to be used."""
    fields: dict[str, set[str]] = {}
    for binding in declaration.bindings:
        if binding.system == system:
            fields.setdefault(binding.stream.partition(SHARED)[0], set()).update(binding.raw_names)
    options = declaration.systems[system].options
    return Use(
        fields={stream: tuple(sorted(names)) for stream, names in fields.items()},
        options={name: one for name, one in options.items() if not isinstance(one, Secret | InVault)},
    )


def with_field(declaration: Declaration, system: str, stream: str, name: str) -> Connector:
    """The connector of a system, reading one field more."""
    use = use_of(declaration, system)
    more = {**use.fields, stream: tuple(sorted({*use.fields.get(stream, ()), name}))}
    return made(declaration.systems[system].connector, replace(use, fields=more))


def own_fields(declaration: Declaration, system: str, stream: str) -> frozenset[str]:
    """The raw fields that a connector knows of itself, whatever is bound."""
    plain = made(declaration.systems[system].connector, Use())
    return frozenset(one.name for one in plain.stream(stream).fields)


def without(declaration: Declaration, system: str, fields: Mapping[str, frozenset[str]]) -> Connector:
    """The connector of a system that does not ask for these raw fields of its streams."""
    use = use_of(declaration, system)
    less = {name: tuple(one for one in use.fields[name] if one not in fields.get(name, ())) for name in use.fields}
    return made(declaration.systems[system].connector, replace(use, fields=less))


def outlets(declaration: Declaration, connectors: Mapping[str, Connector]) -> Iterator[Outlet]:
    """Each system as the door knows it. A system's own mode can only be the more careful one."""
    for name, system in declaration.systems.items():
        options: dict[str, Any] = {**system.options}
        if isinstance(system.secret, Secret | InVault):
            options["secret"] = system.secret
        mode = min((declaration.mode, system.mode or "live"), key=("read-only", "approve", "live").index)
        yield Outlet(
            system=name, connector=connectors[name], url=system.url, options=options, mode=mode,
            allowed=declaration.allow,
        )  # fmt: skip


def origin_of(way: Outlet) -> str:
    """Of a system's address. One that the door refuses has none; each call to it says why, and stops nobody else."""
    try:
        return way.place.origin
    except Forbidden:
        return ""


def clients_of(
    declaration: Declaration, connectors: Mapping[str, Connector], secrets: SystemSecrets
) -> dict[str, Client]:
    """What we are at each system with OAuth2. One whose secret is not there yet is refused by its system, by itself."""
    found: dict[str, Client] = {}
    for name, system in declaration.systems.items():
        auth = connectors[name].auth
        if isinstance(auth, OAuth2):
            try:
                known = Secret(secrets.secret(name, "client_secret"))
            except (LookupError, NotAdmitted):
                known = None
            least = needed(declaration, name, connectors[name]).now or auth.scopes
            client_id = str(system.options.get("client_id", ""))
            found[name] = Client(auth=replace(auth, scopes=least), id=client_id, secret=known)
    return found


def keeps_secrets(declaration: Declaration) -> bool:
    """Does any system keep one in the vault?"""
    found = [one for system in declaration.systems.values() for one in (system.secret, *system.options.values())]
    return any(isinstance(one, InVault) for one in found)


def vault_of(declaration: Declaration, where: Path, environment: Mapping[str, str]) -> Vault:
    """The vault of a hub's ledger. Its master key is in the environment, else in a file beside the ledger."""

    def masters() -> master.Masters:
        return master.from_environment(environment) or master.from_file(where.with_suffix(".key"))

    return Vault(open_secrets(where), declaration.name, masters)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A hub with its ledger and its door. `hub` works in bulk; `urgent` is the same for what somebody waits for.

    signing: system to the keys that its webhooks may be signed with.
    clients: what we are at each system with OAuth 2, with the least scopes for the declaration.
    """

    declaration: Declaration
    hub: Hub
    urgent: Hub
    ledger: SqlLedger
    egress: Egress
    budget: Budget
    breaker: Breaker
    signing: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    clients: Mapping[str, Client] = field(default_factory=dict, repr=False)


@contextmanager
def running(
    declaration: Declaration, where: Path, *, environment: Mapping[str, str] = NOTHING,
    clock: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] | None = None, draw: Callable[[], float] = random.random,
    client: Callable[[Outlet], Sender] | None = None, batch: int = 100, synchronous: Synchronous = "FULL",
    owner: str = "syncline", vault_at: Path | None = None, anew: bool = False,
) -> Iterator[Running]:  # fmt: skip
    """Opens everything that a hub needs, and closes it at the end.

    where:  the ledger's file. environment: of the vault's master key.
    clock:  seconds of the wall; elapsed: seconds that only go on. sleep, draw: see Budget.
    client: what systems are asked by; None: the network.
    owner:  what the lease calls this process. vault_at: the ledger whose vault keeps the secrets; None: this one.
    anew:   a person says that the hub goes on with this ledger, whatever was there before.

    Raises epoch.WentBack for a ledger that is gone, or is another one than this hub wrote last.
    """
    connectors = {name: made(one.connector, use_of(declaration, name)) for name, one in declaration.systems.items()}
    ways = list(outlets(declaration, connectors))
    epoch.check_there(where, anew=anew)
    with ExitStack() as opened:
        ledger = opened.enter_context(open_ledger(where, clock=clock, synchronous=synchronous, owner=owner))
        went_back = epoch.went_back(ledger, where, declaration.name, anew=anew)
        origins = {way.system: origin_of(way) for way in ways}
        homes = {name: home_of(declaration.systems[name], origin) for name, origin in origins.items()}
        speaks_oauth = any(isinstance(one.auth, OAuth2) for one in connectors.values())
        vault = None
        if speaks_oauth or keeps_secrets(declaration):
            vault = vault_of(declaration, vault_at or where, environment)
            opened.callback(vault.close)
        secrets = SystemSecrets(homes, vault)
        clients = clients_of(declaration, connectors, secrets)

        def tokens(post: Post) -> Tokens:
            assert vault is not None, "where there are clients there is a vault"
            return Tokens(clients, TokenShelf(vault, origins, wall=clock), post, wall=clock)

        budget = Budget(
            {name: one.limits for name, one in connectors.items()}, clock=elapsed, wall=clock, sleep=sleep, draw=draw,
            kept=Budgets(ledger),
        )  # fmt: skip
        breaker = Breaker(clock=elapsed, wall=clock, draw=draw)
        egress = Egress(
            ways, secrets, budget=budget, breaker=breaker, tokens=tokens if clients else None,
            clock=elapsed, client=client,
        )  # fmt: skip
        opened.callback(egress.close)
        hub = Hub(
            declaration=declaration, connectors=connectors, ledger=ledger, door=egress, clock=clock, batch=batch,
            with_field=lambda system, stream, name: with_field(declaration, system, stream, name),
            own=lambda system, stream: own_fields(declaration, system, stream),
            without=lambda system, fields: without(declaration, system, fields),
            counted_by=ledger.about().ledger,
        )  # fmt: skip
        take_up(hub, ledger, where, went_back)
        urgent = replace(hub, ledger=ledger.urgent(), door=Lane(egress=egress, urgent=True), urgent=True)
        yield Running(
            declaration=declaration, hub=hub, urgent=urgent, ledger=ledger, egress=egress, budget=budget,
            breaker=breaker, signing={name: tuple(signing_keys(secrets, name)) for name in homes}, clients=clients,
        )  # fmt: skip


def take_up(hub: Hub, ledger: SqlLedger, where: Path, went_back: str) -> None:
    """Where the hub goes on: from what it left, or, where that went back, from nothing that is not read anew."""
    if went_back:
        rebaseline.stop_all(hub, went_back)
    epoch.follow(ledger, where)
    recover.recover(hub)  # L4: the lease is ours, so whoever sent these is gone


SIGNED_BY = ("webhook_secret", "client_secret")
"""What in a system's block signs its webhooks; of an app it is often the app's own secret."""


def signing_keys(secrets: SystemSecrets, system: str) -> Iterator[str]:
    """Those that are there."""
    for name in SIGNED_BY:
        try:
            yield secrets.secret(system, name)
        except (LookupError, NotAdmitted):
            continue


def made(name: str, use: Use) -> Connector:
    """A connector for one hub."""
    make = connector_named(name)
    if make is None:
        raise LookupError(f"there is no connector {name}: install its package, or name one of {', '.join(OURS)}")
    return make(use)
