"""A token is tried before it is kept: the system is asked whose it is, and nothing is remembered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_in

from syncline.cli.account import AccountOf, account_of

if TYPE_CHECKING:
    from syncline.app import Running
    from syncline.cli.opened import Declared
    from syncline.config.secret import Secret
    from syncline.sync.hub import Hub
    from syncline.sync.observe import NotNow


@contextmanager
def aside(opened: Declared, system: str, secret: Secret | None) -> Iterator[Running]:
    """The hub with a ledger that is thrown away, so that whoever runs it is not disturbed.

    secret: what stands for the system's own; None: what the vault holds.
    """
    from syncline import app

    declaration = opened.declaration
    if secret is not None:
        known = replace(declaration.systems[system], secret=secret)
        declaration = replace(declaration, systems={**declaration.systems, system: known})
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "ledger.sqlite"
        with app.running(declaration, where, environment=opened.environment, vault_at=opened.ledger) as running:
            yield running


def tried(opened: Declared, system: str, secret: Secret | None) -> AccountOf | NotNow:
    """Whose system it is, or why it did not say."""
    with aside(opened, system, secret) as running:
        return asked(opened, running.hub, system)


def asked(opened: Declared, hub: Hub, system: str) -> AccountOf | NotNow:
    """Whose it is, and whether it is the one that the hub knows."""
    from syncline.cli.known_rows import is_another

    found = named(hub, system)
    return replace_in(found, another=is_another(opened, hub, system)) if isinstance(found, AccountOf) else found


def named(hub: Hub, system: str) -> AccountOf | NotNow:
    """By the account; where the connector knows of none, by a page of one stream."""
    from syncline.sync import account
    from syncline.sync.observe import NotNow

    try:
        found = account.account_of(hub, system)
        if found is not None:
            return account_of(system, found, hub.declaration, hub.connectors[system])
        look_at_one(hub, system)
    except NotNow as error:
        return error
    return AccountOf(system=system)


def look_at_one(hub: Hub, system: str) -> None:
    """One page of the first stream that is bound. Raises NotNow."""
    from syncline.cli.reached import smallest
    from syncline.sync import observe

    for binding in hub.declaration.bindings:
        stream = hub.stream(system, binding.stream) if binding.system == system else None
        request = smallest(stream, hub.clock()) if stream is not None else None
        if stream is not None and request is not None:
            observe.show(hub, system, stream, request)
            return
