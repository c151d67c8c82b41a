"""`syncline run` as a process: changes arrive, commands are handed over, it ends and begins again at any moment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter

import httpx2
import pytest
import typer
from service_world import SECRETS, World, eventually

from syncline import app
from syncline.acts.act import Act, Pause, Resume, Sync, encoded
from syncline.acts.told import Done, Told
from syncline.cli.acting import act_on
from syncline.cli.run import base_of
from syncline.ledger.requests import open_requests
from syncline.ledger.sql import open_ledger


def agreed(two: World, email: str) -> None:
    """The first reading is over: an edit arrives."""
    two.set_job(email, "Founder")
    eventually(lambda: two.job_in_odoo(email) == "Founder")


def test_a_change_arrives_in_the_other_system_both_ways(two: World) -> None:
    email = two.shared_emails()[0]
    with two.service() as serving:
        agreed(two, email)
        two.remotes["odoo"].save("res.partner", {"function": "Buyer"}, str(two.contact("odoo", email)["id"]))
        eventually(lambda: two.contact("hubspot", email).get("jobtitle") == "Buyer")
        code, seconds = serving.ends(signal.SIGTERM)
    assert (code, seconds < 10) == (0, True), serving.logged()
    log = serving.logged()
    assert "started: hub=demo" in log
    assert re.search(r"written: system=odoo stream=res\.partner#contact kind=update number=1 run=\d+", log)
    with open_ledger(two.ledger) as ledger:  # the lease was given back
        assert ledger.runs(1)


def test_commands_are_handed_over(two: World) -> None:
    with two.service() as serving:
        agreed(two, two.shared_emails()[0])
        synced = two.cli("sync", "--json")
        assert (synced.returncode, "run" in json.loads(synced.stdout)) == (0, True), synced.stderr
        planned = two.cli("plan", "--json")
        assert (planned.returncode, json.loads(planned.stdout)["writes"]) == (0, 0), planned.stderr
        assert serving.get("/healthz").status_code == 200
    assert serving.logged().count("a request is done") == 2


def test_a_pause_is_handed_over_and_holds_until_it_is_resumed(two: World) -> None:
    email = two.shared_emails()[0]
    declaration = app.declared(two.folder / "hub.yaml", SECRETS).declaration

    def ask(act: Act) -> Told:
        return act_on(declaration, two.ledger, act, lambda step: None, who="ada", environment={})

    with two.service() as serving:
        agreed(two, email)
        assert isinstance(ask(Pause(what="odoo", why="month-end")), Done)
        eventually(lambda: "<b>odoo</b> is paused" in serving.get("/").text)
        before = two.calls("odoo")
        two.set_job(email, "Seller")
        asked = two.calls("hubspot")
        eventually(lambda: two.calls("hubspot") > asked + 20)  # several rounds of polls
        assert two.job_in_odoo(email) == "Founder"
        assert two.calls("odoo") <= before + 1, "at most what was under way"
        assert isinstance(ask(Resume(what="odoo")), Done)
        eventually(lambda: two.job_in_odoo(email) == "Seller")


def test_a_declaration_that_changed_since_is_refused_with_what_to_do(two: World) -> None:
    with two.service():
        two.declare(change=lambda text: text.replace("hubspot: domain IS NOT NULL", "hubspot: true"))
        synced = two.cli("sync")
    assert synced.returncode == 1
    assert "hub.yaml is not the one that the service was started with" in synced.stderr
    assert "start syncline run again" in synced.stderr


def test_it_ends_within_its_grace_while_a_system_hangs_and_begins_again(two: World) -> None:
    email = two.shared_emails()[0]
    with two.service("--grace", "2") as serving:
        agreed(two, email)
        before = two.calls("odoo")
        two.remotes["odoo"].plant("timeout", seconds=120)
        two.set_job(email, "Seller")
        eventually(lambda: two.calls("odoo") > before)
        code, seconds = serving.ends(signal.SIGTERM, 20)
    assert code == 0
    assert seconds < 8, serving.logged()
    assert "ended before all had come to an end" in serving.logged()
    two.remotes["odoo"].heal()
    with two.service():
        eventually(lambda: two.job_in_odoo(email) == "Seller")


def test_a_second_signal_ends_it_at_once(two: World) -> None:
    with two.service("--grace", "60") as serving:
        agreed(two, two.shared_emails()[0])
        before = two.calls("odoo")
        two.remotes["odoo"].plant("timeout", seconds=120)
        eventually(lambda: two.calls("odoo") > before)
        serving.process.send_signal(signal.SIGINT)
        eventually(lambda: "ending" in serving.logged())
        code, seconds = serving.ends(signal.SIGINT, 10)
    assert (code, seconds < 5) == (128 + signal.SIGINT, True)


@pytest.mark.slow
def test_killed_among_its_creates_it_makes_none_twice_and_comes_to_agree(two: World) -> None:
    fresh = [f"born{number}@example.test" for number in range(40)]
    with two.service() as serving:
        agreed(two, two.shared_emails()[0])
        for number, email in enumerate(fresh):
            values = {"email": email, "firstname": "Contact", "lastname": f"Born {number}"}
            two.remotes["hubspot"].save("contacts", values)
        eventually(lambda: sum(row["email"] in fresh for row in two.contacts("odoo")) >= 3)
        serving.process.kill()
        assert serving.process.wait(10) == -signal.SIGKILL
    with two.service() as again:
        eventually(lambda: sum(row["email"] in fresh for row in two.contacts("odoo")) >= len(fresh), 100, again.logged)
        eventually(lambda: "All systems agree" in again.get("/").text, 100, again.logged)
        code, _ = again.ends(signal.SIGTERM)
    assert code == 0
    there = Counter(row["email"] for row in two.contacts("odoo") if row["email"] in fresh)
    assert there == dict.fromkeys(fresh, 1)
    synced = json.loads(two.cli("sync", "--json").stdout)
    assert (synced["written"], synced["not_reached"]) == ({}, [])


def test_an_outage_of_one_system_holds_up_no_other(two: World) -> None:
    email = two.shared_emails()[0]
    with two.service() as serving:
        agreed(two, email)
        two.remotes["odoo"].plant("timeout", seconds=20)
        two.set_job(email, "Seller")
        eventually(lambda: "cannot be worked on now: system=odoo" in serving.logged() or two.calls("odoo") > 0)
        asked = two.calls("hubspot")
        eventually(lambda: two.calls("hubspot") > asked + 20, 20)  # several rounds of polls
        assert serving.get("/healthz").status_code == 200
        assert two.job_in_odoo(email) == "Founder"
        two.remotes["odoo"].heal()
        eventually(lambda: two.job_in_odoo(email) == "Seller", 120, serving.logged)


def test_a_webhook_is_followed_by_its_write_long_before_the_next_poll(two: World) -> None:
    two.declare(poll="1h")
    emails = two.shared_emails()
    with two.service() as serving:
        assert serving.process.stdout is not None
        line = serving.process.stdout.readline()
        found = re.search(r"Webhooks of odoo go to this address, which is shown only now: (\S+)", line)
        assert found is not None, line
        eventually(lambda: all(one["read"] for one in json.loads(two.cli("status", "--json").stdout)["systems"]))
        two.remotes["odoo"].ask(
            "POST", "hooks", {"model": "res.partner", "url": found[1], "trigger": "on_create_or_write"}
        )
        row = str(two.contact("odoo", emails[0])["id"])
        for job in ("Buyer", "Seller"):
            began = time.monotonic()
            two.remotes["odoo"].save("res.partner", {"function": job}, row)
            eventually(lambda job=job: two.contact("hubspot", emails[0]).get("jobtitle") == job, 20)
            assert time.monotonic() - began < 5
    with two.service() as again:
        again.ends(signal.SIGTERM)
        assert again.process.stdout is not None
        assert "/webhooks/" not in again.process.stdout.read(), "an address is told once"
    with open_ledger(two.ledger, read_only=True) as ledger, ledger.session() as session:
        dump = "\n".join(session.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert found[1].rpartition("/")[2] not in dump, "a copy of the ledger tells no address"


def test_what_a_dead_client_left_does_no_harm(two: World) -> None:
    with two.service() as serving:
        agreed(two, two.shared_emails()[0])
        client = subprocess.Popen(two.command("sync"), env=two.environment, stdout=subprocess.DEVNULL)
        requests = open_requests(two.ledger, time.time)
        try:
            eventually(lambda: requests.one(1))
            os.kill(client.pid, signal.SIGKILL)
            client.wait(10)
            eventually(lambda: (row := requests.one(1)) is not None and row.state in ("done", "gone"))
            odd = requests.ask(b"no act at all", "somebody", "", 5.0)
            eventually(lambda: (row := requests.one(odd)) is not None and row.state == "done")
            late = requests.ask(encoded(Sync()), "somebody", "", -1.0)  # its time was over when it came
            assert serving.get("/healthz").text == "well\n"
            row = requests.one(late)
            assert row is not None
            assert row.state == "waiting"
        finally:
            requests.close()
        assert two.cli("sync").returncode == 0


def test_a_bad_declaration_is_told_whole_and_a_ledger_that_is_held_by_whom(two: World) -> None:
    with two.service() as serving:
        second = two.cli("run", "--port", "0")
        assert second.returncode == 1
        assert f"being written by syncline run (process {serving.process.pid} on" in second.stderr
        port = serving.address.rpartition(":")[2]
        taken = two.cli("run", "--port", port)
        assert (taken.returncode, f"Port {port}" in taken.stderr) == (1, True), taken.stderr
    two.declare(change=lambda text: text.replace("mode: live", "mode: lve\nmod: 3"))
    bad = two.cli("run", "--port", "0")
    assert bad.returncode == 2
    assert "`live`" in bad.stderr
    assert "unknown key `mod`" in bad.stderr


@pytest.mark.parametrize(
    "url", ["ftp://hub.example", "hub.example", "https://a@hub.example", "https://hub.example?a=1"]
)
def test_where_vendors_deliver_is_an_address(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left:
        base_of(url)
    assert left.value.exit_code == 2
    assert "--public-url https://hub.example" in capsys.readouterr().err
    assert base_of("https://hub.example/") == "https://hub.example"


def test_logs_are_lines_of_json_and_hold_no_secret(two: World) -> None:
    two.remotes["hubspot"].plant("reject", method="POST")
    with two.service("--log-json") as serving:
        two.remotes["odoo"].plant("expire-token")
        eventually(lambda: "cannot be worked on now" in serving.logged(), 30, serving.logged)
        page = serving.get("/").text
        serving.ends(signal.SIGTERM)
        lines = [json.loads(line) for line in serving.logged().splitlines()]
    assert {"at", "level", "event"} <= lines[0].keys()
    assert all(secret not in serving.logged() + page for secret in SECRETS.values())


def test_only_who_asks_by_an_address_sees_the_page(two: World) -> None:
    with two.service() as serving:
        for host, status in (("attacker.example", 421), ("127.0.0.1", 200), ("localhost:1", 200), ("[::1]:80", 200)):
            assert serving.get("/", host=host).status_code == status, host
        shown = serving.get("/")
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert shown.headers["cache-control"] == "no-store"
        assert serving.get("/readyz").text == "ready\n"
        assert serving.get("/nowhere").status_code == 404
        assert serving.get("/webhooks/guessed").status_code == 404
        with httpx2_client() as client:
            assert client.post(serving.address + "/").status_code == 405


def httpx2_client() -> httpx2.Client:
    return httpx2.Client(trust_env=False, timeout=20)
