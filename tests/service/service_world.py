"""Two sandboxes on real sockets, a hub.yaml between them, and `syncline run` as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from syncline.connectors import hubspot, odoo
from syncline.sandbox import known, serve
from syncline.sandbox.company import Size
from syncline.sandbox.remote import Remote, in_process
from syncline.sandbox.sandbox import Sandbox
from syncline.testing import vendor_pair

TEMPLATES = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
SECRETS = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
LONGEST = 60.0
"""Seconds that anything may take before it counts as never."""


def eventually(check: Callable[[], Any], seconds: float = LONGEST, why: Callable[[], str] = str) -> Any:
    """What it gives once it gives something."""
    until = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < until, why()
        time.sleep(0.02)
    return found


@dataclass
class Serving:
    """A service that runs. lines: what it told on stdout by the time it was ready."""

    process: subprocess.Popen[str]
    address: str
    lines: list[str]
    log: Path

    def get(self, path: str = "/", **headers: str) -> httpx2.Response:
        with httpx2.Client(trust_env=False) as client:
            return client.get(self.address + path, headers=headers, timeout=20)

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def ends(self, number: int, seconds: float = LONGEST) -> tuple[int, float]:
        """Sends a signal. Returns the exit code, and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        return code, time.monotonic() - began


@dataclass
class World:
    """The hub's folder and what is around it."""

    folder: Path
    sandboxes: dict[str, Sandbox]
    addresses: dict[str, str]
    remotes: dict[str, Remote] = field(default_factory=dict)

    @property
    def ledger(self) -> Path:
        return self.folder / ".syncline" / "ledger.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **SECRETS, "NO_COLOR": "1"}

    def declare(self, poll: str = "1s", change: Callable[[str], str] = str) -> None:
        text = vendor_pair.hub_yaml(TEMPLATES, self.addresses)  # type: ignore[arg-type]
        text = re.sub(r"(?m)^(    connector: \w+)$", rf"\1\n    poll: {poll}", text)
        assert text.count("poll:") == 2
        (self.folder / "hub.yaml").write_text(change(text), encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "syncline", *words, "--hub", str(self.folder / "hub.yaml")]

    def cli(self, *words: str, seconds: float = LONGEST) -> subprocess.CompletedProcess[str]:
        """A command of a person, to its end."""
        return subprocess.run(
            self.command(*words), env=self.environment, capture_output=True, text=True, timeout=seconds, check=False
        )

    @contextmanager
    def service(self, *words: str) -> Iterator[Serving]:
        """As long as the block lasts; ended by its process number."""
        log = self.folder / f"service-{time.monotonic_ns()}.log"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                self.command("run", "--port", "0", *words), env=self.environment, stdout=subprocess.PIPE, stderr=stderr,
                text=True,
            )  # fmt: skip
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            found = re.search(r"(http://[\d.:]+)/ says", first)
            assert found is not None, first + log.read_text()
            serving = Serving(process, found[1], [first], log)
            eventually(lambda: serving.get("/readyz").status_code == 200)
            yield serving
        finally:
            process.kill()
            process.wait(20)
            process.stdout.close()

    # ---- the people
    def contacts(self, system: str) -> list[dict[str, Any]]:
        """Contacts with an e-mail, as that system has them."""
        if system == "hubspot":
            return [row["properties"] | {"id": row["id"]} for row in self.remotes[system].rows("contacts")]
        rows = self.remotes[system].rows("res.partner")
        return [row for row in rows if not row["is_company"] and row.get("email")]

    def contact(self, system: str, email: str) -> dict[str, Any]:
        found = [row for row in self.contacts(system) if row.get("email") == email]
        assert len(found) <= 1, found
        return found[0] if found else {}

    def shared_emails(self) -> list[str]:
        here = {row.get("email") for row in self.contacts("hubspot")}
        return sorted(row["email"] for row in self.contacts("odoo") if row["email"] in here)

    def set_job(self, email: str, job: str) -> None:
        """Somebody edits a contact in HubSpot."""
        self.remotes["hubspot"].save("contacts", {"jobtitle": job}, self.contact("hubspot", email)["id"])

    def job_in_odoo(self, email: str) -> Any:
        return self.contact("odoo", email).get("function")

    def calls(self, system: str) -> int:
        return int(self.sandboxes[system].calls.count)


@contextmanager
def world(folder: Path, names: Sequence[str] = ("hubspot", "odoo"), contacts: int = 12) -> Iterator[World]:
    sandboxes = {name: known.named(name) for name in names}
    for one in sandboxes.values():
        one.seed(Size(contacts=contacts, accounts=4, products=3, deals=0))
    with serve.running(list(sandboxes.values())) as addresses:
        remotes = {name: in_process(one) for name, one in sandboxes.items()}
        yield World(folder, sandboxes, dict(zip(names, addresses, strict=True)), remotes)
