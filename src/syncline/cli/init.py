"""`syncline init`: a first hub.yaml for chosen systems and patterns, and the list of secrets it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import AsJson
from syncline.cli.told import BAD_INPUT, OK, stop

if TYPE_CHECKING:
    from syncline.cli.first_hub import Chosen

DEFAULT_PATTERN = "crm-erp"
USUAL = {"crm": "hubspot", "erp": "odoo"}
"""The system that plays a role where nobody says which."""

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
FIRST_PORT = 8700
"""Where `syncline sandbox` begins."""


def run(
    patterns: Annotated[
        list[str] | None, typer.Argument(metavar="[PATTERN]...", help="Which: crm-erp (the default).")
    ] = None,
    system: Annotated[
        list[str] | None, typer.Option(metavar="NAME=CONNECTOR", help="A system, as shop=odoo; once for each.")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For sandboxes on this machine, with their secrets, to try at once.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    hub: Annotated[
        Path, typer.Option("--hub", metavar="FILE", envvar="SYNCLINE_HUB", help="The file to write.")
    ] = Path("hub.yaml"),
    json: AsJson = False,
) -> None:  # fmt: skip
    """Writes hub.yaml, in mode read-only and with examples, and .env.example beside it. Asks nothing."""
    from syncline.cli.first_hub import env_example, hub_yaml
    from syncline.cli.shown import document

    named = patterns or ([] if system else [DEFAULT_PATTERN])
    known_patterns(named)
    chosen = chosen_systems(named, system or [], sandbox=sandbox)
    texts = {hub: hub_yaml(hub_name(hub), chosen, named), hub.with_name(".env.example"): env_example(chosen)}
    if sandbox:
        texts[hub.with_name(".env")] = env_example(chosen, filled=True)
    there = [str(file) for file in texts if file.exists()]
    if there and not force:
        verb = "exist" if len(there) > 1 else "exists"
        stop(f"{' and '.join(there)} {verb} already; nothing was written.", "syncline init --force", BAD_INPUT)
    for file, text in texts.items():
        write(file, text)
    following = next_of(chosen, sandbox=sandbox)
    if json:
        document({"wrote": [str(file) for file in texts], "next": following})
    else:
        for file in texts:
            typer.echo(f"wrote {file}")
        typer.echo(f"next: {following}")
    raise typer.Exit(OK)


def write(file: Path, text: str) -> None:
    """A file; one with secrets is for its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.name == ".env":
        file.touch(mode=0o600)
        file.chmod(0o600)
    file.write_text(text, encoding="utf-8")


def next_of(chosen: Sequence[Chosen], *, sandbox: bool) -> str:
    """What to type next."""
    if sandbox:
        names = " ".join(one.setup.sandbox[0] for one in chosen if one.setup is not None and one.setup.sandbox)
        return f"syncline sandbox {names} --port {FIRST_PORT} --seed 1, and in another terminal: syncline check"
    first = next((one.name for one in chosen if one.variable is not None), "SYSTEM")
    return (
        f"cp .env.example .env; syncline connect {first} says which token goes there (so for each system); fill in the "
        "places of the systems in hub.yaml; then syncline check"
    )


# ---- what was chosen
def known_patterns(names: Sequence[str]) -> None:
    """Stops at one that there is not."""
    from syncline.config.problems import meant, quoted
    from syncline.patterns.known import PATTERNS

    for name in names:
        if name not in PATTERNS:
            remedy = meant(name, PATTERNS) or ""
            stop(f"There is no pattern {quoted(name)}; {remedy}", f"syncline init {DEFAULT_PATTERN}", BAD_INPUT)


def chosen_systems(patterns: Sequence[str], given: Sequence[str], *, sandbox: bool) -> list[Chosen]:
    """Those that were named, each in the first of its roles that is still free; then the usual ones for the rest."""
    from syncline.config.check import RESERVED_SYSTEMS
    from syncline.patterns.known import NEEDS

    wanted = dict.fromkeys(role for name in patterns for role in NEEDS[name])
    found: list[Chosen] = []
    for text in given:
        name, equals, connector = text.partition("=")
        if not equals or not NAME.fullmatch(name) or name in RESERVED_SYSTEMS:
            remedy = "as --system odoo=odoo; a name begins with a small letter, and is no word of hub.yaml"
            stop(f"{text!r} is no NAME=CONNECTOR.", remedy, BAD_INPUT)
        if any(one.name == name for one in found):
            stop(f"There are two systems {name!r}.", "give each a name of its own: --system NAME=CONNECTOR", BAD_INPUT)
        found.append(system_of(name, connector, found, sandbox=sandbox))
    for role in wanted:
        if not any(role in one.roles for one in found):
            taken = {one.name for one in found}
            name = USUAL[role] if USUAL[role] not in taken else f"{USUAL[role]}_{role}"
            found.append(system_of(name, USUAL[role], found, sandbox=sandbox))
    return found


def system_of(name: str, connector: str, others: Sequence[Chosen], *, sandbox: bool) -> Chosen:
    """A system with its role, its variable, and in a sandbox its port."""
    from syncline import app
    from syncline.cli.first_hub import Chosen
    from syncline.config.problems import meant, quoted

    known: Mapping[str, object] = app.Known()
    if connector not in known:
        remedy = f"{meant(connector, known) or ''}; an installed package may bring more".lstrip("; ")
        stop(f"There is no connector {quoted(connector)}; {remedy}.", "syncline init --system NAME=odoo", BAD_INPUT)
    made = app.Known()[connector]
    setup = made.template.setup if made.template is not None else None
    taken = {role for one in others for role in one.roles}
    free = [role for role in (setup.roles if setup is not None else ()) if role not in taken]
    url = None
    if sandbox:
        if setup is None or setup.sandbox is None:
            stop(f"There is no sandbox of {connector}.", "syncline init --system NAME=CONNECTOR", BAD_INPUT)
        url = f"http://127.0.0.1:{FIRST_PORT + len(others)}"
    ending = setup.secret[0] if setup is not None and setup.secret is not None else "SECRET"
    return Chosen(
        name=name, connector=connector, roles=tuple(free[:1]), template=made.template,
        variable=f"{name.upper().replace('-', '_')}_{ending}" if made.auth is not None else None, url=url,
    )  # fmt: skip


def hub_name(file: Path) -> str:
    """That of its folder, as far as it is a name."""
    word = re.sub(r"[^a-z0-9]+", "_", file.absolute().parent.name.lower()).strip("_")[:40]
    return word if NAME.fullmatch(word) else "acme"
