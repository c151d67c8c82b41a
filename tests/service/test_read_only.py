"""A service in mode read-only: webhooks come in, people edit and type commands, and nothing but reads leaves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from service_world import World, eventually

pytestmark = pytest.mark.slow
ODOO_READS = {"search_read", "fields_get", "context_get"}


def reads(system: str, call: dict[str, Any]) -> bool:
    """By the vendors' own words. Sign-ins of these two are headers, so there are none to leave out."""
    if system == "hubspot":
        return bool(call["method"] == "GET" or call["path"].endswith(("/search", "/batch/read")))
    return bool(call["method"] == "GET" or call["kind"].rpartition(".")[2] in ODOO_READS)


def left(two: World) -> list[str]:
    """What arrived at the systems and was no read."""
    return [
        f"{system} {one['method']} {one['path']} {one['kind']}"
        for system, remote in two.remotes.items()
        for one in remote.ask("GET", "calls?limit=100000")["calls"]
        if not reads(system, one)
    ]


def test_nothing_leaves_whatever_comes_in(two: World) -> None:
    two.declare(change=lambda text: text.replace("mode: live", "mode: read-only"))
    emails = two.shared_emails()
    with two.service() as serving:
        assert serving.process.stdout is not None
        found = re.search(r"Webhooks of odoo go to this address, .*: (\S+)", serving.process.stdout.readline())
        assert found is not None
        eventually(lambda: all(one["read"] for one in json.loads(two.cli("status", "--json").stdout)["systems"]))
        two.remotes["odoo"].ask(
            "POST", "hooks", {"model": "res.partner", "url": found[1], "trigger": "on_create_or_write"}
        )
        before = two.calls("odoo"), two.calls("hubspot")
        for number, email in enumerate(emails[:4]):
            two.remotes["odoo"].save(
                "res.partner", {"function": f"Job {number}"}, str(two.contact("odoo", email)["id"])
            )
            two.set_job(email, f"Post {number}")
        two.remotes["hubspot"].save(
            "contacts", {"email": "new@example.test", "firstname": "Contact", "lastname": "New"}
        )
        synced = json.loads(two.cli("sync", "--json").stdout)
        assert synced["written"] == {}
        assert synced["kept_back"]["read-only"] > 0, "there is something to write, and it is kept"
        plan = str(two.folder / "plan.json")
        assert json.loads(two.cli("plan", "--out", plan, "--json").stdout)["writes"] > 0
        assert two.cli("apply", plan).returncode != 0
        assert two.cli("provision", "--yes").returncode != 0
        for words in (("sync", "--full"), ("verify",), ("resume", "odoo")):
            two.cli(*words)
        eventually(lambda: two.calls("odoo") > before[0] + 5 and two.calls("hubspot") > before[1] + 5)
        assert "Job 0" not in {row.get("jobtitle") for row in two.contacts("hubspot")}
    assert left(two) == []


def test_the_same_in_live_is_seen_in_the_logs(two: World) -> None:
    """The broken twin."""
    email = two.shared_emails()[0]
    with two.service():
        two.set_job(email, "Buyer")
        eventually(lambda: two.job_in_odoo(email) == "Buyer")
    assert left(two)
