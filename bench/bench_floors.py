"""Raw floors: bare sqlite3 doing what cannot be left out, with the same rows, pragmas and transactions.

The rows are taken from the ledger that the measured run wrote, outside the time that is taken.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from bench_company import BATCH, FIELDS, PAGE, STREAM, Doors
from bench_runs import SYSTEMS, Taken, taking

from syncline.ledger.sql import open_ledger

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768")
OF_RECORDS = {
    "record": "SELECT * FROM record WHERE id > ? AND id <= ?",
    "link": "SELECT * FROM link WHERE record > ? AND record <= ?",
    "link_row": "SELECT link_row.* FROM link_row JOIN link ON link.id = link_row.link"
    " WHERE link.record > ? AND link.record <= ?",
    "match_key": "SELECT match_key.* FROM record CROSS JOIN match_key ON match_key.record = record.id"
    " WHERE record.id > ? AND record.id <= ?",
    "history": "SELECT * FROM history WHERE record > ? AND record <= ?",
    "history_value": "SELECT history_value.* FROM history JOIN history_value ON history_value.entry = history.id"
    " WHERE history.record > ? AND history.record <= ?",
}
UPDATES = {
    "record": "UPDATE record SET body = :body WHERE id = :id",
    "link": "UPDATE link SET state = :state, due_at = :due_at, body = :body WHERE id = :id",
    "link_row": "UPDATE link_row SET fingerprint = :fingerprint"
    " WHERE system = :system AND stream = :stream AND external_id = :external_id",
    "intent": "UPDATE intent SET state = :state, body = :body WHERE id = :id",
}

Rows = list[sqlite3.Row]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """As the ledger opens it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def insert(connection: sqlite3.Connection, table: str, rows: Rows) -> None:
    """New rows of one table."""
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def update(connection: sqlite3.Connection, table: str, rows: Rows) -> None:
    """Rows of one table as they are now."""
    connection.executemany(UPDATES[table], map(dict, rows))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


# ---- 1: nothing has changed
def hash_and_look_up(ledger: Path, doors: Doors) -> Taken:
    """A hash of the bound fields of each row, and one question for each page."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    total = Taken(0)
    with opened(ledger) as connection:
        for at, system in enumerate(SYSTEMS):
            names = [raw[at] for _, *raw in FIELDS.values()]
            for page in pages(doors, system):
                with taking(len(page)) as taken:
                    hashes = {row[page_key(system)]: digest(encode, names, row) for row in page}
                    found = connection.execute(
                        "SELECT external_id, fingerprint FROM link_row WHERE system = ? AND stream = ?"
                        " AND external_id IN (SELECT value FROM json_each(?))",
                        (system, STREAM, msgspec.json.encode(list(hashes)).decode()),
                    ).fetchall()
                assert len(found) == len(page)
                add(total, taken)
    return total


def digest(encode: Any, names: Sequence[str], row: Mapping[str, Any]) -> bytes:
    """Of the bound fields."""
    return blake2b(encode({name: row[name] for name in names}), digest_size=12).digest()


def page_key(system: str) -> str:
    """The raw field that holds the id."""
    return "Id" if system == "crm" else "nr"


def pages(doors: Doors, system: str) -> Iterable[list[dict[str, Any]]]:
    """The same pages as the connector reads."""
    vendor = doors.systems[system]
    for first in range(0, vendor.rows, PAGE):
        yield [vendor.row(n) for n in range(first, min(first + PAGE, vendor.rows))]


def add(total: Taken, taken: Taken) -> None:
    """Sums up."""
    total.rows += taken.rows
    total.cpu += taken.cpu
    total.wall += taken.wall


# ---- 2: one field of every record has changed
@dataclass
class Changes:
    """What a change takes until it is settled, and from there until it was told and answered."""

    observed: Taken
    told: Taken


def write_changes(ledger: Path, before: Path) -> Changes:
    """Into a copy of the ledger as it was: record and link with history; link and intent; both again with history."""
    total = Changes(Taken(0), Taken(0))
    with opened(ledger) as source, opened(before) as target:
        known = target.execute("SELECT max(id) FROM history").fetchone()[0]
        for ids in of_all_records(source):
            rows = {table: source.execute(question, ids).fetchall() for table, question in OF_RECORDS.items()}
            new = {table: [r for r in rows[table] if r[0] > known] for table in ("history", "history_value")}
            kinds = {row["id"]: row["kind"] for row in new["history"]}
            links = {system: [row for row in rows["link"] if row["system"] == system] for system in SYSTEMS}
            seats = {system: [row for row in rows["link_row"] if row["system"] == system] for system in SYSTEMS}
            intents = source.execute("SELECT * FROM intent WHERE id > ? AND id <= ?", ids).fetchall()
            with taking(len(rows["record"])) as observed, transaction(target):
                read(target, ids)
                update(target, "record", rows["record"])
                update(target, "link", rows["link"])  # the other side becomes due
                update(target, "link_row", seats["crm"])
                insert_history(target, new, [i for i, kind in kinds.items() if kind == "taken"])
            with taking(len(rows["record"])) as told:
                with transaction(target):  # T2
                    read(target, ids)
                    update(target, "link", links["erp"])
                    insert(target, "intent", intents)
                with transaction(target):  # T3
                    update(target, "link", links["erp"])
                    update(target, "link_row", seats["erp"])
                    update(target, "intent", intents)
                    insert_history(target, new, [i for i, kind in kinds.items() if kind == "told"])
            add(total.observed, observed)
            add(total.told, told)
    return total


def read(target: sqlite3.Connection, ids: tuple[int, int]) -> None:
    """What is decided rests on the records and all their links."""
    for table in ("record", "link"):
        target.execute(OF_RECORDS[table], ids).fetchall()


def insert_history(target: sqlite3.Connection, rows: Mapping[str, Rows], ids: Sequence[int]) -> None:
    """The entries with these numbers, and their values."""
    wanted = set(ids)
    for table, of_table in rows.items():
        insert(target, table, [row for row in of_table if row[0] in wanted])


# ---- 3: first sync
def write_first(ledger: Path, target_path: Path, doors: Doors) -> Taken:
    """Into an empty ledger: both streams staged, page by page; then batch by batch records, links, keys and history.

    Matching begins when a stream was read to its end, so no order of pages decides anything; hence the stage.
    """
    with open_ledger(target_path):
        pass
    total = Taken(0)
    with opened(ledger) as source, opened(target_path) as target:
        for system in SYSTEMS:
            add(total, stage_all(target, doors, system))
        for ids in of_all_records(source):
            rows = {table: source.execute(question, ids).fetchall() for table, question in OF_RECORDS.items()}
            with taking(len(rows["record"])) as taken:
                for system in SYSTEMS:
                    write_stream(target, system, rows)
            add(total, taken)
    return total


def stage_all(target: sqlite3.Connection, doors: Doors, system: str) -> Taken:
    """One stream's rows, as they were read."""
    total = Taken(0)
    for page in pages(doors, system):
        with taking(0) as taken, transaction(target):
            bodies = [(system, STREAM, row[page_key(system)], msgspec.msgpack.encode(row)) for row in page]
            target.executemany("INSERT INTO staged VALUES (?, ?, ?, ?)", bodies)
        add(total, taken)
    return total


def write_stream(target: sqlite3.Connection, system: str, rows: Mapping[str, Rows]) -> None:
    """A batch of staged rows becomes records with their keys, or is matched with those that are there already."""
    links = {row["id"] for row in rows["link"] if row["system"] == system}
    told = {table: rows[table] for table in ("history", "history_value")}
    with transaction(target):
        staged = target.execute(
            "SELECT external_id, body FROM staged WHERE system = ? AND stream = ? ORDER BY external_id LIMIT ?",
            (system, STREAM, len(links)),
        ).fetchall()
        if system == SYSTEMS[0]:
            insert(target, "record", rows["record"])
            insert(target, "match_key", rows["match_key"])
        else:
            keys = msgspec.json.encode([row["value"] for row in rows["match_key"]]).decode()
            target.execute("SELECT record FROM match_key WHERE value IN (SELECT value FROM json_each(?))", (keys,))
            target.execute(OF_RECORDS["record"], (rows["record"][0]["id"] - 1, rows["record"][-1]["id"])).fetchall()
        insert(target, "link", [row for row in rows["link"] if row["id"] in links])
        insert(target, "link_row", [row for row in rows["link_row"] if row["link"] in links])
        insert_history(target, told, [row["id"] for row in rows["history"] if row["link"] in links])
        done = [(system, STREAM, row["external_id"]) for row in staged]
        target.executemany("DELETE FROM staged WHERE system = ? AND stream = ? AND external_id = ?", done)


def of_all_records(source: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Batches of records, as (beyond, up to)."""
    last = source.execute("SELECT max(id) FROM record").fetchone()[0]
    for first in range(0, last, BATCH):
        yield first, first + BATCH


def copy(ledger: Path, to: Path) -> None:
    """The ledger as it is now."""
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
