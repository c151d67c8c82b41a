"""`syncline vault`: what is kept there, and another master key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile, a_word_follows

if TYPE_CHECKING:
    from syncline.vault.vault import Kept, Vault


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


def need_a_key(opened: Declared, vault: Vault, *, err: bool) -> None:
    """The first secret of a vault makes its master key; later a lost one is never replaced by a new one. # I18"""
    from syncline.vault import master

    if master.from_environment(opened.environment) is not None:
        return
    file = opened.ledger.with_suffix(".key")
    if not file.exists() and not vault.kept():
        master.make_file(file)
        typer.echo(f"The vault's master key was made: {file}. Keep a copy apart from backups of the ledger.", err=err)
