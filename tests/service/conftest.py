"""The world of the service's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from service_world import World, world


@pytest.fixture
def two(tmp_path: Path) -> Iterator[World]:
    """HubSpot and Odoo, read every second."""
    with world(tmp_path) as made:
        made.declare()
        yield made
