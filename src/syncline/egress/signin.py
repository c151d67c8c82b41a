"""Sign-ins: done once for each system, whoever asks first, and again when the system no longer knows us."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncline.connect.auth import SignIn
from syncline.connect.door import NoAnswer, NotAdmitted, Unreachable
from syncline.connect.request import Answer, Request, Write
from syncline.model.outcome import Denied, Later, Outcome

Learnt = Mapping[str, Any]

POISON = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, AssertionError)
"""What a connector may raise at content that it did not foresee."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a sign-in told, and when."""

    told: Learnt
    at: float

    def __repr__(self) -> str:
        return f"Known({', '.join(self.told)})"  # I18: a session is a secret


class SignIns:
    """One sign-in for each system that needs one."""

    def __init__(self, systems: Iterable[str], clock: Callable[[], float]) -> None:
        """clock: seconds."""
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._locks = {system: threading.Lock() for system in systems}

    def known(self, system: str, auth: SignIn, learn: Callable[[], Learnt]) -> Known:
        """What is known; else it is learnt now, by one thread while the others wait."""
        with self._locks[system]:
            found = self._known.get(system)
            if found is None or (auth.lasts is not None and self._clock() - found.at >= auth.lasts):
                found = self._known[system] = Known(told=learn(), at=self._clock())
            return found

    def forget(self, system: str, known: Known) -> None:
        """The system no longer knows us by that; what another thread learnt since stays."""
        with self._locks[system]:
            if self._known.get(system) is known:
                del self._known[system]


def converse(
    system: str, auth: SignIn, ask: Callable[[Request], Answer], errors: Callable[[Answer], Outcome | None]
) -> Learnt:
    """Does the steps of a sign-in. Raises NotAdmitted, or Unreachable where it cannot be done now."""
    steps, told = auth.steps(), None
    try:
        step = next(steps)
        while True:
            answer = ask(step.request if isinstance(step, Write) else step)
            problem = errors(answer)
            if isinstance(problem, Later):
                raise Unreachable(f"{system}: no sign-in now", problem.after)
            if isinstance(problem, Denied):
                raise not_admitted(system, problem)
            step = steps.send(answer)
    except StopIteration as end:
        told = end.value
    except NoAnswer as error:  # nothing came of it, and what it was for did not leave
        raise Unreachable(str(error)) from None
    except POISON as error:
        raise Unreachable(f"{system}: its answer to the sign-in cannot be read ({type(error).__name__})") from None
    if isinstance(told, Denied):
        raise not_admitted(system, told)
    if isinstance(told, Later):
        raise Unreachable(f"{system}: no sign-in now", told.after)
    if not isinstance(told, Mapping):
        raise Unreachable(f"{system}: its answer to the sign-in told nothing")
    return told


def not_admitted(system: str, problem: Denied) -> NotAdmitted:
    """With what to do."""
    why = f" ({problem.reason})" if problem.reason else ""
    return NotAdmitted(f"{system} does not know us{why}: its secret is wrong, or has ended")
