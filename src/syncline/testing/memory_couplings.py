"""What the in-memory ledger knows of couplings, and of staged rows by their ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncline.model.rows import Coupling, Staged
from syncline.sync.store import Row


class MemoryCouplings:
    """A part of the reading half. `t` holds the tables."""

    t: Any

    def staged_at(self, system: str, stream: str, ids: Sequence[str]) -> Sequence[Staged]:
        rows = [(system, stream, one) for one in sorted(set(ids))]
        return [self.t.staged[row] for row in rows if row in self.t.staged]

    def standing(self) -> list[Coupling]:
        return [one for _, one in sorted(self.t.couplings.items()) if one.ended is None]

    def couplings_at(self, rows: Iterable[Row]) -> Mapping[Row, Sequence[Coupling]]:
        wanted, found = set(rows), defaultdict[Row, list[Coupling]](list)
        if self.t.couplings:
            for one in self.standing():
                for row in wanted & {one.one, one.other}:
                    found[row].append(one)
        return dict(found)

    def coupled_ids(self, system: str, stream: str, after: str, limit: int) -> Sequence[str]:
        rows = {row for one in self.standing() for row in (one.one, one.other)}
        return sorted(row[2] for row in rows if row[:2] == (system, stream) and row[2] > after)[:limit]

    def couplings_of_run(
        self, run: int, *, ended: bool = False, after: Coupling | None = None, limit: int = 100
    ) -> Sequence[Coupling]:
        every = sorted(self.t.couplings.items())
        found = [one for _, one in every if (one.ended == run if ended else one.ended is None and one.run == run)]
        return beyond(found, after)[:limit]

    def couplings_waiting(self, *, after: Coupling | None = None, limit: int = 100) -> Sequence[Coupling]:
        at = self.t.link_at
        return beyond([one for one in self.standing() if one.one not in at or one.other not in at], after)[:limit]


def beyond(found: list[Coupling], after: Coupling | None) -> list[Coupling]:
    """Those that come after one."""
    return [one for one in found if after is None or (one.one, one.other) > (after.one, after.other)]
