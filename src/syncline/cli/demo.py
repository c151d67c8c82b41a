"""`syncline demo`: two vendors' sandboxes, a company at work in both, and the hub that keeps them in agreement."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from syncline.cli.told import stop


def run(
    seconds: Annotated[
        int | None, typer.Option(help="End by itself after so many; without it, with Ctrl-C.", min=10, max=86400)
    ] = None,
    port: Annotated[
        int, typer.Option(help="Of HubSpot's sandbox; Odoo's is on the next. 0: free ones.", min=0, max=65000)
    ] = 0,
    headless: Annotated[bool, typer.Option(help="Plain lines, also in a terminal.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed, the same deeds.")] = 1,
) -> None:
    """Both sandboxes, a company at work in them, and a hub between them.

    Exits with 0 only if at the end every field agrees, except exactly the planted cases, each listed with its remedy.
    """
    from syncline.cli import demo_play

    picture = sys.stdout.isatty() and not headless
    try:
        agreed = demo_play.play(seconds=seconds, port=port, seed=seed, picture=picture, echo=typer.echo)
    except OSError as error:
        stop(f"Port {port} cannot be used: {error.strerror}.", f"syncline demo --port {port + 100}")
    raise typer.Exit(0 if agreed else 1)
