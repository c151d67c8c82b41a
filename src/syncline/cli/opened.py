"""The hub that a command is about: its hub.yaml, the names in `.env` beside it, and where its ledger is."""

from __future__ import annotations

import getpass
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.told import BAD_INPUT, stop

if TYPE_CHECKING:
    from syncline.config.declaration import Declaration
    from syncline.config.load import Loaded
    from syncline.connect.connector import Connector
    from syncline.look.looking import Looking

FOLDER = ".syncline"
ENV = ".env"

HubFile = Annotated[
    Path, typer.Option("--hub", metavar="FILE", envvar="SYNCLINE_HUB", help="The declaration.", show_default=True)
]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", metavar="FILE", help="The hub's memory [.syncline/ledger.sqlite beside it].")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
HUB = Path("hub.yaml")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A hub.yaml that was read.

    file, ledger: absolute. environment: the names of `.env` under those of the process; never shown.
    """

    file: Path
    ledger: Path
    loaded: Loaded = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    @property
    def declaration(self) -> Declaration:
        """What it says."""
        return self.loaded.declaration

    @property
    def who(self) -> str:
        """In whose name things are done: the person at this machine."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "somebody"

    def make_folder(self) -> None:
        """Where the ledger is: nobody else may look into it."""
        folder = self.ledger.parent
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
        if folder.name == FOLDER:
            folder.chmod(0o700)

    @cached_property
    def connectors(self) -> Mapping[str, Connector]:
        """The connector of each system."""
        from syncline import app

        use = {name: app.use_of(self.declaration, name) for name in self.declaration.systems}
        return {name: app.made(one.connector, use[name]) for name, one in self.declaration.systems.items()}


def declared(hub: Path, ledger: Path | None = None, *, unset: str | None = None) -> Declared:
    """Reads it. Raises DeclarationErrors with all that is wrong; stops where there is no such file.

    unset: what stands for variables that the file names and nobody has set yet; None: that is an error.
    """
    from syncline import app

    file = hub.absolute()
    if not file.is_file():
        stop(f"There is no {hub} here.", "syncline init, or name one: --hub FILE", BAD_INPUT)
    environment = {**names_in(file.with_name(ENV)), **os.environ}
    where = (ledger or file.with_name(FOLDER) / "ledger.sqlite").absolute()
    known = environment
    if unset is not None:
        known = {**dict.fromkeys(named_in(file), unset), **{n: v for n, v in environment.items() if v.strip()}}
    return Declared(file=file, ledger=where, environment=environment, loaded=app.declared(file, known))


def named_in(file: Path) -> list[str]:
    """The variables that a hub.yaml names."""
    return re.findall(r"\$\{(\w+)\}", file.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def looking(hub: Path, ledger: Path | None = None) -> Iterator[Looking]:
    """A hub to look at: its ledger is opened read-only, whoever writes it."""
    with looking_at(declared(hub, ledger)) as found:
        yield found


@contextmanager
def looking_at(opened: Declared) -> Iterator[Looking]:
    """The same, of a hub.yaml that was read. Raises NoLedger."""
    import time

    from syncline.ledger import epoch
    from syncline.ledger.sql import open_ledger
    from syncline.look.looking import Looking

    epoch.check_there(opened.ledger, anew=False)
    with open_ledger(opened.ledger, read_only=True) as found:
        yield Looking(
            declaration=opened.declaration, ledger=found, now=time.time(),
            connectors=opened.connectors,
        )  # fmt: skip


def a_word_follows(context: typer.Context) -> bool:
    """Of a command that lists by itself: is it asked for something else? Then options stand behind that word."""
    word = context.invoked_subcommand
    told = [name for name in context.params if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"]
    if word is not None and told:
        here = f"syncline {context.info_name} {word}"
        stop(f"Options stand behind the word {word}.", f"{here} --help", BAD_INPUT)
    return word is not None


# ---- .env
def names_in(file: Path) -> dict[str, str]:
    """NAME=value, a line each; `#` begins a comment, quotes around a value are not part of it."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        stop(f"{file.name} cannot be read.", f"chmod 600 {file}; it is text in UTF-8", BAD_INPUT)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        typer.echo(f"{file.name} can be read by others; chmod 600 {file}", err=True)
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name.strip().isidentifier():
            stop(f"{file.name}:{number} is no NAME=value.", f"correct line {number} of {file}", BAD_INPUT)
        found[name.strip()] = unquoted(value.strip())
    return found


def unquoted(value: str) -> str:
    """Without the quotes around it, or the comment behind it."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()
