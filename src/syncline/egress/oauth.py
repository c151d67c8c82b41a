"""Access tokens that are good now: made anew in time, by one process and one thread, and kept before they are used."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from syncline.config.secret import Secret
from syncline.connect.door import NoAnswer, NotAdmitted, Unreachable
from syncline.connect.request import Answer
from syncline.egress.consent import Client, Consent, Form, Token, code_form, granted, refresh_form, seconds_of

MARGIN_SECONDS = 60.0
"""A token is made anew so long before its end, or a tenth of its life, whichever is less."""

JUST_MADE_SECONDS = 60.0
"""A token that is refused so soon is not the cause: another would be refused too."""

LOOK_AGAIN_SECONDS = 30.0

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")

ENDED = {"invalid_grant", "bad_refresh_token"}
"""The refresh token is not good any more, in the standard's words and in HubSpot's old ones."""

Post = Callable[[str, str, Form], Answer]
"""Sends a form to an address of a system, which goes through egress as all does. Raises Unreachable or NoAnswer."""


class Expired(NotAdmitted):
    """The system does not know us any more, and only a person can change that."""


@dataclass(frozen=True, kw_only=True)
class Alone:
    """Nobody else makes this token now. abandoned: since when somebody did who never came to an end."""

    abandoned: float | None = None


class Shelf(Protocol):
    """Where tokens are kept, for all processes."""

    def read(self, system: str) -> Token | None:
        """What is kept now."""

    def write(self, system: str, token: Token, alone: Alone) -> None:
        """Durable when it returns. Raises where somebody else took over meanwhile."""

    def alone(self, system: str) -> AbstractContextManager[Alone]:
        """One at a time over all threads and processes; waits for the others. Raises Unreachable."""


class Tokens:
    """The tokens of all systems with OAuth2."""

    def __init__(
        self, clients: Mapping[str, Client], shelf: Shelf, post: Post, *, wall: Callable[[], float] = time.time
    ) -> None:
        self.clients, self.shelf, self.post, self.wall = clients, shelf, post, wall
        self.turns = {system: threading.Lock() for system in clients}
        self.known: dict[str, Token] = {}
        self.unkept: dict[str, Token] = {}  # made, and not written down yet
        self.unanswered: dict[str, float] = {}  # since when a token that was asked for may be lost

    def __repr__(self) -> str:
        return f"Tokens({', '.join(self.clients)})"

    def access(self, system: str) -> str:
        """One that is good now. Raises Expired, NotAdmitted or Unreachable."""
        known = self.known.get(system)
        if known is not None and not known.lost and self.is_good(known, None):
            return known.access.reveal()
        with self.turns[system]:
            return self.found(system, None)

    def refused(self, system: str, token: str) -> str:
        """Another, since this one was refused. Raises Expired, NotAdmitted or Unreachable."""
        with self.turns[system]:
            return self.found(system, token)

    def consented(self, system: str, consent: Consent, code: Secret) -> None:
        """A person let us in: what the code is worth takes the place of whatever was kept.

        Raises NotAdmitted where it is worth nothing, Unreachable or NoAnswer: a code is good once, so only another
        consent helps then.
        """
        client = self.clients[system]
        with self.turns[system], self.shelf.alone(system) as alone:
            answer = self.post(system, client.auth.token, code_form(client, consent, code))
            token = granted(answer, None, self.wall())
            if token is None:
                raise NotAdmitted(f"{system} {no_token(answer)}; {remedy(system)}")
            self.unkept.pop(system, None)  # of another consent
            self.known.pop(system, None)
            self.keep(system, token, alone)

    def found(self, system: str, refused: str | None) -> str:
        """What is kept, if it is good; else a new one."""
        token = self.kept(system)
        if not self.is_good(token, refused) or system in self.unkept:
            with self.shelf.alone(system) as alone:
                token = self.kept(system)  # again: somebody else may have made it meanwhile
                if (unkept := self.unkept.pop(system, None)) is not None and unkept.made > token.made:
                    token = self.keep(system, unkept, alone)
                if not self.is_good(token, refused):
                    token = self.made_anew(system, token, refused, alone)
        self.known[system] = token
        if token.lost:
            # A system that shows less looks like one where rows were deleted.
            raise Expired(f"{system} has taken rights away ({', '.join(token.lost)}): {remedy(system)}")
        return token.access.reveal()

    def kept(self, system: str) -> Token:
        """Raises NotAdmitted where nobody has consented yet."""
        token = self.shelf.read(system)
        if token is None:
            raise NotAdmitted(f"{system} has no token: {remedy(system)}")
        return token

    def is_good(self, token: Token, refused: str | None) -> bool:
        """Is it none that was refused, and does it live for a while? One without an end is good until it is refused."""
        if token.access.reveal() == refused:
            return False
        if token.ends is None:
            return True
        margin = min(MARGIN_SECONDS, (token.ends - token.made) / 10)
        return self.wall() < token.ends - margin

    def made_anew(self, system: str, old: Token, refused: str | None, alone: Alone) -> Token:
        """A new one, kept before anybody uses it; while the old one still lives, a failure to make one can wait."""
        if old.access.reveal() == refused and 0 <= self.wall() - old.made < JUST_MADE_SECONDS:
            raise Expired(
                f"{system} refuses a token that it has just made: are our rights still there? {remedy(system)}"
            )
        try:
            return self.keep(system, self.refreshed(system, old, alone), alone)
        except (Expired, NotAdmitted):
            raise
        except Unreachable:
            if refused is None and old.ends is not None and self.wall() < old.ends:
                return old
            raise

    def keep(self, system: str, token: Token, alone: Alone) -> Token:
        """A token that could not be kept is not used: with a refresh token that is good once it would be the last."""
        self.unkept[system] = token
        try:
            self.shelf.write(system, token, alone)
        except Unreachable:
            raise
        except Exception as error:
            why = f"{system}'s new token could not be written down ({type(error).__name__}: {error})"
            raise Unreachable(f"{why}; until it is, nothing is sent", LOOK_AGAIN_SECONDS) from error
        del self.unkept[system]
        return token

    def refreshed(self, system: str, old: Token, alone: Alone) -> Token:
        """Asks the system; if the refresh token is not good, once more with what is kept by now."""
        answer = self.asked(system, old)
        if code_of(answer) in ENDED:
            newer = self.shelf.read(system)
            if newer is None or newer.refresh == old.refresh:
                raise Expired(self.ended(system, alone))
            if self.is_good(newer, old.access.reveal()):
                return newer
            old, answer = newer, self.asked(system, newer)
        new = granted(answer, old, self.wall())
        if new is not None:
            self.unanswered.pop(system, None)
            return new
        code = code_of(answer)
        if code in ENDED:
            raise Expired(self.ended(system, alone))
        if answer.status == 429 or answer.status >= 500:
            after = seconds_of(answer.headers.get("retry-after")) or LOOK_AGAIN_SECONDS
            raise Unreachable(f"{system} makes no token now ({answer.status})", after)
        if 400 <= answer.status < 500:
            raise NotAdmitted(
                f"{system} makes no token for us ({code or answer.status}): are `client_id` and `client_secret` right? "
                f"Then {remedy(system)}"
            )
        raise Unreachable(f"{system} answered {answer.status} without a token", LOOK_AGAIN_SECONDS)

    def asked(self, system: str, old: Token) -> Answer:
        """One request for a token. What was for it did not leave: no answer is no more than not now."""
        if old.refresh is None:
            raise Expired(f"{system} gave no refresh token, and the token has ended: {remedy(system)}")
        client = self.clients[system]
        try:
            return self.post(system, client.auth.token, refresh_form(client, old.refresh))
        except NoAnswer as error:
            # The new token may be lost. Where the old refresh token is still good, the next try mends it.
            self.unanswered[system] = self.wall()
            raise Unreachable(f"{system} did not answer for a token: {error}", LOOK_AGAIN_SECONDS) from None

    def ended(self, system: str, alone: Alone) -> str:
        """Why, as far as one can tell."""
        text = f"{system} does not know us any more: access was revoked or has ended"
        lost = alone.abandoned if alone.abandoned is not None else self.unanswered.get(system)
        if lost is not None:
            when = datetime.fromtimestamp(lost, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            text += f", or the token that was asked for at {when} never arrived here"
        return f"{text}; {remedy(system)}"


def no_token(answer: Answer) -> str:
    """Why a code was worth nothing, as far as one can tell."""
    code = code_of(answer)
    said = answer.body.get("status") if isinstance(answer.body, Mapping) else None
    if said == "BAD_CLIENT_ID" or code in ("invalid_client", "unauthorized_client"):
        return "does not know the app: are `client_id` and `client_secret` right?"
    if answer.status >= 500 or answer.status == 429:
        return f"makes no token now ({answer.status}), and the code is spent"
    return f"does not take the code ({code or answer.status}): it has expired, was used before, or is another app's"


def code_of(answer: Answer) -> str | None:
    """The system's word for a refusal, if it is a word: what else stands there may say our secret back."""
    if answer.status < 400 or not isinstance(answer.body, Mapping):
        return None
    found = answer.body.get("error") or answer.body.get("status")
    return found.lower() if isinstance(found, str) and _CODE.fullmatch(found) else None


def remedy(system: str) -> str:
    """What to do."""
    return f"run `syncline connect {system}`"
