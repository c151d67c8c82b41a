"""One run of the crash matrix: the scenario, with the hub killed on the way, and what the oracle says at the end.

No run waits for time to pass: the parent waits for the child's last message and its end, and starts the next
child on the ledger as it was left.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from syncline.connect.door import NoAnswer, Unreachable
from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.model.rows import Hint
from syncline.sync.store import Ledger
from syncline.testing import company, oracle
from syncline.testing.edits import Undone
from syncline.testing.forkserver import SECONDS, Child, ForkServer
from syncline.testing.matrix_child import Begin, Call, Finished, Killed, Step, Work
from syncline.testing.matrix_company import ROUND_SECONDS, SCENARIO, Company, LedgerOnly
from syncline.testing.world import World

STILL_ROUNDS = 8
MOST_ROUNDS = 300
STEPS_OF_A_SYSTEM = ("advance", "feed", "look", "derive", "deliver")


class Stuck(Exception):
    """The hub's process said nothing for too long, or ended where nobody killed it."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One run: where it was killed (`killed`: or was it never there?), and what did not hold."""

    point: str
    number: int
    killed: bool
    violations: Sequence[str]
    passes: Mapping[str, int] = field(default_factory=dict)


class Run:
    """One run of the scenario over one ledger file. `again`: the next child is killed there too."""

    def __init__(
        self, server: ForkServer, ledger: Path, stop: tuple[str, int] | None, *, twin: str | None = None,
        again: tuple[str, int] | None = None,
    ) -> None:  # fmt: skip
        self.server, self.ledger, self.twin = server, ledger, twin
        self.stops = [one for one in (stop, again) if one is not None]
        self.company = Company(next_round=self.round)
        self.kills: list[Killed] = []
        self.passes: Mapping[str, int] = {}
        self.child = self.start()

    # ---- the hub's process
    def start(self) -> Child:
        """A child with an open, recovered hub."""
        while True:
            stop = self.stops.pop(0) if self.stops else None
            child = self.server.fork()
            child.pipe.send(Begin(path=str(self.ledger), now=self.company.now, stop=stop, twin=self.twin))
            if self.listen(child) is not None:
                return child

    def listen(self, child: Child) -> Finished | None:
        """Answers the hub's calls until its work is done; None when it was killed."""
        killed: Killed | None = None
        while True:
            if not child.pipe.poll(SECONDS):
                raise Stuck(f"nothing came from the hub for {SECONDS} seconds")
            try:
                message = child.pipe.recv()
            except (EOFError, ConnectionResetError):
                self.bury(child, killed)
                return None
            if isinstance(message, Finished):
                self.passes = message.passes
                return message
            if isinstance(message, Killed):
                killed = message
            else:
                child.pipe.send(self.answer(message))

    def bury(self, child: Child, killed: Killed | None) -> None:
        """It ended: by its own hand at the place it named, or the test itself is wrong."""
        status = child.ended()
        if killed is None or status != -signal.SIGKILL:
            raise Stuck(f"the hub's process ended with {status}")
        self.kills.append(killed)

    def answer(self, call: Call) -> Any:
        """A system's answer, or the name of what became of the call."""
        try:
            return self.company.answer(call.system, call.request, call.effect)
        except (NoAnswer, Unreachable) as error:
            return type(error).__name__, str(error)

    def work(self, *steps: Step) -> tuple[Any, ...] | None:
        """Lets the hub do these steps; when it is killed over them, a new one comes, and they are not repeated."""
        self.child.pipe.send(Work(steps=steps, now=self.company.now))
        done = self.listen(self.child)
        if done is None:
            self.child = self.start()
            return None
        return done.results

    # ---- the scenario
    def play(self) -> Cell:
        """To the quiet end, and judged. However it ends, no process is left."""
        try:
            self.scenario()
            passes, violations = dict(self.passes), self.judge()
        except BaseException:
            self.child.pipe.close()
            raise
        self.child.ended()
        point, number = (self.kills[0].point, self.kills[0].number) if self.kills else ("", 0)
        return Cell(point=point, number=number, killed=bool(self.kills), violations=violations, passes=passes)

    def scenario(self) -> None:
        """Everything that happens, until nothing happens any more."""
        acts = dict(SCENARIO)
        for number in range(max(acts) + 1):
            act = acts.get(number)
            if act is not None and not isinstance(act, str):
                act(self.company)
            elif act is not None:
                PERSONS[act](self)
            self.round()
        self.quieten()

    def round(self) -> None:
        """Every step of the hub once."""
        self.company.now += ROUND_SECONDS
        self.work(
            *((step, () if step == "derive" else (name,)) for name in company.ORDER for step in STEPS_OF_A_SYSTEM)
        )

    def quieten(self) -> None:
        """Until nothing was written and nothing is to be looked at for a while."""
        still = 0
        for _ in range(MOST_ROUNDS):
            before = self.writes()
            self.round()
            busy = self.writes() != before or (self.work(("has_hints", ())) or (True,))[0]
            still = 0 if busy else still + 1
            if still == STILL_ROUNDS:
                return
        self.company.violations.append("L1 never quiet")

    def writes(self) -> int:
        """What the systems were asked to write."""
        return sum(len(system.written) for system in self.company.systems.values())

    def judge(self) -> list[str]:
        """The oracle, over the ledger's file; and rows that stand there twice."""
        with open_ledger(self.ledger, read_only=True) as ledger:
            self.company.hub = LedgerOnly(cast(Ledger, Looked(ledger, self)))
            return [*oracle.check(cast(World, self.company)), *self.twice()]

    def twice(self) -> Iterator[str]:
        """Nobody in the scenario types the same person twice into one system."""
        for name, system in self.company.systems.items():
            alive = [r.now.values["email"].lower() for r in system.rows[company.STREAM].values() if r.dead is None]
            yield from (f"4 {email} stands twice in {name}" for email in sorted(set(alive)) if alive.count(email) > 1)


class Looked:
    """The ledger's file, read by the parent; the oracle's hints go through the hub's own process."""

    def __init__(self, ledger: SqlLedger, run: Run) -> None:
        self.ledger, self.run = ledger, run

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    @contextmanager
    def unit(self) -> Iterator[Looked]:
        """The oracle's only writes are hints."""
        yield self

    def put_hints(self, hints: Sequence[Hint]) -> None:
        """As webhooks."""
        self.run.work(*(("hint", (hint.system, hint.id)) for hint in hints))


# ---- what people ask of the hub; killed over it, they ask again
def take_side(run: Run) -> None:
    """In the conflict about Bert's representative the ERP is right."""
    with open_ledger(run.ledger, read_only=True) as ledger:
        records = ledger.records(ledger.scan(0, 100)).values()
        found = [
            (record.id, link.id)
            for record in records
            if "rep" in record.conflicts
            for link in ledger.links_of([record.id])[record.id]
            if link.system == "erp"
        ]
    for record, link in found:
        run.company.taken.append((run.company.now, record, "rep"))
        decision = ("take", (record, "rep", link))
        run.work(decision) or run.work(decision)


def undo(run: Run) -> None:
    """The name that was told to the shop is taken back."""
    with open_ledger(run.ledger, read_only=True) as ledger:
        told = [
            one.id
            for one in ledger.runs(1000)
            for intent in ledger.intents_of_run(one.id)
            if (intent.system, intent.kind, intent.state) == ("shop", "update", "done") and "name" in intent.values
        ]
    if not told:
        return
    done = run.work(("undo", (told[0],))) or run.work(("undo", (told[0],)))
    with open_ledger(run.ledger, read_only=True) as ledger:
        for lid, name in (done or ((),))[0]:
            link = ledger.links([lid])[lid]
            withheld = link.known[name].withheld
            before = withheld.before if withheld else None
            run.company.undone.append(
                Undone(at=run.company.now, link=lid, record=link.record, field=name, before=before)
            )


PERSONS: Mapping[str, Callable[[Run], None]] = {
    "a person takes a side": take_side,
    "a person undoes a run": undo,
}
