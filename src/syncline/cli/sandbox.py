"""`syncline sandbox`: vendors' APIs on this machine, for anybody's tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.told import stop

if TYPE_CHECKING:
    from syncline.sandbox.sandbox import Sandbox

FIRST_PORT = 8700
"""Port 0 takes free ones."""


def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Which: hubspot, odoo.")] = None,
    port: Annotated[int, typer.Option(help="Of the first; each further one is on the next.", max=65000)] = FIRST_PORT,
    seed: Annotated[
        int | None, typer.Option(help="Begin with a made-up company, the same for the same number.")
    ] = None,
    contacts: Annotated[int, typer.Option(help="How many contacts it has; all else in proportion.", min=1)] = 100,
    keep: Annotated[Path | None, typer.Option(help="A folder in which the sandboxes keep their rows.")] = None,
) -> None:
    """Runs vendor sandboxes until Ctrl-C."""
    from syncline.sandbox import known, serve

    if not names:
        stop("Which sandbox?", f"syncline sandbox {' '.join(sorted(known.VENDORS))}", 2)
    unknown = [name for name in names if name not in known.VENDORS]
    if unknown:
        stop(f"There is no sandbox {', '.join(unknown)}.", f"syncline sandbox {' '.join(sorted(known.VENDORS))}", 2)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    sandboxes = [
        known.named(name, path=":memory:" if keep is None else str(keep / f"{number}-{name}.sqlite"))
        for number, name in enumerate(names)
    ]
    if seed is not None:
        fill(sandboxes, contacts, seed)
    try:
        serve.serve(sandboxes, port, typer.echo)
    except OSError as error:
        stop(
            f"Port {port} cannot be used: {error.strerror}.", f"syncline sandbox {' '.join(names)} --port {port + 100}"
        )


def fill(sandboxes: Sequence[Sandbox], contacts: int, seed: int) -> None:
    """The same company in each."""
    from syncline.sandbox.company import Size

    size = Size(
        seed=seed, contacts=contacts, accounts=max(1, contacts // 3), products=max(1, contacts // 5),
        deals=max(1, contacts // 2),
    )  # fmt: skip
    for one in sandboxes:
        try:
            one.seed(size)
        except ValueError as error:
            stop(f"{one.vendor.name} holds rows already: {error}.", "leave out --seed, or name another --keep folder")
