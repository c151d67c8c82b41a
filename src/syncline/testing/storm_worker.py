"""One process of the storm: runs the seeds it is handed, and shrinks the ones that fail."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from syncline.testing.ledgers import ledgers
from syncline.testing.replay import keep
from syncline.testing.shrink import Shrunk, shrink
from syncline.testing.trial import attempt


@dataclass(frozen=True, kw_only=True)
class Job:
    """One world to run."""

    seed: int
    steps: int
    ledger: str
    kind: str
    shrink_seconds: float
    failures: Path


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of it."""

    seed: int
    steps: int
    violations: Sequence[str]


def work(jobs: Connection) -> None:
    """Until the storm closes its end. Ctrl-C is the storm's business: it ends its processes itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with TemporaryDirectory() as directory:
        while True:
            try:
                job = jobs.recv()
            except EOFError:
                return
            jobs.send(run(job, Path(directory)))


def run(job: Job, directory: Path) -> Ran:
    """One world; a failing one leaves its shortest trace."""
    new_ledger = ledgers(job.ledger, directory)
    trial = attempt(job.seed, steps=job.steps, new_ledger=new_ledger, kind=job.kind)
    if trial.violations:
        found = shrink(job.seed, steps=job.steps, new_ledger=new_ledger, kind=job.kind, seconds=job.shrink_seconds)
        keep(found or unrepeated(job, trial.script, trial.violations), job.failures, ledger=job.ledger, kind=job.kind)
    return Ran(seed=job.seed, steps=trial.steps, violations=trial.violations)


def unrepeated(job: Job, script: Sequence[int], violations: Sequence[str]) -> Shrunk:
    """Failed once and not again: the seed does not decide everything, which is a failure of its own."""
    log = ["the same seed did not fail when it was run again: something in it is not decided by the seed"]
    return Shrunk(seed=job.seed, script=script, violations=violations, log=log, tries=1, whole=False)
