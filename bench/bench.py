"""What the engine costs, each figure beside its raw floor from the same run: python bench/bench.py [--check] [--large]

Figures are rows for each second of CPU on one core; the wall clock's are shown beside them, with every commit synced
to the disk. --check ends with 1 where a target is missed. --large: the same with a million links, in a child process
whose memory is measured. --rows: how many contacts each of the two systems has.
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
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import bench_floors as floors
import bench_runs as runs
from bench_company import open_hub
from bench_runs import Taken

from syncline.ledger.sql import open_ledger

ROWS, LARGE_ROWS = 50_000, 500_000
SETTLED_PER_SECOND, CHANGED_PER_SECOND, FIRST_OF_FLOOR = 100_000, 5_000, 0.35
LARGE_MIB, LARGE_TIMES = 300, 1.5
LEASE_SECONDS = 86_400.0
"""So long that it is not prolonged meanwhile: that would be a write too."""


@dataclass
class Figure:
    """One line of the table. `target`: rows for each second, or, below 1, a part of the floor; 0: none."""

    name: str
    taken: Taken
    floor: Taken | None = None
    target: float = 0.0

    @property
    def of_floor(self) -> float:
        """How fast it is, where the floor is 1."""
        return self.taken.per_second / self.floor.per_second if self.floor else 0.0

    @property
    def reached(self) -> bool:
        """Is the target met, where there is one?"""
        return (self.of_floor if 0 < self.target < 1 else self.taken.per_second) >= self.target


def measure(rows: int, folder: Path, *, beside_floors: bool = True) -> list[Figure]:
    """All runs on one ledger, one after the other; what they must have done is asserted.

    A process whose memory is measured leaves the floors out: they hold databases of their own open.
    """
    path, earlier = folder / "ledger.db", folder / "before.db"
    floor: dict[str, Taken] = {}
    with open_ledger(path, lease_seconds=LEASE_SECONDS) as ledger:
        hub, doors = open_hub(ledger, rows)
        first = runs.first_sync(hub, doors)
        assert runs.in_agreement(hub, doors) == rows
        if beside_floors:
            floor["first"] = floors.write_first(path, folder / "first.db", doors)
            (folder / "first.db").unlink()
        settled = runs.settled(hub, doors, ledger)
        assert settled.writes == 2 * runs.pages(rows), "a settled page writes its cursor and nothing else"
        if beside_floors:
            floor["settled"] = floors.hash_and_look_up(path, doors)
            floors.copy(path, earlier)
        changed = runs.change_all(hub, doors)
        assert doors.systems["erp"].writes == rows
        if beside_floors:
            changes = floors.write_changes(path, earlier)
            floor.update(observed=changes.observed, applied=changes.told)
        assert runs.in_agreement(hub, doors) == rows
    return [
        Figure("settled rows read again", settled, floor.get("settled"), SETTLED_PER_SECOND),
        Figure("one field changed: plan applied", changed.applied, floor.get("applied"), CHANGED_PER_SECOND),
        Figure("  before it: observed and settled", changed.observed, floor.get("observed")),
        Figure("  before it: the plan is made", changed.planned),
        Figure("  after it: the echoes are read", changed.echoes),
        Figure("first sync of two full systems", first, floor.get("first"), FIRST_OF_FLOOR if beside_floors else 0.0),
    ]


def show(figures: Iterable[Figure]) -> bool:
    """The table. Returns whether every target is met."""
    print(f"{'':38}{'rows':>9}{'rows/s CPU':>12}{'rows/s wall':>12}{'floor CPU':>12}{'of floor':>10}  target")
    met = True
    for one in figures:
        floor = f"{one.floor.per_second:>12,.0f}{one.of_floor:>10.2f}" if one.floor else " " * 22
        target = f"{one.target:,}{' of floor' if one.target < 1 else '/s'}" if one.target else ""
        verdict = f"  {target}: {'met' if one.reached else 'MISSED'}" if target else ""
        taken = one.taken
        print(
            f"{one.name:38}{taken.rows:>9,}{taken.per_second:>12,.0f}{taken.per_second_of_wall:>12,.0f}{floor}{verdict}"
        )
        met = met and one.reached
    return met


def in_child(rows: int) -> tuple[list[Figure], float]:
    """The same figures from a process of its own, and the MiB that it held at most."""
    command = [sys.executable, __file__, "--child", "--rows", str(rows)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    figures = [
        Figure(one["name"], Taken(**one["taken"]), Taken(**one["floor"]) if one["floor"] else None, one["target"])
        for one in told["figures"]
    ]
    return figures, told["mib"]


def large(rows: int) -> bool:
    """A million links beside a hundred thousand: memory, and what a row costs."""
    small, small_mib = in_child(rows // 10)
    figures, mib = in_child(rows)
    met = show(figures)
    print(f"memory at most: {mib:.0f} MiB (a tenth of the rows: {small_mib:.0f}); target {LARGE_MIB}")
    met = met and mib < LARGE_MIB
    for one, little in zip(figures, small, strict=True):
        times = little.taken.per_second / one.taken.per_second
        print(f"{one.name:38} a row costs {times:.2f} times what it costs among a tenth; target {LARGE_TIMES}")
        met = met and times <= LARGE_TIMES
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="end with 1 where a target is missed")
    parser.add_argument("--large", action="store_true", help="a million links, and the memory they take")
    parser.add_argument("--rows", type=int, help="contacts in each of the two systems")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    rows = given.rows or (LARGE_ROWS if given.large else ROWS)
    if given.large:
        met = large(rows)
        return int(given.check and not met)
    with tempfile.TemporaryDirectory() as made:
        figures = measure(rows, Path(made), beside_floors=not given.child)
    if given.child:
        mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"figures": [asdict(one) for one in figures], "mib": mib}))
        return 0
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    met = show(figures)
    return int(given.check and not met)


if __name__ == "__main__":
    sys.exit(main())
