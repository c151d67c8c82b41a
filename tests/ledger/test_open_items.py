"""What is open is computed when a record or link is saved, and can be listed."""

from pathlib import Path
from typing import Any

from syncline.ledger.open_items import OpenItem, of_link, of_record
from syncline.ledger.sql import open_ledger
from syncline.model.link import Known, Link, Stopped, Withheld
from syncline.model.record import Conflict, Episode, Parking, Record
from syncline.model.rows import ParkedRow

PARKING = Parking(code="rejected", reason="too long", at=7.0)


def record(n: int = 1, **more: Any) -> Record:
    return Record(**{"id": n, "entity": "contact", "origin": "crm", **more})


def link(n: int = 1, **more: Any) -> Link:
    return Link(**{"id": n, "record": 1, "entity": "contact", "system": "crm", "stream": "person", **more})


def seen(items: Any) -> list[tuple[str, str, str, float]]:
    return [(one.kind, one.field, one.code, one.since) for one in items]


def test_what_is_open_on_a_record() -> None:
    full = record(
        conflicts={"email": Conflict(sides={}, since=3.0)}, parked=PARKING, candidate_of=9, created_at=2.0,
        paused=True, unfit={"score": PARKING}, episodes={"won": Episode(asked=True, since=4.0), "lost": Episode()},
    )  # fmt: skip
    assert seen(of_record(full)) == [
        ("conflict", "email", "conflict", 3.0), ("parked", "", "rejected", 7.0), ("parked", "score", "rejected", 7.0),
        ("asked", "won", "asked", 4.0), ("candidate", "", "candidate", 2.0),
        ("paused", "", "paused", 0.0),
    ]  # fmt: skip
    assert seen(of_record(record())) == []
    assert seen(of_record(record(state="merged", merged_into=2, parked=PARKING))) == []


def test_what_is_open_on_a_link() -> None:
    known = {
        "a": Known(differs=True), "b": Known(parked=PARKING), "c": Known(withheld=Withheld(before=1)),
        "d": Known(agreed=1),
    }  # fmt: skip
    held = (Stopped(kind="blank", field="e", since=5.0), Stopped(kind="rewrite", field="f", released=True))
    full = {"known": known, "parked": PARKING, "held": held}
    assert seen(of_link(link(**full))) == [
        ("parked", "", "rejected", 7.0), ("held", "e", "blank", 5.0), ("difference", "a", "difference", 0.0),
        ("parked", "b", "rejected", 7.0), ("withheld", "c", "withheld", 0.0),
    ]  # fmt: skip
    assert seen(of_link(link())) == []
    assert seen(of_link(link(state="tombstone", **full))) == []
    assert next(of_link(link(5, **full))) == OpenItem(
        record=1, link=5, kind="parked", code="rejected", entity="contact", system="crm", stream="person", since=7.0
    )


def test_what_is_open_is_listed_until_it_is_settled(tmp_path: Path) -> None:
    open_record = [record(n, conflicts={"b": Conflict(sides={}), "a": Conflict(sides={})}) for n in (1, 2)]
    open_link = [link(n, known={"f": Known(parked=PARKING)}) for n in (1, 2)]
    with open_ledger(tmp_path / "hub.db") as ledger:
        with ledger.unit() as unit:
            unit.save_links(open_link)
            unit.save_records(open_record)
        every = [("conflict", 1, 0, "a"), ("conflict", 1, 0, "b"), ("parked", 1, 1, "f"), ("parked", 1, 2, "f"),
                 ("conflict", 2, 0, "a"), ("conflict", 2, 0, "b")]  # fmt: skip
        found = ledger.open_items()
        assert [(one.kind, one.record, one.link, one.field) for one in found] == every
        for size in (1, 2, 5):
            page, paged = ledger.open_items(limit=size), []
            while page:
                paged += page
                page = ledger.open_items(after=page[-1], limit=size)
            assert paged == found
        assert ledger.open_items("parked") == found[2:4]
        assert ledger.open_items("conflict", after=found[0], limit=2) == [found[1], found[4]]
        with ledger.unit() as unit:
            unit.save_records([record(1, conflicts={"b": Conflict(sides={})})])
            unit.save_links([link(1)])
        assert list(ledger.open_items()) == [found[1], *found[3:]]


def test_parked_rows_are_listed_by_stream(tmp_path: Path) -> None:
    rows = [ParkedRow(system="crm", stream="person", id=n, parking=PARKING) for n in "cab"]
    with open_ledger(tmp_path / "hub.db") as ledger:
        with ledger.unit() as unit:
            unit.park_rows(rows)
        assert [one.id for one in ledger.parked_after("crm", "person", "", 2)] == ["a", "b"]
        assert list(ledger.parked_after("crm", "person", "b", 2)) == [rows[0]]
