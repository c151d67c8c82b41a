"""`plan`, `apply` and `sync` on two served systems: what they write, what they say, and how they end."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator

import pytest
from served_hub import SECRETS, Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]
EMAIL = "contact1@example.test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.agree()
        yield found


def phone_in(folder: Folder, system: str) -> str:
    """As that system holds it."""
    from syncline.testing.vendor_pair import rows

    stream = {"hubspot": "contacts", "odoo": "res.partner"}[system]
    return next(str(row["phone"]) for _, row in rows(folder.sandboxes[system], stream) if row.get("email") == EMAIL)


def test_a_settled_hub_agrees_and_writes_nothing(folder: Folder) -> None:
    done = folder.run("sync")
    assert done.returncode == 0, done.stderr
    assert "wrote nothing" in done.stdout
    assert done.stdout.splitlines()[-1] == "All systems agree."


def test_an_edit_is_planned_applied_and_seen_in_both(folder: Folder) -> None:
    folder.edit("hubspot", "contacts", {"email": EMAIL}, {"phone": "+43 1 555 7777"})
    plan = folder.typed("plan", "--out", "p.json")
    assert plan.returncode == 0, plan.stderr
    assert "phone: +4315550001 -> +4315557777" in plan.stdout
    assert "personal data" in plan.stdout
    assert plan.stdout.rstrip().splitlines()[-1].startswith("next: syncline apply ")
    file = folder.path / "p.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert phone_in(folder, "odoo") == "+43 1 555 0001", "a plan writes nothing"
    applied = folder.typed("apply", "p.json")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "1 value written" in applied.stdout
    assert phone_in(folder, "odoo") == "+4315557777"
    again = folder.typed("apply", "p.json", "--json")
    assert json.loads(again.stdout)["counts"].get("left", 0) == 0


def test_a_plan_that_was_tampered_with_is_refused(folder: Folder) -> None:
    folder.typed("plan", "--out", "q.json")
    file = folder.path / "q.json"
    file.write_bytes(file.read_bytes().replace(b'"hub"', b'"bub"', 1))
    done = folder.typed("apply", "q.json")
    assert done.returncode != 0
    assert "syncline plan" in done.stderr
    assert folder.typed("apply", "none.json").returncode == 2


def test_an_edit_that_the_truth_does_not_own_is_put_back_and_explained(folder: Folder) -> None:
    ours = phone_in(folder, "hubspot").replace(" ", "")
    folder.edit("odoo", "res.partner", {"email": EMAIL}, {"phone": "+43 1 555 9999"})
    done = folder.typed("sync", "--json")
    assert json.loads(done.stdout)["written"] == {"update": 1}
    told = folder.typed("explain", EMAIL, "phone").stdout
    assert "odoo changed it to +4315559999; refused" in told
    assert "truth hubspot" in told
    shown = folder.typed("show", EMAIL)
    assert f"phone       {ours}" in shown.stdout
    page = next(word for word in shown.stdout.split() if word.startswith("http"))
    assert folder.typed("show", page).stdout == shown.stdout, "its page's address names it too"


def test_what_is_new_and_open_is_one_and_afterwards_only_with_strict(folder: Folder) -> None:
    folder.edit("odoo", "res.partner", {"email": "contact2@example.test"}, {"email": "contact2 at example"})
    done = folder.typed("sync")
    assert done.returncode == 1, done.stdout
    assert "contact2 at example" in done.stdout
    assert done.stderr.splitlines()[-1] == "next: syncline parked"
    assert folder.typed("sync").returncode == 0
    assert folder.typed("sync", "--strict").returncode == 1
    folder.edit("odoo", "res.partner", {"email": "contact2 at example"}, {"email": "contact2@example.test"})
    assert folder.typed("sync", "--strict").returncode == 0


def test_verify_agrees_and_names_what_differs(folder: Folder) -> None:
    done = folder.typed("verify")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("100 % of ")
    folder.edit("odoo", "product.product", {"default_code": "SKU-0001"}, {"list_price": 7.25})
    folder.edit("hubspot", "contacts", {"email": EMAIL}, {"phone": "+43 1 555 8888"})
    different = folder.typed("verify", "--json")
    found = json.loads(different.stdout)
    assert different.returncode == (1 if found["differing"] else 0)
    assert different.returncode == 0 or different.stderr.splitlines()[-1] == "next: syncline plan"
    assert folder.typed("sync").returncode == 0
    assert folder.typed("verify").returncode == 0


def test_who_is_meant_must_be_one(folder: Folder) -> None:
    for command in ("show", "explain"):
        several = folder.typed(command, "Contact")
        assert (several.returncode, several.stdout) == (2, "")
        assert "more than one" in several.stderr
        assert re.fullmatch(rf"  syncline {command} \d+", several.stderr.splitlines()[-1])
        assert folder.typed(command, "nobody@example.test").returncode == 2
    assert folder.typed("explain", EMAIL, "fone").returncode == 2
    data = json.loads(folder.typed("explain", EMAIL, "phone", "--json").stdout)
    assert data["field"] == "phone"
    assert data["history"]
    lines = folder.typed("explain", EMAIL).stdout
    assert "phone: +43155" in lines


def test_a_condition_that_cannot_be_is_two(folder: Folder) -> None:
    for words in (("plan", "--where", "nonsense("), ("sync", "--only", "contcat"), ("sync", "--limit", "0")):
        done = folder.typed(*words)
        assert done.returncode == 2, words
        assert done.stdout == ""


def test_a_system_that_is_down_is_three_and_the_other_is_read(folder: Folder) -> None:
    text = (folder.path / "hub.yaml").read_text(encoding="utf-8")
    folder.change((folder.addresses["odoo"], "http://127.0.0.1:9"))
    try:
        for command in ("sync", "plan"):
            done = folder.typed(command)
            assert done.returncode == 3, done.stdout + done.stderr
            assert "not allowed: odoo: " in done.stderr
            assert done.stderr.splitlines()[-1] == "next: syncline check"
    finally:
        (folder.path / "hub.yaml").write_text(text, encoding="utf-8")


def test_while_another_process_writes_who_that_is_and_what_to_do_is_said(folder: Folder) -> None:
    with folder.running():
        done = folder.run("sync")
    assert done.returncode == 1
    assert "process" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_shows_a_secret_or_keeps_one_in_the_ledger(folder: Folder) -> None:
    said = "".join(
        done.stdout + done.stderr
        for words in (("sync",), ("plan",), ("status", "--json"), ("check", "--explain"), ("show", EMAIL, "--json"))
        for done in [folder.run(*words)]
    )
    kept = b"".join(file.read_bytes() for file in (folder.path / ".syncline").iterdir())
    assert stat.S_IMODE((folder.path / ".syncline").stat().st_mode) == 0o700
    for secret in SECRETS.values():
        assert secret not in said
        assert secret.encode() not in kept
