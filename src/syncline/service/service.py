"""The service: every worker of a hub, the requests of commands, its webhooks and its page, from start to end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf
from threading import Event

import structlog

from syncline.api.status_page import AwayView, page
from syncline.api.status_page import Running as RunningView
from syncline.api.webhooks import WebhookDoor, keep_in
from syncline.app import Running
from syncline.ledger.requests import Requests
from syncline.look.looking import Looking
from syncline.look.opened import everything
from syncline.look.status import status
from syncline.model.intent import Intent
from syncline.service.bulk import Bulk
from syncline.service.closing import ClosingDoor
from syncline.service.handed import LOOK_SECONDS, Handed, Perform
from syncline.service.hooks import Hooks
from syncline.service.noted import Noted
from syncline.service.urgent import Looker, Teller
from syncline.service.web import Web
from syncline.service.worker import Ending, Worker
from syncline.sync import derive, outgoing, wakes
from syncline.sync.hub import Gathering, Hub

LEASE_SECONDS = 10.0
"""How often the lease is prolonged where nothing is written."""

SHOWN = 20
"""Open things that the page names."""

PAGE_SECONDS = 2.0
"""A page is not made more often; nor does making it take more than a tenth of the time."""

log = structlog.get_logger("syncline.service")


@dataclass(kw_only=True, eq=False)
class Service:
    """Made of a hub that is open. Nothing works before `start`.

    elapsed: seconds that only go on. version: of the program, for the page.
    """

    running: Running
    requests: Requests
    perform: Perform
    version: str = ""
    ending: Ending = field(default_factory=Ending)
    elapsed: Callable[[], float] = time.monotonic
    workers: list[Worker] = field(default_factory=list)
    started: float | None = None
    made: tuple[float, float, str] = (0.0, 0.0, "")

    def __post_init__(self) -> None:
        over = self.ending.over
        self.noted = Noted(clock=self.running.hub.clock)
        self.hub = self.guarded(self.running.hub, over)
        self.urgent = self.guarded(self.running.urgent, over)
        systems = list(dict.fromkeys(binding.system for binding in self.hub.declaration.bindings))
        tellers = {one: Teller(hub=self.urgent, system=one, noted=self.noted) for one in systems}
        for one in systems:
            bulk = Bulk(hub=self.hub, system=one, noted=self.noted, over=over)
            looker = Looker(hub=self.urgent, system=one, noted=self.noted, over=over, tellers=tellers)
            self.add(f"{one} in bulk", bulk.round)
            self.add(f"looks of {one}", looker.round)
            tellers[one].wake = self.add(f"writes to {one}", tellers[one].round).wake.set
        self.deriving = Gathering(kind="derive")
        self.derives = replace(self.hub, run=self.deriving)
        self.add("derive", self.derive)
        tenure = self.running.ledger.tenure
        assert tenure is not None, "a service writes"
        self.handed = Handed(
            hub=self.hub, requests=self.requests, fencing=tenure.fencing, perform=self.perform, over=over,
            wake=lambda: None, redacted=self.running.egress.redacted,
        )  # fmt: skip
        self.handed.wake = self.add("long requests", self.handed.long_round, stuck=inf).wake.set
        self.add("requests", self.handed.round, idle=LOOK_SECONDS)
        self.add("lease", self.prolong, idle=LEASE_SECONDS)

    def guarded(self, hub: Hub, over: Event) -> Hub:
        """The same hub, whose door closes when the service ends, and whose writes are logged."""
        return replace(
            hub, door=ClosingDoor(door=hub.door, over=over), told=self.told, wait=lambda seconds: void(over, seconds)
        )

    def add(self, name: str, turn: Callable[[], bool], **more: float) -> Worker:
        """One more thread."""
        worker = Worker(name=name, round=turn, ending=self.ending, elapsed=self.elapsed, **more)  # type: ignore[arg-type]
        self.workers.append(worker)
        return worker

    # ---- its own work
    def derive(self) -> bool:
        """A chunk of what is to be derived again, and of what wakes."""
        done = derive.derive_dirty(self.derives) + wakes.wake(self.derives)
        if not done:
            self.deriving.anew()
        return done > 0

    def prolong(self) -> bool:
        """A unit, which holds the lease; nothing else is in it."""
        with self.running.ledger.unit(urgent=True):
            return False

    def told(self, intents: Sequence[Intent]) -> None:
        """What was written is logged: how many of which kind, to whom, and the first of the records."""
        for (system, stream, kind, state), number in Counter(
            (one.system, one.stream, one.kind, one.state) for one in intents
        ).items():
            mine = [
                one for one in intents if (one.system, one.stream, one.kind, one.state) == (system, stream, kind, state)
            ]
            ids = sorted({one.record for one in mine})
            say = log.info if state == "done" else log.warning
            do = "" if state == "done" else f"syncline explain {ids[0]}"
            say(
                SAID[state], system=system, stream=stream, kind=kind, number=number, run=mine[0].run,
                records=ids[:5], **({"do": do} if do else {}),
            )  # fmt: skip

    # ---- from start to end
    def start(self) -> None:
        """Every thread begins. What another mode held, and this one does not, is let go."""
        outgoing.catch_up(self.hub)
        self.started = self.elapsed()
        for worker in self.workers:
            worker.start()

    def stop(self, seconds: float) -> list[str]:
        """No new step begins, nothing more is sent; what is under way is awaited so long. Returns who did not end."""
        until = self.elapsed() + seconds
        self.ending.over.set()
        for worker in self.workers:
            worker.wake.set()
        for worker in self.workers:
            if worker.thread is not None:
                worker.thread.join(max(0.0, until - self.elapsed()))
        return [one.name for one in self.workers if one.thread is not None and one.thread.is_alive()]

    # ---- how it is
    def web(self, hooks: Hooks, host: str) -> Web:
        """Its port."""
        keep = keep_in(self.urgent, self.hinted)
        door = WebhookDoor(hooks.endpoints, keep, self.running.hub.clock)
        return Web(door=door, host=host, page=self.page, sound=self.sound, ready=self.is_ready)

    def hinted(self) -> None:
        """A webhook's hints are there."""
        for worker in self.workers:
            if worker.name.startswith("looks of "):
                worker.wake.set()

    def is_ready(self) -> bool:
        """Does it work, and not end?"""
        return self.started is not None and not self.ending.over.is_set()

    def sound(self) -> list[str]:
        """What is wrong with the service itself. A system that is away is none of that."""
        lost = [self.ending.lost] if self.ending.lost else []
        return [*lost, *(found for one in self.workers if (found := one.trouble()))]

    def page(self) -> str:
        """The status page, made anew every now and then."""
        made, took, text = self.made
        now = self.elapsed()
        if text and now - made < max(PAGE_SECONDS, 10 * took):
            return text
        declaration = self.running.declaration
        looking = Looking(declaration=declaration, ledger=self.running.ledger, now=self.running.hub.clock())
        opened = tuple(islice(everything(looking.hub), SHOWN))
        failing = [f"{one.name} fails, and tries again: {one.failing}" for one in self.workers if one.failing]
        view = RunningView(
            up=now - (self.started or now), version=self.version, troubles=(*self.sound(), *failing),
            away=[AwayView(system=one.system, why=one.why, since=one.since) for one in self.noted.away()],
        )  # fmt: skip
        text = self.running.egress.redacted(page(status(looking), opened, view, declaration.zone))
        self.made = (now, self.elapsed() - now, text)
        return text


SAID = {
    "done": "written", "failed": "not taken", "unknown": "sent, and nobody knows what became of it", "sent": "sent",
}  # fmt: skip


def void(over: Event, seconds: float) -> None:
    """Waits so long, or until the service ends."""
    over.wait(seconds)
