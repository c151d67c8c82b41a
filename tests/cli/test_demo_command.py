"""The demo ends in agreement, and says what became of each thing that people did."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_all_comes_to_agree_but_for_what_is_listed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syncline", "demo"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    for line in (
        "contact Contact 1: taken in hubspot phone: +4315550001 -> +4315557777",
        "contact Contact 2: taken in odoo job_title: blank -> Head of Buying",
        "product Product 1: refused in hubspot price",
        "product Product 2: taken in odoo price: 335.77 EUR -> 99.50 EUR",
        "account Company New: created in odoo",
        "1 open, 0 differ.",
        "An email address must have an @-sign. -- correct email in odoo",
    ):
        assert line in said, said
    assert "lost in" in said, "both edited the job title of Contact 3"
    assert said.count(", 0 over a quota") == 2
    assert "pat-sandbox" not in said + done.stderr, "no secret is shown"
