"""The hub of `sockets` in a process of its own, which is killed at the n-th pass of a point; another one goes on."""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import cast

from syncline.sync import rounds
from syncline.sync.store import Ledger
from syncline.testing import sockets_twins, twins
from syncline.testing.matrix_child import Finished, Killed, WatchedLedger
from syncline.testing.sockets import Setting, declared, hub_of

ROUNDS = 4


@dataclass(frozen=True, kw_only=True)
class Begin:
    """The first message to a child. stop: the point and the pass of it at which the child kills itself."""

    setting: Setting
    stop: tuple[str, int] | None = None
    twin: str | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """The hub does all that it can."""


class Line:
    """The points where the process may end."""

    def __init__(self, parent: Connection, stop: tuple[str, int] | None) -> None:
        self.parent, self.stop, self.passes = parent, stop, Counter[str]()

    def point(self, name: str) -> None:
        """Dies here by SIGKILL, if this is the place: nothing is flushed, closed or undone by this process."""
        self.passes[name] += 1
        if (name, self.passes[name]) == self.stop:
            self.parent.send(Killed(point=name, number=self.passes[name]))
            os.kill(os.getpid(), signal.SIGKILL)


def main(parent: Connection) -> None:
    """Opens the hub as it was left, and works until the parent closes the pipe."""
    begin: Begin = parent.recv()
    line = Line(parent, begin.stop)
    found = [twin for twin in sockets_twins.TWINS if twin.title == begin.twin]
    with twins.in_place(found[0]) if found else nullcontext(), hub_of(begin.setting, line.point) as (running, _):
        hub = replace(running.hub, ledger=cast(Ledger, WatchedLedger(running.ledger, line.point)))
        parent.send(Finished(results=(), passes=line.passes))
        while True:
            try:
                parent.recv()
            except EOFError:
                return
            rounds.sync(hub, ROUNDS)
            parent.send(Finished(results=(), passes=line.passes))


declared(oauth=False)  # once, before the first fork
