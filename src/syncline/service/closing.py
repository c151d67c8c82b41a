"""The door of a service that may be told to end: from then on nothing more is sent; what is under way is awaited."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

from syncline.connect.door import Door, Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.egress.reading import shared

AGAIN_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class ClosingDoor:
    """A door until `over`. A write that is turned away is known not to have been sent. # L4"""

    door: Door
    over: Event

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """As the door; Unreachable once it is over."""
        if self.over.is_set():
            raise Unreachable(f"{system}: the service is ending, and sends nothing more", AGAIN_SECONDS)
        return self.door.call(system, request, effect)

    def sharing(self, part: float) -> ClosingDoor:
        """The same, for work that takes at most such a part of each limit."""
        return ClosingDoor(door=shared(self.door, part), over=self.over)
