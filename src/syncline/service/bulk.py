"""The work of one system that can wait: what comes round in it, and what it is due to be told, a page or batch each.

One thread for each system, so that one that is slow or away holds up no other. # L2
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event

import structlog

from syncline.service.noted import Noted
from syncline.sync import deliver, schedule
from syncline.sync.hub import Gathering, Hub
from syncline.sync.observe import NotNow
from syncline.sync.rounds import places
from syncline.sync.schedule import SWEEP_PAGE_SECONDS, Task

log = structlog.get_logger("syncline.service")
Key = Task | tuple[str, str]


@dataclass(kw_only=True)
class Bulk:
    """One system's rounds. A poll of a stream is one run, however many pages it has; so is what is told in a row.

    later: what cannot, or need not, be done before a moment. runs: that of each, where it is under way.
    """

    hub: Hub
    system: str
    noted: Noted
    over: Event
    later: dict[Key, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tasks = schedule.tasks(self.hub, self.system)
        self.streams = [place for place in places(self.hub) if place[0] == self.system]
        kinds: dict[Key, str] = {**dict.fromkeys(self.tasks, "poll"), **dict.fromkeys(self.streams, "deliver")}
        self.runs = {key: Gathering(kind=kind) for key, kind in kinds.items()}
        self.hubs = {key: replace(self.hub, run=run) for key, run in self.runs.items()}

    def round(self) -> bool:
        """A page or batch of each stream that has one. Returns whether there is more."""
        if self.hub.ledger.system_state(self.system).paused:
            return False
        more = False
        for task in self.tasks:
            if not self.over.is_set() and self.is_due(task):
                more = self.read(task) or more
        for place in self.streams:
            if not self.over.is_set():
                more = self.tell(place) or more
        return more

    def is_due(self, task: Task) -> bool:
        """Is it time for it? What is due later is not looked up again before."""
        now = self.hub.clock()
        if self.later.get(task, 0.0) > now:
            return False
        whole = self.hub.ledger.cursor(task.system, task.stream, "changes")
        cursor = schedule.cursor_of(self.hub, task)
        at = schedule.due_at(task, cursor, whole, now)
        if at is None and task.what == "sweep" and whole.baselined:
            schedule.begin_sweeps(self.hub, task)
        if at is not None and at > now:
            self.later[task] = min(at, now + task.every)
        return at is not None and at <= now

    def read(self, task: Task) -> bool:
        """One page. Returns whether there is more at once."""
        try:
            more = schedule.step(self.hubs[task], task)
        except NotNow as reason:
            self.put_off(task, task.stream, reason)
            return False
        self.noted.worked(self.system, task.stream)
        if not more:
            self.ended(task)
        elif task.what == "sweep":
            self.later[task] = self.hub.clock() + SWEEP_PAGE_SECONDS
            return False
        return more

    def ended(self, task: Task) -> None:
        """A read came to its end."""
        number = self.runs[task].number
        self.runs[task].anew()
        if number is not None:
            log.info("read what changed", system=task.system, stream=task.stream, what=task.what, run=number)
        elif task.what == "sweep":
            log.info("swept", system=task.system, stream=task.stream)

    def tell(self, place: tuple[str, str]) -> bool:
        """One batch. Returns whether there may be more."""
        if self.later.get(place, 0.0) > self.hub.clock():
            return False
        try:
            told = deliver.deliver(self.hubs[place], *place)
        except NotNow as reason:
            self.put_off(place, place[1], reason)
            return False
        if told:
            self.noted.worked(*place)
        else:
            self.runs[place].anew()
        return told > 0

    def put_off(self, key: Key, stream: str, reason: NotNow) -> None:
        """Not before the moment that it names."""
        self.later[key] = self.hub.clock() + reason.after
        if not self.over.is_set():
            self.noted.not_now(self.system, stream, reason)
