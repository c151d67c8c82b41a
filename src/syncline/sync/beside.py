"""What several threads at work on one hub do one at a time: read a path of a stream, tell a stream, wake rules.

Each step reads what is known, asks a system, and writes what came of it. Two beside each other would read one page
twice, or look at a flood of writes without seeing each other's (I11). A step of one system waits for none of another.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from syncline.ledger.turns import Turns


class Beside:
    """Turns by name. A thread that has a turn may take it again, inside."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.turns: dict[tuple[str, ...], Turns] = {}

    @contextmanager
    def turn(self, *what: str, urgent: bool = False) -> Iterator[None]:
        """Waits for it, behind those that came before; the urgent go first."""
        with self.guard:
            turns = self.turns.setdefault(what, Turns())
        if turns.is_mine():
            yield
            return
        with turns.turn(urgent=urgent):
            yield
