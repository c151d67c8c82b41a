"""One person's way into a vendor's API, over HTTP: what a script or an app of the company does there by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2


class NotDone(Exception):
    """The vendor refused a call, in its own words."""


class Caller:
    """JSON both ways to one address, with these headers. Used by one thread at a time. made: how many calls."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self.made = 0
        self._client = httpx2.Client(base_url=address, headers=dict(headers), trust_env=False, timeout=10)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer; None where there is none. Raises NotDone."""
        self.made += 1
        try:
            answer = self._client.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise NotDone(f"{method} {path}: {type(error).__name__}") from error
        if answer.status_code >= 400:
            raise NotDone(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.content else None

    def close(self) -> None:
        """Ends its connection."""
        self._client.close()
