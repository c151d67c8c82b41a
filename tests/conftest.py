"""What all tests share: the Hypothesis budgets, chosen with SYNCLINE_PROFILE, and which tests are of the outside."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

OUTSIDE = {"app", "cli", "connectors", "egress", "faults", "sandbox", "service", "story"}
"""Folders of tests that speak over sockets, to sandboxes or through connectors; `make check` leaves them out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if OUTSIDE & {*item.path.relative_to(here).parts[:1]}:
            item.add_marker("outside")


# Wall-clock time never decides whether a test passes: machines differ, and tests run side by side.
SLOW_MACHINE_IS_FINE = [HealthCheck.too_slow]

settings.register_profile(
    "check", max_examples=25, derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE_IS_FINE
)
settings.register_profile(
    "test", max_examples=300, print_blob=True, deadline=None, suppress_health_check=SLOW_MACHINE_IS_FINE
)
settings.load_profile(os.environ.get("SYNCLINE_PROFILE", "check"))
