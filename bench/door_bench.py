"""A hundred thousand changed contacts through the real door into the HubSpot sandbox, under its real quota.

The clock is simulated: a call takes a tenth of a second of it, and whoever waits for a quota moves it on. The sandbox
refuses what is over a quota, so one refusal would be seen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from syncline.app import use_of
from syncline.config.load import load
from syncline.connect.connector import Connector
from syncline.connect.request import Answer, Effect, Page, Request
from syncline.connect.stream import Field, Stream
from syncline.connectors import hubspot
from syncline.egress.breaker import Breaker
from syncline.egress.budget import Budget
from syncline.egress.door import Egress
from syncline.egress.outlet import Outlet
from syncline.ledger.sql import open_ledger
from syncline.sandbox.clock import Clock
from syncline.sandbox.company import Size, company
from syncline.sandbox.hubspot import sandbox as hubspot_sandbox
from syncline.sandbox.sandbox import Sandbox
from syncline.sync import apply, derive, observe, plan
from syncline.sync.hub import Hub
from syncline.testing.conformance_door import Kept, Wire

ROWS = 100_000
KINDS = ("read", "write")
MOST_OVER = 1.02
"""Looks and writes may be so much more than the fewest that the batches allow."""

DECLARATION = """\
hub: bench
mode: live
systems:
  hubspot: {connector: hubspot, roles: [crm], secret: "${TOKEN}"}
  erp: {connector: list, roles: [erp]}
first_sync: {match: {contact: [email]}}
fields:
  contact.email: {type: email, at: {hubspot: contact.email, erp: person.mail}}
  contact.first_name: {type: text, at: {hubspot: contact.firstname, erp: person.first}}
  contact.last_name: {type: text, at: {hubspot: contact.lastname, erp: person.last}}
  contact.job_title: {type: text, truth: erp, at: {hubspot: contact.jobtitle, erp: person.job}}
"""


# ---- the other system: rows are made from their numbers, and change all at once
@dataclass
class People:
    """An ERP whose list of changes is all that is read of it."""

    rows: tuple[dict[str, Any], ...]
    clock: Clock
    job: str | None = None
    changed: float = 0.0

    def page(self, request: Request) -> dict[str, Any]:
        """A thousand rows."""
        first = int(request.params["after"] or 0)
        found = self.rows[first : first + 1000] if self.changed >= request.params["since"] else ()
        more = str(first + 1000) if first + 1000 < len(self.rows) and found else None
        return {"items": [{**row, "job": self.job, "at": self.changed} for row in found], "next": more}


def people_connector() -> Connector:
    """The smallest connector that only reads."""

    def changes(since: float, after: str | None) -> Request:
        return Request(method="GET", path="/people", params={"since": since, "after": after})

    def page(answer: Answer) -> Page:
        return Page(records=tuple(answer.body["items"]), next=answer.body["next"])

    names = ("mail", "first", "last", "job")
    stream = Stream(
        name="person", key="nr", fields=tuple(Field(name=name) for name in names), page=page, changes=changes,
        changed_at="at",
    )  # fmt: skip
    return Connector(name="list", base_url="https://erp.example", streams=(stream,), reads=(("GET", "/people"),))


@dataclass
class Doors:
    """The ERP answers at once; HubSpot is behind the real door."""

    people: People
    egress: Egress
    asked: Counter[tuple[Effect, str]] = field(default_factory=Counter)

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """As the hub's door."""
        if system == "erp":
            return Answer(status=200, body=self.people.page(request))
        self.asked[effect, request.path] += 1
        return self.egress.call(system, request, effect)


@contextmanager
def world(rows: int) -> Iterator[tuple[Hub, Doors, Sandbox]]:
    """HubSpot and an ERP that hold the same contacts."""
    clock = Clock()
    clock.freeze()
    loaded = load(DECLARATION, {"hubspot": hubspot.connector(), "list": people_connector()}, environment={"TOKEN": "t"})
    declaration = loaded.declaration
    connectors = {"hubspot": hubspot.connector(use_of(declaration, "hubspot")), "erp": people_connector()}
    sandbox = hubspot_sandbox(clock=clock)
    size = Size(accounts=0, contacts=rows, deals=0, products=0)
    sandbox.seed(size)
    budget = Budget(
        {name: one.limits for name, one in connectors.items()}, clock=clock.now, wall=clock.now, sleep=clock.advance,
        draw=lambda: 0.5,
    )  # fmt: skip
    wire = Wire(sandbox)
    egress = Egress(
        [Outlet(system="hubspot", connector=connectors["hubspot"])], Kept(known={"secret": "pat-sandbox"}),
        budget=budget, breaker=Breaker(clock=clock.now, wall=clock.now), clock=clock.now, client=lambda outlet: wire,
    )  # fmt: skip
    people = People(rows=tuple(source(size)), clock=clock, changed=clock.now())
    doors = Doors(people=people, egress=egress)
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "ledger", clock=clock.now) as ledger:
        hub = Hub(declaration=declaration, connectors=connectors, ledger=ledger, door=doors, clock=clock.now, batch=100)
        yield hub, doors, sandbox


def source(size: Size) -> Iterator[dict[str, Any]]:
    """The same contacts as the ERP has them."""
    for one in company(size).contacts:
        yield {"nr": f"P{one.number}", "mail": one.email, "first": one.first_name, "last": one.last_name}


# ---- the run
def until_done(step: Any) -> None:
    """Again and again while there is more."""
    while step():
        continue


def first_meeting(hub: Hub, clock: Clock) -> None:
    """Both are read, and agree."""
    for system, stream in (("hubspot", "contact"), ("erp", "person")):
        until_done(lambda system=system, stream=stream: observe.advance(hub, system, stream))
    until_done(lambda: derive.derive_dirty(hub))
    clock.advance(3600.0)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What an applied plan took. hours: of the simulated clock; seconds: of this machine."""

    looks: int
    writes: int
    hours: float
    seconds: float


def change_all(hub: Hub, doors: Doors) -> Taken:
    """The ERP gives everybody a job title; a plan of it is made and applied to HubSpot."""
    clock, rows = doors.people.clock, len(doors.people.rows)
    doors.people.job, doors.people.changed = "Buyer", clock.now()
    clock.advance(1.0)
    until_done(lambda: observe.poll(hub, "erp", "person"))
    made = plan.plan(hub)
    assert sum(made.foot.counts.values()) == rows, made.foot
    doors.asked.clear()
    began, wall = clock.now(), time.perf_counter()
    done = apply.apply(hub, made)
    assert done.refused is None, done.refused
    assert done.counts == {"left": rows}, [fate for fate in done.fates if fate.what != "left"][:3]
    asked = {kind: sum(number for (effect, _), number in doors.asked.items() if effect == kind) for kind in KINDS}
    return Taken(
        looks=asked["read"], writes=asked["write"], hours=(clock.now() - began) / 3600,
        seconds=time.perf_counter() - wall,
    )  # fmt: skip


def fewest_hours(calls: int) -> float:
    """So many calls in windows of ten seconds, the last of which need not pass."""
    amount, _ = hubspot.TIERS["professional"]
    return max(0, ceil(calls / amount) - 1) * 10.0 / 3600


def main() -> int:
    """Prints the figures; exit 1 if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with world(rows) as (hub, doors, sandbox):
        first_meeting(hub, doors.people.clock)
        taken = change_all(hub, doors)
        over = sandbox.calls.by_status.get("429", 0)
    fewest = ceil(rows / hub.batch)
    good = max(taken.looks, taken.writes) <= MOST_OVER * fewest and over == 0
    print(f"{rows:,} changed contacts into the HubSpot sandbox, as an applied plan")
    print(f"  looks            {taken.looks:,}, writes {taken.writes:,}; the fewest are {fewest:,} each")
    print(f"  over a quota     {over}")
    print(f"  simulated hours  {taken.hours:.4f}; the fewest possible {fewest_hours(taken.looks + taken.writes):.4f}")
    print(f"  this machine     {taken.seconds:.1f} s, the sandbox's own work included")
    print("  met" if good else "  MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
