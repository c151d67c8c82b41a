"""What both ways to be let in share: what is said first, the vault, and whose account it turned out to be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from syncline.cli.opened import Declared

if TYPE_CHECKING:
    from syncline.cli.account import AccountOf
    from syncline.sync.rights import Needed


def origin_of(opened: Declared, system: str) -> str:
    """The address that the secret may go to."""
    from syncline import app
    from syncline.cli.told import BAD_INPUT, stop

    ways = {way.system: way for way in app.outlets(opened.declaration, opened.connectors)}
    origin = app.origin_of(ways[system])
    if not origin:
        stop(f"The address of {system} cannot be used.", "syncline check says why", BAD_INPUT)
    return origin


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


def read_secret(what: str, *, from_stdin: bool) -> str:
    """Without showing it: typed, or from a pipe."""
    if from_stdin:
        return sys.stdin.readline().strip()
    return str(typer.prompt(what, hide_input=True, default="", show_default=False, err=True)).strip()


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


def ends(opened: Declared, system: str, host: str, found: AccountOf | None, *, json: bool) -> None:
    """Where it is kept, and whose account it opens."""
    from syncline.cli.shown import out

    following = f"syncline check, and where {system} was paused: syncline resume {system}"
    if not json:
        out(f"Kept in the vault, for {host} alone.")
    whose(opened, system, found, {"kept": True, "for": host}, following, json=json)


def whose(
    opened: Declared, system: str, found: AccountOf | None, told: Mapping[str, Any], following: str, *, json: bool
) -> None:  # fmt: skip
    """The account, and what to type next. told: what else the one document says."""
    from syncline.cli.account import in_words, lacks
    from syncline.cli.shown import document, out
    from syncline.sync.rights import needed

    if json:
        rights = needed(opened.declaration, system, opened.connectors[system])
        document(
            {"system": system, **told, "account": found, "next": following,
             "rights": {"now": rights.now, "later": rights.later}}
        )  # fmt: skip
        return
    if found is not None and found.name:
        out(f"{system}: {in_words(found)}.", bold=found.environment in ("production", "unknown"))
        if found.another:
            typer.echo(f"{found.another}.", err=True)
        if found.missing:
            typer.echo(lacks(found), err=True)
    out(f"next: {following}")
