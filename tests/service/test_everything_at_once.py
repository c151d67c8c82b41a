"""People edit both systems, webhooks come, commands are handed over, calls fail, the service is killed: all agree."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import time
from collections import Counter

import pytest
from service_world import Serving, World, eventually

pytestmark = pytest.mark.slow

SECONDS = 3.0
"""Of work in each life of the service."""

BRAKES = "brakes:\n  rewrite: {above: 1000000}\n  create: {above: 1000000}\n"
FAULTS = ("lose-answer", "server-error", "rate-limit", "timeout")


def edit(two: World, emails: list[str], number: int, draw: random.Random) -> None:
    """Somebody types something somewhere; now and then somebody new comes, or a system has a bad moment."""
    email, job = draw.choice(emails), f"Job {number}"
    if draw.random() < 0.5:
        two.set_job(email, job)
    else:
        two.remotes["odoo"].save("res.partner", {"function": job}, str(two.contact("odoo", email)["id"]))
    if draw.random() < 0.1:
        fresh = {"email": f"new{number}@example.test", "firstname": "Contact", "lastname": f"New {number}"}
        two.remotes["hubspot"].save("contacts", fresh)
    if draw.random() < 0.05:
        system = draw.choice(("hubspot", "odoo"))
        two.remotes[system].plant(draw.choice(FAULTS), count=3, seconds=2, rate=0.3, seed=number)


def hooked(two: World, serving: Serving, secret: str | None) -> str:
    """Odoo tells of what changes; the address is told once, and the port is another in each life."""
    if secret is None:
        assert serving.process.stdout is not None
        found = re.search(r"shown only now: \S+/(\S+)", serving.process.stdout.readline())
        assert found is not None
        secret = found[1]
    url = f"{serving.address}/webhooks/{secret}"
    two.remotes["odoo"].ask("POST", "hooks", {"model": "res.partner", "url": url, "trigger": "on_create_or_write"})
    return secret


@pytest.mark.parametrize("seed", [1])
def test_both_systems_come_to_agree_and_nothing_is_there_twice(two: World, seed: int) -> None:
    two.declare(change=lambda text: text + BRAKES)
    draw, number, secret, logs = random.Random(seed), 0, None, ""
    emails = two.shared_emails()
    for life in range(3):
        with two.service() as serving:
            secret = hooked(two, serving, secret)
            client = subprocess.Popen(two.command("sync"), env=two.environment, stdout=-3, stderr=-3)
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                number += 1
                edit(two, emails, number, draw)
                time.sleep(draw.random() * 0.1)
            code, _ = serving.ends((signal.SIGKILL, signal.SIGTERM)[life % 2])
            assert code == (-signal.SIGKILL, 0)[life % 2], serving.logged()
            client.wait(60)
            logs += serving.logged()
    for remote in two.remotes.values():
        remote.heal()
    with two.service() as serving:
        eventually(lambda: "All systems agree" in serving.get("/").text, 120, serving.logged)
        serving.ends(signal.SIGTERM)
        logs += serving.logged()
    assert " error " not in logs, logs
    synced = json.loads(two.cli("sync", "--json").stdout)
    assert (synced["written"], synced["open_count"], synced["not_reached"]) == ({}, 0, [])
    for system in ("hubspot", "odoo"):
        assert max(Counter(row.get("email") for row in two.contacts(system)).values()) == 1
    jobs = {row["email"]: row.get("jobtitle") or None for row in two.contacts("hubspot")}
    there = {row["email"]: row.get("function") or None for row in two.contacts("odoo")}
    assert {one: there.get(one) for one in jobs} == jobs
