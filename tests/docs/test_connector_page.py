"""The page about connectors: its example is run, and is as small as it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from syncline.connect.connector import Connector
from syncline.connect.template import Use
from syncline.testing.conformance import Nonconforming, checks

PAGE = Path(__file__).parents[2] / "docs" / "connector.md"
MOST_LINES = 60


def blocks() -> list[str]:
    """The page's Python."""
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def example() -> dict[str, Any]:
    """The names of the connector and of its test, as the page writes them."""
    names: dict[str, Any] = {"__name__": "example"}
    for block in blocks():
        exec(compile(block, str(PAGE), "exec"), names)
    return names


EXAMPLE = example()


@pytest.mark.parametrize("check", checks(EXAMPLE["PEOPLE"]), ids=str)
def test_the_smallest_connector_conforms(check: Callable[[], None]) -> None:
    EXAMPLE["test_it_conforms"](check)


def test_it_is_as_small_as_it_says() -> None:
    lines = [line for line in blocks()[0].splitlines() if line.strip()]
    assert len(lines) <= MOST_LINES


def test_its_test_can_fail() -> None:
    fresh = count()

    def resends(use: Use) -> Connector:
        """Each attempt of a create is another create."""
        whole: Connector = EXAMPLE["connector"](use)
        [person] = whole.streams
        again = replace(person, create=lambda values, key: create(values, next(fresh)))
        return replace(whole, streams=(again,))

    def create(values: Mapping[str, Any], number: int) -> Any:
        return EXAMPLE["create"]({**values, "email": f"{number}{values['email']}"}, f"key{number}")

    [creating] = [one for one in checks(replace(EXAMPLE["PEOPLE"], connector=resends)) if str(one) == "creating"]
    with pytest.raises(Nonconforming, match="2 rows are there"):
        creating()
