"""`syncline connect`: which token to make and where, with the least rights; and the place where it is kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.cli.account import AccountOf
    from syncline.config.rights import Needed
    from syncline.config.settings import System
    from syncline.sync.observe import NotNow

ELSEWHERE = "Make a token for its API, with no more rights than the declaration needs."
PORT = 8765
WAIT_SECONDS = 300


def connect(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="As hub.yaml names it.")],
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the token, or what was pasted, from stdin, for scripts.")
    ] = False,
    name: Annotated[str, typer.Option(help="Which secret of its block.")] = "secret",
    untried: Annotated[bool, typer.Option("--untried", help="Keep it without trying it.")] = False,
    paste: Annotated[
        bool, typer.Option("--paste", help="Consent in a browser elsewhere, and paste the address it ends at.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where the browser comes back to; 0: any.", min=0, max=65535)] = PORT,
    redirect: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The whole address, as it is registered there.")
    ] = None,
    wait: Annotated[int, typer.Option(help="Seconds to wait for a consent.", min=1, max=600)] = WAIT_SECONDS,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Which token to make and where to click; takes it without showing it, tries it, and keeps it in the vault."""
    from syncline.cli.opened import declared
    from syncline.cli.told import BAD_INPUT, stop

    opened = declared(hub, ledger)
    known = opened.declaration.systems.get(system)
    if known is None:
        one = next(iter(opened.declaration.systems))
        stop(f"There is no system {system} in {hub.name}.", f"syncline connect {one}", BAD_INPUT)
    if by_consent(opened, system) and name == "secret":
        from syncline.cli.consent import Way, consent

        back = redirect or f"http://localhost:{port}/connected"
        way = Way(redirect=back, paste=paste or token_stdin, wait=wait, from_stdin=token_stdin)
        consent(opened, known, way, json=json)
        return
    must_be_in_vault(opened, known, name)
    host = origin_of(opened, system)
    if name == "secret":
        say(opened, known, err=json)
    token = read_secret(f"{system} {name}", from_stdin=token_stdin)
    if not token:
        stop("No token was given; nothing was changed.", f"syncline connect {system}", BAD_INPUT)
    opened.make_folder()
    found = try_it(opened, system, token) if name == "secret" and not untried else None
    keep(opened, system, name, token, err=json)
    ends(opened, system, host, found, json=json)


def by_consent(opened: Declared, system: str) -> bool:
    """Does a person let us into it, in a browser?"""
    from syncline.connect.auth import OAuth2

    return isinstance(opened.connectors[system].auth, OAuth2)


def must_be_in_vault(opened: Declared, system: System, name: str) -> None:
    """Else there is nothing to keep: stops with where that secret comes from."""
    from syncline.cli.told import BAD_INPUT, stop
    from syncline.config.secret import InVault

    file = opened.file.name
    found = system.secret if name == "secret" else system.options.get(name)
    if not isinstance(found, InVault):
        where = "names it as ${NAME}: put NAME=... into .env beside it" if found is not None else "does not have it"
        stop(
            f"The {name} of {system.name} is not in the vault: {file} {where}.",
            f"write `{name}: vault` into its block, then: syncline connect {system.name}", BAD_INPUT,
        )  # fmt: skip


def origin_of(opened: Declared, system: str) -> str:
    """The address that the secret may go to."""
    from syncline import app
    from syncline.cli.told import BAD_INPUT, stop

    ways = {way.system: way for way in app.outlets(opened.declaration, opened.connectors)}
    origin = app.origin_of(ways[system])
    if not origin:
        stop(f"The address of {system} cannot be used.", "syncline check says why", BAD_INPUT)
    return origin


# ---- what is said first
def say(opened: Declared, system: System, *, err: bool) -> None:
    """The kinds of tokens that can be made today, and the least that one must be allowed."""
    from syncline.config.rights import needed

    connector = opened.connectors[system.name]
    setup = connector.template.setup if connector.template is not None else None
    for number, (kind, lines) in enumerate(setup.tokens if setup is not None else (), start=1):
        typer.echo(f"{number}. {kind}.", err=err)
        for line in lines:
            typer.echo(f"   {line}", err=err)
    if setup is None or not setup.tokens:
        typer.echo(ELSEWHERE, err=err)
    say_rights(needed(opened.declaration, system.name, connector), opened.declaration.mode, err=err)
    typer.echo(f"docs/connectors/{connector.name}.md says more.", err=err)


def say_rights(wanted: Needed, mode: str, *, err: bool) -> None:
    """What a token needs now, and what it takes beside that before going live."""
    if wanted.now:
        typer.echo("The least it must be allowed for this declaration:", err=err)
        for one in wanted.now:
            typer.echo(f"   {one}{while_making(wanted, one)}", err=err)
    if wanted.later:
        typer.echo(f"Not now, in mode {mode}; to be added before anything is written:", err=err)
        for one in wanted.later:
            typer.echo(f"   {one}{while_making(wanted, one)}", err=err)


def while_making(wanted: Needed, one: str) -> str:
    """Some rights are not needed for long."""
    return " (only for syncline provision)" if one in wanted.define else ""


# ---- the token
def read_secret(what: str, *, from_stdin: bool) -> str:
    """Without showing it: typed, or from a pipe."""
    if from_stdin:
        return sys.stdin.readline().strip()
    return str(typer.prompt(what, hide_input=True, default="", show_default=False, err=True)).strip()


def try_it(opened: Declared, system: str, token: str) -> AccountOf:
    """Stops where the system does not take it: then it is not kept."""
    from syncline.cli.account import AccountOf
    from syncline.cli.tried import tried
    from syncline.config.secret import Secret

    found = tried(opened, system, Secret(token))
    if not isinstance(found, AccountOf):
        refused(found, system)
    return found


def refused(why: NotNow, system: str) -> NoReturn:
    """What the system said, and what to do."""
    from syncline.cli.told import NOT_DONE, NOT_REACHED, stop

    if why.what == "refused":
        stop(
            f"The token was refused, and is not kept: {why}.",
            f"make another as above, copy it whole, and: syncline connect {system}", NOT_DONE,
        )  # fmt: skip
    stop(
        f"The token could not be tried, and is not kept: {why}.",
        f"syncline connect {system}, when it answers; --untried keeps it without that", NOT_REACHED,
    )  # fmt: skip


def keep(opened: Declared, system: str, name: str, value: str, *, err: bool) -> None:
    """Into the vault, for the system's address alone."""
    from syncline import app
    from syncline.cli.vault import need_a_key
    from syncline.config.secret import Secret

    opened.make_folder()
    vault = app.vault_of(opened.declaration, opened.ledger, opened.environment)
    try:
        need_a_key(opened, vault, err=err)
        vault.put(system, name, Secret(value), [origin_of(opened, system)])
    finally:
        vault.close()


# ---- what is said last
def ends(opened: Declared, system: str, host: str, found: AccountOf | None, *, json: bool) -> None:
    """Where it is kept, and whose account it opens."""
    from syncline.cli.account import in_words, lacks
    from syncline.cli.shown import document, out
    from syncline.config.rights import needed

    following = f"syncline check, and where {system} was paused: syncline resume {system}"
    if json:
        rights = needed(opened.declaration, system, opened.connectors[system])
        document(
            {"system": system, "kept": True, "for": host, "account": found, "next": following,
             "rights": {"now": rights.now, "later": rights.later}}
        )  # fmt: skip
        return
    out(f"Kept in the vault, for {host} alone.")
    if found is not None and found.name:
        out(f"{system}: {in_words(found)}.", bold=found.environment in ("production", "unknown"))
        if found.missing:
            typer.echo(lacks(found), err=True)
    out(f"next: {following}")
