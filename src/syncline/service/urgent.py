"""What somebody waits for, by system: hints are looked at, and what follows is told, before all that can wait.

Two threads for each system: one looks at its rows, one tells it. What a look brings is handed to the tellers of the
other systems in memory only: should it be lost, the links are due all the same.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event

from syncline.service.noted import Noted
from syncline.sync import urgent
from syncline.sync.hub import Gathering, Hub
from syncline.sync.observe import NotNow
from syncline.sync.rounds import places

Records = frozenset[int]
MOST_WAITING = 1000
"""Batches that wait for one teller; what comes beyond is due all the same, and told in bulk."""


@dataclass(kw_only=True)
class Teller:
    """Tells one system what the records of a batch of hints are due to tell it, under the run of that batch."""

    hub: Hub
    system: str
    noted: Noted
    wake: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: deque[tuple[int | None, Records]] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))

    def __post_init__(self) -> None:
        self.gathering = Gathering(kind="hints")
        self.tells = replace(self.hub, run=self.gathering)

    def give(self, run: int | None, records: Records) -> None:
        """For any thread."""
        with self.lock:
            self.waiting.append((run, records))
        self.wake()

    def round(self) -> bool:
        """One batch. Returns whether more wait."""
        with self.lock:
            if not self.waiting:
                return False
            run, records = self.waiting.popleft()
        self.gathering.anew(run)
        if not self.hub.ledger.system_state(self.system).paused:
            urgent.tell_first(self.tells, records, self.not_now, only=self.system)
        return True

    def not_now(self, reason: NotNow) -> None:
        """Its links stay due: they are told in bulk when it can be told again."""
        self.noted.not_now(self.system, "", reason)


@dataclass(kw_only=True)
class Looker:
    """Looks at the rows of one system that hints name. A batch of hints is one run."""

    hub: Hub
    system: str
    noted: Noted
    over: Event
    tellers: Mapping[str, Teller]
    later: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gathering = Gathering(kind="hints")
        self.looks = replace(self.hub, run=self.gathering)
        self.streams = [stream for system, stream in places(self.hub) if system == self.system]

    def round(self) -> bool:
        """A batch of each stream that has hints. Returns whether there is more."""
        if self.hub.ledger.system_state(self.system).paused:
            return False
        more = False
        for stream in self.streams:
            if self.over.is_set():
                return False
            if self.later.get(stream, 0.0) <= self.hub.clock():
                more = self.look(stream) or more
        return more

    def look(self, stream: str) -> bool:
        """One batch. Returns whether there may be more."""
        self.gathering.anew()
        try:
            done, records = urgent.look_first(self.looks, self.system, stream)
        except NotNow as reason:
            self.later[stream] = self.hub.clock() + reason.after
            if not self.over.is_set():
                self.noted.not_now(self.system, stream, reason)
            return False
        if done:
            self.noted.worked(self.system, stream)
        if records:
            for one in self.tellers.values():
                one.give(self.gathering.number, frozenset(records))
        return done > 0
