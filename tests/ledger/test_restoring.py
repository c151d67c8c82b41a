"""A restore that takes long, or takes an old backup: nobody is let in meanwhile, and nothing of today is lost."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from syncline.ledger import copies, epoch
from syncline.ledger.errors import LeaseHeld
from syncline.ledger.sql import LEASE_SECONDS, SqlLedger, open_ledger
from syncline.model.rows import Coupling, OwnField, Run


def ran(ledger: SqlLedger) -> int:
    with ledger.unit() as unit:
        run = unit.new_id("run")
        unit.save_run(Run(id=run, kind="sync", at=1.0))
    return run


@pytest.fixture
def where(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.sqlite"
    with open_ledger(file) as ledger:
        epoch.went_back(ledger, file, "acme", anew=False)
        epoch.follow(ledger, file)
        ran(ledger)
    return file


@pytest.mark.parametrize("late", ["prepared", "aside"])
def test_where_the_lease_ran_out_and_a_service_began_nothing_is_replaced(
    where: Path, tmp_path: Path, late: str
) -> None:
    file, services = tmp_path / "backup", []
    copies.backup(where, file, force=False)

    def point(name: str) -> None:
        if name == late:
            services.append(open_ledger(where, clock=lambda: time.time() + LEASE_SECONDS + 61, owner="service"))

    with pytest.raises(LeaseHeld, match="nothing was restored"):
        copies.restore(where, file, "acme", now=time.time(), point=point)
    run = ran(services[0])
    services[0].close()
    with open_ledger(where) as ledger:
        assert ledger.runs(1)[0].id == run, "what it wrote is in the ledger that is there"
        assert bool(epoch.went_back(ledger, where, "acme", anew=False)) == (late == "aside")
    assert not list(tmp_path.glob(".*"))


def test_an_old_backup_takes_over_what_people_said_since(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    copies.backup(where, file, force=False)
    with closing(sqlite3.connect(file)) as old, old:
        for table in ("about", "coupling", "own_field", "compared"):
            old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE alembic_version SET version_num = '0004'")
    row = ("crm", "contact", "1")
    with open_ledger(where) as ledger, ledger.unit() as unit:
        unit.save_couplings([Coupling(one=row, other=("erp", "contact", "1"), run=1, at=1.0, why="import")])
        unit.save_own_fields([OwnField(system="crm", stream="contact", name="key", there=True, at=1.0, run=1, by="x")])
    copies.restore(where, file, "acme", now=time.time())
    with open_ledger(where) as ledger:
        assert len(ledger.couplings_at([row])) == len(ledger.own_fields("crm")) == 1
        assert "restored" in epoch.went_back(ledger, where, "acme", anew=False)
    assert not list(tmp_path.glob(".*"))
