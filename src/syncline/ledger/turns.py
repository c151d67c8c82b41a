"""Whose turn it is to write: one at a time, the urgent before the bulk, and each in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock of the platform goes to whoever is quickest, which is the thread that has just let it go: a long piece of
    bulk work would hold up a webhook for seconds. Here it is handed over.
    """

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.taken_by: int | None = None
        self.waiting: dict[bool, deque[threading.Event]] = {True: deque(), False: deque()}

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Waits for it, and hands it on at the end."""
        self.wait(urgent=urgent)
        try:
            yield
        finally:
            self.hand_on()

    def wait(self, *, urgent: bool) -> None:
        """Until it is this thread's turn."""
        with self.guard:
            if self.taken_by is None:
                self.taken_by = threading.get_ident()
                return
            mine = threading.Event()
            self.waiting[urgent].append(mine)
        try:
            mine.wait()
        except BaseException:  # interrupted: the turn that may have come meanwhile goes on to the next
            with self.guard:
                came = mine.is_set()
                if not came:
                    self.waiting[urgent].remove(mine)
            if came:
                self.hand_on()
            raise
        self.taken_by = threading.get_ident()

    def hand_on(self) -> None:
        """To the next that waits. Until that one runs, nobody else can take it."""
        with self.guard:
            queue = self.waiting[True] or self.waiting[False]
            if queue:
                self.taken_by = 0
                queue.popleft().set()
            else:
                self.taken_by = None

    def is_mine(self) -> bool:
        """Is it this thread's turn already?"""
        return self.taken_by == threading.get_ident()
