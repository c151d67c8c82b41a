"""The simulation: the whole hub, its systems and their users in one process, under a fake clock, from one seed.

A step is one action of a user, a person, or the hub. The same seed does the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from syncline.connect.request import Answer, Effect, Request
from syncline.model.rows import Hint
from syncline.sync import deliver, derive, observe, people, recover, wakes
from syncline.sync.hub import Hub
from syncline.sync.observe import NotNow
from syncline.sync.store import Ledger
from syncline.testing import company, users
from syncline.testing.cast import Cast
from syncline.testing.edits import Edit, Undone
from syncline.testing.memory import MemoryLedger
from syncline.testing.systems import SimSystem
from syncline.testing.vendor import connector

QUIET_SECONDS = 30.0
HEAL_STEPS = 1_000


@dataclass(frozen=True)
class Climate:
    """How one seed treats the hub: rates per step or call.

    deletes: of the edits, how many are deletes. retypes: of the deleted rows, how many are typed in again.
    pace:    no step takes longer, in seconds. webhooks: how many an edit sends, by chance one of these.
    sweeps:  does a sweep repair what the lists of changes did not show?
    regrets: is what was written last taken back, instead of anything?
    """

    crash: float
    outage: float
    acts: float
    decides: float
    births: float
    focus: str | None
    twice: float
    hides: float
    deletes: float = 0.04
    retypes: float = 0.6
    pace: float = 0.5
    webhooks: tuple[int, ...] = (0, 1, 1, 2)
    sweeps: bool = True
    regrets: bool = False

    @staticmethod
    def of(random: Random) -> Climate:
        """Some seeds are stormy, some are calm; some users care for one field only."""
        return Climate(
            crash=random.choice([0.0, 0.004, 0.03]), outage=random.choice([0.001, 0.006, 0.02]),
            acts=random.choice([0.03, 0.06, 0.12]), decides=random.choice([0.0, 0.015, 0.04]),
            births=random.choice([0.02, 0.04, 0.15]), focus=random.choice([None, None, "tags", "rep", "addr", "price"]),
            twice=random.choice([0.0, 0.3]), hides=random.choice([0.0, 0.0, 0.003]),
        )  # fmt: skip


class Crash(BaseException):
    """The process stops here: whatever was not committed is gone."""


def script_of(seed: int, steps: int) -> list[int]:
    """What a seed does, step by step. Leaving steps out leaves the others as they were: so a trace is shortened."""
    random = Random(seed)
    return [random.getrandbits(32) for _ in range(steps)]


class World:
    """Everything of one seed. `violations` says what did not hold."""

    def __init__(
        self, seed: int, *, steps: int = 1200, script: Sequence[int] | None = None, ledger: Ledger | None = None,
        trace: bool = False, cast: Cast | None = None, rates: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """rates: parts of the climate that are as said here, whatever the seed says."""
        self.seed = seed
        self.cast = cast or users.CONTACTS
        self.script = list(script) if script is not None else script_of(seed, steps)
        self.random, self.now, self.trace = Random(seed), 1000.0, trace
        self.climate = replace(Climate.of(self.random), **(rates or {}))
        self.crash_rate = self.climate.crash
        self.steps = 0
        self.number = 0
        self.edits: list[Edit] = []
        self.undone: list[Undone] = []
        self.taken: list[tuple[float, int, str]] = []
        self.errands: list[tuple[float, Callable[[], None]]] = []
        self.kept: list[Any] = []  # what a cast remembers for its oracle
        self.violations: list[str] = []
        self.graves: dict[int, str] = {}
        self.log: list[str] = []
        self.systems = {
            name: SimSystem(name, habits, self.cast.fields, self.clock, self.random)
            for name, habits in self.cast.habits.items()
        }
        self.hub = Hub(
            declaration=self.cast.declaration(),
            connectors={
                name: connector(name, system.habits, system.fields) for name, system in self.systems.items()
            },
            ledger=ledger or MemoryLedger(), door=self, clock=self.clock, point=self.point, batch=20,
        )  # fmt: skip
        self.cast.opens(self)
        self.live()
        self.heal()

    def clock(self) -> float:
        """Virtual seconds."""
        return self.now

    def say(self, *what: Any) -> None:
        """A line of the trace."""
        if self.trace:
            self.log.append(f"{self.now:8.1f} " + " ".join(str(one) for one in what))

    # ---- the seams the hub is given
    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """The door: straight to the simulated system."""
        if effect == "write":
            self.say("hub", request.method, system, request.path, request.json)
            self.watch_write(system, request)
        return self.systems[system].answer(request, effect)

    def watch_write(self, system: str, request: Request) -> None:
        """Nothing is ever written to a field while its conflict is open (rule 6)."""
        parts = request.path.strip("/").split("/")
        if request.method != "PATCH" or len(parts) != 2:
            return
        row = (system, parts[0], parts[1])
        link = self.hub.ledger.links_at([row]).get(row)
        if link is not None:
            record = self.hub.ledger.records([link.record])[link.record]
            for name in sorted(set(request.json) & set(record.conflicts)):
                self.violations.append(f"6 wrote {name} of record {record.id} to {system} while its conflict was open")

    def point(self, name: str) -> None:
        """A crash point; and between look and write, and between two calls, a user may act."""
        if self.cast.meanwhile is not None:
            self.cast.meanwhile(self, name)
        if self.crash_rate and self.random.random() < self.crash_rate:
            self.say("CRASH at", name)
            raise Crash(name)

    # ---- steps
    def safely(self, step: Callable[..., Any], *arguments: Any) -> None:
        """A step that a crash or an outage may end."""
        try:
            step(*arguments)
        except NotNow as error:
            self.say("not now:", error)
        except Crash:
            self.restart()
        self.watch_graves()

    def watch_graves(self) -> None:
        """A row that is known to be deleted, and is, stays so: no page brings it back, even for a while (rule 8)."""
        dead = [
            (system.name, stream, row.id)
            for system in self.systems.values() for stream, rows in system.rows.items() for row in rows.values()
            if row.dead is not None
        ]  # fmt: skip
        for link in self.hub.ledger.links_at(dead).values() if dead else ():
            if link.state == "tombstone":
                self.graves[link.id] = str(link.external_id)
            elif self.graves.pop(link.id, None):
                self.violations.append(f"8 deleted {link.external_id} of record {link.record} came back to life")

    def restart(self) -> None:
        """The hub comes back: what was left as sent is of unknown outcome."""
        rate, self.crash_rate = self.crash_rate, 0.0
        recover.recover(self.hub)
        self.crash_rate = rate

    def live(self) -> None:
        """Users, people, faults and the hub in any order. Each step draws from a number of its own."""
        for number in self.script:
            self.random.seed(number)
            self.steps += 1
            self.now += self.random.uniform(0.0, self.climate.pace)
            self.weather()
            self.run_errands()
            kind = self.random.random()
            if kind < self.climate.acts:
                self.cast.acts(self)
            elif kind < self.climate.acts + self.climate.decides:
                (self.cast.decides or users.decide)(self)
            else:
                self.hub_step()

    def weather(self) -> None:
        """Systems go down and come back, and late writes land."""
        for system in self.systems.values():
            system.land()
            if self.random.random() < (self.climate.outage if system.up else 0.05):
                system.up = not system.up
            rows = [r for r in system.every_row() if not r.by_hub]
            if rows and self.random.random() < self.climate.hides:
                # What the hub made stays visible to it: else nobody could find it again after a lost answer.
                self.random.choice(rows).hide(self.now + self.random.uniform(1, 20))

    def run_errands(self) -> None:
        """Webhooks and retyped rows that are due."""
        due = [one for one in self.errands if one[0] <= self.now]
        self.errands = [one for one in self.errands if one[0] > self.now]
        for _, errand in due:
            errand()

    def hub_step(self) -> None:
        """One step of the hub, chosen by chance."""
        system, stream = self.random.choice(self.cast.order), self.random.choice(self.cast.streams)
        choice = self.random.random()
        if choice < 0.25:
            self.safely(observe.advance, self.hub, system, stream)
        elif choice < 0.3:
            self.feed(system, stream)
        elif choice < 0.32:
            self.sweep(system, stream)
        elif choice < 0.5:
            self.safely(observe.look, self.hub, system, stream)
        elif choice < 0.6:
            self.safely(derive.derive_dirty, self.hub)
            self.safely(wakes.wake, self.hub)
        else:
            self.safely(deliver.deliver, self.hub, system, stream)

    def feed(self, system: str, stream: str) -> None:
        """The list of deletes, where there is one."""
        if self.hub.stream(system, stream).deleted is not None:
            self.safely(observe.poll_deletes, self.hub, system, stream)

    def sweep(self, system: str, stream: str) -> None:
        """The whole stream, in the background: it repairs what no list of changes showed."""
        if self.climate.sweeps and self.hub.ledger.cursor(system, stream, "changes").baselined:
            self.safely(lambda: observe.poll(self.hub, system, stream, path="sweep"))

    def webhook(self, system: str, row: str, stream: str = company.STREAM) -> None:
        """A webhook is a hint and nothing more."""
        with self.hub.ledger.unit() as unit:
            unit.put_hints([Hint(system=system, stream=stream, id=row, at=self.now)])

    def undo(self, run: int) -> None:
        """A person takes a run back."""
        run = self.last_written(run) if self.climate.regrets else run
        links = self.hub.ledger.links
        for lid, field in people.undo_run(self.hub, run, "anna"):
            link = links([lid])[lid]
            withheld = link.known[field].withheld
            before = withheld.before if withheld else None
            self.undone.append(Undone(at=self.now, link=lid, record=link.record, field=field, before=before))
            self.say("undo", lid, field, before)

    def last_written(self, otherwise: int) -> int:
        """Of the latest runs the first that wrote something."""
        ledger = self.hub.ledger
        latest = (one.id for one in ledger.runs(30) if one.kind == "deliver")
        wrote = (one for one in latest if any(i.kind == "update" for i in ledger.intents_of_run(one)))
        return next(wrote, otherwise)

    # ---- quiet
    def heal(self) -> None:
        """Faults heal, users stop; the hub works until nothing moves for a while."""
        self.random.seed(self.seed)
        self.crash_rate = 0.0
        for system in self.systems.values():
            system.up, system.faults = True, False
            for row in system.every_row():
                row.hidden_until = 0.0
        still = self.now
        for _ in range(HEAL_STEPS):
            before = self.activity()
            self.round()
            if self.activity() != before or self.errands or self.hints_left() or self.tells_later():
                still = self.now
            if self.now - still > QUIET_SECONDS:
                return
        self.violations.append("L1 never quiet")

    def round(self) -> None:
        """Every step of the hub once."""
        self.now += 0.5
        for system in self.systems.values():
            system.land()
        self.run_errands()
        for name in self.cast.order:
            for stream in self.cast.streams:
                self.safely(observe.advance, self.hub, name, stream)
                self.feed(name, stream)
                self.sweep(name, stream)
                self.safely(observe.look, self.hub, name, stream)
                self.safely(derive.derive_dirty, self.hub)
                self.safely(wakes.wake, self.hub)
                self.safely(deliver.deliver, self.hub, name, stream)
        self.steps += 1

    def activity(self) -> int:
        """Counts what may not move any more at quiet."""
        return sum(len(system.written) for system in self.systems.values())

    def tells_later(self) -> bool:
        """Is a write without an answer to be told again after a wait?"""
        due = (
            link for s in self.cast.order for t in self.cast.streams
            for link in self.hub.ledger.due(s, t, self.now + 100.0, 1_000)
        )  # fmt: skip
        return any(link.unanswered and (link.due_at or 0.0) > self.now for link in due)

    def hints_left(self) -> bool:
        """Is something still to be looked at?"""
        later = self.now + 100.0
        return any(self.hub.ledger.hints(s, t, later, 1) for s in self.cast.order for t in self.cast.streams)
