"""A company that leaves scope sleeps: nothing is written to it and nothing deleted; when it is back, all is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from first_day import Old, first_day

from syncline.acts.act import Provision, Sync
from syncline.acts.told import Synced
from syncline.sandbox.company import Size

SCOPED = """
entities:
  account:
    scope:
      hubspot: "domain <> 'left.example.test'"
"""


def test_out_of_scope_and_back(tmp_path: Path) -> None:
    with first_day(tmp_path, Size(seed=3, accounts=10, contacts=0, products=0, deals=0)) as old:
        old.act(Provision(), "live", SCOPED)
        sync(old, 2)
        company, partner, name = one_in_both(old)
        save(old, "hubspot", "companies", company, domain="left.example.test")
        sync(old)
        save(old, "odoo", "res.partner", partner, name=f"{name} Holding")
        sync(old)
        asleep = old.rows("hubspot", "companies")
        assert (asleep[company]["name"], len(asleep)) == (name, 10)
        assert partner in old.rows("odoo", "res.partner")
        save(old, "hubspot", "companies", company, domain="back.example.test")
        sync(old, 2)
        assert old.rows("hubspot", "companies")[company]["name"] == f"{name} Holding"
        assert old.rows("odoo", "res.partner")[partner]["website"] == "https://back.example.test"


def sync(old: Old, times: int = 1) -> None:
    for _ in range(times):
        assert isinstance(old.act(Sync(), "live", SCOPED), Synced)


def save(old: Old, system: str, stream: str, rid: str, **values: Any) -> None:
    """Somebody's edit."""
    box = old.boxes[system]
    with box.lock, box.store.all_or_nothing():
        box.vendor.users.save(box, stream, rid, values)


def one_in_both(old: Old) -> tuple[str, str, str]:
    """A company that both systems have, with its ids and its name."""
    partners = {row["name"]: rid for rid, row in old.rows("odoo", "res.partner").items()}
    found = [(rid, row["name"]) for rid, row in old.rows("hubspot", "companies").items() if row["name"] in partners]
    rid, name = found[0]
    return rid, partners[name], name
