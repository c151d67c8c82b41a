"""What the storm shows: every few seconds at a terminal, one line a minute elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rich.console import Console

TERMINAL_SECONDS = 2.0
LINE_SECONDS = 60.0


class Totals(Protocol):
    """What is counted over all storms."""

    worlds: int
    steps: int


@dataclass
class Report:
    """Counts what this storm did, and prints it beside what all storms did."""

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    clock: Callable[[], float] = time.monotonic
    worlds: int = 0
    steps: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.began = self.told = self.clock()
        self.every = TERMINAL_SECONDS if self.console.is_terminal else LINE_SECONDS

    def is_due(self) -> bool:
        """Is it time for another line?"""
        return self.clock() - self.told >= self.every

    def count(self, steps: int, violations: Sequence[str]) -> None:
        """One more world."""
        self.worlds += 1
        self.steps += steps
        self.failed += bool(violations)

    def tell(self, totals: Totals) -> None:
        """The line; at a terminal the next one is written over it."""
        self.told = self.clock()
        self.console.print(self.line(totals), end="\r" if self.console.is_terminal else "\n", markup=False)

    def line(self, totals: Totals) -> str:
        """Speed and failures are of this storm, the rest of all."""
        speed = self.steps / max(self.clock() - self.began, 0.001)
        return (
            f"{totals.steps:,} steps in {totals.worlds:,} worlds; "
            f"now {speed:,.0f} steps/s, {self.worlds:,} worlds, {self.failed} failed   "
        )

    def say(self, text: str) -> None:
        """Something to be read."""
        self.console.print(text, markup=False)

    def end(self, totals: Totals, directory: Path) -> None:
        """The last word."""
        self.say(self.line(totals))
        if self.failed:
            self.say(f"the traces are in {directory / 'failures'}")
