"""`links import`: from a file, from standard input, and from a field that is bound nowhere; and its undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from served_hub import Folder, served

from syncline.sandbox.call import json_call
from syncline.testing import vendor_pair

pytestmark = [pytest.mark.outside, pytest.mark.slow]
ME = {"authorization": "Bearer pat-sandbox"}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """Both hold two companies that no rule joins. Nothing may be written."""
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.change(("mode: live", "mode: read-only"))
        sandbox = found.sandboxes["hubspot"]
        made = {
            "name": "odoo_id",
            "label": "Odoo",
            "type": "number",
            "fieldType": "number",
            "groupName": "companyinformation",
        }
        reply = sandbox.answer(json_call("POST", "/crm/v3/properties/companies", made, ME))
        assert getattr(reply, "status", 201) == 201, reply
        yield found


def company(folder: Folder, system: str, number: int, **more: Any) -> str:
    """A company of a name that nobody else has. Its id."""
    if system == "hubspot":
        made = vendor_pair.saved("hubspot", "companies", None, {"name": f"Old {number}", **more})(folder.sandboxes)
        return str(made["id"])
    values = {"name": f"New {number}", "is_company": True, "customer_rank": 1, **more}
    return str(vendor_pair.saved("odoo", "res.partner", None, values)(folder.sandboxes)["id"])


def record_of(folder: Folder, row: str) -> int:
    done = folder.typed("show", row, "--json")
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["record"])


def writes(folder: Folder) -> int:
    """What left for the systems, by their own count."""
    return sum(len(list(one.calls.all())) for one in folder.sandboxes.values())


def test_a_file_is_taken_over_and_taken_back(folder: Folder) -> None:
    ids = {system: [company(folder, system, n) for n in (1, 2)] for system in ("hubspot", "odoo")}
    assert folder.typed("plan").returncode == 0
    rows = [f"hubspot/company/{one}" for one in ids["hubspot"]]
    file = folder.path / "old.csv"
    lines = ["hubspot/company;odoo/res.partner", *map(";".join, zip(ids["hubspot"], ids["odoo"], strict=True))]
    file.write_text("\n".join([*lines, "1;", "77;88"]))
    dry = folder.typed("links", "import", "old.csv", "--dry")
    assert "4 lines: 3 taken" in dry.stdout
    done = folder.typed("links", "import", "old.csv", "--rejects", "rest.csv")
    assert done.returncode == 1
    assert "line 4: an id is missing" in done.stdout
    assert "then again: syncline links import old.csv" in done.stderr
    for row, other in zip(rows, ids["odoo"], strict=True):
        assert record_of(folder, row) == record_of(folder, f"odoo/res.partner/{other}")
    assert (folder.path / "rest.csv").read_text().splitlines()[1].startswith("4,")
    told = folder.typed("links", "--waiting").stdout
    assert "hubspot/company/77 = odoo/res.partner/88" in told
    assert "1 couplings wait" in folder.typed("links").stdout
    again = json.loads(folder.typed("links", "import", "old.csv", "--json").stdout)
    assert (again["already"], again["taken"], again["run"]) == (3, 0, 0)
    run = next(
        one["id"] for one in json.loads(folder.typed("runs", "--all", "--json").stdout) if one["kind"] == "links"
    )
    undone = folder.typed("undo", str(run), "--yes")
    assert undone.returncode == 0, undone.stderr
    assert "2 parted" in undone.stdout
    assert record_of(folder, rows[0]) != record_of(folder, f"odoo/res.partner/{ids['odoo'][0]}")
    assert folder.typed("links", "--waiting").stdout.startswith("No coupling")


def test_standard_input_and_a_field_that_is_bound_nowhere(folder: Folder) -> None:
    partners = [company(folder, "odoo", n) for n in (1, 2)]
    companies = [company(folder, "hubspot", n, odoo_id=partners[n - 1]) for n in (1, 2)]
    line = f"hubspot/company/{companies[0]},odoo/res.partner/{partners[0]}"
    piped = folder.run("links", "import", "-", "--json", stdin=line)
    assert piped.returncode == 0, piped.stderr
    assert json.loads(piped.stdout)["waits"] == 1
    assert not list((folder.path / ".syncline").glob("*.csv"))
    done = folder.typed("links", "import", "--from", "hubspot.company.odoo_id", "--to", "odoo/res.partner")
    assert done.returncode == 0, done.stderr
    assert "2 lines: 1 taken, 1 of rows that are still to be read; 1 there already; 0 refused." in " ".join(
        done.stdout.split()
    )
    assert folder.typed("plan").returncode == 0
    for one, other in zip(companies, partners, strict=True):
        assert record_of(folder, f"hubspot/company/{one}") == record_of(folder, f"odoo/res.partner/{other}")


def test_what_says_nothing_is_two(folder: Folder) -> None:
    for words in ((), ("a.csv", "--from", "hubspot.company.odoo_id"), ("--from", "hubspot.nothing"), ("none.csv",)):
        done = folder.typed("links", "import", *words)
        assert done.returncode == 2, (words, done)
        assert done.stderr
