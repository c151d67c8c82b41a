"""The master key: from a file that nobody else can read, made only when asked for, and rotated at any moment."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vault_world import CANARY, HOST, filled, vault_in

from syncline.config.secret import Secret
from syncline.ledger.secrets import SecretUnit
from syncline.vault import master
from syncline.vault.errors import NoMasterKey, UnsafeKeyFile, VaultError
from syncline.vault.master import VARIABLE, from_environment, from_file, make_file, new_key, parsed, replace_file
from syncline.vault.vault import rotate_file


def test_a_new_file_is_for_its_owner_alone_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = make_file(tmp_path / "master.key")
    finally:
        os.umask(before)
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert from_file(tmp_path / "master.key") == (key,)
    assert make_file(tmp_path / "other.key") != key


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    key = make_file(tmp_path / "master.key")
    with pytest.raises(FileExistsError):
        make_file(tmp_path / "master.key")
    assert from_file(tmp_path / "master.key") == (key,)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666, 0o644, 0o601])
def test_a_file_that_others_may_touch_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    key = make_file(path)
    path.chmod(mode)
    with pytest.raises(UnsafeKeyFile, match=rf"mode {mode:o}\): run `chmod 600 .*master.key`") as told:
        from_file(path)
    assert key.text not in str(told.value)
    path.chmod(0o600)
    assert from_file(path) == (key,)
    path.chmod(0o400)
    assert from_file(path) == (key,)


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "master.key"
    make_file(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(UnsafeKeyFile, match="not yours alone"):
        from_file(path)


def test_what_is_no_file_is_no_key() -> None:
    with pytest.raises(UnsafeKeyFile):
        from_file(Path(os.devnull))


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoMasterKey, match=f"put the file back, or set {VARIABLE}"):
        from_file(tmp_path / "master.key")
    assert list(tmp_path.iterdir()) == []


def test_keys_of_the_environment_newest_first() -> None:
    new, old = new_key(), new_key()
    assert from_environment({VARIABLE: f"{new.text}, {old.text}\n"}) == (new, old)
    assert from_environment({}) is None
    assert new.id != old.id


@pytest.mark.parametrize("text", ["", " \n", "short", "c2hvcnQ=", "*" * 44, "A" * 43 + "=A", "ä" * 44])
def test_what_is_no_key_is_said_without_showing_it(text: str) -> None:
    with pytest.raises(NoMasterKey, match=VARIABLE) as told:
        from_environment({VARIABLE: text})
    assert not text.strip() or text not in str(told.value)


def test_one_bad_key_spoils_all() -> None:
    with pytest.raises(NoMasterKey):
        parsed(f"{new_key().text} junk", "the file")


# ---- rotation


def test_after_a_rotation_the_old_key_opens_nothing(tmp_path: Path) -> None:
    vault, path = filled(vault_in(tmp_path)), tmp_path / "master.key"
    old = from_file(path)
    with vault.tables.look() as rows:
        before = (rows.all(), rows.data_keys())
    rotate_file(vault, path)
    assert len(from_file(path)) == 1
    assert from_file(path) != old
    assert vault.secret("crm", "secret", HOST) == CANARY
    assert vault_in(tmp_path).secret("crm", "secret", HOST) == CANARY
    with pytest.raises(NoMasterKey):
        vault_in(tmp_path, masters=lambda: old).secret("crm", "secret", HOST)
    with vault.tables.look() as rows:
        assert rows.all()[0].sealed != before[0][0].sealed
        assert len(rows.data_keys()) == 1
        assert rows.data_keys()[0].id != before[1][0].id


def test_another_process_that_knows_the_old_key_goes_on(tmp_path: Path) -> None:
    service, command = filled(vault_in(tmp_path)), vault_in(tmp_path)
    assert service.secret("crm", "secret", HOST) == CANARY
    rotate_file(command, tmp_path / "master.key")
    assert service.secret("crm", "secret", HOST) == CANARY
    service.put("crm", "secret", Secret("new"), [HOST])
    assert command.secret("crm", "secret", HOST) == "new"


def test_keys_of_the_environment_are_rotated_by_naming_both(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    filled(vault_in(tmp_path, masters=lambda: (old,)))
    assert vault_in(tmp_path, masters=lambda: (new, old)).rotate() == new
    assert vault_in(tmp_path, masters=lambda: (new,)).secret("crm", "secret", HOST) == CANARY


def test_a_file_the_vault_does_not_read_is_not_cut(tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "master.key"
    old = make_file(path)
    vault = filled(vault_in(tmp_path, masters=lambda: (key,)))
    with pytest.raises(NoMasterKey, match="does not read its keys from"):
        rotate_file(vault, path)
    assert old in from_file(path)
    assert vault.secret("crm", "secret", HOST) == CANARY


def test_an_empty_vault_can_be_rotated(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    rotate_file(vault, tmp_path / "master.key")
    assert filled(vault).secret("crm", "secret", HOST) == CANARY


class Killed(BaseException):
    """The process ends here."""


STEPS = 14


@pytest.mark.parametrize("at", range(STEPS))
def test_wherever_a_rotation_is_stopped_every_secret_opens_and_it_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """L4"""
    vault, path, step = vault_in(tmp_path), tmp_path / "master.key", [0]
    for n in range(3):
        vault.put("crm", f"secret {n}", Secret(f"{CANARY} {n}"), [HOST])

    def stopping(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*given: Any, **more: Any) -> Any:
            step[0] += 1
            if step[0] == at + 1:
                raise Killed
            return real(*given, **more)

        return act

    with monkeypatch.context() as patched:
        for name in ("save", "save_key", "drop_key"):
            patched.setattr(SecretUnit, name, stopping(getattr(SecretUnit, name)))
        patched.setattr(os, "replace", stopping(os.replace))
        patched.setattr(os, "fsync", stopping(os.fsync))
        try:
            rotate_file(vault, path)
        except Killed:
            assert step[0] == at + 1
        else:
            assert at == step[0] == STEPS - 1  # the last goes through: it was stopped at every step
    again = vault_in(tmp_path)
    assert [again.secret("crm", f"secret {n}", HOST) for n in range(3)] == [f"{CANARY} {n}" for n in range(3)]
    rotate_file(again, path)
    assert again.secret("crm", "secret 2", HOST) == f"{CANARY} 2"
    assert len(from_file(path)) == 1
    assert sorted(one.name for one in tmp_path.glob("master*")) == ["master.key"]


CHILD = """
import sys
from pathlib import Path
from syncline.ledger.secrets import open_secrets
from syncline.vault.master import from_file
from syncline.vault.vault import Vault, rotate_file
folder = Path(sys.argv[1])
vault = Vault(open_secrets(folder / "hub.db"), "hub 17", lambda: from_file(folder / "master.key"))
print("begun", flush=True)
while True:
    rotate_file(vault, folder / "master.key")
"""


@pytest.mark.slow
def test_a_process_killed_while_it_rotates_leaves_every_secret(tmp_path: Path) -> None:
    """L4"""
    filled(vault_in(tmp_path))
    for n in range(5):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(0.03 + 0.027 * n)
        finally:
            child.kill()
            child.communicate(timeout=10)
        assert vault_in(tmp_path).secret("crm", "secret", HOST) == CANARY


def cut_first(vault: Any, path: Path) -> None:
    """A broken twin: the old key is gone before anything is sealed anew."""
    replace_file(path, [master.new_key()])
    vault.rotate()


def test_a_rotation_that_cuts_first_is_found(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    with pytest.raises(VaultError):
        cut_first(vault_in(tmp_path), tmp_path / "master.key")
    with pytest.raises(VaultError):
        vault_in(tmp_path).secret("crm", "secret", HOST)
    vault.tables.close()
