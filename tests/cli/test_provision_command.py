"""`syncline provision` is a plan: it lists, asks, and only then makes; by hand and back again it says how."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_hub import Folder, served


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        yield found


def properties(folder: Folder) -> set[str]:
    """The fields of ours that HubSpot has."""
    from syncline.sandbox.hubspot.properties import properties as known

    store = folder.sandboxes["hubspot"].store
    every = {name: one for kind in ("companies", "contacts", "products") for name, one in known(store, kind).items()}
    return {name for name, one in every.items() if name.startswith("syncline") and not one["archived"]}


def test_without_a_terminal_it_only_lists(folder: Folder) -> None:
    done = folder.typed("provision")
    assert done.returncode == 1
    assert "hubspot: 3 fields to make." in done.stdout
    assert "missing: company.syncline_key (text; for the hub's own ids" in done.stdout
    assert done.stderr.splitlines()[-1] == "next: syncline provision --yes"
    assert properties(folder) == set()
    dry = folder.typed("provision", "--dry")
    assert (dry.returncode, dry.stdout) == (0, done.stdout)
    as_json = folder.typed("provision", "--json")
    assert as_json.returncode == 1
    assert {one["state"] for one in json.loads(as_json.stdout)["fields"]} == {"missing"}


def test_at_a_terminal_it_asks(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.cli.provision.at_a_terminal", lambda: True)
    no = folder.typed("provision", stdin="n\n")
    assert (no.returncode, properties(folder)) == (1, set())
    yes = folder.typed("provision", stdin="y\n")
    assert yes.returncode == 0, yes.stderr
    assert "made: hubspot company.syncline_key" in yes.stdout
    assert properties(folder) == {"syncline_key"}


def test_made_once_taken_away_and_the_run_is_named(folder: Folder) -> None:
    done = folder.typed("provision", "--yes")
    assert done.returncode == 0, done.stderr
    assert "take them away: syncline provision --remove" in done.stdout
    again = folder.typed("provision", "--yes")
    assert "there: hubspot company.syncline_key" in again.stdout
    asked = folder.typed("provision", "--remove")
    assert asked.returncode == 1
    assert "hubspot: 3 fields to take away." in asked.stdout
    assert "a create whose answer was lost could then make a second row; made in run" in " ".join(asked.stdout.split())
    assert asked.stderr.splitlines()[-1] == "next: syncline provision --remove --yes"
    assert properties(folder) == {"syncline_key"}
    gone = folder.typed("provision", "--remove", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert "removed: hubspot contact.syncline_key" in gone.stdout
    assert properties(folder) == set()
    assert "This hub made no fields." in folder.typed("provision", "--remove", "--yes").stdout


@pytest.mark.parametrize("words", [("provision",), ("provision", "--yes")])
def test_in_mode_read_only_it_refuses_before_it_asks(folder: Folder, words: tuple[str, ...]) -> None:
    folder.change(("mode: live", "mode: read-only"))
    done = folder.typed(*words)
    assert done.returncode == 2
    assert "The mode of hubspot is read-only: no field is made or taken away there" in done.stderr
    assert "set `mode: live` (or approve) in hub.yaml, then: syncline provision --yes" in done.stderr.replace("\n", " ")
    assert "syncline provision --manual" in done.stderr
    assert properties(folder) == set()
    assert folder.typed("provision", "--dry").returncode == 0


def test_by_hand_it_prints_what_to_click_and_makes_nothing(folder: Folder) -> None:
    done = folder.typed("provision", "--manual")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "internal name syncline_key (the </> beside the label)" in said
    assert "require unique values for this property" in said
    assert "Target URL: the address that `syncline run --public-url URL` prints" in said
    assert "Send Webhook Notification" in said
    assert "was not verified on a live account" in said
    assert properties(folder) == set()
    assert folder.typed("provision", "--manual", "--yes").returncode == 2


def test_what_is_missing_is_said_by_sync_and_by_status(folder: Folder) -> None:
    done = folder.typed("sync")
    missing = "hubspot: company.syncline_key, contact.syncline_key, product.syncline_key are missing, and not written"
    assert missing in " ".join(done.stdout.split())
    status = " ".join(folder.typed("status").stdout.split())
    assert "missing in hubspot, and not written: company.syncline_key, contact.syncline_key, product.syncline_key: " \
        "syncline provision" in status  # fmt: skip
    assert len(json.loads(folder.typed("status", "--json").stdout)["missing"]) == 3
    assert folder.typed("provision", "--yes").returncode == 0
    assert json.loads(folder.typed("status", "--json").stdout)["missing"] == []
