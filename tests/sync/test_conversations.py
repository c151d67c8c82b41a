"""Reads and writes that take several requests, and batches of one kind: what the connector asks is what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from small_world import ALWAYS, TEXT, Small, bind, calm, contacts, filled, refers

from syncline.config.declaration import Birth, Declaration
from syncline.connect.door import NoAnswer
from syncline.connect.request import Answer, Page, Request, Write
from syncline.connect.stream import Stream, WriteOrder
from syncline.identity.match import MatchRule
from syncline.mapping.reference import reference
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.link import Link
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


def test_what_is_told_in_several_shapes_leaves_in_a_batch_of_each() -> None:
    shapes: list[set[tuple[str, ...]]] = []
    plain = vendor.stream("contact", calm(batches=True), ("email", "name", "phone"))

    def batch(orders: Sequence[WriteOrder]) -> Request:
        shapes.append({tuple(sorted(order.values)) for order in orders})
        assert plain.batch is not None
        return plain.batch(orders)

    small = world(batch=batch, batch_takes=lambda order: tuple(sorted(order.values)))
    small.systems["crm"].make("contact", {"email": "c3@x", "name": "n3"})
    small.settle(4)
    shapes.clear()
    told = [{"name": "a"}, {"email": "1@x"}, {"name": "b"}, {"email": "2@x"}]
    for row, values in zip(small.alive("crm"), told, strict=True):
        small.systems["crm"].change("contact", row.id, values)
    small.settle(2)
    assert sorted(shapes, key=sorted) == [{("email",)}, {("name",)}]
    assert {"a", "b"} <= {row.now.values["name"] for row in small.alive("erp")}
    assert {"1@x", "2@x"} <= {row.now.values["email"] for row in small.alive("erp")}


def batches_of(small: Small, system: str, kind: str) -> list[int]:
    """How many writes of a kind each batch held."""
    sent = [call.json["writes"] for call in small.writes() if call.system == system and call.path.endswith("/batch")]
    return [len(one) for one in sent if one[0]["method"] == {"create": "POST", "update": "PATCH"}[kind]]


def test_creates_leave_together() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    filled(small, "crm", 7)
    small.settle(2)
    assert batches_of(small, "erp", "create") == [7]
    assert sorted(row.now.values["email"] for row in small.alive("erp")) == sorted(f"c{n}@x" for n in range(7))
    assert len({row.key for row in small.alive("erp")}) == 7, "each under a key of its own"
    small.settle(2)
    assert len(small.writes()) == 1


def test_of_creates_that_half_fail_the_good_ones_are_done() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    filled(small, "crm", 4)
    erp = small.systems["erp"]
    whole = erp.create

    def half(stream: str, values: dict[str, Any], key: str | None) -> Answer:
        if values["name"] == "n1":
            return Answer(status=422, body={"field": None, "reason": "n1 is not a name"})
        return whole(stream, values, key)

    erp.create = half  # type: ignore[method-assign]
    small.settle(2)
    assert sorted(row.now.values["name"] for row in small.alive("erp")) == ["n0", "n2", "n3"]
    [parked] = [link for link in links_of(small, "erp") if link.external_id is None]
    assert "n1 is not a name" in str(parked.parked)
    small.systems["crm"].change("contact", "crm1", {"phone": "1"})
    small.settle(2)
    assert len(small.alive("erp")) == 3, "tried again, and refused again"
    small.systems["crm"].change("contact", "crm1", {"name": "a name"})
    small.settle(2)
    assert sorted(row.now.values["name"] for row in small.alive("erp")) == ["a name", "n0", "n2", "n3"]
    before = len(small.writes())
    small.settle(2)
    assert len(small.writes()) == before


def test_a_lost_answer_to_a_batch_of_creates_makes_no_second_row() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    filled(small, "crm", 5)
    erp = small.systems["erp"]
    whole, lost = erp.write, [0]

    def loses(stream: str, rest: list[str], request: Request) -> Answer:
        answer = whole(stream, rest, request)
        if rest == ["batch"] and not lost[0]:
            lost[0] += 1
            raise NoAnswer("gone")
        return answer

    erp.write = loses  # type: ignore[method-assign]
    small.settle(4)
    assert lost == [1]
    assert sorted(row.now.values["email"] for row in small.alive("erp")) == sorted(f"c{n}@x" for n in range(5))  # I4
    assert all(link.external_id for link in links_of(small, "erp"))


def test_a_parent_comes_before_its_child_in_the_same_stream() -> None:
    small = Small(branches("crm", "erp"), {"erp": calm(batches=True)})
    head = small.systems["crm"].make("branch", {"name": "head"})
    small.systems["crm"].make("branch", {"name": "second", "parent": head.id})
    small.settle(2)
    rows = {row.now.values["name"]: row for row in small.alive("erp", "branch")}
    assert rows["second"].now.values["parent"] == rows["head"].id
    assert [len(row.history) for row in rows.values()] == [1, 1], "told with the create"


def links_of(small: Small, system: str) -> list[Link]:
    records = small.hub.ledger.scan(0, 100)
    return [k for links in small.hub.ledger.links_of(records).values() for k in links if k.system == system]


BRANCH = EntityPolicy(
    name="branch",
    fields={
        "name": FieldPolicy(name="name", type=TEXT),
        "parent": FieldPolicy(name="parent", type=reference("branch")),
    },
)


def branches(*systems: str) -> Declaration:
    """Branches of a company, each of which may be below another."""
    bindings = tuple(bind(s, BRANCH, {"parent": refers("parent", s, "branch")}) for s in systems)
    births = tuple(Birth(entity="branch", system=s, stream="branch", when=ALWAYS) for s in systems)
    return Declaration(
        name="small", order=systems, entities={"branch": BRANCH}, bindings=bindings, births=births,
        matching={"branch": (MatchRule(fields=("name",)),)},
    )  # fmt: skip


def asking(found: list[list[str]]) -> Any:
    """A question for all of them at once."""

    def find_any(keys: Sequence[Any]) -> Iterator[Any]:
        found.append([key["email"] for key in keys])
        rows = []
        for key in keys:
            rows += (yield Request(method="POST", path="/contact/find", json=dict(key))).body["items"]
        return Page(records=tuple(rows))

    return find_any


def with_find_any(small: Small) -> list[list[str]]:
    asked: list[list[str]] = []
    erp = small.hub.connectors["erp"]
    streams = tuple(replace(stream, find_any=asking(asked)) for stream in erp.streams)
    small.hub = replace(small.hub, connectors={**small.hub.connectors, "erp": replace(erp, streams=streams)})
    return asked


def test_whether_any_of_many_is_there_is_asked_once() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True)})
    asked = with_find_any(small)
    filled(small, "crm", 7)
    small.settle(2)
    assert [len(one) for one in asked] == [7]
    assert batches_of(small, "erp", "create") == [7]


def test_where_one_is_there_each_is_looked_for_and_that_one_is_not_made_again() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm(batches=True, lag=40.0)})
    asked = with_find_any(small)
    small.settle(1)
    filled(small, "crm", 4)
    small.observe(1)
    small.now += 50.0
    theirs = small.systems["erp"].make("contact", {"email": "C2@x", "name": "n2"})
    theirs.history[-1].visible = small.now
    small.deliver()
    assert [len(one) for one in asked] == [4]
    assert sorted(row.now.values["email"].casefold() for row in small.alive("erp")) == [f"c{n}@x" for n in range(4)]


def test_a_create_refused_for_what_the_record_has_left_behind_is_sent_with_what_it_is_now() -> None:
    small = Small(contacts("crm", "erp"), {"erp": calm()})
    filled(small, "crm", 1)
    erp = small.systems["erp"]
    whole, lost = erp.create, [0]

    def picky(stream: str, values: dict[str, Any], key: str | None) -> Answer:
        if values["name"] != "n0":
            return whole(stream, values, key)
        lost[0] += 1
        if lost[0] == 1:
            raise NoAnswer("nobody knows")
        return Answer(status=422, body={"field": "name", "reason": "n0 is not a name"})

    erp.create = picky  # type: ignore[method-assign]
    small.observe(1)
    small.deliver(1)
    assert lost == [1]
    small.systems["crm"].change("contact", "crm0", {"name": "a name"})
    small.settle(3)
    assert [row.now.values["name"] for row in small.alive("erp")] == ["a name"]
    assert [link.parked for link in links_of(small, "erp")] == [None]
