"""Whose system a token opens is shown, so that production is never taken for a sandbox; a refused token is not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from served_hub import SECRETS, Ended, Folder, served

from syncline.cli.account import AccountOf, in_words
from syncline.sandbox.remote import in_process

pytestmark = pytest.mark.outside
TOKEN = SECRETS["HUBSPOT_TOKEN"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def in_vault(folder: Folder) -> Folder:
    folder.change(("${HUBSPOT_TOKEN}", "vault"))
    return folder


def connect(folder: Folder, *words: str, token: str = TOKEN) -> Ended:
    return folder.typed("connect", "hubspot", "--token-stdin", *words, stdin=f"{token}\n")


def kept(folder: Folder) -> list[str]:
    return [one["system"] for one in json.loads(folder.typed("vault", "--json").stdout)]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("STANDARD", "a PRODUCTION account"), ("SANDBOX", "a sandbox"), ("DEVELOPER_TEST", "made for tests"),
     ("SOMETHING_NEW", "treat it as PRODUCTION")],
)  # fmt: skip
def test_connect_and_check_show_what_an_account_is_for(in_vault: Folder, kind: str, shown: str) -> None:
    in_vault.sandboxes["hubspot"].options["account_type"] = kind
    done = connect(in_vault)
    assert done.returncode == 0, done.stderr
    assert "account 1" in done.stdout
    assert shown in " ".join(done.stdout.split())
    checked = in_vault.typed("check")
    assert checked.returncode == 0, checked.stderr
    assert shown in " ".join(checked.stdout.split())


def test_what_is_unknown_is_never_called_a_sandbox() -> None:
    said = in_words(AccountOf(system="odoo", name="Acme"))
    assert "PRODUCTION" in said
    assert "sandbox" not in said


def test_check_shows_the_company_the_database_the_version_and_the_user(folder: Folder) -> None:
    found = json.loads(folder.typed("check", "--json").stdout)["accounts"]
    odoo = next(one for one in found if one["system"] == "odoo")
    assert (odoo["name"], odoo["environment"]) == ("My Company (database sandbox)", "test")
    assert (odoo["user"], odoo["version"]) == ("admin", "19.0")
    assert odoo["id"] is not None


def test_a_token_that_is_refused_is_not_kept(in_vault: Folder) -> None:
    done = connect(in_vault, token="pat-canary")
    assert done.returncode == 1
    assert "refused, and is not kept" in done.stderr
    assert "syncline connect hubspot" in done.stderr.splitlines()[-1]
    assert "canary" not in done.stdout + done.stderr
    assert kept(in_vault) == []
    assert connect(in_vault, "--untried", token="pat-canary").returncode == 0
    assert kept(in_vault) == ["hubspot"], "it was asked to"


def test_a_refused_token_leaves_the_one_that_was_kept(in_vault: Folder) -> None:
    assert connect(in_vault).returncode == 0
    assert connect(in_vault, token="pat-other").returncode == 1
    assert in_vault.typed("check").returncode == 0


def test_a_token_that_cannot_be_tried_is_not_kept_and_another_way_is_named(in_vault: Folder) -> None:
    in_vault.change((in_vault.addresses["hubspot"], "http://127.0.0.1:9"))
    in_vault.change(("  - " + in_vault.addresses["hubspot"].partition("//")[2], "  - 127.0.0.1:9"))
    done = connect(in_vault)
    assert done.returncode == 3
    assert "could not be tried, and is not kept" in done.stderr
    assert "--untried" in done.stderr.splitlines()[-1]
    assert kept(in_vault) == []


def test_scopes_that_a_token_lacks_are_named(folder: Folder) -> None:
    hubspot = folder.sandboxes["hubspot"]
    every = ["crm.objects.companies.read", "crm.objects.contacts.read", "crm.objects.products.read",
             "crm.objects.owners.read"]  # fmt: skip
    hubspot.vendor.users.acts["grant"](hubspot, {"scopes": every})
    done = folder.typed("check")
    assert done.returncode == 1
    assert "hubspot: its token lacks crm.objects" in done.stderr
    assert "crm.objects.companies.write" in done.stderr
    assert "crm.schemas" not in done.stderr, "needed while provisioning only"
    folder.change(("mode: live", "mode: read-only"))
    careful = folder.typed("check")
    assert careful.returncode == 0, careful.stderr
    assert "lacks" not in careful.stderr
    hubspot.vendor.users.acts["grant"](hubspot, {"scopes": every[1:]})
    refused = folder.typed("check")
    assert refused.returncode == 3
    assert "crm.objects.companies.read" in refused.stderr, "HubSpot itself says which"


def test_two_systems_that_are_one_account_are_said(folder: Folder) -> None:
    file, by_name = folder.path / "hub.yaml", folder.addresses["hubspot"].replace("127.0.0.1", "localhost")
    tree = YAML().load(file)
    tree["systems"]["second"] = {**tree["systems"]["hubspot"], "roles": ["marketing"], "url": by_name}
    at = {"second": "company.city", "odoo": "res.partner.ref"}
    tree["fields"]["account.city"] = {"type": "text", "at": at}
    tree["egress"]["allow"].append(by_name.partition("//")[2])
    YAML().dump(tree, file)
    done = folder.typed("check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "hubspot and second are the same account" in done.stderr
    assert "syncline connect second" in done.stderr.splitlines()[-1]
    assert json.loads(folder.typed("check", "--json").stdout)["same_account"] == [["hubspot", "second"]]


def test_a_system_that_does_not_tell_holds_up_nothing(folder: Folder) -> None:
    from syncline.sandbox.faults import Fault

    folder.sandboxes["odoo"].faults.plant(Fault(kind="server-error", path="*context_get"))
    done = folder.typed("check")
    assert done.returncode == 0, done.stderr
    assert "odoo: reached" in done.stdout
    assert "which account it is could not be read" in " ".join(done.stdout.split())


def test_a_token_of_the_environment_is_named_tried_and_shown(folder: Folder) -> None:
    env = folder.path / ".env"
    text = env.read_text(encoding="utf-8")
    env.write_text(text.replace("HUBSPOT_TOKEN", "ANOTHER"), encoding="utf-8")
    before = folder.typed("connect", "hubspot")
    assert before.returncode == 1
    assert "crm.objects.companies.read" in before.stdout, "which rights it needs is said before there is one"
    assert "HUBSPOT_TOKEN=..." in before.stderr
    assert before.stderr.splitlines()[-1].endswith("syncline check")
    env.write_text(text.replace(TOKEN, ""), encoding="utf-8")
    assert "HUBSPOT_TOKEN=..." in folder.typed("connect", "hubspot").stderr, "as .env.example has it"
    env.write_text(text, encoding="utf-8")
    done = folder.typed("connect", "hubspot")
    assert done.returncode == 0, done.stderr
    assert "a sandbox" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert not (folder.path / ".syncline" / "ledger.sqlite").exists(), "nothing is kept"
    env.write_text(text.replace(TOKEN, "pat-canary"), encoding="utf-8")
    wrong = folder.typed("connect", "hubspot")
    assert wrong.returncode == 1
    assert "refused" in wrong.stderr
    assert "canary" not in wrong.stderr


def test_as_one_document(in_vault: Folder) -> None:
    found = json.loads(connect(in_vault, "--json").stdout)
    assert (found["kept"], found["account"]["id"], found["account"]["missing"]) == (True, "hubspot 1", [])
    assert "crm.objects.companies.write" in found["rights"]["now"]


def test_to_connect_and_to_check_only_reads_in_every_mode(in_vault: Folder) -> None:
    for before, mode in (("live", "live"), ("live", "read-only")):
        in_vault.change((f"mode: {before}", f"mode: {mode}"))
        assert connect(in_vault).returncode == 0
        assert in_vault.typed("check").returncode == 0, mode
    hubspot, odoo = (in_vault.sandboxes[name].calls.log for name in ("hubspot", "odoo"))
    asked = ("/search", "/batch/read", "/access-token-info")
    assert hubspot
    assert [one for one in hubspot if one.method != "GET" and not one.path.endswith(asked)] == []
    methods = {one.kind.rpartition(".")[2] for one in odoo if one.method != "GET"}
    assert methods <= {"search_read", "fields_get", "context_get"}


def test_another_account_than_the_one_the_hub_knows_is_not_taken(in_vault: Folder) -> None:
    assert connect(in_vault).returncode == 0
    assert in_vault.typed("provision", "--yes").returncode == 0
    assert in_vault.typed("sync").returncode in (0, 1)
    assert in_vault.typed("check").returncode == 0, "these are the rows that it knows"
    before = kept(in_vault)
    in_process(in_vault.sandboxes["hubspot"]).reset()
    again = connect(in_vault)
    assert again.returncode == 1
    assert "another account than before" in again.stderr
    assert "not kept" in again.stderr
    assert kept(in_vault) == before
    checked = in_vault.typed("check")
    assert checked.returncode == 1
    assert "another account than before" in checked.stderr
    assert "--ledger" in checked.stderr.splitlines()[-1]
    assert connect(in_vault, "--untried").returncode == 0
