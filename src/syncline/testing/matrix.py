"""The crash matrix: the hub is killed by SIGKILL at the n-th pass of each of its points; nothing is lost or doubled.

`python -m syncline.testing.matrix` prints the table. The points are those that a run without a kill passes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from syncline.testing.forkserver import ForkServer
from syncline.testing.ledgers import copy_template
from syncline.testing.matrix_run import Cell, Run

TARGET = "syncline.testing.matrix_child:main"
PASSES = 3
IN_MEMORY = Path("/dev/shm")
"""Files here outlive a killed process as on a disk, and nobody waits for a disk."""


class Matrix:
    """The process that the hubs are forked from, and a directory for their ledgers."""

    def __init__(self, server: ForkServer, directory: Path, twin: str | None = None) -> None:
        self.server, self.directory, self.twin = server, directory, twin

    def play(self, stop: tuple[str, int] | None = None, *, again: tuple[str, int] | None = None) -> Cell:
        """The scenario on a ledger of its own, killed at a place, and once more in the hub that comes after."""
        file = self.directory / "hub.sqlite"
        copy_template(self.directory, file)
        try:
            return Run(self.server, file, stop, again=again, twin=self.twin).play()
        finally:
            for path in self.directory.glob("hub.sqlite*"):
                path.unlink()


@contextmanager
def matrix(twin: str | None = None) -> Iterator[Matrix]:
    """Ready to play."""
    with ForkServer(TARGET) as server, TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as directory:
        yield Matrix(server, Path(directory), twin)


def numbers(passes: int, first: int = PASSES) -> list[int]:
    """The first passes of a point; and, so that kills are spread over the whole scenario, its middle and last one."""
    return sorted({*range(1, min(first, passes) + 1), (passes + 1) // 2, passes})


def places(passes: Mapping[str, int], first: int = PASSES) -> list[tuple[str, int]]:
    """Every place to be killed at."""
    return [(point, number) for point in sorted(passes) for number in numbers(passes[point], first)]


def table(cells: Sequence[Cell]) -> Table:
    """Point by pass."""
    shown = Table(title="killed at the n-th pass of a point")
    shown.add_column("point")
    shown.add_column("passes", justify="right")
    shown.add_column("pass -> outcome")
    points = sorted({cell.point for cell in cells})
    for point in points:
        own = [cell for cell in cells if cell.point == point]
        shown.add_row(point, str(len(own)), "  ".join(f"{cell.number} {outcome(cell)}" for cell in own))
    return shown


def outcome(cell: Cell) -> str:
    """In a word."""
    if cell.violations:
        return f"[red]{len(cell.violations)} wrong[/red]"
    return "[green]ok[/green]" if cell.killed else "not reached"


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m syncline.testing.matrix", description=__doc__)
    parser.add_argument("--passes", type=int, default=PASSES, help="how many first passes of each point")
    parser.add_argument("--twin", help="with this wrong design in place")
    asked = parser.parse_args(words)
    console = Console()
    with matrix(asked.twin) as ours:
        dry = ours.play()
        cells = [ours.play(place) for place in places(dry.passes, asked.passes)]
    console.print(table(cells))
    wrong = [(cell.point, cell.number, text) for cell in (dry, *cells) for text in cell.violations]
    for point, number, text in wrong:
        console.print(f"{point or 'without a kill'} {number or ''}: {text}", markup=False)
    console.print(f"{len(cells)} kills, {len(wrong)} violations")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
