"""The program: its commands by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from syncline.cli import (
    audit,
    backup,
    baseline,
    check,
    conflicts,
    connect,
    connector,
    demo,
    examples,
    init,
    links,
    open_things,
    plan,
    provision,
    record,
    rules,
    run,
    sandbox,
    status,
    stops,
    sync,
    vault,
    verify,
)
from syncline.cli.told import BAD_INPUT, NOT_DONE, OK, answering, version

FAILED = NOT_DONE


def program() -> typer.Typer:
    """All commands, in the order in which a person meets them."""
    app = typer.Typer(
        name="syncline", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        help="Keeps a company's systems in agreement, both ways.", rich_markup_mode=None,
    )  # fmt: skip
    app.callback()(whole)
    add(
        app,
        {
            "demo": demo.run,
            "init": init.run,
            "connect": connect.connect,
            "check": check.run,
            "provision": provision.run,
        },
    )
    add(
        app,
        {
            "audit": audit.run,
            "plan": plan.plan,
            "apply": plan.apply,
            "sync": sync.run,
            "run": run.run,
            "verify": verify.verify,
        },
    )
    add(app, {"status": status.status, "runs": status.runs, "show": record.show, "explain": record.explain})
    family(app, "parked", open_things.parked, retry=open_things.retry, skip=open_things.skip, edit=open_things.edit)
    family(
        app, "conflicts", conflicts.conflicts, take=conflicts.take, set=conflicts.set_, keep=conflicts.keep,
        redo=conflicts.redo,
    )  # fmt: skip
    add(app, {"withhold": open_things.withhold})
    family(app, "brake", stops.brake, show=stops.show, release=stops.release)
    family(app, "baseline", baseline.baseline, begin=baseline.begin, confirm=baseline.confirm, anew=baseline.anew)
    words: dict[str, Callable[..., None]] = {
        "import": links.import_,
        "add": links.add,
        "remove": links.remove,
        "distinct": links.distinct,
    }
    family(app, "links", links.links, **words)
    family(app, "rules", rules.rules, fire=rules.fire, answer=rules.answer)
    add(app, {"pause": stops.pause, "resume": stops.resume, "undo": verify.undo, "test": examples.run})
    add(app, {"backup": backup.backup, "restore": backup.restore})
    family(app, "vault", vault.vault, rotate=vault.rotate)
    add(app, {"sandbox": sandbox.run})
    family(app, "connector", None, new=connector.new)
    return app


def add(app: typer.Typer, commands: Mapping[str, Callable[..., None]]) -> None:
    """Commands by name."""
    for name, command in commands.items():
        app.command(name, short_help=first_of(command))(answering(command))


def family(app: typer.Typer, name: str, alone: Callable[..., None] | None, **words: Callable[..., None]) -> None:
    """Commands under one name; `alone` is what the name does by itself."""
    said = (alone.__doc__ if alone is not None else None) or "Connectors of your own."
    made = typer.Typer(no_args_is_help=alone is None, help=said)
    if alone is not None:
        made.callback(invoke_without_command=True)(answering(alone))
    add(made, words)
    app.add_typer(made, name=name, short_help=said.partition(":")[0].partition(";")[0].rstrip("."))


def first_of(command: Callable[..., None]) -> str:
    """What it does, without how it ends."""
    said = " ".join((command.__doc__ or "").split())
    return said.partition(":")[0].partition(";")[0].rstrip(".")


def say_version(wanted: bool) -> None:
    """`--version`."""
    if wanted:
        typer.echo(f"syncline {version()}")
        raise typer.Exit(OK)


def whole(
    _: Annotated[bool, typer.Option("--version", callback=say_version, is_eager=True, help="Say it and end.")] = False,
) -> None:
    """Keeps a company's systems in agreement, both ways."""


def main() -> None:
    """What `syncline` runs."""
    try:
        program()()
    except BrokenPipeError:  # whoever read has gone, as `| head` does
        sys.stderr.close()
        sys.exit(FAILED)


__all__ = ["BAD_INPUT", "FAILED", "OK", "main", "program"]
