"""`parked`, `conflicts`, `withhold`, `brake`, `links`, `pause`: each list, each decision, and how each one ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from served_hub import Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]
ONE, TWO = "contact1@example.test", "contact2@example.test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.change(("  contact.job_title:\n", "  contact.job_title:\n    policy: manual\n"))
        found.agree()
        yield found


def listed(folder: Folder, *words: str) -> Any:
    done = folder.typed(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def held_in(folder: Folder, system: str, email: str, field: str) -> Any:
    from syncline.testing.vendor_pair import rows

    stream = {"hubspot": "contacts", "odoo": "res.partner"}[system]
    return next(row[field] for _, row in rows(folder.sandboxes[system], stream) if row.get("email") == email)


def test_nothing_open_is_said_and_is_zero(folder: Folder) -> None:
    for command, said in (("parked", "Nothing waits"), ("conflicts", "Nothing waits"), ("brake", "Nothing is held")):
        done = folder.typed(command)
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout


def test_a_conflict_is_listed_and_settled_by_the_command_that_the_list_names(folder: Folder) -> None:
    folder.edit("hubspot", "contacts", {"email": ONE}, {"jobtitle": "Buyer"})
    folder.edit("odoo", "res.partner", {"email": ONE}, {"function": "Head of Sales"})
    assert folder.typed("sync").returncode == 1
    (one,) = listed(folder, "conflicts")
    assert (one["kind"], one["field"]) == ("conflict", "job_title")
    assert {one["ours"], one["theirs"]} == {"Buyer", "Head of Sales"}
    take = f"syncline conflicts take odoo {one['at']}"
    assert take in one["remedy"]
    shown = folder.typed("conflicts").stdout
    assert "Buyer" in shown
    assert "Head of Sales" in shown
    done = folder.typed(*take.split()[1:])
    assert done.returncode == 0, done.stderr
    assert listed(folder, "conflicts") == []
    assert folder.typed("sync").returncode == 0
    assert held_in(folder, "hubspot", ONE, "jobtitle") == "Head of Sales"
    again = folder.typed(*take.split()[1:])
    assert again.returncode != 0
    assert again.stderr


def test_a_person_sets_another_value_by_the_records_own_name(folder: Folder) -> None:
    done = folder.typed("conflicts", "set", "Buyer of all", ONE, "job_title")
    assert done.returncode == 0, done.stderr
    folder.typed("sync")
    assert held_in(folder, "odoo", ONE, "function") == "Buyer of all"
    told = folder.typed("explain", ONE, "job_title").stdout
    assert "a person said so" in told


def test_what_is_parked_says_so_and_a_code_names_all(folder: Folder) -> None:
    folder.edit("odoo", "res.partner", {"email": TWO}, {"email": "contact2 at example"})
    assert folder.typed("sync").returncode == 1
    (one,) = listed(folder, "parked")
    assert one["theirs"] == "contact2 at example"
    assert listed(folder, "parked", "--code", "nothing-like-it") == []
    assert folder.typed("parked", "retry", one["at"]).returncode in (0, 1)
    assert len(listed(folder, "parked")) == 1, "it still does not fit"
    assert folder.typed("parked", "retry").returncode == 2
    assert folder.typed("parked", "retry", one["at"], "--code", one["code"]).returncode == 2
    assert folder.typed("parked", "edit", one["at"]).returncode == 2
    folder.edit("odoo", "res.partner", {"email": "contact2 at example"}, {"email": TWO})
    folder.typed("sync")
    assert listed(folder, "parked") == []


def test_a_withheld_field_is_left_alone_until_it_is_let_through(folder: Folder) -> None:
    assert folder.typed("withhold", TWO, "phone", "--system", "odoo").returncode == 0
    folder.edit("hubspot", "contacts", {"email": TWO}, {"phone": "+43 1 555 4242"})
    folder.typed("sync")
    found = listed(folder, "conflicts")
    if found:  # a new value of the record ends a withholding, as after an undo
        assert folder.typed("conflicts", "redo", found[0]["at"]).returncode == 0
        folder.typed("sync")
    assert held_in(folder, "odoo", TWO, "phone") == "+4315554242"


def test_a_paused_record_and_a_paused_system_are_not_written(folder: Folder) -> None:
    assert folder.typed("pause", TWO, "--why", "being looked at").returncode == 0
    folder.edit("hubspot", "contacts", {"email": TWO}, {"phone": "+43 1 555 5151"})
    folder.typed("sync")
    assert held_in(folder, "odoo", TWO, "phone") == "+4315554242"
    assert folder.typed("resume", TWO).returncode == 0
    folder.typed("sync")
    assert held_in(folder, "odoo", TWO, "phone") == "+4315555151"
    assert folder.typed("pause", "odoo").returncode == 0
    assert "paused" in folder.typed("status").stdout
    assert folder.typed("resume", "odoo").returncode == 0
    assert folder.typed("pause", "contact", "--why", "being cleaned").returncode == 0
    assert "being cleaned: syncline resume contact" in folder.typed("status").stdout
    assert folder.typed("resume", "contact").returncode == 0
    assert folder.typed("pause", "nobody@example.test").returncode == 2


def test_links_are_listed_parted_and_joined(folder: Folder) -> None:
    rows = listed(folder, "links", "--of", ONE)
    assert {one["system"] for one in rows} == {"hubspot", "odoo"}
    row = next(f"{one['system']}/{one['stream']}/{one['id']}" for one in rows if one["system"] == "odoo")
    record = str(rows[0]["record"])
    assert folder.typed("links", "remove", f"{record}@odoo").returncode == 0
    assert [one["system"] for one in listed(folder, "links", "--of", record) if one["state"] == "active"] == ["hubspot"]
    done = folder.typed("links", "add", record, row)
    assert done.returncode == 0, done.stderr
    assert folder.typed("links", "remove", "nobody@example.test").returncode == 2


def test_undo_puts_back_what_a_run_wrote_and_the_undo_can_be_undone(folder: Folder) -> None:
    before = held_in(folder, "odoo", "contact3@example.test", "phone")
    folder.edit("hubspot", "contacts", {"email": "contact3@example.test"}, {"phone": "+43 1 555 3333"})
    run = json.loads(folder.typed("sync", "--json").stdout)["run"]
    assert held_in(folder, "odoo", "contact3@example.test", "phone") == "+4315553333"
    dry = folder.typed("undo", str(run), "--dry")
    assert dry.returncode == 0, dry.stderr
    assert "would be taken back" in dry.stdout
    assert held_in(folder, "odoo", "contact3@example.test", "phone") == "+4315553333"
    done = folder.typed("undo", str(run), "--yes")
    assert done.returncode == 0, done.stderr
    assert held_in(folder, "odoo", "contact3@example.test", "phone").replace(" ", "") == before.replace(" ", "")
    assert any(one["undone_by"] for one in listed(folder, "runs"))
    assert folder.typed("undo", "99999", "--yes").returncode == 2


def test_fields_of_ours_are_made_once(folder: Folder) -> None:
    found = listed(folder, "provision")
    assert {one["state"] for one in found["fields"]} == {"there"}


def test_what_names_no_brake_or_rule_is_two(folder: Folder) -> None:
    assert folder.typed("brake", "release", "odoo").returncode == 2
    assert folder.typed("rules", "fire", "none", "--since", "2026-11-01").returncode == 2
    assert folder.typed("rules", "fire", "none", "--since", "soon").returncode == 2
    assert folder.typed("rules", "answer", "none", ONE, "perhaps").returncode == 2
    assert folder.typed("parked", "--json", "retry", "5").returncode == 2
