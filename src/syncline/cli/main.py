"""The program: its commands by name."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from syncline.cli import (
    check,
    connector,
    demo,
    plan,
    record,
    run,
    sandbox,
    status,
    sync,
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
    app.command("demo")(answering(demo.run))
    app.command("check")(answering(check.run))
    app.command("plan")(answering(plan.plan))
    app.command("apply")(answering(plan.apply))
    app.command("sync")(answering(sync.run))
    app.command("run")(answering(run.run))
    app.command("status")(answering(status.status))
    app.command("runs")(answering(status.runs))
    app.command("show")(answering(record.show))
    app.command("explain")(answering(record.explain))
    app.command("sandbox")(answering(sandbox.run))
    connectors = typer.Typer(no_args_is_help=True, help="Connectors of your own.")
    connectors.command("new")(answering(connector.new))
    app.add_typer(connectors, name="connector")
    return app


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
