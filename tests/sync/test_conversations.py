"""Reads and writes that take several requests, and batches of one kind: what the connector asks is what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from small_world import Small, calm, contacts, filled

from syncline.connect.request import Answer, Page, Request, Write
from syncline.connect.stream import Stream, WriteOrder
from syncline.model.outcome import Missing
from syncline.sync import observe
from syncline.sync.observe import NotNow
from syncline.testing import vendor


def world(**changed: Any) -> Small:
    """Two systems that agree about three contacts; the ERP's stream has other functions."""
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    erp = small.hub.connectors["erp"]
    streams = tuple(replace(stream, **changed) for stream in erp.streams)
    connectors = {**small.hub.connectors, "erp": replace(erp, streams=streams)}
    small.hub = replace(small.hub, connectors=connectors)
    for system in ("crm", "erp"):
        filled(small, system, 3)
    return small


def stream_of(small: Small) -> Stream:
    return small.hub.stream("erp", "contact")


def one_by_one(ids: Sequence[str]) -> Iterator[Any]:
    """A look that takes one request for each row."""
    found: list[dict[str, Any]] = []
    for one in ids:
        answer: Answer = yield Request(method="POST", path="/contact/get", json={"ids": [one]})
        found += answer.body["items"]
    return Page(records=tuple(found))


def test_a_look_may_be_a_conversation() -> None:
    small = world(get=one_by_one)
    before = small.systems["erp"].calls
    seen = observe.look_at(small.hub, "erp", stream_of(small), ["erp0", "erp2", "gone"])
    assert (sorted(seen), small.systems["erp"].calls - before) == (["erp0", "erp2"], 3)
    assert seen["erp0"].direct


def test_what_is_missing_is_said_to_the_conversation_and_all_else_is_not_now() -> None:
    def unknown(ids: Sequence[str]) -> Iterator[Any]:
        answer: Answer = yield Request(method="POST", path="/contact/get", json={"ids": list(ids)})
        return Page() if answer.status == 404 else Page(records=tuple(answer.body["items"]))

    small = world(get=unknown)
    erp = small.hub.connectors["erp"]
    for status, problem in ((404, Missing()), (500, None)):

        class Answers:
            def call(self, system: str, request: Request, effect: str, status: int = status) -> Answer:
                return Answer(status=status, body={})

        told = replace(erp, errors=lambda answer, problem=problem: problem)
        hub = replace(small.hub, door=Answers(), connectors={**small.hub.connectors, "erp": told})
        if problem is not None:
            assert observe.look_at(hub, "erp", stream_of(small), ["erp0"]) == {}
        else:
            with pytest.raises(NotNow, match="cannot be read"):
                observe.look_at(hub, "erp", stream_of(small), ["erp0"])


def test_an_answer_that_cannot_be_read_is_no_page() -> None:
    def unreadable(answer: Answer) -> Page:
        raise KeyError("items")

    small = world(page=unreadable)
    with pytest.raises(NotNow, match="an answer that cannot be read"):
        observe.look_at(small.hub, "erp", stream_of(small), ["erp0"])


def test_a_look_does_not_write() -> None:
    def writes(ids: Sequence[str]) -> Iterator[Any]:
        yield Write(request=Request(method="POST", path="/contact", json={}))
        return Page()

    small = world(get=writes)
    with pytest.raises(NotNow, match="a read does not write"):
        observe.look_at(small.hub, "erp", stream_of(small), ["erp0"])
    assert small.writes() == []


def test_a_batch_holds_writes_of_one_kind_that_may_go_together() -> None:
    batches: list[list[tuple[str, str | None]]] = []
    plain = vendor.stream("contact", calm(batches=True), ("email", "name", "phone"))
    assert plain.batch is not None

    def batch(orders: Sequence[WriteOrder]) -> Request:
        batches.append([(order.kind, order.id) for order in orders])
        assert plain.batch is not None
        return plain.batch(orders)

    small = world(batch=batch, batch_takes=lambda order: order.values.get("name") != "alone")
    small.settle(2)
    for row, name in zip(small.alive("crm"), ("a", "b", "alone"), strict=True):
        small.systems["crm"].change("contact", row.id, {"name": name})
    small.settle(2)
    assert [[kind for kind, _ in batch] for batch in batches] == [["update", "update"]]
    assert {row.now.values["name"] for row in small.alive("erp")} == {"a", "b", "alone"}
