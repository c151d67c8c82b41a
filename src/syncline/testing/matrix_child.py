"""The hub of the crash matrix, in a process of its own: it is killed at a named point, and another one goes on.

Everything outside the hub - systems, clock, scheduler - lives in the parent, at the other end of the pipe.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, cast

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.ledger.sql import open_ledger
from syncline.model.rows import Hint
from syncline.sync import deliver, derive, observe, people, recover
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow
from syncline.sync.store import Ledger, Unit
from syncline.testing import company, matrix_twins, twins
from syncline.testing.vendor import connector

Step = tuple[str, tuple[Any, ...]]
"""The name of a step of the hub, and its arguments."""


@dataclass(frozen=True, kw_only=True)
class Begin:
    """The first message to a child. stop: the point and the pass of it at which the child kills itself."""

    path: str
    now: float
    stop: tuple[str, int] | None = None
    twin: str | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """Steps to be done at this moment, one after the other."""

    steps: tuple[Step, ...]
    now: float


@dataclass(frozen=True, kw_only=True)
class Call:
    """The hub calls a system; the parent answers with an Answer, or the name and text of what it raised."""

    system: str
    request: Request
    effect: Effect


@dataclass(frozen=True, kw_only=True)
class Killed:
    """The last message of a child: where it kills itself."""

    point: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The work is done: what each step returned, and how often each point was passed in this process."""

    results: tuple[Any, ...]
    passes: Mapping[str, int]


class Line:
    """The hub's way to the parent: its door, its clock, and the points where it may end."""

    def __init__(self, parent: Connection, now: float, stop: tuple[str, int] | None) -> None:
        self.parent, self.now, self.stop = parent, now, stop
        self.passes: Counter[str] = Counter()

    def clock(self) -> float:
        """The parent's time."""
        return self.now

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """The door. What happens on the way to a system and back are points too."""
        if effect == "write":
            self.point("write leaves")
        self.parent.send(Call(system=system, request=request, effect=effect))
        answer = self.parent.recv()
        if effect == "write":
            self.point("write answered")
        if isinstance(answer, Answer):
            return answer
        kind, text = answer
        raise {"NoAnswer": NoAnswer, "Unreachable": Unreachable}[kind](text)

    def point(self, name: str) -> None:
        """Dies here by SIGKILL, if this is the place: nothing is flushed, closed or undone by this process."""
        self.passes[name] += 1
        if (name, self.passes[name]) == self.stop:
            self.parent.send(Killed(point=name, number=self.passes[name]))
            os.kill(os.getpid(), signal.SIGKILL)


class WatchedLedger:
    """The ledger with a point at each end of a unit: just before it is committed, and just after."""

    def __init__(self, ledger: Ledger, point: Callable[[str], None]) -> None:
        self.ledger, self.point = ledger, point

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """One transaction."""
        with self.ledger.unit() as unit:
            yield unit
            self.point("unit ends")
        self.point("unit committed")


def new_hub(ledger: Ledger, line: Line) -> Hub:
    """The simulated company's hub."""
    fields = {company.STREAM: tuple(company.FIELDS)}
    return Hub(
        declaration=company.declaration(),
        connectors={name: connector(name, habits, fields) for name, habits in company.HABITS.items()},
        ledger=cast(Ledger, WatchedLedger(ledger, line.point)), door=line, clock=line.clock, point=line.point, batch=20,
    )  # fmt: skip


# ---- what a hub can be asked to do
def feed(hub: Hub, system: str) -> None:
    """The list of deletes, where there is one."""
    if hub.stream(system, company.STREAM).deleted is not None:
        observe.poll_deletes(hub, system, company.STREAM)


def hint(hub: Hub, system: str, row: str) -> None:
    """A webhook."""
    with hub.ledger.unit() as unit:
        unit.put_hints([Hint(system=system, stream=company.STREAM, id=row, at=hub.clock())])


def has_hints(hub: Hub) -> bool:
    """Is something still to be looked at?"""
    return any(hub.ledger.hints(name, company.STREAM, hub.clock() + 100.0, 1) for name in company.ORDER)


STEPS: Mapping[str, Callable[..., Any]] = {
    "advance": lambda hub, system: observe.advance(hub, system, company.STREAM),
    "feed": feed,
    "look": lambda hub, system: observe.look(hub, system, company.STREAM),
    "derive": derive.derive_dirty,
    "deliver": lambda hub, system: deliver.deliver(hub, system, company.STREAM),
    "take": lambda hub, record, field, link: people.take_side(hub, record, field, link, "anna"),
    "undo": lambda hub, run: people.undo_run(hub, run, "anna"),
    "hint": hint,
    "has_hints": has_hints,
}


def attempt(hub: Hub, step: Step) -> Any:
    """One step; a system that cannot be read now is tried again in the next round."""
    name, arguments = step
    try:
        return STEPS[name](hub, *arguments)
    except NotNow as error:
        return str(error)


def main(parent: Connection) -> None:
    """Opens the ledger as it was left, recovers, and works until the parent closes the pipe."""
    begin: Begin = parent.recv()
    line = Line(parent, begin.now, begin.stop)
    found = [twin for twin in (*twins.TWINS, *matrix_twins.TWINS) if twin.title == begin.twin]
    with (
        twins.in_place(found[0]) if found else nullcontext(),
        open_ledger(begin.path, synchronous="FULL", clock=line.clock) as ledger,
    ):
        hub = new_hub(ledger, line)
        recover.recover(hub)
        parent.send(Finished(results=(), passes=line.passes))
        while True:
            try:
                work: Work = parent.recv()
            except EOFError:
                return
            line.now = work.now
            results = tuple(attempt(hub, step) for step in work.steps)
            parent.send(Finished(results=results, passes=line.passes))
