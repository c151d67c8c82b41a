"""`syncline sandbox`: vendors' APIs on this machine, for anybody's tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.told import stop

if TYPE_CHECKING:
    from syncline.sandbox.company import Size
    from syncline.sandbox.sandbox import Sandbox

FIRST_PORT = 8700
"""Port 0 takes free ones."""


def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Which: hubspot, odoo.")] = None,
    port: Annotated[
        int, typer.Option(help="Of the first; each further one is on the next.", min=0, max=65000)
    ] = FIRST_PORT,
    seed: Annotated[
        int | None, typer.Option(help="Begin with a made-up company, the same for the same number.")
    ] = None,
    contacts: Annotated[int, typer.Option(help="How many contacts it has; all else in proportion.", min=1)] = 100,
    differs: Annotated[
        float, typer.Option(help="The share of phones that are other ones in all but the last.", min=0.0, max=1.0)
    ] = 0.0,
    aged: Annotated[
        bool, typer.Option("--aged", help="Filled by hand for years: the first as a CRM, the others as an ERP.")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="A folder in which the sandboxes keep their rows.")] = None,
) -> None:
    """Runs vendor sandboxes until Ctrl-C."""
    from syncline.sandbox import known, serve

    if not names:
        stop("Which sandbox?", f"syncline sandbox {' '.join(sorted(known.VENDORS))}", 2)
    unknown = [name for name in names if name not in known.VENDORS]
    if unknown:
        stop(f"There is no sandbox {', '.join(unknown)}.", f"syncline sandbox {' '.join(sorted(known.VENDORS))}", 2)
    files = kept(names, keep)
    held = [path.exists() for path in files]
    sandboxes = [
        opened(name, path, names[:at].count(name)) for at, (name, path) in enumerate(zip(names, files, strict=True))
    ]
    if seed is not None:
        size = size_of(contacts, seed, differs)
        for number, (one, old) in enumerate(zip(sandboxes, held, strict=True)):
            if not old:
                one.seed(in_its_place(size, number, len(sandboxes), aged=aged))
    try:
        serve.serve(sandboxes, port, typer.echo)
    except OSError as error:
        stop(
            f"Port {port} cannot be used: {error.strerror}.", f"syncline sandbox {' '.join(names)} --port {port + 100}"
        )


def kept(names: Sequence[str], keep: Path | None) -> list[Path]:
    """Where each keeps its rows: `hubspot.sqlite`, and of a second one of that name `hubspot-2.sqlite`."""
    if keep is None:
        return [Path(":memory:") for _ in names]
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"{keep} cannot be a folder: {error.strerror}.", f"syncline sandbox {' '.join(names)} --keep FOLDER")
    of_that_name = [names[: number + 1].count(name) for number, name in enumerate(names)]
    return [
        keep / (f"{name}.sqlite" if count == 1 else f"{name}-{count}.sqlite")
        for name, count in zip(names, of_that_name, strict=True)
    ]


def opened(name: str, path: Path, before: int = 0) -> Sandbox:
    """The sandbox with what it kept there. before: how many of that name there are already: each its own account."""
    from syncline.sandbox import known

    try:
        options = {"portal_id": before + 1} if name == "hubspot" else {}
        return known.named(name, path=str(path), options=options)
    except sqlite3.DatabaseError as error:
        stop(f"{path} cannot be read: {error}.", "move it away, or name another --keep folder")


def size_of(contacts: int, seed: int, differs: float) -> Size:
    """The company, with all else in proportion to its contacts."""
    from syncline.sandbox.company import Size

    return Size(
        seed=seed, contacts=contacts, accounts=max(1, contacts // 3), products=max(1, contacts // 5),
        deals=max(1, contacts // 2), differs=differs,
    )  # fmt: skip


def in_its_place(size: Size, number: int, of: int, *, aged: bool) -> Size:
    """The same company in each, but for what differs in all but the last, and what years made of the two sides."""
    return replace(
        size, differs=0.0 if number == of - 1 else size.differs, aged="" if not aged else "erp" if number else "crm"
    )
