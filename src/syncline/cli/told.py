"""What a command that cannot go on says: what is wrong, and the next command to type."""

from __future__ import annotations

from typing import NoReturn

import typer


def stop(problem: str, remedy: str, code: int = 1) -> NoReturn:
    """Ends the command with two lines on stderr."""
    typer.echo(f"{problem}\n  {remedy}", err=True)
    raise typer.Exit(code)
