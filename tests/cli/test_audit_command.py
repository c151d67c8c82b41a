"""`audit` on two served systems: what it reads and writes nothing of, what it says, and how it is cut and goes on."""

from __future__ import annotations

import csv
import json
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_hub import SECRETS, Folder, served

from syncline.connectors import hubspot, odoo
from syncline.egress.effects import is_read
from syncline.testing.vendor_pair import rows

pytestmark = [pytest.mark.outside, pytest.mark.slow]
SIGN_IN = {"/web/session/authenticate", "/web/webclient/version_info", "/jsonrpc"}
DEADLINE_SECONDS = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """In mode live, with what years of work by hand leave behind."""
    with served(tmp_path_factory.mktemp("hub"), contacts=8) as found:
        found.edit("hubspot", "contacts", {"email": "contact3@example.test"}, {"phone": "+43 1 555 3333"})
        found.edit("odoo", "res.partner", {"email": "contact4@example.test"}, {"phone": "call me"})
        yield found


def written_calls(folder: Folder) -> list[tuple[str, str, str]]:
    """Calls of the API that are none of the connectors' reads."""
    reads = {"hubspot": hubspot.connector().reads, "odoo": odoo.connector().reads}
    return [
        (name, one.method, one.path)
        for name, sandbox in folder.sandboxes.items() for one in sandbox.calls.log
        if not is_read(reads[name], one.method, one.path) and one.path not in SIGN_IN
    ]  # fmt: skip


def forget_calls(folder: Folder) -> None:
    for sandbox in folder.sandboxes.values():
        with sandbox.lock:
            sandbox.calls.log.clear()


def held(folder: Folder) -> list[object]:
    """All rows of both systems."""
    streams = {"hubspot": ("contacts", "companies", "products"), "odoo": ("res.partner", "product.product")}
    return [row for name, several in streams.items() for one in several for row in rows(folder.sandboxes[name], one)]


def test_it_writes_nothing_in_mode_live_and_says_what_going_live_would_do(folder: Folder) -> None:
    assert "mode: live" in (folder.path / "hub.yaml").read_text()
    forget_calls(folder)
    before = held(folder)
    done = folder.run("audit", env={"COLUMNS": "100"})
    assert done.returncode == 0, done.stderr
    assert written_calls(folder) == []
    assert held(folder) == before
    assert sum(len(one.calls.log) for one in folder.sandboxes.values()) > 5
    lines = done.stdout.splitlines()
    assert "Nothing was written to any system." in lines[0]
    assert "at most 50% of each limit (hubspot 95 of 190 calls in 10 s" in done.stdout
    assert max(map(len, lines)) <= 100
    assert "Going live would create 0, update 3, leave 1 open; " in done.stdout
    assert lines[-1] == "next: syncline plan"
    plan = json.loads(folder.typed("plan", "--json").stdout)
    again = json.loads(folder.typed("audit", "--json").stdout)
    assert (again["comes"], again["calls"], again["open_count"]) == (plan["comes"], plan["calls"], plan["open_count"])


def test_its_page_and_lists_are_for_their_owner_and_name_what_differs(folder: Folder) -> None:
    done = folder.typed("audit", "--html", "audit.html", "--csv", "lists")
    assert done.returncode == 0, done.stderr
    page, lists = folder.path / "audit.html", folder.path / "lists"
    for file in (page, *lists.iterdir()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(lists.stat().st_mode) == 0o700
    assert "personal data" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert f'href="{folder.addresses["odoo"]}/web#id=' in text
    with (lists / "records.csv").open(encoding="utf-8-sig", newline="") as opened:
        found = list(csv.DictReader(opened))
    odd = {one["name"]: one for one in found if one["entity"] == "contact"}
    assert odd["Contact 3"]["findings"] == "differs: phone"
    assert odd["Contact 3"]["values"] == "phone: hubspot +4315553333 | odoo +4315550003"
    assert "invalid: phone" in odd["Contact 4"]["findings"]
    assert folder.addresses["odoo"] in odd["Contact 4"]["pages"]


def test_no_share_no_folder_and_no_file_end_with_what_to_do(folder: Folder) -> None:
    (folder.path / "file").write_text("x")
    for words, says in (
        (("--share", "none"), "syncline audit --share 50%"),
        (("--share", "0%"), "--share with 1% to 100%"),
        (("--csv", "file"), "name a folder that you own"),
        (("--html", "nowhere/audit.html"), "syncline audit --html FILE"),
    ):
        done = folder.typed("audit", *words)
        assert done.returncode == 2, words
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_an_integration_that_is_still_on_stands_out(folder: Folder) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['HUBSPOT_TOKEN']}", "Content-Type": "application/json"}
    for number, (rid, row) in enumerate(rows(folder.sandboxes["hubspot"], "companies")):
        body = json.dumps({"properties": {"phone": f"+43 1 777 {1000 + number}"}}).encode()
        address = f"{folder.addresses['hubspot']}/crm/v3/objects/companies/{rid}"
        folder.sandboxes["hubspot"].clock.advance(1.0)
        with urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PATCH"), timeout=10) as told:
            assert told.status == 200, row
    forget_calls(folder)
    done = folder.typed("audit")
    asks = next(line for line in done.stdout.splitlines() if line.startswith("Is another integration still on?"))
    assert "hubspot company.phone: integration" in done.stdout, asks
    assert "wrote 3 of 3" in " ".join(done.stdout.split())
    assert written_calls(folder) == []


def test_a_system_that_is_down_is_three_and_the_rest_is_told(folder: Folder) -> None:
    text = (folder.path / "hub.yaml").read_text(encoding="utf-8")
    folder.change((folder.addresses["odoo"], "http://127.0.0.1:9"))
    try:
        done = folder.typed("audit", "--ledger", "other.sqlite")
        assert done.returncode == 3
        said = " ".join(done.stdout.split())
        assert "contact: 8 in hubspot, 0 in odoo" in said
        assert "odoo was not read to its end" in said
        assert "not allowed: odoo: " in done.stderr
        assert done.stderr.splitlines()[-1] == "next: syncline check"
    finally:
        (folder.path / "hub.yaml").write_text(text, encoding="utf-8")


def test_it_begins_anew_when_it_is_told_to_and_once_other_rows_meet(folder: Folder) -> None:
    first = folder.typed("audit", "--anew")
    assert "As asked: what was read before is forgotten" in " ".join(first.stdout.split())
    text = (folder.path / "hub.yaml").read_text(encoding="utf-8")
    folder.change(("truth: odoo", "truth: hubspot"))
    try:
        told = json.loads(folder.typed("audit", "--json").stdout)
        assert told["anew"].startswith("hub.yaml, or Syncline itself, says other things of account")
    finally:
        (folder.path / "hub.yaml").write_text(text, encoding="utf-8")


# ---- Ctrl-C
ALL = ("audit", "--share", "100%")


def pages(folder: Folder) -> int:
    """Pages of HubSpot's contacts that were read."""
    return sum(one.path.endswith("/contacts/search") for one in folder.sandboxes["hubspot"].calls.log)


def stopped_after(folder: Folder, number: int, how: signal.Signals) -> tuple[int, str]:
    """A person, or the machine, ends the command after so many pages. Returns its exit and what it said."""
    sandbox, until = folder.sandboxes["hubspot"], time.monotonic() + DEADLINE_SECONDS
    running = subprocess.Popen(
        [sys.executable, "-m", "syncline", *ALL], cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        while time.monotonic() < until:
            with sandbox.lock:  # nothing is answered while it is stopped
                if pages(folder) >= number:
                    running.send_signal(how)
                    return running.wait(timeout=DEADLINE_SECONDS), running.communicate()[1]
            time.sleep(0.002)
        raise AssertionError("it never read so much")
    finally:
        running.kill()
        running.communicate()


def counts(told: Any) -> list[Any]:
    """Without examples, whose numbers may be others."""
    return [
        [one[name] for name in ("entity", "rows", "records", "both", "every", "same")]
        + [(found["kind"], found["count"]) for found in one["found"]]
        for one in told["entities"]
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_read_that_is_stopped_goes_on_where_it_was(tmp_path: Path, how: signal.Signals) -> None:
    with served(tmp_path, contacts=500) as folder:
        uncut = json.loads(folder.typed(*ALL, "--ledger", "other.sqlite", "--json").stdout)
        whole = pages(folder)
        forget_calls(folder)
        code, said = stopped_after(folder, 3, how)
        if how is signal.SIGINT:
            assert code == 130
            assert " ".join(said.splitlines()[-2:]) == (
                "Stopped. What was read is kept, and nothing was written to any system; "
                "the same command goes on from there.   syncline audit"
            )
        assert 3 <= pages(folder) < 5
        told = json.loads(folder.typed(*ALL, "--json").stdout)
        assert pages(folder) <= whole + 1, "no page but the one that was cut is read again"
        assert (counts(told), told["comes"]) == (counts(uncut), uncut["comes"])
