"""The storm: worlds from one seed after the other, on all cores, until the time is over or somebody ends it.

What it knows is in `.storm/state.json`, so that it goes on where it ended; what failed is in `.storm/failures`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import randbelow
from typing import Any

import msgspec

from syncline.testing.kinds import KINDS
from syncline.testing.ledgers import LEDGERS
from syncline.testing.storm_report import Report
from syncline.testing.storm_worker import Job, Ran, work
from syncline.testing.trial import STEPS

DIRECTORY = Path(".storm")
WORLDS_PER_PROCESS = 1_000
"""A process is replaced after so many worlds: what one leaves behind cannot pile up over days."""
WORLD_SECONDS = 120.0
"""A world that takes longer hangs."""
SHRINK_SECONDS = 30.0
END_SECONDS = 5.0
PATIENCE_SECONDS = 0.5
"""How long to wait for a world before looking at the clock again."""
SEEDS = 2**40
FAILED_KEPT = 1_000


class State(msgspec.Struct, kw_only=True):
    """What is kept from one storm to the next. next: the first seed that was not run to its end."""

    next: int
    worlds: int = 0
    steps: int = 0
    failed: list[int] = []


@dataclass(eq=False)
class Worker:
    """A process, the seed it is at, and when it was handed that."""

    process: BaseProcess
    jobs: Connection
    seed: int | None = None
    since: float = 0.0
    worlds: int = 0

    def end(self, seconds: float = END_SECONDS) -> None:
        """Ends by itself when its pipe closes, else by force."""
        self.jobs.close()
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


@dataclass
class Storm:
    """One run of it. `clock` counts real seconds."""

    state: State
    directory: Path
    processes: int
    report: Report
    steps: int = STEPS
    world_seconds: float = WORLD_SECONDS
    shrink_seconds: float = SHRINK_SECONDS
    target: Callable[[Connection], None] = work
    clock: Callable[[], float] = time.monotonic
    workers: list[Worker] = field(default_factory=list)
    violated: bool = False
    asked_to_end: bool = False
    handed: int = 0

    def __post_init__(self) -> None:
        self.handed = self.state.next
        # A fork server where there is one: the children share what is imported, and no thread of ours.
        methods = multiprocessing.get_all_start_methods()
        self.context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if self.context.get_start_method() == "forkserver":
            self.context.set_forkserver_preload(["syncline.testing.storm_worker"])

    def blow(self, seconds: float, worlds: int | None = None) -> bool:
        """Runs worlds for so long, or so many of them. Returns whether all held."""
        deadline, end = self.clock() + seconds, None if worlds is None else self.handed + worlds
        try:
            self.workers = [self.start() for _ in range(self.processes)]
            while True:
                if self.clock() < deadline:
                    self.hand_out(end)
                if self.asked_to_end or all(worker.seed is None for worker in self.workers):
                    break
                self.gather()
                if self.report.is_due():
                    self.save()
                    self.report.tell(self.state)
        finally:
            self.save()
            for worker in self.workers:
                if worker.seed is not None:
                    worker.process.kill()
                worker.end()
        return not self.violated

    def end(self, *_: object) -> None:
        """Ctrl-C: the seeds that are under way are run again next time. A second one ends it the hard way."""
        self.asked_to_end = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(self) -> Worker:
        """A new process, waiting for work."""
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=self.target, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return Worker(process, ours)

    def hand_out(self, end: int | None) -> None:
        """A seed to everyone who has none, up to a last one."""
        for worker in (worker for worker in self.workers if worker.seed is None):
            if self.handed == end:
                return
            job = Job(
                seed=self.handed, steps=self.steps, ledger=LEDGERS[self.handed % len(LEDGERS)],
                kind=list(KINDS)[self.handed // len(LEDGERS) % len(KINDS)],
                shrink_seconds=self.shrink_seconds, failures=self.directory / "failures",
            )  # fmt: skip
            worker.seed, worker.since = self.handed, self.clock()
            self.handed += 1
            worker.jobs.send(job)

    def gather(self) -> None:
        """What was done meanwhile; a process that died or hangs is a violation of its seed."""
        busy = {worker.jobs: worker for worker in self.workers if worker.seed is not None}
        for ready in wait(list(busy), timeout=PATIENCE_SECONDS):
            worker = busy[ready]  # type: ignore[index]
            try:
                self.take(worker, worker.jobs.recv())
            except (EOFError, OSError):
                self.lose(worker, "E the process died")
        for worker in list(self.workers):
            if worker.seed is not None and self.clock() - worker.since > self.world_seconds + self.shrink_seconds:
                self.lose(worker, f"L1 the world did not end within {self.world_seconds:.0f} seconds")

    def take(self, worker: Worker, ran: Ran) -> None:
        """A world that ended."""
        worker.seed, worker.worlds = None, worker.worlds + 1
        self.state.worlds += 1
        self.state.steps += ran.steps
        self.judge(ran.seed, ran.steps, ran.violations)
        if worker.worlds >= WORLDS_PER_PROCESS:
            self.replace(worker)

    def lose(self, worker: Worker, violation: str) -> None:
        """A world that did not."""
        seed = worker.seed
        worker.process.kill()
        self.replace(worker)
        if seed is not None:
            self.judge(seed, 0, [violation])

    def judge(self, seed: int, steps: int, violations: Sequence[str]) -> None:
        """A seed that failed is told at once and not taken again."""
        if violations:
            self.violated = True
            self.state.failed = [*self.state.failed, seed][-FAILED_KEPT:]
            self.report.say(f"seed {seed}: {violations[0]}")
        self.report.count(steps, violations)

    def replace(self, worker: Worker) -> None:
        """A fresh process instead of this one."""
        self.workers.remove(worker)
        worker.end()
        self.workers.append(self.start())

    def save(self) -> None:
        """Whole or not at all."""
        self.state.next = min([self.handed, *(w.seed for w in self.workers if w.seed is not None)])
        self.directory.mkdir(parents=True, exist_ok=True)
        draft = self.directory / f"state.json.{os.getpid()}"
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(self.state)))
        draft.replace(self.directory / "state.json")


def load(directory: Path, seed: int | None) -> State:
    """Where the last storm ended; the first one begins anywhere."""
    file = directory / "state.json"
    state = msgspec.json.decode(file.read_bytes(), type=State) if file.exists() else State(next=randbelow(SEEDS))
    if seed is not None:
        state.next = seed
    return state


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m syncline.testing.storm", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--worlds", type=int, help="no more than so many")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--steps", type=int, default=STEPS, help="of each world")
    parser.add_argument("--seed", type=int, help="begin here instead of where the last storm ended")
    parser.add_argument("--directory", type=Path, default=DIRECTORY)
    asked = parser.parse_args(words)
    report = Report()
    state = load(asked.directory, asked.seed)
    storm = Storm(
        state=state, directory=asked.directory, processes=asked.processes, report=report, steps=asked.steps
    )  # fmt: skip
    signal.signal(signal.SIGINT, storm.end)
    report.say(f"from seed {state.next} on, {asked.processes} processes, {asked.minutes:g} minutes")
    held = storm.blow(asked.minutes * 60.0, asked.worlds)
    report.end(storm.state, asked.directory)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
