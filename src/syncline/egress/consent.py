"""How a person lets us into a system once: the page to open, the code it sends back, and what that is worth."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from syncline.config.secret import Secret
from syncline.connect.auth import OAuth2
from syncline.connect.request import Answer

RANDOM_BYTES = 32
LIVES_SECONDS = 600.0
"""A consent that was begun is worth nothing after this."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")

Form = Mapping[str, str | Secret]
"""Fields of a form; egress reveals the secrets as it sends them."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """What we are at one system: its OAuth2, and the client id and secret of the system's block."""

    auth: OAuth2
    id: str
    secret: Secret | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a consent is worth now. Moments are seconds of the wall clock.

    ends:    when the access token ends; None: the system does not say.
    scopes:  what a person consented to, in the system's words. lost: what of it was taken away since.
    """

    access: Secret
    refresh: Secret | None
    made: float
    ends: float | None = None
    scopes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent that was begun: what the page is opened with, and what only we know."""

    system: str
    state: Secret
    verifier: Secret
    redirect: str
    begun: float


@dataclass(frozen=True, kw_only=True)
class Back:
    """What came back to a consent that was begun: a code, or the system's word for why there is none."""

    consent: Consent
    code: Secret | None = None
    error: str = ""


@dataclass
class Consents:
    """Those that are under way. A state is good once, for ten minutes, and for the system it was begun for."""

    random: Callable[[int], bytes]
    pending: dict[str, Consent] = field(default_factory=dict, repr=False)
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, system: str, redirect: str, now: float) -> Consent:
        """redirect: the address that the code comes back to, exactly as it is registered there."""
        found = Consent(
            system=system, state=Secret(word(self.random(RANDOM_BYTES))),
            verifier=Secret(word(self.random(RANDOM_BYTES))), redirect=redirect, begun=now,
        )  # fmt: skip
        with self.turn:
            self.pending = {k: one for k, one in self.pending.items() if now - one.begun < LIVES_SECONDS}
            self.pending[found.state.reveal()] = found
        return found

    def redeem(self, state: str, now: float) -> Consent | None:
        """The consent of a state that came back; None: it is not one of ours, was used, or is too old."""
        with self.turn:
            known = next((one for one in self.pending if hmac.compare_digest(one.encode(), state.encode())), None)
            found = self.pending.pop(known) if known is not None else None
        return found if found is not None and 0 <= now - found.begun < LIVES_SECONDS else None


def came_back(consents: Consents, given: Mapping[str, str], now: float) -> Back | None:
    """What the query of the redirect says; None: it has no state of ours, so that it says nothing at all."""
    consent = consents.redeem(given.get("state", ""), now)
    if consent is None:
        return None
    if given.get("code") and not given.get("error"):
        return Back(consent=consent, code=Secret(given["code"]))
    said = given.get("error", "")
    return Back(consent=consent, error=said if _WORD.fullmatch(said) else "no code came with it")


def pasted(consents: Consents, begun: Consent, text: str, now: float) -> Back | None:
    """What a person pasted: the whole address that the browser ended at, or the code alone, which PKCE binds to us."""
    text = text.strip()
    parts = urlsplit(text)
    if parts.query or "://" in text:
        return came_back(consents, dict(parse_qsl(parts.query, keep_blank_values=True)), now)
    return came_back(consents, {"state": begun.state.reveal(), "code": text}, now)


def word(drawn: bytes) -> str:
    """Bytes as letters that need no escape."""
    return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()


def challenge(verifier: Secret) -> str:
    """PKCE, S256: shown when asking; who redeems the code must know what it was made of."""
    return word(hashlib.sha256(verifier.reveal().encode()).digest())


def page(client: Client, consent: Consent) -> str:
    """The address of the page where a person consents. It holds the state, so it is for that person only."""
    asked = {
        "response_type": "code", "client_id": client.id, "redirect_uri": consent.redirect,
        "scope": " ".join(client.auth.scopes), "state": consent.state.reveal(),
        "code_challenge": challenge(consent.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    parts = urlsplit(client.auth.authorize)
    query = {**dict(parse_qsl(parts.query)), **client.auth.more, **{k: v for k, v in asked.items() if v}}
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def code_form(client: Client, consent: Consent, code: Secret) -> Form:
    """Exchanges the code that came back."""
    return {
        "grant_type": "authorization_code", "code": code, "redirect_uri": consent.redirect,
        "code_verifier": consent.verifier, **who(client),
    }  # fmt: skip


def refresh_form(client: Client, refresh: Secret) -> Form:
    """Makes the next access token."""
    return {"grant_type": "refresh_token", "refresh_token": refresh, **who(client)}


def who(client: Client) -> Form:
    """Who asks."""
    return {"client_id": client.id} | ({} if client.secret is None else {"client_secret": client.secret})


def granted(answer: Answer, before: Token | None, now: float) -> Token | None:
    """The token that an answer holds; None: it holds none.

    before: the token that it takes the place of. Its refresh token is kept where no new one came, and its scopes are
    what the new ones are compared with.
    """
    body = answer.body
    if not 200 <= answer.status < 300 or not isinstance(body, Mapping):
        return None
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(access, str) or not access:
        return None
    scopes, lasts = scopes_of(body), seconds_of(body.get("expires_in"))
    kept = before.refresh if before is not None else None
    consented = before.scopes if before is not None and before.scopes else scopes
    return Token(
        access=Secret(access), refresh=Secret(refresh) if isinstance(refresh, str) and refresh else kept, made=now,
        ends=None if lasts is None else now + lasts, scopes=consented,
        lost=tuple(one for one in consented if one not in scopes) if scopes else (),
    )  # fmt: skip


def scopes_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """As the standard has it, or as a list."""
    found = body.get("scope", body.get("scopes"))
    words = found.split() if isinstance(found, str) else found if isinstance(found, list) else []
    return tuple(sorted({str(one) for one in words}))


def seconds_of(value: Any) -> float | None:
    """A number, also as text; None: nothing that could be meant."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) and 0 < found < 1e9 else None
