"""The program: its commands by name."""

from __future__ import annotations

import sys

import typer

from syncline.cli import connector, demo, sandbox

OK, FAILED, BAD_INPUT = 0, 1, 2
"""What a command's exit says: done, not done, or asked for something that cannot be."""


def program() -> typer.Typer:
    """All commands."""
    app = typer.Typer(
        name="syncline", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        help="Keeps a company's systems in agreement, both ways.", rich_markup_mode=None,
    )  # fmt: skip
    app.command("demo")(demo.run)
    app.command("sandbox")(sandbox.run)
    connectors = typer.Typer(no_args_is_help=True, help="Connectors of your own.")
    connectors.command("new")(connector.new)
    app.add_typer(connectors, name="connector")
    return app


def main() -> None:
    """What `syncline` runs."""
    try:
        program()()
    except BrokenPipeError:  # whoever read has gone, as `| head` does
        sys.stderr.close()
        sys.exit(FAILED)
