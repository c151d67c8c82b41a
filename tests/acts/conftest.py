"""A world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from acting_world import ActingWorld, acting


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ActingWorld]:
    with acting(tmp_path) as made:
        yield made
