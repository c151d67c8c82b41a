"""`syncline connector new`: the smallest connector, as a file to begin with."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from syncline.cli.told import stop

EXAMPLE = "acme"
FILES = {"{}.py": "smallest.py.txt", "test_{}.py": "smallest_test.py.txt"}


def new(
    name: Annotated[
        str, typer.Argument(help="What it is called in hub.yaml: small letters, digits, `_`; no name of Python's own.")
    ],
    folder: Annotated[Path, typer.Option(help="Where the files go.", file_okay=False)] = Path(),
) -> None:
    """Writes NAME.py, a connector of about fifty lines, and its test."""
    of_python = keyword.iskeyword(name) or name in sys.stdlib_module_names
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or of_python:
        stop(f"{name!r} cannot be the name of a connector.", "syncline connector new our_crm", 2)
    texts = {folder / into.format(name): text_of(source, name) for into, source in FILES.items()}
    there = [str(file) for file in texts if file.exists()]
    if there:
        stop(f"{' and '.join(there)} exist already; nothing was written.", "syncline connector new ANOTHER_NAME", 2)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")
            typer.echo(f"wrote {file}")
    except OSError as error:
        stop(f"{error.filename} cannot be written: {error.strerror}.", f"syncline connector new {name} --folder FOLDER")
    typer.echo("Try it: python -m pytest " + str(folder / f"test_{name}.py") + "; how to go on: docs/connector.md")


def text_of(source: str, name: str) -> str:
    """A file of the example under another name."""
    text = files("syncline.cli").joinpath(source).read_text(encoding="utf-8")
    return text.replace(EXAMPLE, name)
