"""The connector against Odoo's sandbox: what the conformance kit tries."""

from __future__ import annotations

import pytest
from odoo_subjects import ALL

from syncline.testing.conformance import Check, checks

NOT_OF_CONFIRMED = ("write_then_read",)
"""A confirmed order is not deleted."""

CHECKS = [
    pytest.param(check, id=f"{name}-{check}")
    for name, subject in ALL.items()
    for check in checks(subject)
    if not (name.endswith("confirmed") and str(check) in NOT_OF_CONFIRMED)
]


@pytest.mark.parametrize("check", CHECKS)
def test_it_conforms(check: Check) -> None:
    check()
