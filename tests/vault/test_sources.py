"""Secrets of the environment and of the vault, behind one question."""

from pathlib import Path

import pytest
from vault_world import CANARY, HOST, filled, vault_in

from syncline.config.secret import InVault, Secret
from syncline.config.settings import System
from syncline.connect.door import NotAdmitted
from syncline.egress import parts
from syncline.vault.sources import Home, SystemSecrets, home_of


def test_each_secret_comes_from_where_the_declaration_says(tmp_path: Path) -> None:
    vault = filled(vault_in(tmp_path))
    vault.put("crm", "client_secret", Secret("sealed"), [HOST])
    crm = System(
        name="crm", connector="toy", secret=InVault("crm"),
        options={"client_secret": InVault("crm"), "api_key": Secret("given"), "region": "eu"},
    )  # fmt: skip
    secrets: parts.Secrets = SystemSecrets({"crm": home_of(crm, HOST)}, vault)
    assert [secrets.secret("crm", name) for name in ("secret", "client_secret", "api_key")] == [
        CANARY,
        "sealed",
        "given",
    ]
    for missing in ("region", "nothing"):
        with pytest.raises(LookupError):
            secrets.secret("crm", missing)
    with pytest.raises(LookupError):
        secrets.secret("erp", "secret")


def test_what_was_never_given_is_no_secret(tmp_path: Path) -> None:
    secrets = SystemSecrets({"crm": Home(host=HOST, secrets={"secret": InVault("crm")})}, vault_in(tmp_path))
    with pytest.raises(LookupError, match="syncline connect crm"):
        secrets.secret("crm", "secret")


def test_a_secret_that_may_not_be_used_lets_nothing_leave(tmp_path: Path) -> None:
    moved = Home(host="https://moved.example", secrets={"secret": InVault("crm")})
    secrets = SystemSecrets({"crm": moved}, filled(vault_in(tmp_path)))
    with pytest.raises(NotAdmitted, match=r"was given for https://crm\.example and not for https://moved\.example"):
        secrets.secret("crm", "secret")


def test_without_a_vault_only_the_environment_is_there() -> None:
    home = Home(host=HOST, secrets={"secret": InVault("crm"), "key": Secret(CANARY)})
    secrets = SystemSecrets({"crm": home}, None)
    assert secrets.secret("crm", "key") == CANARY
    with pytest.raises(NotAdmitted, match="the vault is not open"):
        secrets.secret("crm", "secret")
    assert CANARY not in f"{secrets!r}{home!r}"
