"""What is remembered of what was read: it is nobody else's."""

from __future__ import annotations

from pathlib import Path

from ledger_rows import link, save

from syncline.ledger.coding import Remembered, encode
from syncline.ledger.sql import open_ledger
from syncline.model.link import Link


def test_what_somebody_does_to_a_value_afterwards_is_not_in_the_ledger(tmp_path: Path) -> None:
    """A vendor's answer may live on in its connector."""
    told = {"tags": ["a"]}
    with open_ledger(tmp_path / "hub.db") as ledger:
        save(ledger, link(1, seen=told))
        told["tags"].append("b")
        assert ledger.links([1])[1].seen == {"tags": ["a"]}


def test_the_latest_are_remembered_and_no_more_than_twice_the_size() -> None:
    kept = Remembered(Link, size=2)
    bodies = [encode(link(n)) for n in range(9)]
    read = [kept.decode(body) for body in bodies]
    assert [one.id for one in read] == list(range(9))
    assert kept.decode(bodies[8]) is read[8]
    assert kept.decode(bodies[0]) == read[0]
    assert len(kept.young) + len(kept.old) <= 4
