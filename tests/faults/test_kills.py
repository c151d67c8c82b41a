"""The hub's process is killed by SIGKILL between two real systems; the next one loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from planted import writes

from syncline.testing.forkserver import ForkServer
from syncline.testing.matrix_run import Cell
from syncline.testing.sockets_matrix import TARGET, run

POINTS = (
    *("create written", "create committed", "created", "birth written", "birth committed"),
    *("intents written", "intents committed", "called", "receipts written", "receipts committed"),
    *("page settled", "cursor saved", "hints settled", "looked", "write leaves", "write answered"),
)
STEPS = "a step of a deal answered"
"""One request of a conversation: a deal, its company, its lines."""


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer(TARGET) as ready:
        yield ready


def held(cell: Cell) -> bool:
    """It was killed at every place, and nothing is wrong."""
    assert cell.killed
    assert not cell.violations, "\n".join(cell.violations)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("points", list(zip(POINTS[::2], POINTS[1::2], strict=True)), ids=" and ".join)
def test_killed_at_the_first_and_at_the_second_pass(
    server: ForkServer, tmp_path: Path, points: tuple[str, str]
) -> None:
    assert held(run(server, tmp_path, [(point, number) for point in points for number in (1, 2)]))


@pytest.mark.slow
@pytest.mark.parametrize("stops", [[1, 2, 3], [4, 5, 1], [2, 1, 2]], ids=str)
def test_killed_between_the_steps_of_a_deal_with_its_lines(
    server: ForkServer, tmp_path: Path, stops: list[int]
) -> None:
    assert held(run(server, tmp_path, [(STEPS, number) for number in stops]))


@pytest.mark.slow
@pytest.mark.parametrize("point", ["created", "called", "write answered", STEPS])
def test_killed_while_answers_are_lost(server: ForkServer, tmp_path: Path, point: str) -> None:
    assert held(run(server, tmp_path, [(point, 2), (point, 1)], faults=writes("lose-answer")))
