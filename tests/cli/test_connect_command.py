"""A token goes into the vault unseen, for one address; the vault shows everything but the secrets."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator

import pytest
from served_hub import SECRETS, Folder, served

pytestmark = [pytest.mark.outside, pytest.mark.slow]
TOKEN = SECRETS["HUBSPOT_TOKEN"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    with served(tmp_path_factory.mktemp("hub")) as found:
        found.change(("${HUBSPOT_TOKEN}", "vault"))
        yield found


def test_a_token_is_asked_for_kept_and_used(folder: Folder) -> None:
    before = folder.run("check")
    assert before.returncode == 3
    assert "syncline connect hubspot" in before.stderr
    assert "empty" in folder.run("vault").stdout
    done = folder.run("connect", "hubspot", "--token-stdin", stdin=f"{TOKEN}\n")
    assert done.returncode == 0, done.stderr
    assert "Service keys" in done.stdout
    assert "crm.objects" in done.stdout
    key = folder.path / ".syncline" / "ledger.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert str(key) in done.stdout
    assert folder.run("check").returncode == 0
    kept = json.loads(folder.run("vault", "--json").stdout)
    assert [(one["system"], one["name"], one["hosts"]) for one in kept] == [
        ("hubspot", "secret", [folder.addresses["hubspot"]])
    ]
    said = done.stdout + done.stderr + folder.run("vault").stdout
    files = b"".join(one.read_bytes() for one in (folder.path / ".syncline").iterdir())
    assert TOKEN not in said
    assert TOKEN.encode() not in files


def test_another_master_key_opens_the_same_secrets(folder: Folder) -> None:
    folder.run("connect", "hubspot", "--token-stdin", stdin=f"{TOKEN}\n")
    key = folder.path / ".syncline" / "ledger.key"
    before = key.read_bytes()
    done = folder.run("vault", "rotate")
    assert done.returncode == 0, done.stderr
    assert key.read_bytes() != before
    assert folder.run("check").returncode == 0


def test_a_lost_key_is_not_replaced_by_a_new_one(folder: Folder) -> None:
    folder.run("connect", "hubspot", "--token-stdin", stdin=f"{TOKEN}\n")
    key = folder.path / ".syncline" / "ledger.key"
    kept = key.read_bytes()
    key.unlink()
    try:
        done = folder.run("connect", "hubspot", "--token-stdin", stdin=f"{TOKEN}\n")
        assert done.returncode == 1
        assert "there is no master key" in done.stderr
        assert not key.exists()
    finally:
        key.write_bytes(kept)
        key.chmod(0o600)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "There is no system nobody"),
        (("odoo", "--token-stdin"), "is not in the vault"),
        (("hubspot", "--token-stdin"), "No token was given"),
    ],
)
def test_what_cannot_be_is_two_and_changes_nothing(folder: Folder, words: tuple[str, ...], said: str) -> None:
    before = folder.run("vault", "--json").stdout
    done = folder.run("connect", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "syncline connect" in done.stderr.splitlines()[-1]
    assert folder.run("vault", "--json").stdout == before
