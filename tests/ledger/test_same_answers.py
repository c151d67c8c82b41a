"""Any sequence of units, some of which fail, leaves the memory twin and the SQL ledger with the same answers."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from syncline.ledger.sql import open_ledger
from syncline.model.drift import Compared
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent, Told
from syncline.model.link import Known, Link
from syncline.model.record import Conflict, FieldValue, Parking, Record
from syncline.model.rows import Armed, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake
from syncline.sync.store import Ledger
from syncline.testing.memory import MemoryLedger

Write = tuple[str, tuple[Any, ...]]


class Boom(Exception):
    """A unit ends badly."""


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
RAW = st.dictionaries(TEXT, VALUE, max_size=3)
IDS = st.integers(1, 6)
AT = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0])
SYSTEM, STREAM = st.sampled_from(["crm", "erp"]), st.sampled_from(["contact", "order"])
NAME = st.sampled_from(["a", "b", "Z", "é", "10"])
ROW = st.tuples(SYSTEM, STREAM, NAME)
KEY = st.tuples(st.sampled_from(["email", "vat"]), NAME)
PATH, KIND = st.sampled_from(["changes", "sweep"]), st.sampled_from(["blank", "delete"])
PARKING = st.builds(Parking, code=NAME, reason=TEXT, ours=VALUE, at=AT)
IN_STREAM = {"system": SYSTEM, "stream": STREAM}


def rows(make: Any, /, **fields: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.builds(make, **fields), max_size=4)


def link(number: int, twist: int, **more: Any) -> Link:
    """No two links ever share a row, and a link keeps its stream, as in the hub."""
    external_id = f"x{number}-{twist}" if twist else None
    here = {"system": "crm" if number % 2 else "erp", "stream": "contact", "external_id": external_id}
    return Link(id=number, record=1 + number % 3, entity="contact", **here, **more)


LINKS = rows(
    link, number=IDS, twist=st.integers(0, 2), seen=RAW, version=VALUE, due_at=st.none() | AT,
    state=st.sampled_from(["birth", "active", "asleep", "shadow", "tombstone"]), writing=st.none() | IDS,
    fingerprint=st.binary(max_size=4), parked=st.none() | PARKING,
    known=st.dictionaries(NAME, st.builds(Known, base=VALUE, differs=st.booleans()), max_size=2),
)  # fmt: skip
FIELDS = st.dictionaries(NAME, st.builds(FieldValue, value=VALUE, version=IDS), max_size=3)
CONFLICTS = st.dictionaries(NAME, st.builds(Conflict, sides=RAW, base=VALUE), max_size=2)
RECORDS = rows(Record, id=IDS, entity=STREAM, origin=SYSTEM, fields=FIELDS, conflicts=CONFLICTS)
HINTS = rows(Hint, **IN_STREAM, id=NAME, at=AT, tries=st.integers(0, 2))
WRITES: dict[str, list[st.SearchStrategy[Any]]] = {
    "save_records": [RECORDS],
    "save_links": [LINKS],
    "save_keys": [st.dictionaries(IDS, st.lists(KEY, max_size=3), max_size=3)],
    "save_references": [st.dictionaries(IDS, st.lists(IDS, max_size=3), max_size=3)],
    "add_entries": [rows(Entry, kind=st.just("taken"), record=IDS, field=st.none() | NAME, before=VALUE, after=VALUE)],
    "put_hints": [HINTS],
    "drop_hints": [HINTS],
    "park_rows": [rows(ParkedRow, **IN_STREAM, id=NAME, parking=PARKING, raw=RAW, key=st.none() | KEY.map("\n".join))],
    "unpark_rows": [st.lists(ROW, max_size=3)],
    "save_cursor": [st.builds(Cursor, **IN_STREAM, path=PATH, since=AT, after=st.none() | TEXT)],
    "stage": [rows(Staged, **IN_STREAM, id=NAME, raw=RAW, version=VALUE)],
    "unstage": [rows(Staged, **IN_STREAM, id=NAME, raw=RAW)],
    "save_intents": [
        rows(
            Intent, id=IDS, link=IDS, record=IDS, **IN_STREAM, kind=st.just("update"), run=st.just(1), raw=RAW,
            state=st.sampled_from(["sent", "done"]), journal=st.lists(VALUE, max_size=2).map(tuple),
            values=st.dictionaries(NAME, st.builds(Told, value=VALUE, version=st.none() | IDS), max_size=2),
        )
    ],
    "mark_dirty": [st.lists(IDS, max_size=3)],
    "mark_entity_dirty": [st.lists(STREAM, max_size=2)],
    "mark_unborn_dirty": [STREAM, SYSTEM, STREAM],
    "clean": [st.lists(IDS, max_size=3)],
    "put_wakes": [rows(Wake, record=IDS, at=AT, why=TEXT)],
    "drop_wakes": [st.lists(IDS, max_size=3)],
    "save_system_state": [st.builds(SystemState, system=SYSTEM, paused=st.booleans(), why=TEXT)],
    "save_own_fields": [rows(OwnField, **IN_STREAM, name=NAME, there=st.none() | st.booleans(), at=AT, by=TEXT)],
    "save_compared": [rows(Compared, **IN_STREAM, at=AT, doubted=st.booleans(), bound=TEXT)],
    "wait_for": [ROW, st.lists(ROW, max_size=3)],
    "stop_waiting": [st.lists(ROW, max_size=2)],
    "add_events": [rows(Event, id=NAME, type=NAME, subject=NAME, at=AT, data=RAW)],
    "arm": [rows(Armed, rule=NAME, at=st.none() | AT, round=IDS)],
    "save_run": [st.builds(Run, id=IDS, kind=NAME, at=AT, note=TEXT)],
    "save_held": [rows(Held, **IN_STREAM, kind=KIND, count=IDS, since=AT)],
    "drop_held": [rows(Held, **IN_STREAM, kind=KIND, count=IDS, since=AT)],
    "count_told": [SYSTEM, STREAM, KIND, AT, IDS],
    "new_id": [st.sampled_from(["record", "link", "intent", "run"])],
}  # fmt: skip
WRITE = st.sampled_from(sorted(WRITES)).flatmap(lambda name: st.tuples(st.just(name), st.tuples(*WRITES[name])))
UNIT = st.tuples(st.lists(WRITE, max_size=8), st.sampled_from([True, True, True, False]))


def unit(ledger: Ledger, writes: list[Write], ends_well: bool) -> list[Any]:
    """Does the writes in one unit; what they returned."""
    try:
        with ledger.unit() as one:
            given = [getattr(one, method)(*arguments) for method, arguments in writes]
            if not ends_well:
                raise Boom
    except Boom:
        return ["failed"]
    return given


def first(ledger: Ledger) -> None:
    """Every record that a link may belong to."""
    with ledger.unit() as one:
        one.save_records([Record(id=n, entity="contact", origin="crm") for n in range(1, 7)])


def answers(ledger: Ledger) -> dict[str, Any]:
    """Everything one can ask. Where the contract promises an order, lists and mappings are compared in it."""
    streams = [(system, stream) for system in ("crm", "erp") for stream in ("contact", "order")]
    names = [f"x{n}-{twist}" for n in range(1, 7) for twist in (1, 2)] + ["a", "b", "Z", "é", "10", "none"]
    at_rows = [(*stream, name) for stream in streams for name in reversed(names)]
    keys = [(rule, name) for rule in ("vat", "email") for name in names]
    ids = [9, *range(6, 0, -1)]
    found: dict[str, Any] = {
        "links_at": ledger.links_at(at_rows), "links": ledger.links(ids), "records": ledger.records(ids),
        "records_with": ledger.records_with(keys), "referring_to": ledger.referring_to(ids),
        "sharing": ledger.sharing(keys, 1),
        "parked_rows": ledger.parked_rows(at_rows), "intents": ledger.intents(ids), "history": ledger.history(ids),
        "waiting_for": ledger.waiting_for(at_rows),
        "links_of": {rid: sorted(own, key=lambda one: one.id) for rid, own in ledger.links_of(ids).items()},
    }  # fmt: skip
    found = {name: ordered(answer) for name, answer in found.items()}
    parked = ledger.parked_by_key(keys)
    found |= {
        "parked_by_key": sorted(parked, key=lambda one: (one.system, one.stream, one.id)), "dirty": ledger.dirty(99),
        "runs": ledger.runs(99), "scan": ledger.scan(0, 99), "wakes": ledger.wakes(2.0, 99), "held": ledger.held(),
        "intents_of_run": sorted(ledger.intents_of_run(1), key=lambda one: one.id), "sent": ledger.intents_sent(),
        "intents_of_link": [ledger.intents_of_link(n) for n in ids],
        "events": ledger.events(0, 99), "held_events": ledger.held_events(0, 99),
        "armed": ledger.armed(), "run": [ledger.run(n) for n in ids],
        "open": list(ledger.open_items(limit=999)), "conflicts": list(ledger.open_items("conflict", limit=999)),
        "compared": [list(ledger.compared(name)) for name in ("crm", "erp")],
        "own": [list(ledger.own_fields(name)) for name in ("crm", "erp")],
        "states": [ledger.system_state(name) for name in ("crm", "erp")],
    }  # fmt: skip
    for stream in streams:
        found[f"of {stream}"] = [
            dict(ledger.fingerprints(*stream, names)), list(ledger.due(*stream, 2.0, 99)), ledger.count_links(*stream),
            list(ledger.expected(*stream, "", 99)), list(ledger.expected(*stream, "a", 1)),
            sorted(ledger.expected_of(*stream, [*names, *names])),
            list(ledger.hints(*stream, 2.0, 99)), list(ledger.staged(*stream, "", 99)),
            [ledger.cursor(*stream, path) for path in ("changes", "sweep")],
            [ledger.told_since(*stream, kind, at) for kind in ("blank", "delete") for at in (0.0, 1.5)],
            ledger.count_due(*stream, 2.0), ledger.count_hints(*stream), list(ledger.parked_after(*stream, "", 99)),
        ]  # fmt: skip
    return found


def ordered(answer: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return [(key, list(one) if isinstance(one, list | tuple) else one) for key, one in answer.items()]


@settings(max_examples=60)
@given(st.lists(UNIT, max_size=8))
def test_both_ledgers_answer_the_same(units: list[tuple[list[Write], bool]]) -> None:
    memory = MemoryLedger()
    with tempfile.TemporaryDirectory() as made, open_ledger(Path(made) / "hub.db", synchronous="OFF") as sql:
        first(memory)
        first(sql)
        for writes, ends_well in units:
            assert unit(sql, writes, ends_well) == unit(memory, writes, ends_well)
        assert answers(sql) == answers(memory)
