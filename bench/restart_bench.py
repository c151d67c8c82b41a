"""From the start of the service to /readyz, and to its first work, with a million links: python bench/restart_bench.py

The service is the real one, between two sandboxes. Before the measured start it was killed, and left writes whose
outcome nobody knows. --check ends with 1 where a target is missed. --links: how many.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from syncline.connectors import hubspot, odoo
from syncline.ledger.sql import open_ledger
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import FieldValue, Record
from syncline.sandbox import known, serve
from syncline.sandbox.company import Size
from syncline.sandbox.remote import Remote, in_process
from syncline.testing import vendor_pair

LINKS = 1_000_000
TARGET_SECONDS = 5.0
SENT = 100
PAGE = 10_000
SECRETS = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}


@dataclass
class Taken:
    """Seconds from the start of the process. page: what making the page takes then."""

    ready: float
    work: float
    page: float


@contextmanager
def company(folder: Path) -> Iterator[Remote]:
    """Two sandboxes with a few contacts, and a hub.yaml between them; yields HubSpot's."""
    sandboxes = {name: known.named(name) for name in ("hubspot", "odoo")}
    for one in sandboxes.values():
        one.seed(Size(contacts=3, accounts=2, products=1, deals=0))
    with serve.running(list(sandboxes.values())) as addresses:
        templates = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
        text = vendor_pair.hub_yaml(templates, dict(zip(sandboxes, addresses, strict=True)))  # type: ignore[arg-type]
        text = re.sub(r"(?m)^(    connector: \w+)$", r"\1\n    poll: 1s", text)
        (folder / "hub.yaml").write_text(text, encoding="utf-8")
        yield in_process(sandboxes["hubspot"])


@contextmanager
def service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, killed at the end, and its address."""
    command = [sys.executable, "-m", "syncline", "run", "--port", "0", "--hub", str(folder / "hub.yaml")]
    process = subprocess.Popen(
        command, env={**os.environ, **SECRETS}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        found = re.search(r"(http://[\d.:]+)/", process.stdout.readline())
        assert found is not None, "the service does not start"
        yield process, found[1]
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()


def fill(path: Path, links: int) -> None:
    """Records with two links each, and writes that were sent by a process that is gone."""
    with open_ledger(path, synchronous="OFF") as ledger:
        for at in range(0, links // 2, PAGE):
            count = min(PAGE, links // 2 - at)
            with ledger.unit() as unit:
                records = [record(unit.new_id("record"), at + number) for number in range(count)]
                found = [link(unit.new_id("link"), one, system) for one in records for system in ("hubspot", "odoo")]
                unit.save_records(records)
                unit.save_links(found)
        with ledger.unit() as unit:
            unit.save_intents([sent(unit.new_id("intent"), one) for one in found[:SENT]])


def record(rid: int, number: int) -> Record:
    """A contact."""
    fields = {
        "email": FieldValue(value=f"contact{number}@example.test", version=1),
        "job": FieldValue(value=f"Contact {number}", version=1),
    }
    return Record(id=rid, entity="contact", origin="hubspot", fields=fields)


def link(lid: int, one: Record, system: str) -> Link:
    """Its row, which no list shows any more."""
    stream = "contact" if system == "hubspot" else "res.partner#contact"
    return Link(
        id=lid, record=one.id, entity=one.entity, system=system, stream=stream, external_id=f"9{lid}",
        seen={"email": one.fields["email"].value}, fingerprint=b"0123456789abcdef",
    )  # fmt: skip


def sent(number: int, one: Link) -> Intent:
    """A write without a receipt."""
    return Intent(id=number, link=one.id, record=one.record, system=one.system, stream=one.stream, kind="update")


def works(hub: Remote, job: str) -> str:
    """Somebody edits a contact; returns which."""
    row = hub.rows("contacts")[0]
    hub.save("contacts", {"jobtitle": job}, row["id"])
    return str(row["id"])


def until(check: object, seconds: float = 120.0) -> None:
    """Waits for it."""
    end = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < end, "that does not come"
        time.sleep(0.01)


def measure(links: int, folder: Path) -> Taken:
    """Runs it once so that everything has met, fills the ledger, kills a service, and starts it again."""
    path = folder / ".syncline" / "ledger.sqlite"
    client = httpx2.Client(trust_env=False, timeout=60)
    with company(folder) as hub, client:
        with service(folder) as (process, address):
            until(lambda: "All systems agree" in client.get(address).text)
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        fill(path, links)
        with service(folder) as (process, _):
            process.kill()
            process.wait(20)
        works(hub, "Founder")
        began = time.monotonic()
        with service(folder) as (process, address), open_ledger(path, read_only=True) as ledger:
            until(lambda: client.get(f"{address}/readyz").status_code == 200)
            ready = time.monotonic() - began
            until(lambda: any(run.at > time.time() - (time.monotonic() - began) for run in ledger.runs(5)))
            work = time.monotonic() - began
            asked = time.monotonic()
            assert client.get(address).status_code == 200
            return Taken(ready=ready, work=work, page=time.monotonic() - asked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="end with 1 where a target is missed")
    parser.add_argument("--links", type=int, default=LINKS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        taken = measure(given.links, Path(made))
        size = sum(one.stat().st_size for one in (Path(made) / ".syncline").iterdir()) if Path(made).exists() else 0
    print(f"{given.links:,} links, a ledger of {size / 1e6:.0f} MB, killed before with {SENT} writes on their way")
    print(f"  start to /readyz    {taken.ready:6.2f} s  (target {TARGET_SECONDS:.0f})")
    print(f"  start to first work {taken.work:6.2f} s  (target {TARGET_SECONDS:.0f})")
    print(f"  the status page     {taken.page:6.2f} s")
    met = max(taken.ready, taken.work) < TARGET_SECONDS
    return int(given.check and not met)


if __name__ == "__main__":
    sys.exit(main())
