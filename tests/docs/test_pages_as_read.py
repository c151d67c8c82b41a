"""The examples of the pages, run as a reader would run them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import examples  # noqa: E402

PAGES = sorted(
    page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if "```console" in page.read_text()
)


@pytest.mark.outside
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_page_shows_is_what_comes(page: Path) -> None:
    _, wrong = examples.play(page.read_text(encoding="utf-8"))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("shown", "came", "fits"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a"], False),
        (["a"], ["a", "b"], False),
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["...", "d"], ["a", "e"], False),
        (["at 12:31, run 4, in 3 s"], ["at 09:07, run 4, in 12.5 s"], True),
        (["at 12:31, run 4"], ["at 12:31, run 5"], False),
    ],
)
def test_it_would_be_seen(shown: list[str], came: list[str], fits: bool) -> None:
    assert examples.fits(shown, came) is fits
