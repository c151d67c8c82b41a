"""Two old systems and the hub of their first day, in this process; engine, ledger and door are real, time is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syncline import app
from syncline.acts.act import Act
from syncline.acts.perform import perform
from syncline.acts.told import Told
from syncline.sandbox.aged import Aged, aged
from syncline.sandbox.clock import Clock
from syncline.sandbox.company import Size, company
from syncline.sandbox.known import named
from syncline.sandbox.sandbox import Sandbox
from syncline.sync.hub import Hub
from syncline.testing.conformance_door import Wire

NOON = 1_800_000_000.0
SIDES = {"hubspot": "crm", "odoo": "erp"}
ENVIRONMENT = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
WAIT_SECONDS = 300.0
"""Longer than either system lags."""

HUB = """
hub: old
mode: {mode}
zone: UTC
currency: EUR
systems:
  hubspot:
    connector: hubspot
    roles: [crm]
    url: https://hubspot.example.com
    secret: ${{HUBSPOT_TOKEN}}
  odoo:
    connector: odoo
    roles: [erp]
    url: https://odoo.example.com
    database: sandbox
    login: admin
    secret: ${{ODOO_KEY}}
patterns:
  crm-erp: {{}}
{more}
"""


@dataclass
class Old:
    """Both systems, what is true of them, and the hub between."""

    clock: Clock
    boxes: Mapping[str, Sandbox]
    wires: Mapping[str, Wire]
    truth: Aged
    folder: Path

    @contextmanager
    def hub(self, mode: str = "read-only", more: str = "") -> Iterator[Hub]:
        """The hub at work, as a process begins and ends; its ledger stays."""
        declaration = app.declared(HUB.format(mode=mode, more=more), ENVIRONMENT).declaration
        with app.running(
            declaration, self.folder / "ledger.sqlite", clock=self.clock.now, elapsed=self.clock.now,
            sleep=self.clock.advance, draw=lambda: 0.5, client=lambda outlet: self.wires[outlet.system],
            synchronous="NORMAL",
        ) as running:  # fmt: skip
            yield replace(running.hub, wait=self.clock.advance)

    def act(self, one: Act, mode: str = "read-only", more: str = "") -> Told:
        """As one command does, long enough after what came before that lists show it."""
        self.clock.advance(WAIT_SECONDS)
        with self.hub(mode, more) as hub:
            return perform(hub, one, "somebody", lambda step: None)

    def rows(self, system: str, stream: str) -> dict[str, dict[str, Any]]:
        """All rows by id as they stand in the sandbox: the hub has no part in it."""
        box = self.boxes[system]
        found = box.vendor.users.read(box, stream, None)
        return {str(row["id"]): dict(row.get("properties", row)) for row in found if not row.get("archived")}


@contextmanager
def first_day(folder: Path, size: Size) -> Iterator[Old]:
    """The company as years of work by hand left it, in HubSpot as its CRM and in Odoo as its ERP."""
    clock = Clock(real=lambda: 0.0)
    clock.set(NOON)
    with ExitStack() as stack:
        boxes = {name: named(name, clock=clock) for name in SIDES}
        for name, one in boxes.items():
            stack.callback(one.store.close)
            one.seed(replace(size, aged=SIDES[name]))  # type: ignore[arg-type]
        clock.advance(86_400.0)
        yield Old(
            clock=clock, boxes=boxes, wires={name: Wire(one) for name, one in boxes.items()},
            truth=aged(company(size), size.seed), folder=folder,
        )  # fmt: skip
