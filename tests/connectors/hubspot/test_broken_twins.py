"""A connector with one fault is found out by the check that is about it: the kit can fail."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from subjects import ALL, TOKEN

from syncline.connect.connector import Connector
from syncline.connect.request import Page, Request, Write
from syncline.connect.stream import SettlesIn, Stream
from syncline.connect.template import Use
from syncline.connectors.hubspot import connector
from syncline.model.observation import Gone
from syncline.model.outcome import Done, Later, Outcome
from syncline.testing.conformance import Nonconforming, checks

Broken = Callable[[Stream], Mapping[str, Any]]
"""What a twin's stream has otherwise."""


def bent(asked: Any, change: Callable[[Request], Request], end: Callable[[Any], Any] = lambda result: result) -> Any:
    """A conversation with other requests, and another end."""
    if isinstance(asked, Request):
        return change(asked)

    def converse() -> Any:
        answer = None
        try:
            step = next(asked)
            while True:
                answer = yield (Write(request=change(step.request)) if isinstance(step, Write) else change(step))
                step = asked.send(answer)
        except StopIteration as stop:
            return end(stop.value)

    return converse()


def same(request: Request) -> Request:
    return request


def after_only(request: Request) -> Request:
    """`>` in place of `>=`."""
    return replace(request, json=json.loads(json.dumps(request.json).replace('"GTE"', '"GT"')))


def by_offset(stream: Stream) -> Mapping[str, Any]:
    """Pages by offset, which shift while rows change."""
    assert stream.changes is not None
    plain = stream.changes

    def changes(since: float, after: str | None) -> Any:
        at = int(after or 0)
        shifted = lambda request: replace(request, json={**request.json, "after": str(at)})  # noqa: E731
        onward = lambda page: replace(page, next=str(at + 200) if page.next else None)  # noqa: E731
        return bent(plain(since, None), shifted, onward)

    return {"changes": changes}


def pages(change: Callable[[Page], Page], *names: str) -> Broken:
    """Pages of these reads are otherwise."""

    def broken(stream: Stream) -> Mapping[str, Any]:
        return {name: lambda *given, n=name: bent(getattr(stream, n)(*given), same, change) for name in names}

    return broken


def requests(change: Callable[[Request], Request], *names: str) -> Broken:
    """Requests of these functions are otherwise."""

    def broken(stream: Stream) -> Mapping[str, Any]:
        return {name: lambda *given, n=name: bent(getattr(stream, n)(*given), change) for name in names}

    return broken


def records(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Page], Page]:
    """Each record of a page is otherwise."""
    return lambda page: replace(page, records=tuple(change(dict(one)) for one in page.records))


def typeless(row: dict[str, Any]) -> dict[str, Any]:
    """A field without its type."""
    return {name: value for name, value in row.items() if name != "type"}


def plain_create(request: Request) -> Request:
    """A create without an id of ours."""
    [one] = request.json["inputs"]
    return replace(
        request, path=request.path.replace("upsert", "create"), json={"inputs": [{"properties": one["properties"]}]}
    )


def no_key(stream: Stream) -> Mapping[str, Any]:
    """It resends creates, and each has an id of its own."""
    assert stream.create is not None
    fresh, plain = itertools.count(), stream.create
    return {"create": lambda values, key: plain(values, f"{key}-{next(fresh)}")}


def by_position(stream: Stream) -> Mapping[str, Any]:
    """Results are taken in their order, errors after them."""

    def receipts(answer: Any, orders: Any) -> list[Outcome]:
        results = answer.body.get("results", []) if answer.body else []
        told: list[Outcome] = [Done(id=str(one["id"])) for one in results]
        return (told + [Later(after=1.0)] * len(orders))[: len(orders)]

    return {"receipts": receipts}


def all_done(stream: Stream) -> Mapping[str, Any]:
    return {"receipts": lambda answer, orders: [Done(id=one.id or "") for one in orders]}


def gone_too_much(stream: Stream) -> Mapping[str, Any]:
    """What a look does not show as it was is told as deleted."""
    assert stream.get is not None
    plain = stream.get
    told = lambda ids: lambda page: replace(page, gone=tuple(Gone(id=one, at=0.0) for one in ids))  # noqa: E731
    return {"get": lambda ids: bent(plain(ids), same, told(list(ids)))}


def late(page: Page) -> Page:
    """Deletes are told as of another time."""
    return replace(page, gone=tuple(Gone(id=one.id, at=one.at - 3600) for one in page.gone))


def trusts_the_bin(page: Page) -> Page:
    """Who was merged is told as deleted."""
    return replace(page, gone=tuple(Gone(id=one.id, at=one.at) for one in page.gone))


def holds_the_secret(request: Request) -> Request:
    return replace(request, headers={"authorization": f"Bearer {TOKEN}"})


def no_ties(page: Page) -> Page:
    """A page of one stamp is the last."""
    return replace(page, next=None if str(page.next).startswith("at") else page.next)


def no_email(stream: Stream) -> Mapping[str, Any]:
    """Creates leave out what would make them clash."""
    assert stream.create is not None
    plain = stream.create
    return {"create": lambda values, key: plain({**values, "email": ""}, key)}


def instead(status: int, outcome: Outcome | None) -> Mapping[str, Any]:
    """A connector that takes this status for something else."""
    return {"errors": lambda answer: outcome if answer.status == status else connector().errors(answer)}


def twice(page: Page) -> Page:
    return replace(page, records=(*page.records, *page.records[:1]))


def counts_on(stream: Stream) -> Mapping[str, Any]:
    count = itertools.count()
    assert stream.create is not None
    plain = stream.create
    return {"create": lambda values, key: plain({**values, "n": next(count)}, key)}


STREAMS: list[tuple[str, str, Broken]] = [
    ("contacts", "paging", requests(after_only, "changes")),
    ("contacts", "paging", by_offset),
    ("contacts", "ties", pages(no_ties, "changes")),
    ("contacts", "ties", pages(lambda page: replace(page, next="from 0" if page.next else None), "changes")),
    ("contacts", "sweeping", pages(twice, "sweep")),
    ("contacts", "sweeping", pages(lambda page: replace(page, next=None), "sweep")),
    ("contacts", "keys", pages(records(lambda one: {**one, "id": f"c{one['id']}"}), "get")),
    ("contacts", "timestamps", lambda stream: {"time": lambda value: (stream.time(value) or 0.0) + 3600}),
    ("contacts", "timestamps", lambda stream: {"created_at": "lastmodifieddate"}),
    ("contacts", "deletes", gone_too_much),
    ("contacts", "deletes", pages(lambda page: replace(page, gone=()), "deleted")),
    ("contacts", "deletes", pages(late, "get", "deleted")),
    ("contacts", "merges", pages(trusts_the_bin, "changes", "get", "deleted")),
    ("contacts", "merges", pages(lambda page: replace(page, gone=()), "changes")),
    ("contacts", "write_then_read", lambda stream: {"settles_in": SettlesIn()}),
    ("contacts", "write_then_read", pages(records(lambda one: {**one, "lastname": "?"}), "sweep")),
    ("contacts", "receipts", lambda stream: {"done": lambda answer: Done(id="101", stored={"lastname": "?"})}),
    ("contacts", "empties", requests(lambda one: replace(one, json={"properties": {"lastname": "None"}}), "update")),
    ("contacts", "creating", requests(plain_create, "create")),
    ("companies", "creating", no_key),
    ("deals", "creating", no_key),
    ("contacts", "existing", no_email),
    ("contacts", "batches", by_position),
    ("contacts", "batches", all_done),
    ("contacts", "redaction", requests(holds_the_secret, "get")),
    ("contacts", "defining", lambda stream: {"define": lambda field: stream.define(replace(field, name="another"))}),
    ("contacts", "describing", pages(records(typeless), "described")),
    ("contacts", "describing", pages(records(lambda one: {**one, "writable": False}), "described")),
    ("contacts", "describing", pages(lambda page: replace(page, records=page.records * 2), "described")),
    ("contacts", "who_wrote", pages(records(lambda one: {**one, "kind": "us"}), "writers")),
    ("contacts", "who_wrote", pages(records(lambda one: {**one, "kind": "person"}), "writers")),
    ("contacts", "who_wrote", pages(records(lambda one: {**one, "at": one["at"] * 1000}), "writers")),
    ("contacts", "who_wrote", pages(lambda page: replace(page, records=page.records[:1]), "writers")),
    ("contacts", "taking_away", lambda stream: {"undefine": lambda field: stream.undefine(replace(field, name="x"))}),
    ("contacts", "purity", counts_on),
]  # fmt: skip

CONNECTORS: list[tuple[str, Mapping[str, Any]]] = [
    ("reads_only", {"reads": connector().reads[:2]}),
    ("reads_only", {"reads": (*connector().reads, ("POST", "/crm/objects/2026-09/*/batch/*"))}),
    ("reads_only", {"reads": (*connector().reads, ("PATCH", "/crm/objects/2026-09/*/*"))}),
    ("errors", {"errors": lambda answer: None}),
    ("errors", instead(401, Later(after=1.0))),
    ("errors", instead(429, Later(after=0.0))),
    ("errors", instead(503, Later(after=1.0))),
    ("refused_values", instead(400, Later(after=1.0))),
    ("missing", instead(404, Later(after=1.0))),
    ("redaction", {"auth": None}),
]  # fmt: skip


def tried(name: str, check: str, twin: Callable[[Use], Connector]) -> None:
    """Runs that check of the kit on a twin."""
    subject = replace(ALL[name], connector=twin)
    [found] = [one for one in checks(subject) if str(one) == check]
    found()


@pytest.mark.parametrize(
    ("name", "check", "broken"), STREAMS, ids=[f"{one[1]}-{number}" for number, one in enumerate(STREAMS)]
)
def test_a_broken_stream_is_found_out(name: str, check: str, broken: Broken) -> None:
    def twin(use: Use) -> Connector:
        whole = connector(use)
        streams = tuple(
            replace(one, **broken(one)) if one.name == ALL[name].stream else one for one in whole.streams
        )  # fmt: skip
        return replace(whole, streams=streams)

    with pytest.raises(Nonconforming):
        tried(name, check, twin)


@pytest.mark.parametrize(("check", "broken"), CONNECTORS, ids=[f"{one[0]}-{n}" for n, one in enumerate(CONNECTORS)])
def test_a_broken_connector_is_found_out(check: str, broken: Mapping[str, Any]) -> None:
    with pytest.raises(Nonconforming):
        tried("contacts", check, lambda use: replace(connector(use), **broken))


def test_every_check_of_the_kit_is_shown_to_fail() -> None:
    shown = {check for _, check, _ in STREAMS} | {check for check, _ in CONNECTORS}
    assert shown == {str(check) for subject in ALL.values() for check in checks(subject)}
