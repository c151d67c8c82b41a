"""The control API of a sandbox, for tests: over HTTP, or of a sandbox in the same process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import msgspec

from syncline.sandbox.call import Reply, json_call
from syncline.sandbox.control import ROOT
from syncline.sandbox.sandbox import Sandbox

Ask = Callable[[str, str, Any], tuple[int, Any]]
"""(method, what stands behind /_sandbox/, JSON body) to status and JSON answer."""


class Remote:
    """What a test does to the system behind the vendor's API. All raise ValueError with the sandbox's sentence."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def ask(self, method: str, target: str, body: Any = None) -> Any:
        """Any call of the control API."""
        status, answer = self._ask(method, target, body)
        if status >= 400:
            raise ValueError(answer["problem"])
        return answer

    def reset(self) -> None:
        """The first day again."""
        self.ask("POST", "reset")

    def seed(self, **size: Any) -> None:
        """A made-up company; see company.Size."""
        self.ask("POST", "seed", size)

    def rows(self, stream: str) -> list[Any]:
        """All rows of a stream."""
        return list(self.ask("GET", f"records/{stream}"))

    def row(self, stream: str, id: str) -> Any:
        """One row."""
        return self.ask("GET", f"records/{stream}/{id}")

    def save(self, stream: str, values: dict[str, Any], id: str | None = None) -> Any:
        """A person makes a row, or changes one."""
        if id is None:
            return self.ask("POST", f"records/{stream}", values)
        return self.ask("PUT", f"records/{stream}/{id}", values)

    def remove(self, stream: str, id: str) -> None:
        """A person deletes a row."""
        self.ask("DELETE", f"records/{stream}/{id}")

    def act(self, name: str, **what: Any) -> Any:
        """Another thing that people can do there."""
        return self.ask("POST", f"acts/{name}", what)

    def plant(self, kind: str, **how: Any) -> None:
        """One fault; see faults.Fault."""
        self.ask("POST", "faults", {"kind": kind, **how})

    def heal(self) -> None:
        """No fault is left."""
        self.ask("DELETE", "faults")

    def calls(self, after: int = 0) -> dict[str, Any]:
        """The log of calls."""
        return dict(self.ask("GET", f"calls?after={after}"))

    def clock(self, **how: Any) -> float:
        """now, advance, frozen; the time that it is then."""
        return float(self.ask("POST", "clock", how)["now"])


def over_http(address: str) -> Remote:
    """Of a sandbox that is served at this address."""

    def ask(method: str, target: str, body: Any) -> tuple[int, Any]:
        content = None if body is None else msgspec.json.encode(body)
        with httpx2.Client(trust_env=False) as client:
            answer = client.request(method, address + ROOT + target, content=content)
        return answer.status_code, answer.json()

    return Remote(ask)


def in_process(sandbox: Sandbox) -> Remote:
    """Of this sandbox."""

    def ask(method: str, target: str, body: Any) -> tuple[int, Any]:
        reply = sandbox.answer(json_call(method, ROOT + target, body))
        assert isinstance(reply, Reply)
        return reply.status, reply.body

    return Remote(ask)
