"""`syncline check` says everything that is wrong, reaches every system, and its exit means something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_hub import SECRETS, Folder, served

pytestmark = pytest.mark.outside


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        yield found


def said(done: object) -> str:
    return done.stdout + done.stderr  # type: ignore[attr-defined, no-any-return]


def test_a_hub_that_is_right_is_reached_and_what_to_type_next_is_said(folder: Folder) -> None:
    done = folder.run("check")
    assert done.returncode == 0, said(done)
    assert "hubspot: reached" in done.stdout
    assert "odoo: reached" in done.stdout
    assert "syncline_key: missing; syncline provision" in done.stdout, "found out by a read"
    assert done.stdout.rstrip().splitlines()[-1].startswith("next: syncline ")
    assert not (folder.path / ".syncline").exists(), "a check leaves nothing behind"
    assert all(secret not in said(done) for secret in SECRETS.values())


def test_fields_of_ours_that_are_there_are_said_to_be_there(folder: Folder) -> None:
    assert folder.typed("provision", "--yes").returncode == 0
    found = json.loads(folder.typed("check", "--json").stdout)
    assert {one["state"] for one in found["needs"]} == {"there"}
    dry = json.loads(folder.typed("provision", "--dry", "--json").stdout)
    assert {one["state"] for one in dry["fields"]} == {"there"}


def test_as_one_json_document(folder: Folder) -> None:
    done = folder.run("check", "--json", "--explain")
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert {one["system"] for one in found["systems"]} == {"hubspot", "odoo"}
    assert {"path": "mode", "value": "live", "source": "hub.yaml:2"} in found["effective"]


def test_all_that_is_wrong_is_said_at_once_with_its_line(folder: Folder) -> None:
    folder.change(("mode: live", "mode: lively"), ("zone: Europe/Berlin", "zone: Europe/Berln"))
    done = folder.run("check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "hub.yaml:2:" in done.stderr
    assert "hub.yaml:3:" in done.stderr
    assert done.stderr.splitlines()[-1] == "next: correct hub.yaml, then syncline check"
    as_json = folder.run("check", "--json")
    assert {one["line"] for one in json.loads(as_json.stdout)["problems"]} >= {2, 3}


def test_a_wrong_declaration_ends_every_command_the_same_way(folder: Folder) -> None:
    folder.change(("mode: live", "mode: lively"))
    for words in (
        "status", "runs", "plan", "apply hub.yaml", "sync", "verify", "show 1", "explain 1", "parked", "parked retry 1",
        "conflicts", "conflicts take odoo 1.phone", "withhold 1 phone", "brake", "brake release a/b/c", "links",
        "links add 1 2", "links remove 1@odoo", "rules", "rules fire x --since 2026-11-01", "pause odoo", "resume odoo",
        "undo 1", "test", "provision", "connect odoo", "vault", "vault rotate",
    ):  # fmt: skip
        done = folder.typed(*words.split())
        assert (done.returncode, done.stdout) == (2, ""), words
        assert "hub.yaml:2:" in done.stderr, words
        assert done.stderr.splitlines()[-1].strip() == "correct that, then: syncline check", words


def test_a_system_that_is_down_is_three_and_the_other_is_reached(folder: Folder) -> None:
    folder.change((folder.addresses["odoo"], "http://127.0.0.1:9"))
    done = folder.run("check")
    assert done.returncode == 3
    assert "hubspot: reached" in done.stdout
    assert "not allowed: odoo: 127.0.0.1: " in done.stderr, "a hub may go to its own places of this machine only"
    assert "`url` of odoo" in done.stderr.splitlines()[-1]


def test_offline_asks_nobody(folder: Folder) -> None:
    folder.change((folder.addresses["odoo"], "http://127.0.0.1:9"))
    done = folder.run("check", "--offline")
    assert done.returncode == 0
    assert "reached" not in said(done)
    assert folder.sandboxes["hubspot"].calls.count == 0


def test_a_wrong_key_is_three_and_is_not_shown(folder: Folder) -> None:
    done = folder.run("check", env={"ODOO_KEY": "wrong-key-of-nobody"})
    assert done.returncode == 3, "the environment wins over .env"
    assert "refused: odoo: " in done.stderr
    assert "give ODOO_KEY the right value" in done.stderr.splitlines()[-1]
    assert "wrong-key-of-nobody" not in said(done)


def test_where_each_line_came_from(folder: Folder) -> None:
    done = folder.run("check", "--explain", "--offline")
    assert done.returncode == 0
    assert "mode: live  # hub.yaml:2" in done.stdout.splitlines()
    assert any(line.endswith("# default") for line in done.stdout.splitlines())


def test_an_env_file_that_others_may_read_is_said(folder: Folder) -> None:
    (folder.path / ".env").chmod(0o644)
    done = folder.run("check", "--offline")
    assert "chmod 600" in done.stderr
    (folder.path / ".env").write_text("NO VALUE\n", encoding="utf-8")
    wrong = folder.run("check", "--offline")
    assert wrong.returncode == 2
    assert ".env:1" in wrong.stderr
    assert "NO VALUE" not in wrong.stderr


def test_without_a_hub_file_the_way_to_one_is_said(tmp_path: Path) -> None:
    done = Folder(path=tmp_path, sandboxes={}, addresses={}).run("check")
    assert done.returncode == 2
    assert "There is no hub.yaml here." in done.stderr
    assert "syncline init" in done.stderr


def test_a_system_that_denied_us_and_lets_us_in_again_is_to_be_resumed(folder: Folder) -> None:
    first = folder.run("sync", env={"ODOO_KEY": "wrong-key-of-nobody"})
    assert first.returncode == 3
    assert "refused: odoo: " in first.stderr
    assert first.stderr.splitlines()[-1].endswith("then: syncline resume odoo")
    again = folder.run("plan")
    assert again.returncode == 3
    assert again.stderr.splitlines()[-1] == "next: syncline resume odoo"
    done = folder.run("check")
    assert done.returncode == 0, said(done)
    assert "odoo: paused: " in done.stdout
    assert done.stdout.rstrip().splitlines()[-1] == "next: syncline resume odoo"
    assert folder.run("resume", "odoo").returncode == 0
    assert folder.run("plan").returncode == 0
