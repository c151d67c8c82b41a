"""One writes at a time; the urgent come before the bulk, and nobody who has just written comes before who waits."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from syncline.ledger.sql import open_ledger
from syncline.ledger.turns import Turns
from syncline.model.rows import Hint


def wait_until(true: object, seconds: float = 10.0) -> None:
    """Waits for a condition; a test that waits too long fails."""
    until = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, "it never came"
        time.sleep(0.001)


def test_the_urgent_come_before_the_bulk_and_each_in_its_order() -> None:
    turns, came = Turns(), []

    def work(name: str, urgent: bool) -> None:
        with turns.turn(urgent=urgent):
            came.append(name)

    threads = []
    with turns.turn():
        for number, (name, urgent) in enumerate([("b1", False), ("b2", False), ("u1", True), ("u2", True)], 1):
            threads.append(threading.Thread(target=work, args=(name, urgent)))
            threads[-1].start()
            wait_until(lambda number=number: sum(map(len, turns.waiting.values())) == number)
    for thread in threads:
        thread.join(10)
    assert came == ["u1", "u2", "b1", "b2"]


def test_who_has_just_written_does_not_come_before_who_waits() -> None:
    turns, came = Turns(), []

    def waits() -> None:
        with turns.turn():
            came.append("waited")

    thread = threading.Thread(target=waits)
    with turns.turn():
        thread.start()
        wait_until(lambda: turns.waiting[False])
    with turns.turn():
        came.append("again")
    thread.join(10)
    assert came == ["waited", "again"]


def test_never_two_at_once() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work(urgent: bool) -> None:
        for _ in range(200):
            with turns.turn(urgent=urgent):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work, args=(number % 2 == 0,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [1]
    assert turns.taken_by is None


def test_a_turn_that_ends_in_an_error_is_handed_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn(urgent=True):
        assert turns.is_mine()
    assert not turns.is_mine()


def test_an_urgent_unit_waits_for_one_bulk_unit_and_no_more(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger", synchronous="OFF") as ledger:
        urgent, stop, hinted = ledger.urgent(), threading.Event(), []

        def bulk() -> None:
            while not stop.is_set():
                with ledger.unit() as unit:
                    time.sleep(0.005)
                    unit.put_hints([Hint(system="erp", stream="contact", id="bulk", at=0.0)])

        threads = [threading.Thread(target=bulk) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(20):
                begun = time.monotonic()
                with urgent.unit() as unit:
                    unit.put_hints([Hint(system="crm", stream="contact", id=str(number), at=0.0)])
                hinted.append(time.monotonic() - begun)
        finally:
            stop.set()
            for thread in threads:
                thread.join(10)
        assert len(urgent.hints("crm", "contact", 1.0, 100)) == 20
        assert sorted(hinted)[10] < 0.5, "behind one unit of 5 ms, not behind three threads of them"
