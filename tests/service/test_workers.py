"""A worker that fails goes on and is seen; one that dies or hangs is told; a door that closes lets nothing more out."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest
from service_world import eventually
from structlog.testing import capture_logs

from syncline.connect.door import Unreachable
from syncline.connect.request import Answer, Effect, Request
from syncline.egress.reading import reading
from syncline.ledger.errors import LeaseLost
from syncline.ledger.sql import open_ledger
from syncline.service.closing import ClosingDoor
from syncline.service.noted import Noted
from syncline.service.worker import STUCK_SECONDS, Ending, Worker
from syncline.sync.observe import NotNow


@pytest.fixture
def ending() -> Iterator[Ending]:
    ending = Ending()
    yield ending
    ending.over.set()


def started(turn: Callable[[], bool], ending: Ending, **more: object) -> Worker:
    worker = Worker(name="crm in bulk", round=turn, ending=ending, idle=0.01, **more)  # type: ignore[arg-type]
    worker.start()
    return worker


def test_one_that_fails_says_so_goes_on_and_is_well_again(ending: Ending) -> None:
    rounds: list[int] = []

    def turn() -> bool:
        rounds.append(1)
        if len(rounds) == 1:
            raise sqlite3.OperationalError("database or disk is full")
        return False

    with capture_logs() as logs:
        worker = started(turn, ending)
        eventually(lambda: worker.failing, 5)
        assert worker.failing == "OperationalError: database or disk is full"
        assert worker.trouble() == ""
        eventually(lambda: len(rounds) > 2 and not worker.failing, 10)
        ending.over.set()
        assert worker.thread is not None
        worker.thread.join(5)
        assert not worker.thread.is_alive()
    assert [(one["event"], one["log_level"]) for one in logs] == [("a step failed", "error"), ("works again", "info")]
    assert logs[0]["do"] == "make room on the disk of the ledger; it goes on by itself"


def test_an_error_that_holds_a_persons_data_is_logged_and_shown_without_it(ending: Ending) -> None:
    def turn() -> bool:
        raise ValueError("not a number: 'contact17@example.test'")

    with capture_logs() as logs:
        worker = started(turn, ending)
        eventually(lambda: worker.failing, 5)
        ending.over.set()
        assert worker.thread is not None
        worker.thread.join(5)
    assert worker.failing == "ValueError"
    assert "contact17" not in str([{**one, "exc_info": ""} for one in logs])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_died_is_told(ending: Ending) -> None:
    def turn() -> bool:
        raise SystemExit

    worker = started(turn, ending)
    assert worker.thread is not None
    worker.thread.join(5)
    assert worker.trouble() == ("crm in bulk has stopped: start the service again, and report what its log says")
    ending.over.set()
    assert worker.trouble() == "", "when the service ends all of them stop"


def test_one_that_is_stuck_is_told(ending: Ending) -> None:
    now, go = [0.0], threading.Event()
    worker = started(lambda: go.wait(20) and False, ending, elapsed=lambda: now[0])
    try:
        assert worker.trouble() == ""
        now[0] = STUCK_SECONDS + 1
        assert "has been at one step for 901 s" in worker.trouble()
        worker.stuck = inf
        assert worker.trouble() == "", "a first sync may take hours"
    finally:
        ending.over.set()
        go.set()


def test_a_lease_that_another_took_ends_the_service(ending: Ending) -> None:
    def turn() -> bool:
        raise LeaseLost

    worker = started(turn, ending)
    assert ending.over.wait(5)
    assert "another process has taken over the ledger" in ending.lost
    assert worker.failures == 0


def test_the_lease_is_prolonged_by_a_unit_without_anything(tmp_path: Path) -> None:
    now = [1000.0]
    with open_ledger(tmp_path / "hub.db", clock=lambda: now[0]) as ledger:
        for _ in range(10):
            now[0] += 40.0
            with ledger.unit(urgent=True):
                pass
            writer = ledger.writer(now[0] + 25.0)
            assert writer is not None, "nobody else can take it"


class Open:
    """A door that counts."""

    calls = 0

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        self.calls += 1
        return Answer(status=200, body={})


def test_when_it_is_over_nothing_more_is_sent() -> None:
    over, inner = threading.Event(), Open()
    door = ClosingDoor(door=inner, over=over)
    assert door.call("crm", Request(method="GET", path="/"), "read").status == 200
    over.set()
    with pytest.raises(Unreachable, match="crm: the service is ending, and sends nothing more"):
        door.call("crm", Request(method="POST", path="/"), "write")
    assert inner.calls == 1


class Parted(Open):
    """A door that knows limits."""

    part = 1.0

    def sharing(self, part: float) -> Open:
        self.part = part
        return self


def test_what_only_reads_keeps_to_its_share_and_ends_with_the_service() -> None:
    over, inner = threading.Event(), Parted()
    door = reading(ClosingDoor(door=inner, over=over), 0.25)
    assert door.call("crm", Request(method="GET", path="/"), "read").status == 200
    with pytest.raises(Unreachable, match="crm: this only reads"):
        door.call("crm", Request(method="POST", path="/"), "write")
    over.set()
    with pytest.raises(Unreachable, match="the service is ending"):
        door.call("crm", Request(method="GET", path="/"), "read")
    assert (inner.part, inner.calls) == (0.25, 1)


def test_a_system_that_is_away_is_logged_when_it_goes_and_when_it_comes_back() -> None:
    noted = Noted(clock=lambda: 50.0)
    with capture_logs() as logs:
        for stream in ("contact", "company", "contact"):
            noted.not_now("crm", stream, NotNow("crm", "no answer", 3.0))
        assert [(one.system, one.stream, one.why, one.until) for one in noted.away()] == [
            ("crm", "company", "crm: no answer", 53.0), ("crm", "contact", "crm: no answer", 53.0)
        ]  # fmt: skip
        noted.worked("crm", "company")
        noted.worked("crm", "contact")
        noted.worked("crm", "contact")
    assert [one["event"] for one in logs] == ["cannot be worked on now", "can be worked on again"]
    assert noted.away() == ()
