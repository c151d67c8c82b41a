"""The measured runs of bench.py: each drives the real steps on a ledger in a file, synchronous=FULL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench_company import BATCH, PAGE, STREAM, Doors

from syncline.ledger.sql import SqlLedger
from syncline.sync import apply, derive, observe, plan
from syncline.sync.hub import Hub

SYSTEMS = ("crm", "erp")


@dataclass
class Taken:
    """What some rows took, the door's own work left out. `writes`: rows that changed in the ledger."""

    rows: int
    cpu: float = 0.0
    wall: float = 0.0
    writes: int = 0

    @property
    def per_second(self) -> float:
        """Rows for each second of CPU on one core."""
        return self.rows / self.cpu

    @property
    def per_second_of_wall(self) -> float:
        """Rows for each second."""
        return self.rows / self.wall


@contextmanager
def taking(rows: int, doors: Doors | None = None) -> Iterator[Taken]:
    """Measures what is done inside."""
    taken = Taken(rows)
    door_cpu, door_wall = (doors.cpu, doors.wall) if doors else (0.0, 0.0)
    cpu, wall = time.process_time(), time.perf_counter()
    yield taken
    taken.cpu, taken.wall = time.process_time() - cpu, time.perf_counter() - wall
    if doors:
        taken.cpu -= doors.cpu - door_cpu
        taken.wall -= doors.wall - door_wall


def changes_in(ledger: SqlLedger) -> int:
    """Rows changed by all connections that the ledger has open."""
    connections = [ledger.engine.raw_connection() for _ in range(ledger.engine.pool.checkedin())]  # type: ignore[attr-defined]
    try:
        return sum(one.driver_connection.total_changes for one in connections if one.driver_connection is not None)
    finally:
        for one in connections:
            one.close()


def until_done(step: Callable[[], object]) -> None:
    """Again and again while there is more."""
    while step():
        continue


def first_sync(hub: Hub, doors: Doors) -> Taken:
    """Both systems read to their ends, staged, matched, linked and derived: nothing is left to do."""
    rows = sum(system.rows for system in doors.systems.values())
    with taking(rows // len(SYSTEMS), doors) as taken:
        for system in SYSTEMS:
            until_done(lambda system=system: observe.advance(hub, system, STREAM))  # type: ignore[misc]
        until_done(lambda: derive.derive_dirty(hub))
    return taken


def settled(hub: Hub, doors: Doors, ledger: SqlLedger) -> Taken:
    """Every row of both systems is read again, page by page, and none of them has changed."""
    before = changes_in(ledger)
    with taking(sum(system.rows for system in doors.systems.values()), doors) as taken:
        for system in SYSTEMS:
            until_done(lambda system=system: observe.poll(hub, system, STREAM, path="sweep"))  # type: ignore[misc]
    taken.writes = changes_in(ledger) - before
    return taken


def pages(rows: int) -> int:
    """How many pages a stream of so many rows has."""
    return -(-rows // PAGE)


@dataclass
class Changed:
    """The parts of a change that goes through, each with what it took."""

    observed: Taken
    planned: Taken
    applied: Taken
    echoes: Taken


def change_all(hub: Hub, doors: Doors) -> Changed:
    """One field of every row changes in the CRM; a plan of it is made and applied to the ERP; its echoes are read."""
    crm, erp = doors.systems["crm"], doors.systems["erp"]
    hub.clock.now += 1000.0  # type: ignore[attr-defined]
    crm.change_all()
    with taking(crm.rows, doors) as observed:
        until_done(lambda: observe.poll(hub, "crm", STREAM))
    with taking(crm.rows, doors) as planned:
        made = plan.plan(hub)
    assert made.foot.counts == {"rewrite": crm.rows}, made.foot
    with taking(crm.rows, doors) as applied:
        done = apply.apply(hub, made)
    assert done.refused is None
    assert done.counts == {"left": crm.rows}, [fate.why for fate in done.fates if fate.what != "left"][:3]
    with taking(erp.rows, doors) as echoes:
        until_done(lambda: observe.poll(hub, "erp", STREAM))
        hub.clock.now += 1.0  # type: ignore[attr-defined]
        until_done(lambda: observe.look(hub, "erp", STREAM))  # a poll cannot vouch for the version of a receipt
    return Changed(observed=observed, planned=planned, applied=applied, echoes=echoes)


def in_agreement(hub: Hub, doors: Doors) -> int:
    """How many records have a link in each system, every field agreed at its version, and nothing due."""
    number, after = 0, 0
    while ids := hub.ledger.scan(after, BATCH):
        after = ids[-1]
        records, links = hub.ledger.records(ids), hub.ledger.links_of(ids)
        for rid in ids:
            own, fields = links[rid], records[rid].fields
            number += sorted(link.system for link in own) == sorted(SYSTEMS) and all(
                link.due_since is None and {name: known.agreed for name, known in link.known.items()}
                == {name: held.version for name, held in fields.items()}
                for link in own
            )  # fmt: skip
    assert not any(hub.ledger.due(system, STREAM, hub.clock() + 1e6, 1) for system in doors.systems)
    return number
