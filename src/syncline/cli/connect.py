"""`syncline connect`: which token to make and where, with the least rights; and the place where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from syncline.cli.keeping import ends, keep, origin_of, read_secret, say_rights, whose
from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.cli.account import AccountOf
    from syncline.config.secret import Secret
    from syncline.config.settings import System
    from syncline.sync.observe import NotNow

ELSEWHERE = "Make a token for its API, with no more rights than the declaration needs."
UNSET = "http://unset.invalid"
"""Stands for a variable of the environment that nobody has set yet: which token to make is said all the same."""

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
    from syncline.config.secret import Secret

    opened = declared(hub, ledger, unset=UNSET)
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
    if name == "secret" and not token_stdin and isinstance(known.secret, Secret):
        by_variable(opened, known, known.secret, json=json)
        return
    must_be_in_vault(opened, known, name)
    host = origin_of(opened, system)
    if name == "secret":
        say(opened, known, err=json)
    token = read_secret(f"{system} {name}", from_stdin=token_stdin)
    if not token:
        stop("No token was given; nothing was changed.", f"syncline connect {system}", BAD_INPUT)
    opened.make_folder()
    found = try_it(opened, system, Secret(token)) if name == "secret" and not untried else None
    keep(opened, system, name, token, err=json)
    ends(opened, system, host, found, json=json)


def by_consent(opened: Declared, system: str) -> bool:
    """Does a person let us into it, in a browser?"""
    from syncline.connect.auth import OAuth2

    return isinstance(opened.connectors[system].auth, OAuth2)


def by_variable(opened: Declared, system: System, secret: Secret, *, json: bool) -> None:
    """Its token stands in the environment: which it is to be, and, once it is there, whose account it opens."""
    from syncline.cli.shown import out
    from syncline.cli.told import NOT_DONE, stop

    say(opened, system, err=json)
    line = f"{secret.variable}=... in {opened.file.with_name('.env')}"
    if not opened.environment.get(secret.variable, "").strip():
        stop(
            f"{opened.file.name} takes it from the environment, and it is not there.",
            f"put {line}, then: syncline check",
            NOT_DONE,
        )
    found = try_it(opened, system.name, secret)
    if not json:
        out(f"{opened.file.name} takes it from the environment: {secret.variable}.")
    whose(opened, system.name, found, {"kept": False, "variable": secret.variable}, "syncline check", json=json)


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


# ---- what is said first
def say(opened: Declared, system: System, *, err: bool) -> None:
    """The kinds of tokens that can be made today, and the least that one must be allowed."""
    from syncline.sync.rights import needed

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


# ---- the token
def try_it(opened: Declared, system: str, token: Secret) -> AccountOf:
    """Stops where the system does not take it: then it is not kept."""
    from syncline.cli.account import AccountOf
    from syncline.cli.told import NOT_DONE, stop
    from syncline.cli.tried import tried

    found = tried(opened, system, token)
    if not isinstance(found, AccountOf):
        refused(found, system)
    if found.another:
        stop(
            f"{found.another}. The token is not kept.",
            f"syncline connect {system} with a token of the account as before; another one wants a ledger of its own "
            "(--ledger FILE); --untried keeps it all the same", NOT_DONE,
        )  # fmt: skip
    return found


def refused(why: NotNow, system: str) -> NoReturn:
    """What the system said, and what to do."""
    from syncline.cli.told import NOT_DONE, NOT_REACHED, stop

    if why.what == "refused":
        stop(
            f"The token was refused, and is not kept: {why}.",
            f"make another as above, copy it whole, and: {why.remedy or f'syncline connect {system}'}", NOT_DONE,
        )  # fmt: skip
    stop(
        f"The token could not be tried, and is not kept: {why}.",
        f"syncline connect {system}, when it answers; --untried keeps it without that", NOT_REACHED,
    )  # fmt: skip
