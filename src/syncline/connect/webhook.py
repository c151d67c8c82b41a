"""What a vendor's webhooks look like, as data: how they are signed, and which objects they speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Signed:
    """How a delivery proves where it is from.

    header:    holds the signature; `prefix` stands before it. Several may stand there, with `separator` between.
    content:   what is signed: `{method}`, `{url}` (as the sender was told it), `{body}`, `{timestamp}`, `{id}`.
    key:       how the secret's text becomes the key.
    timestamp: the header with the time of sending, in `unit`s; deliveries older than `tolerance` seconds are refused.
    id:        the header with the delivery's id, where `content` names it.
    """

    header: str
    content: str = "{body}"
    algorithm: Literal["hmac-sha1", "hmac-sha256", "hmac-sha512"] = "hmac-sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    separator: str | None = None
    key: Literal["text", "base64", "whsec"] = "text"
    timestamp: str | None = None
    unit: Literal["seconds", "milliseconds"] = "seconds"
    tolerance: float = 300.0
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Touched:
    """An object that a webhook, or a page of another stream, speaks of: look at it."""

    stream: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """signed:  None: the vendor signs nothing; then only the secret in the address guards the door.
    touched: the objects that a delivery speaks of, from its decoded JSON body and its headers (lower-case names).
        Raises ValueError (or KeyError, TypeError) for a body that is no delivery of this vendor.
    """

    signed: Signed | None
    touched: Callable[[Any, Mapping[str, str]], tuple[Touched, ...]]
