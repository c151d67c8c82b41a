"""Sandboxes by name, and as fixtures of other people's tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncline.sandbox.known import VENDORS, named
from syncline.sandbox.remote import in_process

OTHERS_TEST = """
import httpx2
import pytest


@pytest.mark.parametrize("name", ["hubspot_sandbox", "odoo_sandbox"])
def test_a_system_of_its_own(name, request):
    served = request.getfixturevalue(name)
    assert httpx2.get(served.address + "/_sandbox/", trust_env=False).json()["vendor"] == name.partition("_")[0]
    stream = {"hubspot_sandbox": "contacts", "odoo_sandbox": "res.partner"}[name]
    before = len(served.control.rows(stream))
    served.control.seed(contacts=5)
    assert len(served.control.rows(stream)) >= before + 5
    served.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(served.address, trust_env=False)
"""


@pytest.mark.parametrize("name", VENDORS)
def test_each_is_made_by_name_and_holds_the_same_company(name: str) -> None:
    sandbox = named(name)
    in_process(sandbox).seed(people=2, accounts=3, contacts=4, products=2, deals=2)
    assert sandbox.vendor.name == name


def test_a_name_that_is_none() -> None:
    with pytest.raises(ValueError, match="there is no sandbox 'fax', only hubspot, odoo"):
        named("fax")


def test_an_option_that_is_none() -> None:
    with pytest.raises(ValueError, match="no option colour"):
        named("hubspot", options={"colour": "red"})


def test_the_fixtures_serve_other_peoples_tests(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(OTHERS_TEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "syncline.sandbox.plugin", "-p", "no:cacheprovider", "."]
    run = subprocess.run(command, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout
