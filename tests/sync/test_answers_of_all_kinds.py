"""Whatever a system answers to a write: nothing is stuck without an outcome, sent for ever, or made twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from small_world import Small, calm, contacts, filled

from syncline.connect.door import NoAnswer, Unreachable
from syncline.connect.request import Answer, Effect, Request, Write
from syncline.connect.stream import Stream
from syncline.model.intent import Intent
from syncline.model.outcome import Outcome
from syncline.sync import deliver, observe, send
from syncline.testing.vendor import done, problem

Odd = Callable[[Callable[[], Answer], Request], Answer | None]


class OddAnswers(Small):
    """What the ERP answers to writes goes through `odd` first."""

    odd: Odd | None = None

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        def go() -> Answer:
            return super(OddAnswers, self).call(system, request, effect)

        answer = self.odd(go, request) if self.odd is not None and (system, effect) == ("erp", "write") else None
        return go() if answer is None else answer

    def stream(self, **parts: Any) -> None:
        """The ERP's stream, otherwise."""
        erp = self.hub.connectors["erp"]
        streams = tuple(replace(one, **parts) for one in erp.streams)
        self.hub = replace(self.hub, connectors={**self.hub.connectors, "erp": replace(erp, streams=streams)})

    def named(self) -> list[str]:
        return [row.now.values["name"] for row in self.alive("erp")]


def world(number: int = 0, **habits: Any) -> OddAnswers:
    small = OddAnswers(contacts("crm", "erp"), {"crm": calm(), "erp": calm(**habits)})
    filled(small, "crm", number)
    small.settle()
    return small


def rename_all(small: Small) -> None:
    for row in small.alive("crm"):
        small.systems["crm"].change("contact", row.id, {"name": f"new-{row.now.values['name']}"})


def says(status: int, *, first: bool = False) -> Odd:
    """This status, without a body that anybody could read; `first`: after it was done."""

    def odd(go: Callable[[], Answer], request: Request) -> Answer:
        if first:
            go()
        return Answer(status=status, body=None)

    return odd


def cut(go: Callable[[], Answer], request: Request) -> Answer:
    """One result less than there are writes."""
    answer = go()
    return replace(answer, body={"results": answer.body["results"][:-1]})


# ---- batches
@pytest.mark.parametrize("odd", [says(429), says(500), says(500, first=True), says(200, first=True), cut])
def test_of_a_batch_with_an_odd_answer_nothing_stays_without_an_outcome(odd: Odd) -> None:
    small = world(3, batches=True)
    rename_all(small)
    small.odd = odd
    small.settle(3)
    small.odd = None
    small.settle()
    assert small.named() == ["new-n0", "new-n1", "new-n2"]
    assert list(small.hub.ledger.intents_sent()) == []


def test_a_batch_that_is_not_permitted_pauses_the_system() -> None:
    small = world(3, batches=True)
    rename_all(small)
    small.observe(2)
    small.odd = says(401)
    small.deliver(1)
    assert small.hub.ledger.system_state("erp").paused
    assert list(small.hub.ledger.intents_sent()) == []


def test_a_batch_that_is_refused_for_one_of_its_writes_is_sent_one_by_one() -> None:
    small = world(3, batches=True)
    rename_all(small)

    def odd(go: Callable[[], Answer], request: Request) -> Answer | None:
        writes = request.json["writes"] if request.path.endswith("/batch") else [{"values": request.json}]
        if any(one["values"]["name"] == "new-n1" for one in writes):
            return Answer(status=422, body={"reason": "not that name", "field": "name"})
        return None

    small.odd = odd
    small.settle()
    assert small.named() == ["new-n0", "n1", "new-n2"]
    parked = small.link("erp", small.alive("erp")[1].id).known["name"].parked
    assert parked is not None
    assert parked.reason == "erp: not that name"


# ---- creates
@pytest.mark.parametrize("safe_by", ["key", "find"])
@pytest.mark.parametrize("odd", [says(500), says(500, first=True), says(200, first=True)])
def test_a_create_with_an_odd_answer_is_made_once(odd: Odd, safe_by: str) -> None:
    small = world(safe_by=safe_by)
    filled(small, "crm", 1)
    once = [odd]
    small.odd = lambda go, request: once.pop()(go, request) if once else None
    small.settle()
    assert len(small.alive("erp")) == 1
    assert list(small.hub.ledger.intents_sent()) == []


# ---- writes of several steps
def in_two_steps(stream: Stream) -> Callable[[Mapping[str, Any], str], Iterator[Write]]:
    """Creates a row, and says its phone by a write of its own."""
    assert stream.create is not None
    assert stream.update is not None
    make, tell = stream.create, stream.update

    def create(values: Mapping[str, Any], key: str) -> Any:
        made = yield Write(request=make({k: v for k, v in values.items() if k != "phone"}, key))
        if problem(made) is not None:
            return problem(made)
        told = yield Write(request=tell(made.body["id"], {"phone": values.get("phone")}, None))
        outcome: Outcome = problem(told) or done(told)
        return outcome

    return create


@pytest.mark.parametrize("error", [NoAnswer, Unreachable])
@pytest.mark.parametrize("safe_by", ["key", "find"])
def test_a_create_that_ends_half_way_goes_on_from_its_journal(safe_by: str, error: type[Exception]) -> None:
    small = world(safe_by=safe_by)
    small.stream(create=in_two_steps(small.hub.stream("erp", "contact")))
    broken, made = [True], []

    def odd(go: Callable[[], Answer], request: Request) -> Answer | None:
        if request.method == "POST":
            made.append(request.path)
        if request.method == "PATCH" and broken:
            broken.clear()
            raise error("erp")
        return None

    small.odd = odd
    filled(small, "crm", 1)
    small.settle()
    assert made == ["/contact"]
    assert small.values("erp")["phone"] == "p0"


def test_a_create_whose_last_answer_cannot_be_read_is_found() -> None:
    small = world(safe_by="find")
    small.stream(create=in_two_steps(small.hub.stream("erp", "contact")))
    small.odd = lambda go, request: Answer(status=200, body=None) if request.method == "PATCH" else None
    filled(small, "crm", 1)
    small.settle(3)
    small.odd = None
    small.settle()
    assert len(small.alive("erp")) == 1
    assert list(small.hub.ledger.intents_sent()) == []


# ---- no answer at all
def test_a_write_that_is_never_answered_is_not_told_again_at_once() -> None:
    small = world(1)
    rename_all(small)
    sent: list[float] = []

    def odd(go: Callable[[], Answer], request: Request) -> Answer:
        sent.append(small.now)
        raise NoAnswer("erp")

    small.odd = odd
    for _ in range(200):
        small.now += 0.5
        small.observe(1) if not sent else observe.look(small.hub, "erp", "contact")
        deliver.deliver(small.hub, "erp", "contact")
    waits = [later - earlier for earlier, later in pairwise(sent)]
    assert waits[:3] == [1.0, 2.0, 4.0], "as long as it may still arrive"
    assert min(waits) >= 1.0
    small.odd = None
    small.settle(20)
    assert small.named() == ["new-n0"]


# ---- what cannot be asked, or is refused
def test_a_write_that_its_connector_cannot_ask_is_parked() -> None:
    def broken(*_: Any) -> Request:
        raise KeyError("region")

    for parts, batches in (({"update": broken}, False), ({"update": broken, "batch": broken}, True)):
        small = world(3, batches=batches)
        small.stream(**parts)
        rename_all(small)
        small.settle(3)
        parked = small.link("erp", small.alive("erp")[0].id).known["name"].parked
        assert parked is not None
        assert "region" in parked.reason
        assert list(small.hub.ledger.intents_sent()) == []


def test_a_delete_that_is_refused_is_parked_and_not_sent_for_ever() -> None:
    small = world(1)
    sent = []

    def odd(go: Callable[[], Answer], request: Request) -> Answer | None:
        if request.method != "DELETE":
            return None
        sent.append(small.now)
        return Answer(status=422, body={"reason": "it has a posted invoice", "field": None})

    small.odd = odd
    small.systems["crm"].kill("contact", small.row("crm", "contact").id)
    small.settle()
    row = small.row("erp", "contact")
    parked = small.link("erp", row.id).parked
    assert (len(sent), row.dead) == (1, None)
    assert parked is not None
    assert parked.reason == "erp: it has a posted invoice"


def test_what_a_connector_does_to_the_values_it_is_given_is_its_own_matter() -> None:
    small = world(1)
    raw = {"name": "n0", "tags": ["a"], "address": {"city": "Ulm"}}
    link = next(iter(small.hub.ledger.links(range(9)).values()))
    intent = Intent(
        id=1, link=link.id, record=link.record, system="erp", stream="contact", kind="update", values={},
        raw=raw, run=1, at=0.0,
    )  # fmt: skip
    order: Any = send.order_of(small.hub, intent, link)
    order.values["tags"].append("b")
    order.values["address"]["city"] = "Bonn"
    assert intent.raw == {"name": "n0", "tags": ["a"], "address": {"city": "Ulm"}}
