"""Sandboxes as pytest fixtures: each test gets a system of its own, on a port of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from syncline.sandbox.remote import Remote
    from syncline.sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Served:
    """A sandbox on a socket. address: `http://127.0.0.1:PORT`; stop: it is away from then on, and keeps what it has."""

    address: str
    control: Remote
    sandbox: Sandbox
    stop: Callable[[], None]


@pytest.fixture
def hubspot_sandbox() -> Iterator[Served]:
    """HubSpot's CRM, empty."""
    yield from served("hubspot")


@pytest.fixture
def odoo_sandbox() -> Iterator[Served]:
    """The newest Odoo, empty."""
    yield from served("odoo")


def served(name: str) -> Iterator[Served]:
    """One sandbox, for fixtures of your own."""
    from syncline.sandbox.known import named
    from syncline.sandbox.remote import in_process
    from syncline.sandbox.serve import running

    sandbox = named(name)
    with ExitStack() as open_:
        (address,) = open_.enter_context(running([sandbox]))
        yield Served(address=address, control=in_process(sandbox), sandbox=sandbox, stop=open_.close)
    sandbox.store.close()
