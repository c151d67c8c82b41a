"""Requests of commands inside the service: short ones at once, long ones in turn, each answered whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs
from test_hooks import opened

from syncline.acts import told
from syncline.acts.act import Act, Audit, Couple, Parked, Pause, Release, Say, SettleAll, Step, Sync, encoded
from syncline.acts.perform import perform
from syncline.acts.told import Done, Refused, Told
from syncline.ledger.requests import Requests, open_requests
from syncline.service.handed import Handed
from syncline.sync.hub import Hub
from syncline.sync.sheet import declaration_hash

NOW = 1_800_000_000.0
Perform = Callable[[Hub, Act, str, Say], Told]


def done(hub: Hub, act: Act, who: str, say: Say) -> Told:
    say(Step(what="at work"))
    return Done(count=1, said=f"{type(act).__name__} for {who}")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Callable[[Perform], Handed], Requests]]:
    with opened(tmp_path) as running:
        requests = open_requests(tmp_path / "hub.db", lambda: NOW)

        def make(perform: Perform) -> Handed:
            return Handed(
                hub=running.hub, requests=requests, fencing=1, perform=perform, over=threading.Event(),
                wake=lambda: None, redacted=lambda text: text.replace("hunter2", "***"),
            )  # fmt: skip

        yield make, requests
        requests.close()


def answer(requests: Requests, number: int) -> Told:
    row = requests.one(number)
    assert row is not None
    assert row.state == "done"
    assert row.answer is not None
    return told.decoded(row.answer)


Made = tuple[Callable[[Perform], Handed], Requests]


def test_short_ones_do_not_wait_for_long_ones(made: Made) -> None:
    handed, requests = made[0](done), made[1]
    same = handed.declaration
    assert same == declaration_hash(handed.hub.declaration)
    first, second = (requests.ask(encoded(Sync()), "ada", same, 5.0) for _ in range(2))
    short = requests.ask(encoded(Pause(what="odoo")), "ben", "another hub.yaml", 5.0)
    handed.round()
    assert answer(requests, short) == Done(count=1, said="Pause for ben")
    waiting = requests.one(second)
    assert waiting is not None
    assert waiting.state == "taken"
    assert waiting.progress is not None
    assert msgspec.json.decode(waiting.progress, type=Step).what == "waiting for another request to end"
    assert handed.long_round()
    assert answer(requests, first) == Done(count=1, said="Sync for ada")
    assert not handed.long_round()
    assert answer(requests, second) == Done(count=1, said="Sync for ada")


@pytest.mark.parametrize(
    "long",
    [
        Release(at="odoo/res.partner/delete"),
        Parked(how="retry", code="rejected"),
        SettleAll(how="keep"),
        Couple(file="/nowhere/old.csv"),
    ],
)
def test_a_pause_waits_for_nothing_that_writes_many(made: Made, long: Act) -> None:
    handed, requests = made[0](done), made[1]
    first = requests.ask(encoded(long), "ada", handed.declaration, 5.0)
    pause = requests.ask(encoded(Pause(what="odoo")), "ben", "", 5.0)
    handed.round()
    assert answer(requests, pause) == Done(count=1, said="Pause for ben")
    row = requests.one(first)
    assert row is not None
    assert row.state == "taken"
    handed.long_round()
    assert isinstance(answer(requests, first), Done)


def test_what_is_refused_is_logged_without_values(made: Made) -> None:
    def refuses(hub: Hub, act: Act, who: str, say: Say) -> Told:
        return Refused(why="'contact17@example.test' does not fit: no number.", remedy="syncline status")

    handed, requests = made[0](refuses), made[1]
    requests.ask(encoded(Pause(what="odoo")), "ada", "", 5.0)
    with capture_logs() as logs:
        handed.round()
    assert [one.get("code") for one in logs if one["event"] == "a request is done"] == ["bad-input"]
    assert "contact17" not in str(logs)


def test_one_that_breaks_is_answered_without_secrets_and_the_next_one_is_done(made: Made) -> None:
    def breaks(hub: Hub, act: Act, who: str, say: Say) -> Told:
        if isinstance(act, Pause):
            raise RuntimeError("the password is hunter2")
        return done(hub, act, who, say)

    handed, requests = made[0](breaks), made[1]
    number = requests.ask(encoded(Pause(what="odoo")), "ada", "", 5.0)
    handed.round()
    assert answer(requests, number) == Refused(
        why="The service could not do it: RuntimeError: the password is ***",
        remedy="look at the service's log; syncline status shows what is open", code="failed",
    )  # fmt: skip
    following = requests.ask(encoded(Sync()), "ada", handed.declaration, 5.0)
    handed.round()
    handed.long_round()
    assert answer(requests, following) == Done(count=1, said="Sync for ada")


def test_what_a_newer_command_asks_is_refused_with_what_to_do(made: Made) -> None:
    handed, requests = made[0](done), made[1]
    number = requests.ask(b'{"type":"Levitate"}', "ada", "", 5.0)
    handed.round()
    found = answer(requests, number)
    assert isinstance(found, Refused)
    assert "another version" in found.why


def test_a_service_that_ends_takes_nothing_up_and_answers_what_waits(made: Made) -> None:
    handed, requests = made[0](done), made[1]
    taken = requests.ask(encoded(Sync()), "ada", handed.declaration, 5.0)
    handed.round()
    handed.over.set()
    late = requests.ask(encoded(Pause(what="odoo")), "ada", "", 5.0)
    handed.round()
    row = requests.one(late)
    assert row is not None
    assert row.state == "waiting", "whoever asked withdraws it, or does it without the service"
    handed.long_round()
    found = answer(requests, taken)
    assert isinstance(found, Refused)
    assert "The service is ending" in found.why


def test_an_audit_is_done_by_the_service_by_a_door_that_only_reads(made: Made) -> None:
    doors: list[float] = []

    def audited(hub: Hub, act: Act, who: str, say: Say) -> Told:
        return perform(replace(hub, door=Noting(hub.door, doors)), act, who, say)  # type: ignore[arg-type]

    handed, requests = made[0](audited), made[1]
    number = requests.ask(encoded(Audit(share=0.25)), "ada", handed.declaration, 5.0)
    handed.round()
    assert handed.queue, "it may take long"
    handed.long_round()
    found = answer(requests, number)
    assert isinstance(found, told.Audited)
    assert {one.system for one in found.not_reached} == {"hubspot", "odoo"}
    assert doors == [0.25]


class Noting:
    """A door that notes to which share it is kept."""

    def __init__(self, door: Any, shares: list[float]) -> None:
        self.door, self.shares = door, shares

    def call(self, *asked: Any) -> Any:
        return self.door.call(*asked)

    def sharing(self, part: float) -> Any:
        self.shares.append(part)
        return self.door.sharing(part)
