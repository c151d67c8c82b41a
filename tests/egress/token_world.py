"""A system that makes tokens, strictly: a refresh token is good once, and whoever uses one twice loses all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from syncline.config.secret import Secret
from syncline.connect.auth import OAuth2
from syncline.connect.request import Answer
from syncline.egress.consent import Client, Form, Token
from syncline.egress.oauth import Alone, Tokens

AUTH = OAuth2(token="/oauth/token", authorize="https://crm.example/consent", scopes=("read", "write"))
CLIENT = Client(auth=AUTH, id="client-17", secret=Secret("client-canary"))


@dataclass
class System:
    """lasts: seconds. rotates: every token comes with a new refresh token."""

    lasts: Any = 1800
    rotates: bool = True
    scope: str | None = "read write"
    refresh: str = "refresh-0"
    made: int = 0
    asked: list[Mapping[str, str]] = field(default_factory=list)
    next: list[Answer | Exception] = field(default_factory=list)

    def post(self, system: str, address: str, form: Form) -> Answer:
        assert (system, address) == ("crm", "/oauth/token")
        plain = {name: one.reveal() if isinstance(one, Secret) else one for name, one in form.items()}
        self.asked.append(plain)
        assert (plain["client_id"], plain["client_secret"]) == ("client-17", "client-canary")
        planned = self.next.pop(0) if self.next else None
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            return planned
        if plain["refresh_token"] != self.refresh:
            return Answer(status=400, body={"error": "invalid_grant", "error_description": plain["refresh_token"]})
        return Answer(status=200, body=self.answer())

    def answer(self) -> dict[str, Any]:
        self.made += 1
        body: dict[str, Any] = {"access_token": f"access-{self.made}", "token_type": "bearer"}
        if self.lasts is not None:
            body["expires_in"] = self.lasts
        if self.rotates:
            self.refresh = body["refresh_token"] = f"refresh-{self.made}"
        if self.scope is not None:
            body["scope"] = self.scope
        return body


@dataclass
class Shelf:
    """What is kept, and what is done about it, in order."""

    token: Token | None
    done: list[str] = field(default_factory=list)
    abandoned: float | None = None
    broken: Exception | None = None
    before_lock: Callable[[], None] = lambda: None

    def read(self, system: str) -> Token | None:
        self.done.append("read")
        return self.token

    def write(self, system: str, token: Token, alone: Alone) -> None:
        if self.broken is not None:
            raise self.broken
        self.done.append(f"write {token.access.reveal()}")
        self.token = token

    @contextmanager
    def alone(self, system: str) -> Iterator[Alone]:
        self.before_lock()
        self.done.append("lock")
        try:
            yield Alone(abandoned=self.abandoned)
        finally:
            self.done.append("unlock")


def first(now: float = 0.0, **more: Any) -> Token:
    given: dict[str, Any] = {
        "access": Secret("access-0"), "refresh": Secret("refresh-0"), "made": now, "ends": now + 1800.0,
        "scopes": ("read", "write"), **more,
    }  # fmt: skip
    return Token(**given)


def tokens_of(system: System, shelf: Shelf, wall: Callable[[], float]) -> Tokens:
    return Tokens({"crm": CLIENT}, shelf, system.post, wall=wall)
