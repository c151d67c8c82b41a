"""The crash matrix over real sockets: the hub's process is killed at the n-th pass of a point, and another goes on.

The company, its people and its clock are in the parent, and so is the judge.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syncline.testing.forkserver import SECONDS, Child, ForkServer
from syncline.testing.matrix_child import Finished, Killed
from syncline.testing.matrix_run import Cell, Stuck
from syncline.testing.sockets import Company, company, hub_of
from syncline.testing.sockets_child import Begin, Work
from syncline.testing.sockets_people import MOMENTS, Said
from syncline.testing.sockets_run import BETWEEN_SECONDS, HEALED_EVERY_SECONDS, Faults, begin, heal, plant, rest

TARGET = "syncline.testing.sockets_child:main"
HEALED_ROUNDS = 3


@dataclass
class Processes:
    """The hub's process, one at a time: a killed one is followed by the next."""

    server: ForkServer
    company: Company
    stops: list[tuple[str, int]]
    twin: str | None = None
    kills: list[Killed] = field(default_factory=list)
    passes: Mapping[str, int] = field(default_factory=dict)
    child: Child | None = None

    def start(self) -> None:
        """A child with an open, recovered hub."""
        while self.child is None:
            stop = self.stops.pop(0) if self.stops else None
            self.child = self.server.fork()
            self.child.pipe.send(Begin(setting=self.company.setting, stop=stop, twin=self.twin))
            self.listen(self.child)

    def work(self) -> None:
        """The hub does all that it can; killed over it, it is done by the next one."""
        self.start()
        assert self.child is not None
        self.child.pipe.send(Work())
        if not self.listen(self.child):
            self.work()
        self.company.later(BETWEEN_SECONDS)

    def listen(self, child: Child) -> bool:
        """Waits for the end of its work; False: it was killed, at the place it named."""
        killed: Killed | None = None
        while True:
            if not child.pipe.poll(SECONDS):
                raise Stuck(f"nothing came from the hub for {SECONDS} seconds")
            try:
                message = child.pipe.recv()
            except (EOFError, ConnectionResetError):
                status, self.child = child.ended(), None
                if killed is None or status != -signal.SIGKILL:
                    raise Stuck(f"the hub's process ended with {status}") from None
                self.kills.append(killed)
                return False
            if isinstance(message, Finished):
                self.passes = message.passes
                return True
            killed = message

    def end(self) -> None:
        """No process is left."""
        if self.child is not None:
            self.child.ended()
            self.child = None


def run(
    server: ForkServer, folder: Path, stops: Sequence[tuple[str, int]] = (), *, faults: Faults | None = None,
    twin: str | None = None,
) -> Cell:  # fmt: skip
    """The first meeting in this process; the rest in children, killed at these places, one after the other."""
    said: Said = {}
    with company(folder) as ours:
        with hub_of(ours.setting) as (running, _):
            begin(ours, running, {})
        processes = Processes(server, ours, list(stops), twin)
        try:
            plant(ours, faults or {})
            for moment in MOMENTS:
                moment(ours, said)
                processes.work()
            processes.work()
            heal(ours)
            for _ in range(HEALED_ROUNDS):
                ours.later(HEALED_EVERY_SECONDS)
                processes.work()
        finally:
            processes.end()
        with hub_of(ours.setting) as (running, door):
            violations = rest(ours, running, door, said)[1]
    point, number = (processes.kills[0].point, processes.kills[0].number) if processes.kills else ("", 0)
    killed = len(processes.kills) == len(stops) > 0
    return Cell(point=point, number=number, killed=killed, violations=violations, passes=processes.passes)
