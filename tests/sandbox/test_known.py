"""Sandboxes by name, and as fixtures of other people's tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncline.sandbox.call import Reply, json_call
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


@pytest.mark.parametrize(("name", "stream"), [("hubspot", "contacts"), ("odoo", "res.partner")])
def test_in_a_file_it_is_kept(name: str, stream: str, tmp_path: Path) -> None:
    path = str(tmp_path / "kept.db")
    first = named(name, path=path)
    in_process(first).seed(contacts=4)
    rows = in_process(first).rows(stream)
    first.store.close()
    again = named(name, path=path)
    assert in_process(again).rows(stream) == rows
    assert len(rows) >= 4
    in_process(again).reset()
    assert len(in_process(again).rows(stream)) < len(rows)
    again.store.close()


def test_a_search_works_in_what_was_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "kept.db")
    first = named("hubspot", path=path)
    in_process(first).save("contacts", {"firstname": "Red Fox"})
    first.store.close()
    again = named("hubspot", path=path)
    filters = [{"propertyName": "firstname", "operator": "CONTAINS_TOKEN", "value": "fox"}]
    token = {"authorization": "Bearer pat-sandbox"}
    found = again.answer(
        json_call("POST", "/crm/v3/objects/contacts/search", {"filterGroups": [{"filters": filters}]}, token)
    )
    assert isinstance(found, Reply)
    assert found.body["total"] == 1
    again.store.close()


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
