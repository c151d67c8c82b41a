"""The page on expressions says what the code does: its examples run, and every function has one."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncline.mapping.sql import compile_expression
from syncline.mapping.sql_functions import FUNCTIONS
from syncline.mapping.sql_nodes import NOW

PAGE = Path(__file__).resolve().parents[2] / "docs" / "expressions.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^\| `(.+)` \| `(.+)` \|$", re.MULTILINE)


def examples() -> Iterator[tuple[str, str]]:
    for found in EXAMPLE.finditer(TEXT):
        yield found[1].replace(r"\|", "|"), found[2]


def value(text: str) -> Any:
    return compile_expression(text, {}, currency="EUR", zone="Europe/Berlin").evaluate({NOW: 1_800_000_000.0}.get)


@pytest.mark.parametrize(("text", "expected"), list(examples()))
def test_an_example_gives_what_the_table_shows(text: str, expected: str) -> None:
    assert value(text) == value(expected)


def test_every_example_of_python_gives_what_it_shows() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert found.attempted >= TEXT.count(">>> ") > 0
    assert found.failed == 0


def test_every_function_has_an_example() -> None:
    shown = " ".join(text for text, _ in examples()).lower() + TEXT
    assert [name for name in sorted(FUNCTIONS) if f"{name}(" not in shown and f"{name} " not in shown] == []
