"""A ledger of an older version keeps what it holds when the next command that writes brings it up to date."""

import sqlite3
from contextlib import closing
from pathlib import Path

from syncline.ledger.coding import encode
from syncline.ledger.sql import open_ledger
from syncline.model.intent import Intent, Told

BEFORE = """\
DROP TABLE compared;
DROP TABLE about;
DROP TABLE own_field;
DROP TABLE coupling;
DROP TABLE intent;
CREATE TABLE intent (id INTEGER NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL,
 PRIMARY KEY (id));
CREATE INDEX intent_run ON intent (run);
CREATE INDEX intent_sent ON intent (state) WHERE state = 'sent';
UPDATE alembic_version SET version_num = '0003';
"""


def intent(number: int, **more: object) -> Intent:
    known = {"link": number % 7, "record": 1, "system": "crm", "stream": "contact", "kind": "update", "state": "done"}
    return Intent(id=number, run=number % 3, **{**known, **more})  # type: ignore[arg-type]


def test_intents_of_an_older_ledger_are_found_by_their_link_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    open_ledger(file).close()
    big = {"name": Told(value=2**80, version=1)}  # a number that msgpack has no room for
    kept = [intent(n, values=big) for n in range(1, 2500)]
    kept += [intent(3000, undone_by=9), intent(3003, kind="create", state="unknown"), intent(3006, state="sent")]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(BEFORE)
        rows = [(one.id, one.run, one.state, encode(one)) for one in kept]
        connection.executemany("INSERT INTO intent VALUES (?, ?, ?, ?)", rows)
    with open_ledger(file) as ledger:
        assert ledger.intents(one.id for one in kept) == {one.id: one for one in kept}
        assert ledger.intents_of_link(5) == [one for one in kept if one.link == 5]
        assert ledger.intents_of_run(0) == [one for one in kept if one.run == 0]
        assert sorted(ledger.written_of_run(0), key=str) == [
            ("create", None, 1),
            ("update", 9, 1),
            ("update", None, 833),
        ]
        assert [one.id for one in ledger.intents_sent()] == [3006]
