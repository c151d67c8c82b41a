"""A command that acts: here under the lease, or by the service that holds it; what becomes of it when somebody dies."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from syncline import app
from syncline.acts import act as acts
from syncline.acts import told
from syncline.acts.act import Act, Pause, Say, Step
from syncline.acts.told import Done, Refused, Told
from syncline.cli.acting import Waiting, act_on
from syncline.config.declaration import Declaration
from syncline.connectors import hubspot, odoo
from syncline.ledger.requests import KEPT_SECONDS, SERVICE, Requests, open_requests
from syncline.ledger.sql import SqlLedger, open_ledger
from syncline.sync.hub import Hub
from syncline.sync.sheet import declaration_hash
from syncline.testing import vendor_pair

ACT = Pause(what="odoo", why="a new accountant")
QUICK = Waiting(taken_seconds=0.5)


@pytest.fixture(scope="module")
def declaration() -> Declaration:
    templates = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
    where = dict.fromkeys(templates, "http://127.0.0.1:9")
    text = vendor_pair.hub_yaml(templates, where)  # type: ignore[arg-type]
    return app.declared(text, {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}).declaration


def here(hub: Hub, act: Act, who: str, say: Say) -> Told:
    say(Step(what="pausing", done=1, total=1))
    return Done(count=1, said=f"{who} {act}")


def never(hub: Hub, act: Act, who: str, say: Say) -> Told:
    raise AssertionError("it is done by the service")


def asked(
    declaration: Declaration, where: Path, waiting: Waiting = QUICK, say: Say = lambda step: None,
    perform: Callable[[Hub, Act, str, Say], Told] = never,
) -> Told:  # fmt: skip
    return act_on(declaration, where, ACT, say, who="ada", environment={}, perform=perform, waiting=waiting)


@contextmanager
def serving(where: Path, serve: Callable[[Requests, int], None]) -> Iterator[SqlLedger]:
    """A process that holds the lease as a service does, and what it does with the requests."""
    with open_ledger(where, owner=SERVICE) as ledger:
        requests = open_requests(where, time.time)
        assert ledger.tenure is not None
        thread = threading.Thread(target=serve, args=(requests, ledger.tenure.fencing))
        thread.start()
        try:
            yield ledger
        finally:
            thread.join(10)
            assert not thread.is_alive()
            requests.close()


def next_one(requests: Requests) -> int:
    until = time.monotonic() + 10
    while not (found := requests.waiting()):
        assert time.monotonic() < until
        time.sleep(0.01)
    return found[0].id


def test_without_a_service_it_is_done_here(declaration: Declaration, tmp_path: Path) -> None:
    steps: list[Step] = []
    answer = asked(declaration, tmp_path / "hub.db", say=steps.append, perform=here)
    assert answer == Done(count=1, said=f"ada {ACT}")
    assert steps == [Step(what="pausing", done=1, total=1)]
    with open_ledger(tmp_path / "hub.db"):  # the lease was given back
        pass


def test_a_service_does_it_and_is_followed_to_its_answer(declaration: Declaration, tmp_path: Path) -> None:
    seen: list[tuple[str, Act, str]] = []

    def serve(requests: Requests, fencing: int) -> None:
        number = next_one(requests)
        assert requests.take(number, fencing)
        row = requests.one(number)
        assert row is not None
        seen.append((row.who, acts.decoded(row.act), row.declaration))
        requests.say(number, fencing, msgspec.json.encode(Step(what="reading", done=3, total=9)))
        time.sleep(0.4)  # long enough for whoever follows to look
        requests.answer(number, fencing, told.encoded(Done(count=2, said="two")))

    steps: list[Step] = []
    with serving(tmp_path / "hub.db", serve):
        assert asked(declaration, tmp_path / "hub.db", say=steps.append) == Done(count=2, said="two")
    assert seen == [("ada", ACT, declaration_hash(declaration))]
    assert steps == [Step(what="reading", done=3, total=9)]


def test_a_service_that_does_not_take_it_is_named_and_it_is_withdrawn(declaration: Declaration, tmp_path: Path) -> None:
    with serving(tmp_path / "hub.db", lambda requests, fencing: None):
        answer = asked(declaration, tmp_path / "hub.db")
        assert isinstance(answer, Refused)
        assert "did not take this up in time" in answer.why
        assert "kill" in answer.remedy
        requests = open_requests(tmp_path / "hub.db", time.time)
        assert requests.waiting() == []
        assert not requests.take(1, 1), "nobody can take it any more"
        requests.close()


def test_another_command_that_holds_the_lease_is_named(declaration: Declaration, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "hub.db", owner="syncline plan"):
        answer = asked(declaration, tmp_path / "hub.db")
    assert isinstance(answer, Refused)
    assert "being written by syncline plan (process" in answer.why
    requests = open_requests(tmp_path / "hub.db", time.time)
    assert requests.one(1) is None, "nothing was handed over"
    requests.close()


KILLED = """
import sys, time
from syncline.ledger.requests import SERVICE, open_requests
from syncline.ledger.sql import open_ledger
ledger = open_ledger(sys.argv[1], owner=SERVICE)
requests = open_requests(sys.argv[1], time.time)
print("ready", flush=True)
while not (found := requests.waiting()):
    time.sleep(0.01)
requests.take(found[0].id, ledger.tenure.fencing)
print("taken", flush=True)
time.sleep(60)
"""


def test_a_service_that_is_killed_on_the_way_is_noticed_and_the_next_one_does_not_do_it(
    declaration: Declaration, tmp_path: Path
) -> None:
    where = tmp_path / "hub.db"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(where)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    answers: list[Told] = []
    client = threading.Thread(target=lambda: answers.append(asked(declaration, where)))
    client.start()
    try:
        assert child.stdout.readline() == "taken\n"
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()
    client.join(20)
    assert not client.is_alive()
    (answer,) = answers
    assert isinstance(answer, Refused)
    assert "The service ended before request 1 was done" in answer.why
    with open_ledger(where, owner=SERVICE) as ledger:
        requests = open_requests(where, time.time)
        assert ledger.tenure is not None
        requests.clear(ledger.tenure.fencing)
        assert requests.waiting() == []
        row = requests.one(1)
        assert row is not None
        assert row.state == "gone"
        requests.close()


def test_what_a_client_left_that_died_is_done_by_nobody_after_its_time(tmp_path: Path) -> None:
    now = [1000.0]
    with open_ledger(tmp_path / "hub.db", owner=SERVICE) as ledger:
        requests = open_requests(tmp_path / "hub.db", lambda: now[0])
        assert ledger.tenure is not None
        number = requests.ask(acts.encoded(ACT), "ada", "", 5.0)
        assert [one.id for one in requests.waiting()] == [number]
        now[0] += 5.1
        assert requests.waiting() == []
        requests.clear(ledger.tenure.fencing)
        row = requests.one(number)
        assert row is not None
        assert row.state == "gone"
        requests.close()


def test_answers_are_kept_for_a_day(tmp_path: Path) -> None:
    now = [1000.0]
    with open_ledger(tmp_path / "hub.db", owner=SERVICE):
        requests = open_requests(tmp_path / "hub.db", lambda: now[0])
        number = requests.ask(acts.encoded(ACT), "ada", "", 5.0)
        assert requests.take(number, 1)
        requests.answer(number, 1, b"{}")
        now[0] += KEPT_SECONDS - 1
        requests.clear(1)
        assert requests.one(number) is not None
        now[0] += 2
        requests.clear(1)
        assert requests.one(number) is None
        requests.close()


def test_only_the_service_that_took_it_answers(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "hub.db", owner=SERVICE):
        requests = open_requests(tmp_path / "hub.db", time.time)
        number = requests.ask(acts.encoded(ACT), "ada", "", 5.0)
        assert requests.take(number, 7)
        assert not requests.take(number, 8), "one service at most"
        requests.answer(number, 6, b"{}")  # one that slept while another took over
        row = requests.one(number)
        assert row is not None
        assert (row.state, row.answer) == ("taken", None)
        requests.close()


def test_ctrl_c_while_following_leaves_it_with_the_service(declaration: Declaration, tmp_path: Path) -> None:
    def serve(requests: Requests, fencing: int) -> None:
        assert requests.take(next_one(requests), fencing)
        requests.say(1, fencing, msgspec.json.encode(Step(what="reading")))

    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    with serving(tmp_path / "hub.db", serve):
        answer = asked(declaration, tmp_path / "hub.db", say=stop)
    assert isinstance(answer, Refused)
    assert answer.why == "The service goes on with it: request 1."
    assert "syncline runs" in answer.remedy


def test_ctrl_c_before_it_is_taken_takes_it_back(declaration: Declaration, tmp_path: Path) -> None:
    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    with serving(tmp_path / "hub.db", lambda requests, fencing: None):
        with pytest.raises(KeyboardInterrupt):
            asked(declaration, tmp_path / "hub.db", waiting=Waiting(sleep=stop))
        requests = open_requests(tmp_path / "hub.db", time.time)
        assert not requests.take(1, 1)
        requests.close()
