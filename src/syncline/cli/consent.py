"""`syncline connect` for a system that a person lets us into: the page to open, and the code that comes back."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from syncline.cli.keeping import ends, keep, origin_of, read_secret, say_rights
from syncline.cli.opened import Declared
from syncline.cli.told import BAD_INPUT, INTERRUPTED, NOT_DONE, NOT_REACHED, stop

if TYPE_CHECKING:
    from syncline.config.settings import System
    from syncline.egress.consent import Back, Client, Consents


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the code comes back. wait: seconds. from_stdin: what is pasted is read from a pipe."""

    redirect: str
    paste: bool
    wait: int
    from_stdin: bool


def consent(opened: Declared, system: System, way: Way, *, json: bool) -> None:
    """Asks for consent, keeps what it is worth, and shows whose account it is."""
    from syncline.cli.account import AccountOf
    from syncline.cli.tried import aside, asked
    from syncline.connect.door import NoAnswer, Unreachable
    from syncline.sync.rights import needed

    name = system.name
    host = origin_of(opened, name)
    have_a_client(opened, system, way, err=json)
    say_rights(needed(opened.declaration, name, opened.connectors[name]), opened.declaration.mode, err=json)
    with aside(opened, name, None) as running:
        back = asked_for(name, running.clients[name], way)
        if back.code is None:
            stop(f"{name} says that nobody consented ({back.error}); nothing was kept.", again(name), NOT_DONE)
        try:
            running.egress.consented(name, back.consent, back.code)
        except (Unreachable, NoAnswer) as error:
            stop(f"{error}. Nothing was kept.", again(name), NOT_DONE)
        found = asked(opened, running.hub, name)
    if not isinstance(found, AccountOf):
        stop(f"What was consented to is kept, but {found}.", "syncline check", NOT_REACHED)
    ends(opened, name, host, found, json=json)


def again(system: str) -> str:
    """The remedy: a code is good once."""
    return f"syncline connect {system}; on a machine without a browser: syncline connect {system} --paste"


def have_a_client(opened: Declared, system: System, way: Way, *, err: bool) -> None:
    """The vault has a master key, and the app's own secret, which is asked for where it is to be there and is not."""
    from syncline import app
    from syncline.cli.vault import need_a_key
    from syncline.config.secret import InVault

    opened.make_folder()
    vault = app.vault_of(opened.declaration, opened.ledger, opened.environment)
    try:
        need_a_key(opened, vault, err=err)
        there = any((one.system, one.name) == (system.name, "client_secret") for one in vault.kept())
    finally:
        vault.close()
    if there or not isinstance(system.options.get("client_secret"), InVault):
        return
    first = f"syncline connect {system.name} --name client_secret"
    if way.from_stdin:
        stop(f"The vault holds no client_secret of {system.name}.", first, BAD_INPUT)
    secret = read_secret(f"{system.name} client_secret (of the app)", from_stdin=False)
    if not secret:
        stop("No client_secret was given; nothing was changed.", first, BAD_INPUT)
    keep(opened, system.name, "client_secret", secret, err=err)


def asked_for(system: str, client: Client, way: Way) -> Back:
    """The person opens the page; what comes back is ours, once, or nothing."""
    from syncline.egress.consent import Consents

    consents = Consents(os.urandom)
    try:
        return by_paste(system, client, way, consents) if way.paste else by_redirect(system, client, way, consents)
    except (KeyboardInterrupt, typer.Abort):
        stop("\nStopped; nobody consented, and nothing was kept.", again(system), INTERRUPTED)


def by_redirect(system: str, client: Client, way: Way, consents: Consents) -> Back:
    """The browser comes back to this machine. Whoever else asks there is answered, and forgotten."""
    from syncline.egress.address import Forbidden
    from syncline.egress.consent import came_back, page
    from syncline.egress.loopback import listening

    found: list[Back] = []

    def heard(given: Mapping[str, str]) -> bool:
        back = came_back(consents, given, time.time())
        found.extend([back] if back is not None else [])
        return back is not None

    try:
        with listening(way.redirect, heard) as loopback:
            begun = consents.begin(system, loopback.address, time.time())
            invite(system, page(client, begun), f"It comes back to {loopback.address}; Ctrl-C stops it.")
            if not loopback.wait(way.wait):
                stop(f"Nobody consented within {way.wait} s; nothing was kept.", again(system), NOT_DONE)
    except Forbidden as error:
        stop(f"{error}.", f"syncline connect {system} --paste --redirect {way.redirect}", BAD_INPUT)
    except OSError as error:
        why = error.strerror or type(error).__name__
        stop(
            f"{way.redirect} cannot be listened on: {why}.",
            f"syncline connect {system} --port N, with that address registered there; or --paste", BAD_INPUT,
        )  # fmt: skip
    return found[0]


def by_paste(system: str, client: Client, way: Way, consents: Consents) -> Back:
    """The browser is on another machine: it ends at an address that it cannot open, which holds the code."""
    from syncline.egress.consent import page, pasted

    begun = consents.begin(system, way.redirect, time.time())
    then = f"It ends at {way.redirect}?code=..., which need not open: paste that whole address (or the code)."
    invite(system, page(client, begun), then)
    text = read_secret(f"{system} address", from_stdin=way.from_stdin)
    back = pasted(consents, begun, text, time.time()) if text else None
    if back is None:
        stop(
            "That is not what came back from this consent; nothing was kept." if text else "Nothing was pasted.",
            f"syncline connect {system} --paste", BAD_INPUT,
        )  # fmt: skip
    return back


def invite(system: str, address: str, then: str) -> None:
    """On stderr. The address is for this person alone: it holds what only we know."""
    typer.echo(f"Open this in a browser, as somebody who may let programs into {system}:\n\n{address}\n", err=True)
    typer.echo(then, err=True)
