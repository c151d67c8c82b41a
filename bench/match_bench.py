"""What matching costs: a hundred thousand companies against a hundred thousand, a fifth of them without an exact key.

python bench/match_bench.py [--rows N]. Seconds are of CPU on one core; what the vendors cost is left out.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from match_company import STREAM, has_key, is_in_both, open_hub

from syncline.identity.alike import MOST, block_rules
from syncline.ledger.sql import open_ledger
from syncline.sync import alike, baseline, derive, doubled, observe, written
from syncline.sync.hub import Hub

ROWS = 100_000
LEASE_SECONDS = 86_400.0


@dataclass
class Watch:
    """Seconds in some functions, and how often each was called."""

    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def around(self, name: str, done: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, measured."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            try:
                return done(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began
                self.calls[name] = self.calls.get(name, 0) + 1

        return measured

    def count(self, name: str, done: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, counted."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] = self.calls.get(name, 0) + 1
            return done(*args, **kwargs)

        return counted


@dataclass(frozen=True)
class Measured:
    """One first sync. right, wrong: questions about two that are one company, and about others. silent: not asked."""

    seconds: float
    watch: Watch
    right: int = 0
    wrong: int = 0
    silent: int = 0
    crowded: int = 0


def measure(rows: int, folder: Path, *, compared: bool) -> Measured:
    """Both systems are read to their ends, matched, and compared where no key joins them; nothing is written."""
    watch = Watch()
    assert (derive.alike, written.alike, baseline.doubled) == (alike, alike, doubled), "what is measured is what runs"
    whole = alike.look, alike.compare, alike.keys_of, doubled.look_through
    alike.look, alike.compare = watch.around("compare", whole[0]), watch.count("pairs", whole[1])
    alike.keys_of, doubled.look_through = watch.around("blocks", whole[2]), watch.around("doubled", whole[3])
    try:
        return met(watch, rows, folder, compared=compared)
    finally:
        alike.look, alike.compare, alike.keys_of, doubled.look_through = whole


def met(watch: Watch, rows: int, folder: Path, *, compared: bool) -> Measured:
    """The first sync itself."""
    with open_ledger(folder / "ledger.db", lease_seconds=LEASE_SECONDS) as ledger:
        hub, doors = open_hub(ledger, rows, alike=compared)
        began = time.process_time()
        for system in ("crm", "erp"):
            while observe.advance(hub, system, STREAM):
                continue
        while derive.derive_dirty(hub):
            continue
        seconds = time.process_time() - began - doors.cpu
        right, wrong = asked(hub)
        crowded = sum(len(ledger.crowded(rule, MOST, 1000)) for rule in block_rules("account"))
    silent = sum(not has_key(n) and is_in_both(n) for n in range(rows)) - right
    return Measured(seconds=seconds, watch=watch, right=right, wrong=wrong, silent=silent, crowded=crowded)


def asked(hub: Hub) -> tuple[int, int]:
    """How many questions are about one company, and how many are not."""
    right = wrong = after = 0
    while ids := hub.ledger.scan(after, 1000):
        after = ids[-1]
        asking = {rid: one.asks for rid, one in hub.ledger.records(ids).items() if one.asks is not None}
        links = hub.ledger.links_of([*asking, *asking.values()])
        for one, other in asking.items():
            numbers = [{str(link.external_id)[1:] for link in links[rid] if link.external_id} for rid in (one, other)]
            same = not numbers[0].isdisjoint(numbers[1])
            right, wrong = right + same, wrong + (not same)
    return right, wrong


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--without", action="store_true", help="compare nothing")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(told.rows, Path(folder), compared=not told.without)
        size = (Path(folder) / "ledger.db").stat().st_size / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, calls = found.watch.seconds, found.watch.calls
    print(f"{told.rows:,} against {told.rows:,}: first sync {found.seconds:.1f} s of CPU")
    print(f"  {peak:.0f} MiB of memory, {size:.0f} MiB of ledger")
    print(f"  keys that come twice looked for: {seconds.get('doubled', 0.0):.1f} s")
    print(f"  block keys: {seconds.get('blocks', 0.0):.1f} s")
    print(f"  compared: {seconds.get('compare', 0.0):.1f} s, {calls.get('pairs', 0):,} pairs")
    print(f"  blocks too large to be compared: {found.crowded}")
    print(f"  questions: {found.right:,} right, {found.wrong:,} wrong, {found.silent:,} not asked")


if __name__ == "__main__":
    main()
