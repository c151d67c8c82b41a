"""What the door is made of that others build: secrets, budget, breaker and tokens, as it sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from syncline.config.secret import Secret
from syncline.egress.consent import Consent


class Secrets(Protocol):
    """Where secrets are kept."""

    def secret(self, system: str, name: str) -> str:
        """The secret under that name of the system's block. Raises LookupError where there is none."""


class Ticket(Protocol):
    """The right to one request."""

    def done(self, status: int | None, headers: Mapping[str, str]) -> None:
        """The request is over; status: None where no answer came."""


class Budget(Protocol):
    """What a system still takes."""

    def take(self, system: str, kind: str, cost: int, *, urgent: bool) -> Ticket:
        """Waits for its turn. Raises Unreachable where that would be too long."""

    def hold(self, system: str, kinds: Sequence[str] | None, seconds: float) -> None:
        """The system asked to be left alone so long; kinds: None: all."""


class Whole(Budget, Protocol):
    """The whole of what systems take."""

    def part(self, part: float) -> Budget:
        """For work that takes at most such a part of each limit."""


class Breaker(Protocol):
    """Leaves a system alone that does not work."""

    def before(self, system: str) -> None:
        """Raises Unreachable while it is left alone."""

    def failed(self, system: str, why: str, after: float | None = None) -> None:
        """A call came to nothing."""

    def worked(self, system: str) -> None:
        """It answered."""

    def spared(self, system: str) -> None:
        """The call that it let through was not made after all."""


class Tokens(Protocol):
    """Access tokens that are made anew from refresh tokens."""

    def access(self, system: str) -> str:
        """One that is good now."""

    def refused(self, system: str, token: str) -> str:
        """Another, because this one was refused. Raises Unreachable where there is none."""

    def consented(self, system: str, consent: Consent, code: Secret) -> None:
        """The first one of a consent is made and kept. Raises NotAdmitted, Unreachable or NoAnswer."""


class NoTicket:
    """The ticket of a budget without limits."""

    def done(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Nothing was taken."""


class NoLimits:
    """A budget without limits, and a breaker that never opens."""

    def take(self, system: str, kind: str, cost: int, *, urgent: bool) -> Ticket:
        """At once."""
        return NoTicket()

    def hold(self, system: str, kinds: Sequence[str] | None, seconds: float) -> None:
        """The next call comes when the hub makes it."""

    def part(self, part: float) -> NoLimits:
        """Of nothing."""
        return self

    def before(self, system: str) -> None:
        """Always."""

    def failed(self, system: str, why: str, after: float | None = None) -> None:
        """The next call comes when the hub makes it."""

    def worked(self, system: str) -> None:
        """As expected."""

    def spared(self, system: str) -> None:
        """Another may go."""
