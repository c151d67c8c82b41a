"""The log of calls: what was asked of a sandbox, what it cost and what came of it. No header, query or body."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 100_000


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One API call. status: None where the caller heard nothing. refused_by: the quota; fault: what was planted."""

    number: int
    at: float
    method: str
    path: str
    kind: str
    cost: int
    status: int | None
    refused_by: str | None = None
    fault: str | None = None


class Calls:
    """The last calls, and the sums of all."""

    def __init__(self) -> None:
        self.log: deque[Logged] = deque(maxlen=KEPT)
        self.count = 0
        self.cost = 0
        self.by_kind: Counter[str] = Counter()
        self.by_status: Counter[str] = Counter()

    def add(self, **what: Any) -> None:
        """One more; a call that a quota refused costs nothing."""
        self.count += 1
        logged = Logged(number=self.count, **what)
        self.cost += 0 if logged.refused_by else logged.cost
        self.by_kind[logged.kind] += 1
        self.by_status[str(logged.status or "lost")] += 1
        self.log.append(logged)

    def shown(self, after: int = 0, limit: int = 1000) -> dict[str, Any]:
        """For the control API: the sums, and the calls behind number `after`."""
        behind = [asdict(one) for one in self.log if one.number > after]
        return {
            "count": self.count, "cost": self.cost, "by_kind": dict(self.by_kind), "by_status": dict(self.by_status),
            "calls": behind[:limit],
        }  # fmt: skip
