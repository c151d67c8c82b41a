"""The clock of a sandbox: real, shifted or frozen."""

from __future__ import annotations

import time
from collections.abc import Callable

MICROS = 1_000_000
LAST = 253_370_764_800.0  # the year 9999 begins, with a year to go on in


class Clock:
    """Tells the time in seconds since 1970; `real` is what it is shifted against."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._shift = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Seconds since 1970."""
        return self._real() + self._shift if self._frozen is None else self._frozen

    def micros(self) -> int:
        """The same in whole microseconds."""
        return round(self.now() * MICROS)

    def set(self, now: float) -> None:
        """From here it goes on, or stands. Raises ValueError for a time that has no date of four digits."""
        if not 0 <= now < LAST:
            raise ValueError(f"the clock goes from 1970 to 9999, not to {now}")
        if self._frozen is None:
            self._shift = now - self._real()
        else:
            self._frozen = now

    def advance(self, seconds: float) -> None:
        """Time passes at once."""
        self.set(self.now() + seconds)

    def freeze(self, frozen: bool = True) -> None:
        """Stands still, or goes on from where it stood."""
        at = self.now()
        self._frozen = at if frozen else None
        self.set(at)
