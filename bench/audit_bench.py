"""What a first audit costs: seconds of CPU on one core, and memory: python bench/audit_bench.py [--check] [--rows N]

Two systems hold the same contacts; in a tenth of them one field differs. All is read, matched and counted, and every
difference is listed. The vendors' own work is left out. A child process does it, so that its memory is its own; a
tenth of the rows beside it says whether memory grows with rows.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_company import open_hub

from syncline.acts.act import Audit
from syncline.acts.perform import perform
from syncline.acts.told import Audited
from syncline.ledger.sql import open_ledger

ROWS = 100_000
SECONDS, MIB, TIMES = 60.0, 300, 1.3
EVERY = 10
"""One of so many contacts lives in another city in the CRM."""

LEASE_SECONDS = 86_400.0


def measure(rows: int, folder: Path) -> dict[str, float]:
    """One audit on a new ledger; what it must have found is asserted."""
    with open_ledger(folder / "ledger.db", lease_seconds=LEASE_SECONDS) as ledger:
        hub, doors = open_hub(ledger, rows)
        crm = doors.systems["crm"]
        for n in range(0, rows, EVERY):
            crm.wave[n] = 1
        cpu, wall = time.process_time(), time.perf_counter()
        told = perform(hub, Audit(csv=str(folder / "lists")), "bench", lambda step: None)
        cpu, wall = time.process_time() - cpu - doors.cpu, time.perf_counter() - wall - doors.wall
    assert isinstance(told, Audited), told
    [contacts] = told.entities
    differing = -(-rows // EVERY)
    assert contacts.rows == {"crm": rows, "erp": rows}, contacts.rows
    assert (contacts.every, contacts.same) == (rows, rows - differing)
    assert sum(field.differs for field in contacts.fields) == told.open_count == differing
    with (folder / "lists" / "records.csv").open(encoding="utf-8-sig") as listed:
        assert sum(1 for _ in listed) == differing + 1
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "cpu": cpu, "wall": wall, "mib": mib}


def in_child(rows: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--child", "--rows", str(rows)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="end with 1 where a target is missed")
    parser.add_argument("--rows", type=int, default=ROWS, help="contacts in each of the two systems")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        with tempfile.TemporaryDirectory() as made:
            print(json.dumps(measure(given.rows, Path(made))))
        return 0
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    small, large = in_child(given.rows // 10), in_child(given.rows)
    for one in (small, large):
        print(
            f"audit of 2 x {one['rows']:,.0f}: {one['cpu']:.1f} s of CPU, {one['wall']:.1f} s by the clock, "
            f"{one['cpu'] / one['rows'] * 1e6:.0f} us a contact, at most {one['mib']:.0f} MiB"
        )
    fast, flat = large["cpu"] < SECONDS, large["mib"] < min(MIB, small["mib"] * TIMES)
    print(f"target {SECONDS:.0f} s: {'met' if fast else 'MISSED'}; memory does not grow: {'met' if flat else 'MISSED'}")
    return int(given.check and not (fast and flat))


if __name__ == "__main__":
    sys.exit(main())
