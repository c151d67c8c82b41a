"""What the composition root puts together: two vendors on real sockets, each by itself, and no secret in sight."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syncline import app
from syncline.app import Running
from syncline.connectors import hubspot, odoo
from syncline.sandbox import known, serve
from syncline.sandbox.clock import Clock
from syncline.sandbox.company import Size
from syncline.sync import provision, rounds
from syncline.testing import vendor_pair

SECRETS = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
TEMPLATES = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}


@contextmanager
def two(folder: Path, change: Any = lambda text: text, **secrets: str) -> Iterator[tuple[Running, Clock]]:
    """A hub between two served sandboxes that hold the same company."""
    clock = Clock()
    sandboxes = [known.named(name, clock=clock) for name in ("hubspot", "odoo")]
    for one in sandboxes:
        one.seed(Size(contacts=5, accounts=3, products=2, deals=0))
    with serve.running(sandboxes) as (first, second):
        text = change(vendor_pair.hub_yaml(TEMPLATES, {"hubspot": first, "odoo": second}))  # type: ignore[arg-type]
        declaration = app.declared(text, {**SECRETS, **secrets}).declaration
        with app.running(declaration, folder / "ledger.sqlite", clock=clock.now) as running:
            yield running, clock


def test_two_vendors_come_to_agree(tmp_path: Path) -> None:
    with two(tmp_path) as (running, clock):
        for _ in range(3):
            clock.advance(300)
            assert rounds.sync(running.hub) == {}
        links = running.ledger.links_of(running.ledger.scan(0, 1000)).values()
        both = [one for one in links if {link.system for link in one if link.external_id} == {"hubspot", "odoo"}]
        assert len(both) >= 10
        assert running.hub.ledger.due("odoo", "res.partner", clock.now() + 3600, 10) == []


def test_what_is_born_in_hubspot_is_born_once_and_only_where_its_field_was_made(tmp_path: Path) -> None:
    with two(tmp_path) as (running, clock):
        needs = list(provision.needs(running.hub))
        assert {(one.system, one.stream, one.field.name) for one in needs} == {
            ("hubspot", stream, "syncline_key") for stream in ("company", "contact", "product")
        }
        assert [provision.make(running.hub, one) for one in needs] == [True] * 3
        assert [provision.make(running.hub, one) for one in needs] == [False] * 3
        for _ in range(3):
            clock.advance(300)
            rounds.sync(running.hub)
        births = running.hub.ledger.due("hubspot", "contact", clock.now() + 9999, 100)
        assert births == []


def test_a_field_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    with two(tmp_path, HUBSPOT_TOKEN="wrong") as (running, _):
        need = next(provision.needs(running.hub))
        with pytest.raises(provision.NotMade, match=r"hubspot: syncline_key of company: .*credentials"):
            provision.make(running.hub, need)


def test_a_wrong_key_stops_that_system_alone_and_says_so(tmp_path: Path) -> None:
    with two(tmp_path, ODOO_KEY="wrong") as (running, _):
        not_now = rounds.read_all(running.hub)
        assert {system for system, _ in not_now} == {"odoo"}
        assert "Invalid apikey" in str(not_now["odoo", "res.partner"]) or "paused" in str(
            not_now["odoo", "res.partner"]
        )
        assert running.ledger.cursor("hubspot", "contact", "changes").ended > 0


def test_an_address_that_the_door_refuses_stops_that_system_alone(tmp_path: Path) -> None:
    def into_the_cloud(text: str) -> str:
        before, _, after = text.partition("    url: http")
        return f"{before}    url: http://169.254.169.254 #{after}" if "odoo" not in before else text

    with two(tmp_path, into_the_cloud) as (running, _):
        not_now = rounds.read_all(running.hub)
        assert {system for system, _ in not_now} == {"hubspot"}
        assert "docs/egress.md" in str(not_now["hubspot", "contact"])


def test_no_secret_is_in_the_ledger_in_a_log_or_in_what_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with two(tmp_path) as (running, _):
        rounds.sync(running.hub)
        said = repr(running) + repr(running.declaration) + caplog.text
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in SECRETS.values():
        assert secret not in said
        assert secret.encode() not in kept


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed there")
def test_at_the_end_nothing_is_open_not_even_the_vault(tmp_path: Path) -> None:
    def with_the_vault(text: str) -> str:
        return text.replace("${HUBSPOT_TOKEN}", "vault")

    def files_open() -> list[str]:
        found = [os.readlink(one) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
        return [name for name in found if name.startswith(str(tmp_path))]

    with two(tmp_path, with_the_vault) as (running, _):
        assert {system for system, _ in rounds.read_all(running.hub)} == {"hubspot"}
        assert files_open()
    assert files_open() == []


def test_a_connector_that_nobody_has_is_named_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="hubspot, odoo"):
        app.made("salesforse", app.Use())
