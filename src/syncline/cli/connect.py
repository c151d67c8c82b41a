"""`syncline connect` and `syncline vault`: which token to make and where, and the place where it is kept."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile, a_word_follows

if TYPE_CHECKING:
    from syncline.config.settings import System
    from syncline.vault.vault import Kept, Vault

STEPS: Mapping[str, str] = {
    "hubspot": """\
In HubSpot: Development, Keys, Service keys (nv): make one; or take the token of a private app made before October 2026.
Scopes: crm.objects.companies, .contacts, .deals, .line_items and .products, each read and write; tickets;
crm.objects.owners.read. It needs no others. docs/connectors/hubspot.md says more.""",
    "odoo": """\
In Odoo, as the user in whose name the hub is to work: Preferences, Account Security, New API Key.
It has that user's rights; a key of a user who is no administrator ends after three months at most.
docs/connectors/odoo.md says which rights are needed.""",
}
"""Where each vendor has its tokens; (nv): not seen on a live account."""

ELSEWHERE = "Make a token for its API, with no more rights than the declaration needs."


def connect(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="As hub.yaml names it.")],
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from stdin, for scripts.")] = False,
    name: Annotated[str, typer.Option(help="Which secret of its block.")] = "secret",
    hub: HubFile = HUB, ledger: LedgerFile = None,
) -> None:  # fmt: skip
    """Which token to make and where to click; takes it without showing it, and keeps it in the vault."""
    from syncline import app
    from syncline.cli.opened import declared
    from syncline.cli.shown import out
    from syncline.cli.told import BAD_INPUT, stop
    from syncline.config.secret import Secret

    opened = declared(hub, ledger)
    known = opened.declaration.systems.get(system)
    if known is None:
        one = next(iter(opened.declaration.systems))
        stop(f"There is no system {system} in {hub.name}.", f"syncline connect {one}", BAD_INPUT)
    must_be_in_vault(opened, known, name)
    host = origin_of(opened, system)
    out(STEPS.get(known.connector, ELSEWHERE))
    token = read_token(system, name, from_stdin=token_stdin)
    if not token:
        stop("No token was given; nothing was changed.", f"syncline connect {system}", BAD_INPUT)
    opened.make_folder()
    vault = app.vault_of(opened.declaration, opened.ledger, opened.environment)
    try:
        need_a_key(opened, vault)
        vault.put(system, name, Secret(token), [host])
    finally:
        vault.close()
    out(f"Kept in the vault, for {host} alone.")
    out(f"next: syncline check, and where {system} was paused: syncline resume {system}")


def must_be_in_vault(opened: Declared, system: System, name: str) -> None:
    """Else there is nothing to keep: stops with where that secret comes from."""
    from syncline.cli.told import BAD_INPUT, stop
    from syncline.config.secret import InVault

    file = opened.file.name
    if "client_id" in system.options and name == "secret":
        stop(
            f"{system.name} has a client_id, and this version does not ask for consent.",
            f"leave client_id out of {file} and use a token of the account's own, then: syncline connect {system.name}",
            BAD_INPUT,
        )
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


def read_token(system: str, name: str, *, from_stdin: bool) -> str:
    """Without showing it: typed, or from a pipe."""
    if from_stdin:
        return sys.stdin.readline().strip()
    return str(typer.prompt(f"{system} {name}", hide_input=True, default="", show_default=False, err=True)).strip()


def need_a_key(opened: Declared, vault: Vault) -> None:
    """The first secret of a vault makes its master key; later a lost one is never replaced by a new one. # I18"""
    from syncline.cli.shown import out
    from syncline.vault import master

    if master.from_environment(opened.environment) is not None:
        return
    file = opened.ledger.with_suffix(".key")
    if not file.exists() and not vault.kept():
        master.make_file(file)
        out(f"The vault's master key was made: {file}. Keep a copy apart from backups of the ledger.")


# ---- the vault
def vault(context: typer.Context, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """What is kept: whose, which, for which addresses, since when; never the secrets."""
    if a_word_follows(context):
        return
    from dataclasses import asdict

    from syncline.cli.opened import declared
    from syncline.cli.shown import document, out, table
    from syncline.look.said import moment

    opened = declared(hub, ledger)
    kept = kept_in(opened)
    if json:
        document([asdict(one) for one in kept])
        return
    zone = opened.declaration.zone
    rows = [(one.system, one.name, ", ".join(one.hosts), moment(one.at, zone)) for one in kept]
    table(("System", "Name", "For", "Since"), rows)
    if not kept:
        out("The vault is empty: syncline connect SYSTEM puts a token into it.")


def kept_in(opened: Declared) -> list[Kept]:
    """Nothing where there is no ledger yet."""
    from syncline import app

    if not opened.ledger.exists():
        return []
    found = app.vault_of(opened.declaration, opened.ledger, opened.environment)
    try:
        return list(found.kept())
    finally:
        found.close()


def rotate(hub: HubFile = HUB, ledger: LedgerFile = None) -> None:
    """A new master key, and every secret sealed anew; it may be stopped at any moment, and begun again."""
    from syncline import app
    from syncline.cli.opened import declared
    from syncline.cli.shown import out
    from syncline.cli.told import stop
    from syncline.vault import master
    from syncline.vault.vault import rotate_file

    opened = declared(hub, ledger)
    if not opened.ledger.exists():
        stop("There is no vault yet.", "syncline connect SYSTEM")
    found = app.vault_of(opened.declaration, opened.ledger, opened.environment)
    try:
        if master.from_environment(opened.environment) is not None:
            found.rotate()
            out(f"Every secret is sealed by the first key of {master.VARIABLE}; take the others away.")
            return
        file = opened.ledger.with_suffix(".key")
        rotate_file(found, file)
        out(f"{file} holds a new master key; the old one opens nothing any more. Keep a copy of it apart.")
    finally:
        found.close()
