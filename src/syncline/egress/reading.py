"""The door for work that only reads, whatever the mode, and takes no more than its share of what the systems allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from syncline.connect.door import Door, Refused
from syncline.connect.request import Answer, Effect, Request


@runtime_checkable
class Sharing(Protocol):
    """A door whose calls can be kept to a part of each limit."""

    def sharing(self, part: float) -> Door:
        """The same door, for work that takes at most so much of each limit. part: 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class OnlyReads:
    """A door that lets no write out. # I17"""

    door: Door

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """As the door; Refused for a write."""
        if effect != "read":
            raise Refused(f"{system}: this only reads; nothing is written by it, in any mode")
        return self.door.call(system, request, effect)


def reading(door: Door, part: float) -> Door:
    """For work that only reads, and takes at most such a part (0 to 1) of each limit."""
    return OnlyReads(door=shared(door, part))


def shared(door: Door, part: float) -> Door:
    """Kept to a part of each limit; a door that knows no limits, as in a simulation, is itself."""
    return door.sharing(part) if isinstance(door, Sharing) else door
