"""A ledger restored from a backup, after things happened in the systems: nothing is made again or comes back."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import Folder, served

from syncline.testing.vendor_pair import rows

pytestmark = [pytest.mark.outside, pytest.mark.slow]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        found.agree()
        yield found


def contacts(folder: Folder, system: str) -> dict[str, Any]:
    """E-mail (else name) to the row, of what lives there."""
    stream = {"hubspot": "contacts", "odoo": "res.partner"}[system]
    found: dict[str, Any] = {}
    sandbox = folder.sandboxes[system]
    for whole in sandbox.vendor.users.read(sandbox, stream, None):
        row = whole.get("properties", whole)
        if row.get("email") and row.get("active") is not False and not whole.get("archived"):
            assert row["email"] not in found, f"{row['email']} is twice in {system}"
            found[str(row["email"])] = row
    return found


def sync(folder: Folder, *codes: int) -> None:
    done = folder.typed("sync", "--full")
    assert done.returncode in (codes or (0, 1)), done.stdout + done.stderr


def writes(folder: Folder) -> int:
    """How many runs of the hub wrote anything."""
    return len(json.loads(folder.typed("runs", "--json", "--limit", "1000").stdout))


def make(folder: Folder, email: str, **values: Any) -> None:
    """Somebody types a new contact into HubSpot."""
    folder.edit("hubspot", "contacts", None, {"email": email, "lastname": email.partition("@")[0], **values})


def backed_up(folder: Folder) -> Path:
    file = folder.path / "backup.sqlite"
    done = folder.typed("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "personal data" in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file


def went_on(folder: Folder) -> None:
    """What happened after the backup: a contact is born, one is edited, one deleted, one blanked."""
    make(folder, "late@example.test", jobtitle="Clerk")
    folder.edit("hubspot", "contacts", {"email": "contact1@example.test"}, {"phone": "+43 1 555 9999"})
    folder.edit("odoo", "res.partner", {"email": "contact2@example.test"}, {"function": "Director"})
    sandbox = folder.sandboxes["hubspot"]
    gone = next(rid for rid, row in rows(sandbox, "contacts") if row.get("email") == "contact3@example.test")
    with sandbox.lock, sandbox.store.all_or_nothing():
        sandbox.vendor.users.remove(sandbox, "contacts", gone)
    for _ in range(3):
        sync(folder)
    assert "late@example.test" in contacts(folder, "odoo"), "the hub made it"
    assert "contact3@example.test" not in contacts(folder, "hubspot")


def test_a_restored_ledger_makes_nothing_again_and_brings_nothing_back(folder: Folder) -> None:
    file = backed_up(folder)
    went_on(folder)
    before = {name: contacts(folder, name) for name in ("hubspot", "odoo")}
    restored = folder.typed("restore", str(file), "--yes")
    assert restored.returncode == 0, restored.stderr
    assert list(folder.path.glob(".syncline/ledger.before-*.sqlite")), "what was there is kept"
    stopped = folder.typed("sync")
    assert stopped.returncode == 3, stopped.stdout
    assert "the ledger was restored from a backup" in stopped.stderr
    assert "next: syncline baseline begin" in stopped.stderr
    assert "restored from a backup" in folder.typed("status").stdout
    assert folder.typed("baseline", "confirm").returncode == 2, "not before it was read"
    begun = folder.typed("baseline", "begin")
    assert begun.returncode == 0, begun.stdout + begun.stderr
    waiting = folder.typed("sync")
    assert waiting.returncode == 1
    assert "baseline confirm" in waiting.stdout
    assert folder.typed("plan").returncode == 0
    assert {name: contacts(folder, name) for name in before} == before, "nothing was written"
    confirmed = folder.typed("baseline", "confirm")
    assert confirmed.returncode == 0, confirmed.stderr
    for _ in range(3):
        sync(folder)
    after = {name: contacts(folder, name) for name in before}
    assert {name: set(found) for name, found in after.items()} == {name: set(found) for name, found in before.items()}
    for name, found in before.items():
        for email, row in found.items():
            told = {key: value for key, value in after[name][email].items() if key in ("phone", "function", "jobtitle")}
            assert told.items() <= row.items(), f"{email} in {name} was written over"
    assert "Nothing is open." in folder.typed("status").stdout or not differing(folder)


def differing(folder: Folder) -> list[str]:
    """Places that verify finds to differ."""
    return [one["at"] for one in json.loads(folder.typed("verify", "--json").stdout)["differs"]]


def test_a_ledger_that_was_copied_back_by_hand_is_noticed(folder: Folder) -> None:
    file = backed_up(folder)
    went_on(folder)
    ledger = folder.path / ".syncline" / "ledger.sqlite"
    for one in ledger.parent.glob("ledger.sqlite*"):
        one.unlink()
    gone = folder.typed("sync")
    assert gone.returncode == 1
    assert "is gone, but this hub has written before (run" in gone.stderr
    assert "baseline anew" in gone.stderr
    assert folder.typed("status").returncode == 1
    assert not ledger.exists(), "a look makes none"
    os.link(file, ledger)
    back = folder.typed("sync")
    assert back.returncode == 3
    assert "the ledger ends with run" in back.stderr
    make(folder, "later@example.test")
    folder.typed("baseline", "begin")
    folder.typed("baseline", "confirm")
    for _ in range(3):
        sync(folder)
    assert "later@example.test" in contacts(folder, "odoo")
    assert contacts(folder, "odoo").keys() >= {"late@example.test"}
    assert "contact3@example.test" not in contacts(folder, "hubspot")


def test_a_ledger_that_is_lost_is_begun_anew_without_a_second_row(folder: Folder) -> None:
    went_on(folder)
    before = {name: set(contacts(folder, name)) for name in ("hubspot", "odoo")}
    for one in (folder.path / ".syncline").glob("ledger.sqlite*"):
        one.unlink()
    assert folder.typed("baseline", "anew").returncode == 0
    assert folder.typed("baseline", "begin").returncode == 0
    make(folder, "newest@example.test")
    assert folder.typed("baseline", "confirm").returncode == 0
    for _ in range(3):
        sync(folder)
    after = {name: set(contacts(folder, name)) for name in before}
    assert after["odoo"] - before["odoo"] == {"newest@example.test"}
    assert after["hubspot"] - before["hubspot"] <= {"newest@example.test", "contact3@example.test"}
