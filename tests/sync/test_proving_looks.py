"""A look may prove a delete; a batch refused for one row, and a create's later step, are asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from small_world import Small, calm, contacts, filled

from syncline.connect.request import Answer, Page, Request, Write
from syncline.connect.stream import Stream
from syncline.model.observation import Gone
from syncline.model.outcome import Done, Exists, Unknown
from syncline.model.rows import Hint
from syncline.sync import observe


def changed(small: Small, change: Callable[[Stream], Stream], **connector: Any) -> Small:
    """The ERP's connector with something else in it."""
    erp = small.hub.connectors["erp"]
    told = replace(erp, streams=tuple(change(stream) for stream in erp.streams), **connector)
    small.hub = replace(small.hub, connectors={**small.hub.connectors, "erp": told})
    return small


def bin_of(small: Small) -> Callable[[Sequence[str]], Iterator[Any]]:
    """A look that tells which of the rows were deleted."""

    def get(ids: Sequence[str]) -> Iterator[Any]:
        answer: Answer = yield Request(method="POST", path="/contact/get", json={"ids": list(ids)})
        there = tuple(answer.body["items"])
        dead = set(ids) - {one["id"] for one in there}
        return Page(records=there, gone=tuple(Gone(id=one, at=small.now) for one in sorted(dead)))

    return get


@pytest.mark.parametrize(("proof", "state"), [("tombstone", "tombstone"), (None, "active")])
def test_a_look_proves_a_delete_only_where_the_stream_says_so(proof: Any, state: str) -> None:  # I11
    small = Small(contacts("crm", "erp"), {"erp": calm(proves=None)})
    changed(small, lambda stream: replace(stream, get=bin_of(small), deletes_proven_by=proof))
    filled(small, "crm", 2)
    small.settle(3)
    small.systems["erp"].kill("contact", "erp0")
    with small.hub.ledger.unit() as unit:
        unit.put_hints([Hint(system="erp", stream="contact", id=one, at=small.now) for one in ("erp0", "erp1")])
    small.now += 5
    assert observe.look(small.hub, "erp", "contact") == 2
    assert (small.link("erp", "erp0").state, small.link("erp", "erp1").state) == (state, "active")
    assert [hint.id for hint in small.hub.ledger.hints("erp", "contact", small.now, 9)] == []


def test_of_a_batch_refused_because_one_row_exists_each_is_asked_alone() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    erp = small.hub.connectors["erp"]

    def errors(answer: Answer) -> Any:
        if answer.status == 207 and any(one["status"] == 409 for one in answer.body["results"]):
            return Exists(id="erp99")
        return Exists(id="erp99") if answer.status == 409 else erp.errors(answer)

    changed(small, lambda stream: stream, errors=errors)
    system, whole = small.systems["erp"], small.systems["erp"].write

    def write(stream: str, rest: list[str], request: Request) -> Answer:
        if "n1" in str(request.json):
            return Answer(status=409, body={})
        return whole(stream, rest, request)

    system.write = write  # type: ignore[method-assign]
    filled(small, "crm", 3)
    small.settle(2)
    assert sorted(row.now.values["name"] for row in small.alive("erp")) == ["n0", "n2"]
    records = small.hub.ledger.scan(0, 9)
    parked = [k.parked.code for links in small.hub.ledger.links_of(records).values() for k in links if k.parked]
    assert parked == ["exists-already"]


def test_a_create_is_asked_again_from_the_step_that_failed() -> None:  # I4
    asked: list[str] = []
    small = Small(contacts("crm", "erp"), {"erp": calm(safe_by="external_id")})
    plain = small.hub.stream("erp", "contact")
    made = plain.create
    assert made is not None

    def create(values: Mapping[str, Any], key: str) -> Iterator[Any]:
        answer: Answer = yield Write(request=made(values, key))  # type: ignore[arg-type]
        second: Answer = yield Write(request=Request(method="PATCH", path=f"/contact/{answer.body['id']}", json={}))
        return Done(id=answer.body["id"]) if second.status < 500 else Unknown(reason="it broke down")

    system, whole = small.systems["erp"], small.systems["erp"].write

    def write(stream: str, rest: list[str], request: Request) -> Answer:
        asked.append(request.method)
        return Answer(status=503, body={}) if asked == ["POST", "PATCH"] else whole(stream, rest, request)

    system.write = write  # type: ignore[method-assign]
    changed(small, lambda stream: replace(stream, create=create, create_is_safe_by="external_id"))
    filled(small, "crm", 1)
    small.settle(3)
    assert asked == ["POST", "PATCH", "PATCH"]
    assert small.link("erp", "erp0").state == "active"


@pytest.mark.parametrize(("unstamped", "expected"), [((), "from the crm"), (("phone",), "typed later")])
def test_what_leaves_the_stamp_as_it_was_is_no_older_for_that(unstamped: tuple[str, ...], expected: str) -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(versions=None)})
    changed(small, lambda stream: replace(stream, unstamped=unstamped))
    filled(small, "crm", 1)
    small.settle(3)
    crm, erp = small.row("crm", "contact"), small.row("erp", "contact")
    old = erp.now.stamp
    small.now += 100
    small.systems["crm"].change("contact", crm.id, {"phone": "from the crm"})
    small.settle(2)
    assert erp.now.values["phone"] == "from the crm"
    erp.now.stamp = old
    small.now += 100
    small.systems["erp"].change("contact", erp.id, {"phone": "typed later"})
    erp.now.stamp = old
    with small.hub.ledger.unit() as unit:
        unit.put_hints([Hint(system="erp", stream="contact", id=erp.id, at=small.now)])
    small.settle(3)
    assert small.values("crm")["phone"] == small.values("erp")["phone"] == expected
