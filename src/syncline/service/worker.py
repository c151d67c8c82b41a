"""A thread that does one kind of work in rounds, says when it cannot, goes on after a pause, and never dies unseen."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from syncline.egress.backoff import backoff
from syncline.ledger.errors import LeaseLost, LedgerClosed, LedgerError

IDLE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
STUCK_SECONDS = 900.0
"""No step takes as long: a call ends after two minutes at most. What a person asks for may."""
MACHINE = (OSError, sqlite3.Error, LedgerError)

log = structlog.get_logger("syncline.service")


@dataclass(kw_only=True)
class Ending:
    """Whether the service is to end, and why where nobody asked for it."""

    over: threading.Event = field(default_factory=threading.Event)
    lost: str = ""

    def lose(self, why: str) -> None:
        """It cannot go on."""
        self.lost = self.lost or why
        self.over.set()


@dataclass(kw_only=True, eq=False)
class Worker:
    """round: does what there is to do, a little; returns whether there is more.

    idle:  seconds until it looks again where nobody wakes it. stuck: seconds that no round takes.
    beat:  when its latest round began, by `elapsed`. failing: what went wrong in the last round, for people.
    """

    name: str
    round: Callable[[], bool]
    ending: Ending
    idle: float = IDLE_SECONDS
    stuck: float = STUCK_SECONDS
    elapsed: Callable[[], float] = time.monotonic
    wake: threading.Event = field(default_factory=threading.Event)
    beat: float = 0.0
    failing: str = ""
    failures: int = 0
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins."""
        self.beat = self.elapsed()
        self.thread = threading.Thread(target=self.run, name=self.name, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Rounds, until the service ends."""
        while not self.ending.over.is_set():
            self.beat = self.elapsed()
            try:
                more = self.round()
            except LeaseLost:
                self.ending.lose("another process has taken over the ledger: look who it is with `syncline status`")
                return
            except LedgerClosed:
                return
            except Exception as error:
                self.failed(error)
                continue
            if self.failing:
                log.info("works again", worker=self.name)
                self.failing, self.failures = "", 0
            if not more:
                self.wake.wait(self.idle)
                self.wake.clear()

    def failed(self, error: Exception) -> None:
        """Nothing is lost: every step is a transaction, and what was due is due still."""
        if self.ending.over.is_set():
            return
        pause = backoff(self.failures, lambda: 1.0, cap=LONGEST_PAUSE_SECONDS)
        self.failing = said(error)
        self.failures += 1
        log.error(
            "a step failed", worker=self.name, why=self.failing, again_in=round(pause, 1), do=remedy(error),
            exc_info=error,
        )  # fmt: skip
        self.ending.over.wait(pause)

    def trouble(self) -> str:
        """Why somebody should look at this one; empty: it works, or tries to."""
        if self.thread is not None and not self.thread.is_alive() and not self.ending.over.is_set():
            return f"{self.name} has stopped: start the service again, and report what its log says"
        still = self.elapsed() - self.beat
        if still > self.stuck:
            return f"{self.name} has been at one step for {still:.0f} s: start the service again"
        return ""


def said(error: Exception) -> str:
    """What went wrong, for logs and the page. Only the machine's own errors in their words: others hold values."""
    return f"{type(error).__name__}: {error}" if isinstance(error, MACHINE) else type(error).__name__


def remedy(error: Exception) -> str:
    """What to do about a failure of the machine; what is nobody's fault but the program's is to be reported."""
    text = str(error).lower()
    if "disk" in text and "full" in text:
        return "make room on the disk of the ledger; it goes on by itself"
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return "let the service's user write the ledger's folder; it goes on by itself"
    if "malformed" in text or "not a database" in text:
        return "stop the service and restore the ledger from a backup"
    return "it is tried again; if it stays, report this line"
