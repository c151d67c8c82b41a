"""Numbers that are never given out twice: reserved in blocks, in the unit that first uses a block."""

from __future__ import annotations

BLOCK = 1000
COUNTERS = ("record", "link", "intent", "run", "history", "event")
"""All there are."""


class Numbers:
    """What was given out and what is reserved, by counter.

    A number of a unit that fails is not given out again, though the block it came from was never reserved: the
    next unit reserves beyond it. Whatever was committed with a number is committed with its reservation.
    """

    def __init__(self, reserved: dict[str, int]) -> None:
        self.given = dict(reserved)
        self.reserved = dict(reserved)

    def next(self, counter: str) -> int:
        """The next number."""
        given = self.given[counter] = self.given.get(counter, 0) + 1
        return given

    def block(self, counter: str, size: int) -> int:
        """The first of `size` numbers in a row."""
        first = self.given.get(counter, 0) + 1
        self.given[counter] = first + size - 1
        return first

    def skip(self, many: int) -> None:
        """The next numbers are beyond so many of each counter: one that was never used here may have been elsewhere."""
        self.given = {name: self.given.get(name, 0) + many for name in {*COUNTERS, *self.given}}  # I4

    def wanted(self) -> dict[str, int]:
        """What a unit that used numbers beyond its reservations must reserve: as far as it went, and a block more."""
        return {name: given + BLOCK for name, given in self.given.items() if given > self.reserved.get(name, 0)}
