"""What one process at a time does for a short while: taken, given back, left behind, taken over."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from syncline.ledger.errors import LeaseHeld, LedgerTooNew
from syncline.ledger.lease import Holder
from syncline.ledger.secrets import SealedKey, SealedSecret, SecretTables, open_secrets
from syncline.ledger.short_lease import Other, Taken
from syncline.ledger.sql import open_ledger

HERE = Holder.here("me")
ELSEWHERE = Holder(owner="other", host="another machine", process="7@1")


@pytest.fixture
def tables(tmp_path: Path) -> SecretTables:
    return open_secrets(tmp_path / "hub.db")


def take(tables: SecretTables, now: float, holder: Holder = ELSEWHERE, name: str = "token crm") -> Taken | Other:
    with tables.unit() as unit:
        return unit.take(name, holder, now, 60.0)


def test_one_has_it_and_the_others_are_told_who(tables: SecretTables) -> None:
    assert take(tables, 100.0) == Taken(name="token crm", fencing=1)
    assert take(tables, 159.0, HERE) == Other(owner="other", process="7", host="another machine", until=160.0)
    assert isinstance(take(tables, 159.0, HERE, "token erp"), Taken)


def test_what_was_given_back_is_free_and_nothing_is_left_behind(tables: SecretTables) -> None:
    taken = take(tables, 100.0)
    assert isinstance(taken, Taken)
    with tables.unit() as unit:
        unit.give_back(taken)
    assert take(tables, 101.0, HERE) == Taken(name="token crm", fencing=1)


def test_one_that_ended_is_taken_over_and_the_sleeper_can_tell(tables: SecretTables) -> None:
    sleeper = take(tables, 100.0)
    taken = take(tables, 160.0, HERE)
    assert taken == Taken(name="token crm", fencing=2, abandoned=100.0)
    assert isinstance(sleeper, Taken)
    with tables.unit() as unit:
        assert not unit.stands(sleeper)
        assert unit.stands(taken)
        unit.give_back(sleeper)  # not the sleeper's any more
        assert unit.stands(taken)


def test_that_of_a_process_that_is_gone_is_taken_over_at_once(tables: SecretTables, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom syncline.ledger.secrets import open_secrets\nfrom syncline.ledger.lease import Holder\n"
        "with open_secrets(sys.argv[1]).unit() as unit: unit.take('token crm', Holder.here('gone'), 100.0, 60.0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "hub.db")], check=True, timeout=60)
    assert take(tables, 101.0, HERE) == Taken(name="token crm", fencing=2, abandoned=100.0)


def test_of_threads_that_come_at_once_one_has_it(tables: SecretTables) -> None:
    barrier, found = threading.Barrier(6), []

    def come() -> None:
        barrier.wait(10)
        found.append(take(tables, 100.0))

    workers = [threading.Thread(target=come) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sum(isinstance(one, Taken) for one in found) == 1
    assert len(found) == 6


# ---- secrets beside the hub's lease


def test_secrets_are_written_while_another_writes_the_ledger(tmp_path: Path) -> None:
    row = SealedSecret(system="crm", name="secret", hosts=("https://crm.example",), sealed=b"...", at=5.0)
    key = SealedKey(id="k", master="m", sealed=b"...", at=5.0)
    with open_ledger(tmp_path / "hub.db"):
        tables = open_secrets(tmp_path / "hub.db")
        with tables.unit() as unit:
            unit.save(row)
            unit.save_key(key)
        with tables.unit() as unit:
            assert (unit.one("crm", "secret"), unit.all(), unit.data_keys()) == (row, [row], [key])
            unit.drop("crm", "secret")
            unit.drop_key("k")
            assert (unit.one("crm", "secret"), unit.all(), unit.data_keys()) == (None, [], [])
        tables.close()


def test_a_unit_that_fails_leaves_no_trace(tables: SecretTables) -> None:
    with pytest.raises(ValueError, match="no"), tables.unit() as unit:  # noqa: PT012
        unit.drop("crm", "secret")
        unit.save(SealedSecret(system="crm", name="secret", hosts=(), sealed=b"", at=1.0))
        raise ValueError("no")
    with tables.unit() as unit:
        assert unit.all() == []


def test_an_older_ledger_is_brought_up_to_date_unless_somebody_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"

    def set_version(text: str) -> None:
        tables = open_secrets(file)
        with tables.texts.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (text,))
        tables.close()

    with open_ledger(file):
        set_version("0001")
        with pytest.raises(LeaseHeld):
            open_secrets(file)
    with open_ledger(tmp_path / "other.db"):
        pass
    (tmp_path / "other.db").replace(file)
    set_version("9999")
    with pytest.raises(LedgerTooNew):
        open_secrets(file)
