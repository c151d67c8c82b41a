"""`syncline backup` and `restore`: the hub's memory in a file, and back in its place."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, declared

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(
    file: File, force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Copies the hub's memory into a file, whole and checked, also while the service runs."""
    from syncline.cli.shown import document, out
    from syncline.ledger import copies, epoch
    from syncline.look.said import many, moment

    opened = declared(hub, ledger)
    epoch.check_there(opened.ledger, anew=False)
    made = copies.backup(opened.ledger, file.absolute(), force=force)
    if json:
        document({"file": str(file.absolute()), **plainly(made)})
        return
    out(f"{file}: {many(made.records, 'record')} as of run {made.run} ({moment(made.at, opened.declaration.zone)}), "
        f"{made.size:,} bytes, checked. Only you can read it.")  # fmt: skip
    out("It holds personal data. It does not hold the key of the vault: "
        f"{key_of(opened.ledger, made.secrets)}.")  # fmt: skip
    out(f"next: syncline restore {file} puts it back")


def key_of(ledger: Path, secrets: int) -> str:
    """What to do about it."""
    if not secrets:
        return "no secret is kept in the vault"
    file = ledger.with_suffix(".key")
    return f"keep {file}, or SYNCLINE_MASTER_KEY, in another place, else every system is connected anew after a restore"


def restore(
    file: File, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Puts a backup in the place of the hub's memory, which is kept beside it; nothing is written until you confirm."""
    from syncline.cli.shown import document, out
    from syncline.ledger import copies
    from syncline.look.said import many, moment

    opened = declared(hub, ledger)
    found = copies.checked(file.absolute(), opened.declaration.name)
    at = moment(found.at, opened.declaration.zone)
    if not yes and not json:
        out(f"{file} holds {many(found.records, 'record')} as of run {found.run} ({at}).")
        typer.confirm("Put it in the place of this hub's memory?", abort=True)
    opened.make_folder()
    done = copies.restore(opened.ledger, file.absolute(), opened.declaration.name, now=time.time())
    if json:
        aside = str(done.aside) if done.aside is not None else None
        document({"ledger": str(opened.ledger), "aside": aside, "last": done.last, **plainly(done.copied)})
        return
    out(f"The hub remembers what it knew with run {found.run} ({at}); it had come to run {done.last}.")
    if done.aside is not None:
        out(f"What was there is kept: {done.aside}")
    out("Nothing is written anywhere until every system was read anew and you confirmed it.")
    out("next: syncline baseline begin")


def plainly(copied: object) -> dict[str, object]:
    """As data."""
    return dict(vars(copied))
