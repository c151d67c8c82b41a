"""What is put in comes out for its system, name and host, and nowhere else."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from vault_world import CANARY, HOST, filled, found_in, tables_in, vault_in

from syncline.config.secret import Secret
from syncline.ledger.errors import LedgerError
from syncline.ledger.secrets import SealedKey, SealedSecret, SecretReads
from syncline.ledger.short_lease import Taken
from syncline.vault import seal
from syncline.vault.errors import NoMasterKey, NoSecret, NotAsSealed, OtherHost, TakenOver, VaultError
from syncline.vault.master import MasterKey, new_key
from syncline.vault.vault import Kept, Vault


def said(kind: type[Exception], act: Callable[[], Any]) -> str:
    with pytest.raises(kind) as told:
        act()
    assert type(told.value) is kind
    text = "".join(traceback.format_exception(told.value)) + repr(told.value)
    assert CANARY not in text
    return str(told.value)


def test_a_secret_comes_out_as_it_was_put_in(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    assert vault.secret("crm", "secret", HOST) == CANARY
    assert vault_in(tmp_path).secret("crm", "secret", "HTTPS://CRM.example") == CANARY
    vault.put("crm", "secret", Secret("ünïcode \0 🐘"), [HOST])
    assert vault.secret("crm", "secret", HOST) == "ünïcode \0 🐘"


def test_what_may_be_known_is_not_the_value(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    [kept] = vault.kept()
    assert kept == Kept(system="crm", name="secret", hosts=(HOST,), at=kept.at)
    vault.forget("crm", "secret")
    vault.forget("crm", "secret")
    assert vault.kept() == ()
    assert said(NoSecret, lambda: vault.secret("crm", "secret", HOST)) == (
        "the vault holds no 'secret' of crm: run `syncline connect crm`"
    )


def test_a_system_whose_host_changed_has_no_secret_until_it_is_given_anew(tmp_path: Path) -> None:
    vault, moved = filled(vault_in(tmp_path)), "https://attacker.example"
    assert said(OtherHost, lambda: vault.secret("crm", "secret", moved)) == (
        "'secret' of crm was given for https://crm.example and not for https://attacker.example: "
        "if that is right, run `syncline connect crm`"
    )
    for near in ("http://crm.example", "https://crm.example:8443", "https://crm.example.attacker.example", ""):
        said(OtherHost, lambda near=near: vault.secret("crm", "secret", near))  # type: ignore[misc]
    vault.put("crm", "secret", Secret("another"), [moved])
    assert vault.secret("crm", "secret", moved) == "another"
    said(OtherHost, lambda: vault.secret("crm", "secret", HOST))


def test_a_secret_may_be_for_several_hosts(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.put("crm", "secret", Secret("x"), [HOST, "https://login.example"])
    assert vault.secret("crm", "secret", "https://login.example") == vault.secret("crm", "secret", HOST) == "x"


# ---- moved


def change(vault: Vault, **more: Any) -> None:
    """The row of the crm's secret, with other values, as somebody with the file might write it."""
    with vault.tables.unit() as unit:
        row = unit.one("crm", "secret")
        assert row is not None
        given = {"system": row.system, "name": row.name, "hosts": row.hosts, "sealed": row.sealed, "at": row.at}
        unit.save(SealedSecret(**{**given, **more}))


@pytest.mark.parametrize(
    "place",
    [{"system": "evil"}, {"name": "other"}, {"hosts": ("https://evil.example",)}, {"hosts": (HOST, "https://evil.example")}],
)  # fmt: skip
def test_a_sealed_secret_cannot_be_moved(tmp_path: Path, place: dict[str, Any]) -> None:
    """I18"""
    vault = filled(vault_in(tmp_path))
    change(vault, **place)
    system, name = place.get("system", "crm"), place.get("name", "secret")
    host = place.get("hosts", (HOST,))[-1]
    assert "was not sealed for it, or was changed" in said(NotAsSealed, lambda: vault.secret(system, name, host))


def test_two_rows_cannot_change_places(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    vault.put("erp", "secret", Secret("other"), [HOST])
    with vault.tables.unit() as unit:
        crm, erp = unit.all()
        for at, of in ((crm, erp), (erp, crm)):
            unit.save(SealedSecret(system=at.system, name=at.name, hosts=at.hosts, sealed=of.sealed, at=at.at))
    for system in ("crm", "erp"):
        text = said(NotAsSealed, lambda system=system: vault.secret(system, "secret", HOST))  # type: ignore[misc]
        assert CANARY not in text


def test_another_hub_with_the_same_master_key_cannot_open_it(tmp_path: Path) -> None:
    """I16"""
    filled(vault_in(tmp_path))
    other = vault_in(tmp_path, hub="hub 18")
    assert "is not hub 18's" in said(NotAsSealed, lambda: other.secret("crm", "secret", HOST))


def test_any_bit_that_changed_is_noticed(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path), "short")
    with vault.tables.look() as rows:
        row = rows.one("crm", "secret")
    assert row is not None
    for at in range(len(row.sealed)):
        change(vault, sealed=row.sealed[:at] + bytes([row.sealed[at] ^ 1]) + row.sealed[at + 1 :])
        said(NotAsSealed, lambda: vault.secret("crm", "secret", HOST))
    for short in (b"", row.sealed[:5], row.sealed[: seal.HEAD_BYTES], row.sealed[:-1]):
        change(vault, sealed=short)
        said(NotAsSealed, lambda: vault.secret("crm", "secret", HOST))
    change(vault, sealed=row.sealed)
    assert vault.secret("crm", "secret", HOST) == "short"


def sealed_for_anybody(head: bytes, place: seal.Place) -> bytes:
    """A broken twin: nothing is bound."""
    return b""


def test_a_seal_that_binds_nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "bound", sealed_for_anybody)
    vault = filled(vault_in(tmp_path))
    change(vault, system="evil")
    assert vault.secret("evil", "secret", HOST) == CANARY


def test_no_two_places_read_alike() -> None:
    places: list[seal.Place] = [
        ("secret", "h", "a", "b", ("c",)), ("secret", "h", "a", "b", ("c", "d")), ("secret", "h", "a", "b", ("c,d",)),
        ("secret", "h", "ab", "", ("c",)), ("secret", "h", 'a","b', "", ("c",)), ("key", "h", "a"),
    ]  # fmt: skip
    assert len({seal.bound(b"", place) for place in places}) == len(places)


def test_no_nonce_is_used_twice(tmp_path: Path) -> None:
    vault, nonces = vault_in(tmp_path), set()
    for _ in range(50):
        filled(vault)
        with vault.tables.look() as rows:
            [row] = rows.all()
        nonces.add(row.sealed[seal.HEAD_BYTES - seal.NONCE_BYTES : seal.HEAD_BYTES])
    assert len(nonces) == 50


# ---- keys


def test_without_its_master_key_nothing_is_opened_and_it_says_what_to_do(tmp_path: Path) -> None:
    mine, other = new_key(), new_key()
    filled(vault_in(tmp_path, masters=lambda: (mine,)))
    lost = vault_in(tmp_path, masters=lambda: (other,))
    text = said(NoMasterKey, lambda: lost.secret("crm", "secret", HOST))
    assert mine.id in text
    assert other.id in text
    assert "syncline connect" in text
    said(NoMasterKey, lambda: filled(lost))
    said(NoMasterKey, lost.rotate)
    assert vault_in(tmp_path, masters=lambda: (other, mine)).secret("crm", "secret", HOST) == CANARY


def test_a_data_key_that_is_gone_is_said(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    with vault.tables.unit() as unit:
        [key] = unit.data_keys()
        unit.drop_key(key.id)
    assert CANARY not in said(NotAsSealed, lambda: vault.secret("crm", "secret", HOST))


def test_a_short_lease_that_is_lost_keeps_nothing(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    stale = Taken(name="token of crm", fencing=3)
    with pytest.raises(TakenOver, match="token of crm"):
        vault.put("crm", "secret", Secret("stale"), [HOST], during=stale)
    assert vault.secret("crm", "secret", HOST) == CANARY


def test_a_secret_needs_a_host(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        vault_in(tmp_path).put("crm", "secret", Secret("x"), [])


def test_a_look_between_two_states_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation may commit between reading a secret and reading its key."""
    vault, rotating = filled(vault_in(tmp_path)), [2]
    real = SecretReads.data_keys

    def rotated_first(rows: SecretReads) -> list[SealedKey]:
        if rotating[0] > 0 and type(rows) is SecretReads:
            rotating[0] -= 1
            other = vault_in(tmp_path)
            other.rotate()
            other.tables.close()
        return real(rows)

    monkeypatch.setattr(SecretReads, "data_keys", rotated_first)
    assert vault.secret("crm", "secret", HOST) == CANARY
    rotating[0] = 3
    assert "is being written all the time" in said(NotAsSealed, lambda: vault.secret("crm", "secret", HOST))


# ---- I18: nothing else holds it


def test_no_file_of_the_ledger_holds_a_plain_secret(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    vault.secret("crm", "secret", HOST)
    vault.rotate()
    filled(vault)
    with vault.tables.unit() as unit:
        unit.drop("crm", "nothing")
    found = sorted(path.name for path in tmp_path.iterdir())
    assert {"hub.db", "hub.db-wal"} <= set(found)
    assert found_in(tmp_path, CANARY) == []
    (tmp_path / "careless.txt").write_text(json.dumps({"secret": CANARY}))
    assert found_in(tmp_path, CANARY) == ["careless.txt"]  # and it would be found


def test_no_file_holds_a_key_in_the_clear(tmp_path: Path) -> None:
    drawn: list[bytes] = []
    draw = Random(7)

    def random(size: int) -> bytes:
        drawn.append(draw.randbytes(size))
        return drawn[-1]

    master = new_key(random)
    filled(Vault(tables_in(tmp_path), "hub", lambda: (master,), random=random))
    keys = [one for one in drawn if len(one) == seal.KEY_BYTES]
    assert len(keys) == 2
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert not any(key in content or key.hex().encode() in content for key in keys)


def test_nothing_that_is_shown_logged_or_pickled_holds_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vault = filled(vault_in(tmp_path))
    vault.secret("crm", "secret", HOST)
    change(vault, sealed=b"broken" * 20)
    text = said(NotAsSealed, lambda: vault.secret("crm", "secret", HOST))
    key = MasterKey(b"k" * 32)
    shown = [text, repr(vault), repr(vault.kept()), repr(Secret(CANARY)), repr(key), f"{key}", caplog.text]
    assert not any(CANARY in one or key.text in one or "kkkk" in one for one in shown)
    for act in (pickle.dumps, copy.deepcopy):
        for one in (vault, key):
            with pytest.raises(TypeError, match="is not written to disk"):
                act({"what": one})
    with pytest.raises(TypeError):
        pickle.dumps(Secret(CANARY))
    with pytest.raises(TypeError):
        json.dumps(Secret(CANARY))


def test_every_error_is_one_of_the_vault(tmp_path: Path) -> None:
    assert all(issubclass(one, VaultError) for one in (NoSecret, OtherHost, NotAsSealed, NoMasterKey, TakenOver))
    assert issubclass(NoSecret, LookupError)
    assert not issubclass(VaultError, LedgerError)
