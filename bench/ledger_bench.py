"""What the ledger costs per row, beside bare sqlite3 doing the same inserts: python bench/ledger_bench.py [ROWS]

Microseconds of CPU per row (wall time in brackets), synchronous=OFF, units of 1,000 rows.
"""

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import msgspec

from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.model.entry import Entry
from syncline.model.link import Known, Link
from syncline.model.record import FieldValue, Record

BATCH = 1000
FIELDS = [f"field_{n}" for n in range(12)]
RAW = [
    "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    "INSERT INTO link_row VALUES (?, ?, ?, ?, ?)",
    "INSERT INTO match_key VALUES (?, ?, ?)",
    "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO history_value VALUES (?, ?, ?)",
]


def external_id(n: int) -> str:
    return f"003{n * 7919 % 10**9:015d}"


def record(n: int) -> Record:
    run = n // 100
    fields = {f: FieldValue(value=f"value {n}", version=1, source=n, since=1e9, until=1e9, run=run) for f in FIELDS}
    return Record(id=n, entity="contact", origin="crm", fields=fields, created_at=1e9)


def link(n: int) -> Link:
    return Link(
        id=n, record=n, entity="contact", system="crm", stream="Contact", external_id=external_id(n),
        seen=dict.fromkeys(FIELDS, f"value {n}"), fingerprint=n.to_bytes(16, "big"), version=n, as_of=1e9,
        known={f: Known(agreed=1) for f in FIELDS}, due_at=1e9 + n if n % 10 == 0 else None,
    )  # fmt: skip


def entry(n: int) -> Entry:
    return Entry(kind="taken", record=n, field="field_1", link=n, before=None, after=f"value {n}", at=1e9, run=n // 100)


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{what:52} {cpu / rows * 1e6:8.2f}  ({wall / rows * 1e6:.2f})   {peak():6.0f} MiB at most so far")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def batches(rows: int) -> Iterator[range]:
    for first in range(1, rows + 1, BATCH):
        yield range(first, min(first + BATCH, rows + 1))


def save(ledger: SqlLedger, ids: range) -> None:
    records, links, entries = [record(n) for n in ids], [link(n) for n in ids], [entry(n) for n in ids]
    with ledger.unit() as unit:
        for _ in ids:
            unit.new_id("record")
            unit.new_id("link")
        unit.save_records(records)
        unit.save_links(links)
        unit.save_keys({n: [("contact:email", f"p{n}@example.org")] for n in ids})
        unit.save_references(dict.fromkeys(ids, ()))
        unit.add_entries(entries)


def save_raw(connection: sqlite3.Connection, ids: range) -> None:
    encode = msgspec.msgpack.encode
    records, links, entries = [record(n) for n in ids], [link(n) for n in ids], [entry(n) for n in ids]
    rows: list[list[tuple[object, ...]]] = [
        [(r.id, r.entity, encode(r)) for r in records],
        [(k.id, k.record, k.system, k.stream, k.external_id, k.state, k.due_at, encode(k)) for k in links],
        [(k.system, k.stream, k.external_id, k.id, k.fingerprint) for k in links],
        [("contact:email", f"p{n}@example.org", n) for n in ids],
        [(e.record, e.record, e.kind, e.field, e.link, e.at, e.run, e.why) for e in entries],
        [(e.record, None, encode(e.after)) for e in entries],
    ]
    connection.execute("BEGIN IMMEDIATE")
    for statement, of_table in zip(RAW, rows, strict=True):
        connection.executemany(statement, of_table)
    connection.execute("COMMIT")


def making(ids: range) -> None:
    assert [record(n) for n in ids]
    assert [link(n) for n in ids]
    assert [entry(n) for n in ids]


def every(rows: int, do: Callable[[range], object]) -> None:
    for ids in batches(rows):
        do(ids)


def main(rows: int, folder: Path) -> None:
    with timed("making the values (in all figures of saving)", rows):
        every(rows, making)
    with open_ledger(folder / "raw.db", synchronous="OFF"):
        pass
    with closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "foreign_keys = ON", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        with timed("bare sqlite3: new record, link, key, history", rows):
            every(rows, lambda ids: save_raw(connection, ids))
    with open_ledger(folder / "ledger.db", synchronous="OFF") as ledger:
        with timed("ledger: new record, link, key, history", rows):
            every(rows, lambda ids: save(ledger, ids))
        with timed("ledger: the same again", rows):
            every(rows, lambda ids: save(ledger, ids))
        look_up(ledger, rows)


def look_up(ledger: SqlLedger, rows: int) -> None:
    in_order = [[external_id(n) for n in ids] for ids in batches(rows)]
    any_order = [external_id(n) for n in range(1, rows + 1)]
    Random(0).shuffle(any_order)
    mixed = [any_order[ids.start - 1 : ids.stop - 1] for ids in batches(rows)]
    for what, pages in (("in order", in_order), ("in any order", mixed)):
        with timed(f"fingerprints, known, {what}", rows):
            for page in pages:
                ledger.fingerprints("crm", "Contact", page)
    with timed("fingerprints, unknown", rows):
        for page in pages:
            ledger.fingerprints("crm", "Lead", page)
    with timed("links_at", rows):
        every(rows, lambda ids: ledger.links_at(("crm", "Contact", external_id(n)) for n in ids))
    with timed("records", rows):
        every(rows, ledger.records)
    with timed("links_of", rows):
        every(rows, ledger.links_of)
    with timed("records_with", rows):
        every(rows, lambda ids: ledger.records_with(("contact:email", f"p{n}@example.org") for n in ids))
    with timed("history", rows):
        every(rows, ledger.history)
    with timed("due, per link of 100", rows):
        for _ in range(rows // 100):
            ledger.due("crm", "Contact", 2e9, 100)
    with timed("count_links, per call", 1000):
        for _ in range(1000):
            ledger.count_links("crm", "Contact")
    with timed("cursor, per call", 1000):
        for _ in range(1000):
            ledger.cursor("crm", "Contact", "changes")
    with timed("an empty unit", 1000):
        for _ in range(1000):
            with ledger.unit():
                continue


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000, Path(made))
