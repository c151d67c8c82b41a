"""`sync --full` reads every row of every stream once more: no second row, no lost edit, calls by the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]
CONTACTS = 120


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path, contacts=CONTACTS) as found:
        found.agree()
        yield found


def living(folder: Folder, system: str, stream: str) -> dict[str, Any]:
    sandbox = folder.sandboxes[system]
    rows = sandbox.vendor.users.read(sandbox, stream, None)
    return {str(one["id"]): one.get("properties", one) for one in rows if not one.get("archived")}


def everywhere(folder: Folder) -> dict[str, Counter[str]]:
    """System to how often each e-mail is there."""
    streams = {"hubspot": "contacts", "odoo": "res.partner"}
    return {
        name: Counter(str(row["email"]) for row in living(folder, name, stream).values() if row.get("email"))
        for name, stream in streams.items()
    }


def asked(folder: Folder) -> Counter[str]:
    """System to the number of calls so far."""
    return Counter({name: len(one.calls.shown(0, 100_000)["calls"]) for name, one in folder.sandboxes.items()})


def test_all_is_read_again_and_nothing_is_made_twice(folder: Folder) -> None:
    folder.typed("sync")
    before, calls = everywhere(folder), asked(folder)
    plain = folder.typed("sync")
    few = asked(folder) - calls
    calls = asked(folder)
    full = folder.typed("sync", "--full")
    assert full.returncode == 0, full.stdout + full.stderr
    assert "wrote nothing" in full.stdout
    many = asked(folder) - calls
    assert everywhere(folder) == before
    assert max(before["hubspot"].values()) == max(before["odoo"].values()) == 1
    for name in ("hubspot", "odoo"):
        assert many[name] <= 3 * few[name] + 40, f"{name}: {many[name]} calls, of which {few[name]} without --full"
    assert "reading" in full.stderr, "progress is shown"
    assert plain.returncode == 0


def test_what_changed_meanwhile_in_both_is_taken_and_told(folder: Folder) -> None:
    """One of them without a new stamp, as after an import that keeps old ones."""
    folder.typed("sync")
    sandbox = folder.sandboxes["odoo"]
    mail = "contact1@example.test"
    rid, row = next((i, one) for i, one in living(folder, "odoo", "res.partner").items() if one.get("email") == mail)
    with sandbox.lock, sandbox.store.all_or_nothing():
        found = sandbox.store.get("res.partner", int(rid))
        assert found is not None
        old = type(found)(found.id, {**found.values, "function": "Old hand"}, found.created, found.changed)
        sandbox.store.write("res.partner", old)
    folder.edit("hubspot", "contacts", {"email": row["email"]}, {"phone": "+43 1 555 8888"})
    full = folder.typed("sync", "--full")
    assert full.returncode == 0, full.stdout + full.stderr
    one = next(o for o in living(folder, "hubspot", "contacts").values() if o["email"] == row["email"])
    assert one["jobtitle"] == "Old hand"
    there = living(folder, "odoo", "res.partner")[rid]
    assert str(there["phone"]).replace(" ", "") == "+4315558888"
