"""A described request becomes one that leaves: slots are filled, and who we are is added, right before it is sent."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from syncline.connect.auth import Basic, Bearer, Slot
from syncline.connect.door import NotAdmitted, Refused
from syncline.connect.request import Request
from syncline.egress.client import Outgoing

Value = Callable[[str], Any]
"""The value of a slot, by its name. Raises Unreachable where there is none."""

SECRET = "secret"
OURS = (
    ("accept", "application/json"),
    ("accept-encoding", "gzip"),
    ("user-agent", "syncline"),
)

_NAME = re.compile(r"[A-Za-z0-9!#$&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]*")
_FRAMING = frozenset(
    (
        *("host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect"),
        *("accept-encoding", "proxy-authorization"),
    )
)


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A header that says who we are."""

    header: str
    value: str

    def __repr__(self) -> str:
        return f"Credential({self.header})"


def credential(auth: Bearer | Basic | None, value: Value) -> Credential | None:
    """By the secret of that moment."""
    if isinstance(auth, Bearer):
        secret = str(value(SECRET))
        if not _VALUE.fullmatch(secret):
            raise NotAdmitted("its secret holds signs that no header can hold: was it copied whole, and nothing more?")
        return Credential(header=auth.header, value=f"{auth.scheme} {secret}" if auth.scheme else secret)
    if isinstance(auth, Basic):
        return Credential(header="Authorization", value=f"Basic {pair(str(value(auth.user)), str(value(SECRET)))}")
    return None


def pair(user: str, secret: str) -> str:
    """As HTTP Basic packs them."""
    return base64.b64encode(f"{user}:{secret}".encode()).decode()


def outgoing(url: str, request: Request, who: Credential | None, value: Value, *, follow: bool) -> Outgoing:
    """The request as it leaves. Raises Refused for one that cannot be put into bytes."""
    secret = {name.lower() for name, one in request.headers.items() if isinstance(one, Slot)}
    headers = {name.lower(): text(filled(one, value)) for name, one in request.headers.items()}
    if who is not None:
        headers[who.header.lower()] = who.value
        secret.add(who.header.lower())
    content = None
    if request.json is not None:
        content = bytes_of(filled(request.json, value))
        headers.setdefault("content-type", "application/json")
    elif request.form is not None:
        content = urlencode({name: text(filled(one, value)) for name, one in request.form.items()}).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    for name, one in headers.items():
        if name in _FRAMING or not _NAME.fullmatch(name) or not _VALUE.fullmatch(one):
            raise Refused(f"the header {name[:100]!r} cannot be sent as it is")
    query = urlencode(list(pairs(request.params, value)))
    return Outgoing(
        method=request.method, url=f"{url}?{query}" if query else url,
        headers=tuple((dict(OURS) | headers).items()), secret=frozenset(secret), content=content, follow=follow,
    )  # fmt: skip


def filled(value: Any, slot: Value) -> Any:
    """The same data with every slot filled."""
    if isinstance(value, Slot):
        return slot(value.name)
    if isinstance(value, Mapping):
        return {name: filled(inner, slot) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [filled(inner, slot) for inner in value]
    return value


def pairs(params: Mapping[str, Any], slot: Value) -> list[tuple[str, str]]:
    """Of a list each value by itself; what is None is not asked for."""
    told = []
    for name, value in params.items():
        several = value if isinstance(value, list | tuple) else [value]
        told += [(name, text(filled(one, slot))) for one in several if one is not None]
    return told


def text(value: Any) -> str:
    """As addresses and headers write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise Refused(f"a value is {type(value).__name__}, where text or a number goes")
    return str(value)


def bytes_of(value: Any) -> bytes:
    """Strict JSON in UTF-8."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        # Its text may quote what is sent.
        problem = type(error).__name__
    raise Refused(f"its body cannot be written as JSON ({problem})")
