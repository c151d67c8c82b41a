"""How a system knows us, as data. A connector names the places where secrets go; only egress fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline.connect.request import Answer, Conversation, Request


@dataclass(frozen=True)
class Slot:
    """A place in a request's params, headers, form or JSON that egress fills right before it is sent.

    name: `secret`, a key of the system's block in hub.yaml (`database`), what a sign-in told (`uid`), or `access_token`
        of a system with OAuth 2.
    """

    name: str


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """The secret in a header, on every request."""

    header: str = "Authorization"
    scheme: str = "Bearer"


@dataclass(frozen=True, kw_only=True)
class Basic:
    """HTTP Basic: the user's name is a key of the system's block, the password is the secret."""

    user: str = "login"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Requests that come before all others, and again when the system no longer knows us.

    steps: a conversation that ends in what it learnt, as `{"uid": 7}`: the values of slots, and the second argument of
        `Connector.dress` and `undress`; or in Denied or Later. Its requests may hold slots.
    then:  how the requests after it show who we are; None: by their slots. A `secret` that was learnt takes the
        place of ours.
    lasts: seconds after which it is done again; None: until an answer is Denied.
    """

    steps: Callable[[], Conversation]
    then: Bearer | Basic | None = None
    lasts: float | None = None


@dataclass(frozen=True, kw_only=True)
class OAuth2:
    """A bearer token that is made anew from a refresh token.

    The vault holds access and refresh token and when the first expires; client id and secret are keys of the system's
    block. token: the path (or whole address) where tokens are made; authorize: the page where a person consents.
    """

    token: str
    authorize: str
    scopes: tuple[str, ...] = ()
    scheme: str = "Bearer"
    more: Mapping[str, str] = field(default_factory=dict)


Auth = Bearer | Basic | SignIn | OAuth2


def unchanged(request: Request, told: Mapping[str, Any]) -> Request:
    """The default for `Connector.dress`."""
    return request


def as_it_came(answer: Answer, told: Mapping[str, Any]) -> Answer:
    """The default for `Connector.undress`."""
    return answer
