"""Secrets are taken out of every text that leaves the door, in each of the forms that a text can hold them in."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"

MOST = 500
"""Secrets that are known at one time: sessions and tokens come anew without end. One that is used is learnt again."""


class Redactor:
    """Knows the latest secrets by their value; whatever prints it prints none of them (I18)."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: tuple[str, ...] = ()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} secrets)"

    def learn(self, secret: str) -> None:
        """This text, in whatever form, is shown to nobody from now on."""
        if not secret or secret in self._known:
            return
        with self._lock:
            self._known = (*(one for one in self._known if one != secret), secret)[-self._most :]
            written = sorted({form for one in self._known for form in forms(one)}, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, written)), re.IGNORECASE)

    def text(self, text: str) -> str:
        """The same without secrets."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def value(self, value: Any) -> Any:
        """Plain data without secrets, names included."""
        if type(value) is str:
            return self.text(value)
        if type(value) is dict:
            return {self.text(name): self.value(inner) for name, inner in value.items()}
        if type(value) is list:
            return [self.value(inner) for inner in value]
        return value


def forms(secret: str) -> set[str]:
    """A secret as it stands in texts, addresses, headers, JSON and pages."""
    plain = {
        secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1], html.escape(secret), secret.strip(),
    }  # fmt: skip
    packed = base64.b64encode(secret.encode("utf-8", "surrogateescape"))
    safe = base64.urlsafe_b64encode(secret.encode("utf-8", "surrogateescape"))
    # Without the padding and the last sign, which depend on what follows.
    coded = {one.decode().rstrip("=")[:-1] for one in (packed, safe)} if len(secret) >= 6 else set()
    return {form for form in plain | coded if form}
