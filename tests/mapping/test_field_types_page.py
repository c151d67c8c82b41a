"""The page on field types says what the code does: its examples run, and it names every type and lens."""

import doctest
from pathlib import Path

from syncline.mapping.types import TYPES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "field-types.md"


def test_every_example_gives_what_it_shows() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert found.attempted >= PAGE.read_text(encoding="utf-8").count(">>> ") > 0
    assert found.failed == 0


def test_every_type_is_in_the_table() -> None:
    table = PAGE.read_text(encoding="utf-8")
    assert [name for name in TYPES if f"`{name}`" not in table] == []
