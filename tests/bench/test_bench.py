"""The benchmarks measure what they say: a small run of each, by what it did and not by how fast it was."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from syncline.ledger.sql import open_ledger

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import audit_bench  # noqa: E402
import bench_company  # noqa: E402
import bench_floors  # noqa: E402
import bench_runs  # noqa: E402

import bench  # noqa: E402

pytestmark = pytest.mark.slow
ROWS = 1000
"""In each of the two systems."""


def contents(path: Path, without: tuple[str, ...] = ("cursor", "lease")) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names if name not in without}


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two systems after their first sync."""
    path = tmp_path_factory.mktemp("bench") / "ledger.db"
    with open_ledger(path) as ledger:
        hub, doors = bench_company.open_hub(ledger, ROWS)
        first = bench_runs.first_sync(hub, doors)
        yield SimpleNamespace(path=path, ledger=ledger, hub=hub, doors=doors, first=first)


def test_first_sync_links_and_agrees_every_record(synced: SimpleNamespace) -> None:
    assert synced.first.rows == ROWS
    assert bench_runs.in_agreement(synced.hub, synced.doors) == ROWS
    tables = contents(synced.path)
    assert [len(tables[name]) for name in ("record", "link", "match_key", "staged", "dirty")] == [
        ROWS, 2 * ROWS, ROWS, 0, 0,
    ]  # fmt: skip
    assert all(system.writes == 0 for system in synced.doors.systems.values())


def test_the_floor_of_the_first_sync_writes_the_same_rows(synced: SimpleNamespace, tmp_path: Path) -> None:
    taken = bench_floors.write_first(synced.path, tmp_path / "floor.db", synced.doors)
    assert taken.rows == ROWS
    floor, tables = contents(tmp_path / "floor.db"), contents(synced.path)
    assert {name: sorted(floor[name]) for name in bench_floors.OF_RECORDS} == {
        name: sorted(tables[name]) for name in bench_floors.OF_RECORDS
    }
    assert floor["staged"] == []


def test_settled_rows_write_cursors_and_nothing_else(synced: SimpleNamespace) -> None:
    before = contents(synced.path)
    taken = bench_runs.settled(synced.hub, synced.doors, synced.ledger)
    assert taken.rows == 2 * ROWS
    assert taken.writes == 2 * bench_runs.pages(ROWS)
    assert contents(synced.path) == before
    assert bench_floors.hash_and_look_up(synced.path, synced.doors).rows == 2 * ROWS


def test_a_change_of_every_record_arrives_once(synced: SimpleNamespace, tmp_path: Path) -> None:
    earlier = tmp_path / "before.db"
    bench_floors.copy(synced.path, earlier)
    changed = bench_runs.change_all(synced.hub, synced.doors)
    assert [one.rows for one in (changed.observed, changed.planned, changed.applied)] == [ROWS] * 3
    assert [system.writes for system in synced.doors.systems.values()] == [0, ROWS]
    assert bench_runs.in_agreement(synced.hub, synced.doors) == ROWS
    with closing(sqlite3.connect(synced.path)) as connection:
        states = [state for (state,) in connection.execute("SELECT state FROM intent")]
    assert states == ["done"] * ROWS
    floor = bench_floors.write_changes(synced.path, earlier)
    assert [floor.observed.rows, floor.told.rows] == [ROWS, ROWS]
    assert len(contents(earlier)["history"]) == len(contents(synced.path)["history"])


def test_the_table_tells_what_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    quick, slow = bench_runs.Taken(100, cpu=1.0, wall=1.0), bench_runs.Taken(100, cpu=4.0, wall=4.0)
    assert bench.show([bench.Figure("quick", quick, quick, 0.35)])
    assert not bench.show([bench.Figure("slow", slow, quick, 0.35), bench.Figure("no target", slow)])
    assert not bench.show([bench.Figure("too slow", slow, None, 26)])
    assert "MISSED" in capsys.readouterr().out


def test_an_audit_finds_what_differs_and_nothing_else(tmp_path: Path) -> None:
    taken = audit_bench.measure(ROWS, tmp_path)  # what it must find is asserted there
    assert taken["rows"] == ROWS
    assert taken["cpu"] > 0
    assert taken["mib"] < audit_bench.MIB
