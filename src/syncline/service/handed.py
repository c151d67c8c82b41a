"""The requests of commands: taken up at once, done here, answered in the ledger.

Short ones are done as they come; long ones wait for each other in a thread of their own, and say so.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

import msgspec
import structlog

from syncline.acts import act as acts
from syncline.acts import told
from syncline.acts.act import (
    Act,
    Apply,
    Audit,
    Baseline,
    Couple,
    Fire,
    Parked,
    Plan,
    Provision,
    Release,
    Say,
    SettleAll,
    Step,
    Sync,
    Undo,
    Verify,
)
from syncline.acts.told import Refused, Told
from syncline.ledger.errors import LedgerClosed
from syncline.ledger.requests import Request, Requests
from syncline.sync.hub import Hub
from syncline.sync.sheet import declaration_hash

Perform = Callable[[Hub, Act, str, Say], Told]

LOOK_SECONDS = 0.2
CLEAR_SECONDS = 3600.0
SAY_SECONDS = 0.5
LONG = (Sync, Plan, Audit, Apply, Verify, Undo, Provision, Fire, Release, Baseline, Couple, SettleAll)
"""What may take long, and does what the declaration says: whoever asks must mean the same one."""

log = structlog.get_logger("syncline.service")


@dataclass(kw_only=True)
class Handed:
    """The requests of one ledger. fencing: of this service's lease. wake: tells the thread of the long ones."""

    hub: Hub
    requests: Requests
    fencing: int
    perform: Perform
    over: Event
    wake: Callable[[], None]
    redacted: Callable[[str], str] = str
    elapsed: Callable[[], float] = time.monotonic
    cleared: float | None = None
    queue: deque[Request] = field(default_factory=deque)
    busy: str = ""

    def __post_init__(self) -> None:
        self.declaration = declaration_hash(self.hub.declaration)

    def round(self) -> bool:
        """Takes up what waits. Never at once again: it looks every LOOK_SECONDS."""
        if self.cleared is None or self.elapsed() - self.cleared > CLEAR_SECONDS:
            self.requests.clear(self.fencing)
            self.cleared = self.elapsed()
        for request in self.requests.waiting():
            if self.over.is_set() or not self.requests.take(request.id, self.fencing):
                continue
            if is_long(request):
                if self.busy or self.queue:
                    self.say(request.id, Step(what=f"waiting for {self.busy or 'another request'} to end"))
                self.queue.append(request)
                self.wake()
            else:
                self.do(request)
        return False

    def long_round(self) -> bool:
        """The next long one. Returns whether more wait."""
        if not self.queue:
            return False
        request = self.queue.popleft()
        self.busy = f"the {type(acts.decoded(request.act)).__name__.lower()} that {request.who} asked for"
        try:
            self.do(request)
        finally:
            self.busy = ""
        return bool(self.queue)

    def do(self, request: Request) -> None:
        """One, to its answer, whatever happens."""
        began = self.elapsed()
        answer = self.answered(request)
        self.requests.answer(request.id, self.fencing, told.encoded(answer))
        code = {"code": answer.code} if isinstance(answer, Refused) else {}  # why: may name values
        log.info(
            "a request is done", request=request.id, who=request.who, told=type(answer).__name__,
            seconds=round(self.elapsed() - began, 1), **code,
        )  # fmt: skip

    def answered(self, request: Request) -> Told:
        """What it comes to."""
        try:
            act = acts.decoded(request.act)
        except msgspec.DecodeError:
            return Refused(
                why="The service that runs is of another version, and does not know this request.",
                remedy="start syncline run again", code="failed",
            )  # fmt: skip
        log.info("a request", request=request.id, who=request.who, act=type(act).__name__)
        if isinstance(act, LONG) and request.declaration != self.declaration:
            return Refused(
                why="hub.yaml is not the one that the service was started with.",
                remedy="start syncline run again, then type the same command again", code="failed",
            )  # fmt: skip
        if self.over.is_set():
            return ending(request.id)
        try:
            return self.perform(self.hub, act, request.who, self.saying(request.id))
        except LedgerClosed:
            return ending(request.id)
        except Exception as error:  # whatever it is, whoever asked is told, and the service goes on
            log.error("a request failed", request=request.id, act=type(act).__name__, exc_info=error)
            return Refused(
                why=self.redacted(f"The service could not do it: {type(error).__name__}: {error}"),
                remedy="look at the service's log; syncline status shows what is open", code="failed",
            )  # fmt: skip

    def saying(self, number: int) -> Say:
        """Progress of a request, now and then."""
        last = [-SAY_SECONDS]

        def say(step: Step) -> None:
            if self.elapsed() - last[0] >= SAY_SECONDS:
                last[0] = self.elapsed()
                self.say(number, step)

        return say

    def say(self, number: int, step: Step) -> None:
        """Into the row."""
        self.requests.say(number, self.fencing, msgspec.json.encode(step))


def is_long(request: Request) -> bool:
    """May it take long? What cannot be read is answered at once."""
    try:
        act = acts.decoded(request.act)
    except msgspec.DecodeError:
        return False
    return isinstance(act, LONG) or (isinstance(act, Parked) and act.code is not None)


def ending(number: int) -> Refused:
    """The service was told to end."""
    return Refused(
        why=f"The service is ending; request {number} was not done to its end. What it had done by then stays done.",
        remedy="syncline runs shows what that was; then type the same command again", code="failed",
    )  # fmt: skip
