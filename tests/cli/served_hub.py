"""A hub folder between two served sandboxes that hold the same company, and the program run on it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from syncline import app
from syncline.app import Running
from syncline.cli.main import program
from syncline.connectors import hubspot, odoo
from syncline.sandbox import known, serve
from syncline.sandbox.clock import Clock
from syncline.sandbox.company import Size
from syncline.sandbox.sandbox import Sandbox
from syncline.sync import provision, rounds
from syncline.testing import vendor_pair

SECRETS = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
TEMPLATES = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Folder:
    """hub.yaml, `.env` and the ledger; `run` is what a person types there."""

    path: Path
    sandboxes: Mapping[str, Sandbox]
    addresses: Mapping[str, str]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Any:
        inherited = {name: value for name, value in os.environ.items() if name not in SECRETS}
        return subprocess.run(
            [sys.executable, "-m", "syncline", *words], cwd=self.path, input=stdin, capture_output=True, text=True,
            timeout=SECONDS, check=False, env={**inherited, "COLUMNS": "80", **(env or {})},
        )  # fmt: skip

    def typed(self, *words: str, stdin: str = "") -> Ended:
        """The same in this process, which has loaded the program already."""
        with chdir(self.path):
            done = CliRunner().invoke(program(), words, input=stdin, env={"COLUMNS": "80"})
        return Ended(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    def change(self, *pairs: tuple[str, str]) -> None:
        """Other words in hub.yaml."""
        file = self.path / "hub.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[Running]:
        """The hub in this process, on the folder's ledger."""
        where = self.path / ".syncline" / "ledger.sqlite"
        where.parent.mkdir(mode=0o700, exist_ok=True)
        declaration = app.declared(self.path / "hub.yaml", SECRETS).declaration
        clock = self.sandboxes["odoo"].clock
        with app.running(declaration, where, clock=clock.now) as running:
            yield running

    def agree(self) -> None:
        """All that can be done now is done, here and not by a command."""
        with self.running() as running:
            for need in provision.needs(running.hub):
                provision.make(running.hub, need)
            assert rounds.sync(running.hub) == {}

    def edit(self, system: str, stream: str, find: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Somebody changes a row in that system's own screens, in a second of its own: stamps are of whole seconds."""
        self.sandboxes[system].clock.advance(1.0)
        vendor_pair.saved(system, stream, find, values)(self.sandboxes)


@contextmanager
def served(path: Path, contacts: int = 5) -> Iterator[Folder]:
    """The vendors' clocks are an hour behind, so that a read that may lag lies well in the past."""
    clock = Clock()
    clock.set(time.time() - 3600)
    sandboxes = {name: known.named(name, clock=clock) for name in ("hubspot", "odoo")}
    for one in sandboxes.values():
        one.seed(Size(contacts=contacts, accounts=3, products=2, deals=0))
    clock.set(time.time())
    with serve.running(list(sandboxes.values())) as found:
        addresses = dict(zip(sandboxes, found, strict=True))
        text = vendor_pair.hub_yaml({k: t for k, t in TEMPLATES.items() if t}, addresses)
        (path / "hub.yaml").write_text(text, encoding="utf-8")
        env = path / ".env"
        env.touch(mode=0o600)
        env.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()), encoding="utf-8")
        yield Folder(path=path, sandboxes=sandboxes, addresses=addresses)
