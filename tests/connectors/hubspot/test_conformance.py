"""The connector against HubSpot's sandbox: what the conformance kit tries."""

from __future__ import annotations

import pytest
from subjects import ALL

from syncline.testing.conformance import Check, checks

CHECKS = [pytest.param(check, id=f"{name}-{check}") for name, subject in ALL.items() for check in checks(subject)]


@pytest.mark.parametrize("check", CHECKS)
def test_it_conforms(check: Check) -> None:
    check()
