"""The hub is killed by SIGKILL at each of its points; it loses nothing, doubles nothing, and comes to rest."""

from collections.abc import Iterator

import pytest
from rich.console import Console

from syncline.testing.matrix import Cell, Matrix, matrix, places, table

SHARES = 4
NAMED = {
    *("page settled", "cursor saved", "hints settled", "baseline batch", "looked", "intents written"),
    *("intents committed", "called", "receipts written", "receipts committed", "found", "adopted", "create written"),
    *("create committed", "create committed again", "created", "birth written", "birth committed", "decided", "undone"),
    *("unit ends", "unit committed", "write leaves", "write answered"),
}
"""Points that the scenario must come to; it may come to more."""


@pytest.fixture
def ours() -> Iterator[Matrix]:
    with matrix() as ready:
        yield ready


def all_held(cells: list[Cell]) -> bool:
    """Prints the table; what did not hold fails the test with its words."""
    Console().print(table(cells))
    wrong = [f"{cell.point} {cell.number}: {text}" for cell in cells for text in cell.violations]
    assert not wrong, "\n" + "\n".join(wrong)
    return True


@pytest.mark.slow
def test_the_scenario_holds_and_comes_to_every_point(ours: Matrix) -> None:
    dry = ours.play()
    assert not dry.killed
    assert not dry.violations
    assert set(dry.passes) >= NAMED


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_point_it_loses_and_doubles_nothing(ours: Matrix, share: int) -> None:
    cells = [ours.play(place) for place in places(ours.play().passes)[share::SHARES]]
    assert all(cell.killed for cell in cells)
    assert all_held(cells)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_again_while_it_recovers(ours: Matrix, share: int) -> None:
    """At the same point of the process that comes after."""
    points = sorted(ours.play().passes)[share::SHARES]
    cells = [ours.play((point, 2), again=(point, 1)) for point in points]
    assert all_held(cells)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("twin", "place"),
    [
        ("call, then commit", ("created", 1)),
        ("recovery forgets", ("created", 1)),
        ("cursor before page", ("unit committed", 1)),
    ],
)
def test_a_broken_twin_is_caught_by_kills_alone(twin: str, place: tuple[str, int]) -> None:
    """It holds as long as nobody kills it; killed anywhere in its first passes, it does not."""
    with matrix(twin) as broken:
        dry = broken.play()
        assert not dry.violations
        first = broken.play(place)
        caught = first.violations or find(broken, [one for one in places(dry.passes) if one != place])
    assert caught


def find(broken: Matrix, left: list[tuple[str, int]]) -> list[str]:
    """The first place at which the twin fails, where the one it used to fail at tells nothing any more."""
    return next((list(violations) for one in left if (violations := broken.play(one).violations)), [])
