"""The only way out, as the hub sees it; what stands behind it is egress, or a simulation."""

from __future__ import annotations

from typing import Protocol

from syncline.connect.request import Answer, Effect, Request


class Unreachable(Exception):
    """Nothing was sent: the system could not be reached, or it is not the time. `after`: seconds until it may be."""

    def __init__(self, reason: str = "", after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Refused(Unreachable):
    """The door does not let this request out, now or later: it is not what it should be. Nothing was sent."""


class NotAdmitted(Unreachable):
    """The system does not let us in: a sign-in failed, or what we sign in with has ended. Nothing was sent."""


class NotAllowed(Unreachable):
    """The hub does not connect to that address, by its own rules. Nothing was sent."""


class NoAnswer(Exception):
    """The request left and no answer came; nobody knows whether it was done."""


class Door(Protocol):
    """The only way out."""

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        """Sends one request. Raises Unreachable (Refused, NotAdmitted) or NoAnswer."""
