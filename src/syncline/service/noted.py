"""What the service knows of its systems beside the ledger: which cannot be worked on now, and why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from syncline.sync.observe import NotNow

log = structlog.get_logger("syncline.service")


@dataclass(frozen=True, kw_only=True)
class Away:
    """A system, or a stream of it, that cannot be worked on. since, until: seconds of the wall."""

    system: str
    stream: str
    why: str
    since: float
    until: float


@dataclass(kw_only=True)
class Noted:
    """For any thread. A reason is logged when it comes and when it goes, and not each time it is met."""

    clock: Callable[[], float]
    lock: threading.Lock = field(default_factory=threading.Lock)
    known: dict[tuple[str, str], Away] = field(default_factory=dict)

    def not_now(self, system: str, stream: str, reason: NotNow) -> None:
        """It cannot be worked on; nothing is lost by that."""
        now, why = self.clock(), str(reason)
        with self.lock:
            before = self.known.get((system, stream))
            since = before.since if before is not None else now
            self.known[system, stream] = Away(
                system=system, stream=stream, why=why, since=since, until=now + reason.after
            )
            new = before is None and not any(
                one.system == system for one in self.known.values() if one.stream != stream
            )
        if new:
            log.warning(
                "cannot be worked on now", system=system, stream=stream, why=why, again_in=round(reason.after, 1),
                do="nothing is lost, and it goes on by itself; syncline check says whether it can be reached",
            )  # fmt: skip

    def worked(self, system: str, stream: str) -> None:
        """It can be worked on."""
        with self.lock:
            before = self.known.pop((system, stream), None)
            before = self.known.pop((system, ""), None) or before
            last = before is not None and not any(one.system == system for one in self.known.values())
        if last and before is not None:
            log.info("can be worked on again", system=system, seconds=round(self.clock() - before.since, 1))

    def away(self) -> tuple[Away, ...]:
        """Those that cannot be worked on now, by system."""
        with self.lock:
            return tuple(sorted(self.known.values(), key=lambda one: (one.system, one.stream)))
