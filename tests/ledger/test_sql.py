"""What only the SQL ledger promises: opening, the lease, fencing, other processes, crashes, threads."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from syncline.ledger import coding, lease, migrate
from syncline.ledger.errors import (
    LeaseHeld,
    LeaseLost,
    LedgerClosed,
    LedgerError,
    LedgerTooNew,
    NoLedger,
    ReadOnly,
    Refused,
    UnitOpen,
)
from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.model.link import Link
from syncline.model.record import Record


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def record(n: int) -> Record:
    return Record(id=n, entity="contact", origin="crm")


def save(ledger: SqlLedger, *ids: int) -> None:
    with ledger.unit() as unit:
        unit.save_records([record(n) for n in ids])


def abandon(ledger: SqlLedger) -> None:
    """As if the process were gone: nothing is given back."""
    ledger.engine.dispose()


def run_child(file: Path, body: str, *, wait: bool = True) -> subprocess.Popen[str]:
    program = (
        "import os, sys, time\n"
        "from syncline.ledger.sql import open_ledger\n"
        "from syncline.model.record import Record\n"
        "def record(n): return Record(id=n, entity='contact', origin='crm')\n"
        "file = sys.argv[1]\n" + body
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
    if wait:
        child.wait()
    return child


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


# ---- opening
@pytest.mark.parametrize("name", ["hub.db", "a b%20c?mode=ro#x.db", "Zoë 'quoted'.db"])
def test_what_was_committed_is_there_after_reopening(tmp_path: Path, name: str) -> None:
    for where in (tmp_path / name, str(tmp_path / name), f"sqlite:///{tmp_path / name}"):
        with open_ledger(where) as ledger, ledger.unit() as unit:
            unit.save_records([record(unit.new_id("record"))])
    assert (tmp_path / name).exists()
    with open_ledger(tmp_path / name) as ledger:
        assert list(ledger.scan(0, 9)) == [1, 2, 3]


@pytest.mark.parametrize("where", ["", ":memory:", "sqlite://", "sqlite:///", "oracle://host/name", "oracle:///name"])
def test_what_is_no_file_is_refused(where: str) -> None:
    with pytest.raises(LedgerError, match="ledger"):
        open_ledger(where)


def test_the_settings_are_those_of_a_ledger(file: Path) -> None:
    with open_ledger(file) as ledger, ledger.session() as session:
        found = {
            name: session.connection.cursor().execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_ledger_of_a_newer_version_is_left_alone(file: Path) -> None:
    open_ledger(file).close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for read_only in (True, False):
        with pytest.raises(LedgerTooNew, match="newer version"):
            open_ledger(file, read_only=read_only)


def test_a_ledger_of_an_older_version_cannot_be_looked_at(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ledger(file).close()
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "next"))
    with pytest.raises(LedgerError, match="older version"):
        open_ledger(file, read_only=True)


def test_only_a_ledger_can_be_looked_at(file: Path) -> None:
    with pytest.raises(NoLedger, match="no ledger"):
        open_ledger(file, read_only=True)
    assert not file.exists()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(LedgerError, match="is no ledger"):
        open_ledger(file, read_only=True)


def test_whoever_looks_sees_what_is_committed_and_cannot_write(file: Path) -> None:
    with open_ledger(file) as ledger:
        save(ledger, 1)
        with open_ledger(file, read_only=True) as looking, ledger.unit() as unit:
            unit.save_records([record(2)])
            assert list(looking.scan(0, 9)) == [1]
            with pytest.raises(ReadOnly, match="read_only"), looking.unit():
                pytest.fail("a unit of a ledger that was opened to look")
    with open_ledger(file, read_only=True) as looking:
        assert list(looking.scan(0, 9)) == [1, 2]


def test_a_closed_ledger_says_so(file: Path) -> None:
    ledger = open_ledger(file)
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerClosed, match="open it again"):
        ledger.scan(0, 1)


# ---- numbers
def test_numbers_go_on_after_a_close_without_gaps(file: Path) -> None:
    given = []
    for _ in range(3):
        with open_ledger(file) as ledger, ledger.unit() as unit:
            given += [unit.new_id("link"), unit.new_id("link")]
    assert given == [1, 2, 3, 4, 5, 6]


def test_numbers_are_never_given_twice_even_after_a_crash(file: Path) -> None:
    given = []
    for _ in range(3):
        ledger = open_ledger(file, lease_seconds=-1.0)
        with ledger.unit() as unit:
            given += [unit.new_id("link") for _ in range(1500)]
        with ledger.unit() as unit:
            given += [unit.new_id("link") for _ in range(3)]
        abandon(ledger)
    assert len(given) == len(set(given))
    assert given == sorted(given)


# ---- the lease
def test_a_second_writer_is_told_who_writes_and_what_to_do(file: Path) -> None:
    clock = Clock(1_700_000_000.0)
    with open_ledger(file, owner="syncline run", clock=clock), pytest.raises(LeaseHeld) as caught:
        open_ledger(file, clock=clock)
    said = str(caught.value)
    for part in (str(file), "syncline run", str(os.getpid()), "2023-11-14 22:13:20 UTC", "22:14:20", "Stop that one"):
        assert part in said


def test_a_lease_that_was_given_back_is_free(file: Path) -> None:
    clock = Clock()
    with open_ledger(file, clock=clock):
        pass
    with open_ledger(file, clock=clock) as ledger:
        save(ledger, 1)
        assert list(ledger.scan(0, 10)) == [1]


def test_an_expired_lease_is_taken_over_and_the_sleeper_changes_nothing(file: Path) -> None:
    clock = Clock()
    sleeper = open_ledger(file, clock=clock, lease_seconds=10.0)
    save(sleeper, 1)
    clock.now += 11.0
    other = open_ledger(file, clock=clock, lease_seconds=10.0)
    for _ in range(2):
        with pytest.raises(LeaseLost, match="another took over"):
            save(sleeper, 2)
    sleeper.close()
    save(other, 3)
    assert list(other.scan(0, 9)) == [1, 3]
    with pytest.raises(LeaseHeld):
        open_ledger(file, clock=clock)
    other.close()


def test_a_lease_lives_as_long_as_units_go_on(file: Path) -> None:
    clock = Clock()
    with open_ledger(file, clock=clock, lease_seconds=10.0) as ledger:
        for n in range(1, 8):
            clock.now += 6.0
            save(ledger, n)
            with pytest.raises(LeaseHeld):
                open_ledger(file, clock=clock)


def test_an_expired_lease_that_nobody_took_goes_on(file: Path) -> None:
    clock = Clock()
    with open_ledger(file, clock=clock, lease_seconds=10.0) as ledger:
        clock.now += 100.0
        save(ledger, 1)
        with pytest.raises(LeaseHeld):
            open_ledger(file, clock=clock)


def test_a_unit_that_began_before_the_take_over_is_the_last(file: Path) -> None:
    clock = Clock()
    first = open_ledger(file, clock=clock, lease_seconds=10.0)
    with first.unit() as unit:
        clock.now += 100.0
        unit.save_records([record(1)])
    abandon(first)
    clock.now += 100.0
    with open_ledger(file, clock=clock) as second:
        assert list(second.scan(0, 9)) == [1]


# ---- other processes
def test_the_lease_of_a_killed_process_is_taken_over_at_once(file: Path) -> None:
    body = (
        "ledger = open_ledger(file)\n"
        "with ledger.unit() as unit: unit.save_records([record(1)])\n"
        "with ledger.unit() as unit:\n"
        "    unit.save_records([record(2)])\n"
        "    unit.flush()\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    child = run_child(file, body, wait=False)
    assert said(child) == "ready"
    with open_ledger(file, read_only=True) as looking:
        assert list(looking.scan(0, 9)) == [1]
    child.send_signal(signal.SIGKILL)
    child.wait()
    with open_ledger(file) as ledger:
        assert list(ledger.scan(0, 9)) == [1]
        assert ledger.tenure is not None
        assert ledger.tenure.fencing == 2


def test_a_living_process_keeps_its_lease(file: Path) -> None:
    body = "ledger = open_ledger(file, owner='the other')\nprint('ready', flush=True)\nsys.stdin.read()\n"
    child = run_child(file, body, wait=False)
    assert said(child) == "ready"
    with pytest.raises(LeaseHeld, match=f"the other \\(process {child.pid} on"):
        open_ledger(file)
    child.kill()
    child.wait()
    open_ledger(file).close()


def test_of_processes_that_open_at_once_one_writes(file: Path) -> None:
    body = (
        "from syncline.ledger.errors import LeaseHeld\n"
        "try:\n"
        "    ledger = open_ledger(file)\n"
        "except LeaseHeld:\n"
        "    print('held', flush=True)\n"
        "else:\n"
        "    print('writes', flush=True)\n"
        "    time.sleep(60)\n"
    )
    children = [run_child(file, body, wait=False) for _ in range(3)]
    assert sorted(said(child) for child in children) == ["held", "held", "writes"]
    for child in children:
        child.kill()
        child.wait()


# ---- who holds it
def test_a_process_number_used_again_is_another_process() -> None:
    here = lease.Holder.here("me")
    assert not here.is_gone()
    assert lease.Holder(owner="me", host=here.host, process=f"{os.getpid()}@1").is_gone()
    assert not lease.Holder(owner="me", host="elsewhere", process="1@1").is_gone()


def test_a_process_of_somebody_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert lease.runs(1)


def test_where_starts_of_processes_cannot_be_told_the_number_alone_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: False)
    assert lease.process_named(7) == "7"


# ---- units and threads
def test_a_unit_holds_no_other(file: Path) -> None:
    with open_ledger(file) as ledger:
        with ledger.unit(), pytest.raises(UnitOpen), ledger.unit():
            pytest.fail("a unit in a unit")
        save(ledger, 1)


def test_units_of_several_threads_follow_one_another(file: Path) -> None:
    with open_ledger(file, synchronous="OFF") as ledger:
        given: list[int] = []

        def work() -> None:
            for _ in range(20):
                with ledger.unit() as unit:
                    number = unit.new_id("record")
                    unit.save_records([record(number)])
                given.append(number)
                assert number in ledger.records([number])

        in_threads([work] * 6)
        assert sorted(given) == list(range(1, 121)) == list(ledger.scan(0, 1000))


def in_threads(calls: list[Callable[[], None]]) -> None:
    problems: list[BaseException] = []

    def safely(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=safely, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_readers_do_not_wait_for_a_unit(file: Path) -> None:
    with open_ledger(file) as ledger:
        save(ledger, 1)
        with ledger.unit() as unit:
            unit.save_records([record(2)])
            unit.flush()
            in_threads([lambda: check(list(ledger.scan(0, 9)) == [1])])


def check(holds: bool) -> None:
    assert holds


def test_what_breaks_a_rule_of_its_table_is_refused_with_its_unit(file: Path) -> None:
    here = {"entity": "contact", "system": "crm", "stream": "contact"}
    with open_ledger(file) as ledger:
        save(ledger, 1)
        with pytest.raises(Refused, match="one link to a row"), ledger.unit() as unit:
            unit.save_links([Link(id=n, record=1, external_id="x", **here) for n in (1, 2)])
        with pytest.raises(Refused, match="FOREIGN KEY"), ledger.unit() as unit:
            unit.save_links([Link(id=3, record=99, external_id="y", **here)])
        assert ledger.links([1, 2, 3]) == {}


def test_data_of_an_unknown_kind_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        coding.decode_any(msgspec.msgpack.encode(msgspec.msgpack.Ext(7, b"?")))


def test_two_links_may_change_places(file: Path) -> None:
    here = {"record": 1, "entity": "contact", "system": "crm", "stream": "contact"}
    with open_ledger(file) as ledger:
        save(ledger, 1)
        for names in ("xy", "yx"):
            with ledger.unit() as unit:
                unit.save_links([Link(id=n, external_id=name, **here) for n, name in enumerate(names)])
        at = ledger.links_at([("crm", "contact", "x"), ("crm", "contact", "y")])
        assert [one.id for one in at.values()] == [1, 0]
