"""How commands look: text and tables that fit, one line of progress, or one JSON document."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from syncline.acts.act import Say, Step

GAP = 2
NARROWEST = 20
OFTEN_SECONDS = 0.1


def console() -> Console:
    """For stdout: colours on a terminal only, and none where NO_COLOR is set."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def out(text: str = "", *, bold: bool = False) -> None:
    """A paragraph. On a screen it is wrapped between words, which are never broken; into a pipe it stays a line."""
    screen = console()
    lines = wrapped(text, screen.width) if sys.stdout.isatty() or "COLUMNS" in os.environ else [text]
    for line in lines:
        screen.print(line, style="bold" if bold else None, soft_wrap=True)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of so many columns, the later ones indented under the first."""
    indent = " " * (len(text) - len(text.lstrip()) + GAP)
    return textwrap.wrap(
        text, max(width, NARROWEST), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]  # fmt: skip


def document(struct: Any) -> None:
    """The one JSON document of `--json`."""
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(struct), indent=2))


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Columns where they fit, else a block for each row: words are never broken.

    right: headers of columns that are aligned to the right. A column in which nothing stands is left out.
    """
    if not rows:
        return
    kept = [i for i, _ in enumerate(headers) if any(row[i] for row in rows)]
    headers, rows = [headers[i] for i in kept], [[row[i] for i in kept] for row in rows]
    screen = console()
    if needed(headers, rows) <= max(screen.width, NARROWEST):
        with screen.capture() as drawn:
            screen.print(columns(headers, rows, right))
        typer.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))
        return
    for number, row in enumerate(rows):
        if number:
            out()
        for header, cell in zip(headers, row, strict=True):
            if cell:
                out(f"{header}: {cell}")


def needed(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The least width at which no word is broken."""
    from rich.cells import cell_len

    longest = [
        max(cell_len(word) for text in (header, *(row[i] for row in rows)) for word in (text.split() or [""]))
        for i, header in enumerate(headers)
    ]
    return sum(longest) + GAP * (len(headers) - 1)


def columns(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> Any:
    """Without lines around it, as lists of other tools are."""
    from rich.table import Table

    made = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


@contextmanager
def progress() -> Iterator[Say]:
    """A line on stderr that follows what is being done; where that is no terminal, a line for each thing, once."""
    live = sys.stderr.isatty()
    last, shown_at = "", 0.0
    told: set[str] = set()

    def say(step: Step) -> None:
        nonlocal last, shown_at
        if not live:
            if step.what not in told:
                typer.echo(step.what, err=True)
            told.add(step.what)
            return
        now = time.monotonic()
        if step.what == last and now - shown_at < OFTEN_SECONDS and step.done != step.total:
            return
        last, shown_at = step.what, now
        sys.stderr.write(f"\r\033[K{line_of(step)}")
        sys.stderr.flush()

    try:
        yield say
    finally:
        if live and last:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def line_of(step: Step) -> str:
    """`reading odoo res.partner 1,200 of 4,000`."""
    if step.total is not None:
        return f"{step.what} {step.done:,} of {step.total:,}"
    return f"{step.what} {step.done:,}" if step.done else step.what
