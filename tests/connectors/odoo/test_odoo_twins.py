"""A connector for Odoo with one fault is found out by the check that is about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from odoo_subjects import ALL

from syncline.connect.connector import Connector
from syncline.connect.request import Page, Request, Write
from syncline.connect.stream import Stream
from syncline.connect.template import Use
from syncline.connectors.odoo import connector
from syncline.connectors.odoo.calls import Calls, rows_of
from syncline.connectors.odoo.reading import stamp
from syncline.model.outcome import Done, Unknown
from syncline.testing.conformance import Nonconforming, checks

CALLS = Calls()
PAGE = 500


def creates_blindly(stream: Stream) -> Mapping[str, Any]:
    """By `create`, which knows no ids of ours."""

    def create(values: Mapping[str, Any], key: str) -> Any:
        answer = yield Write(request=CALLS.change(stream.name, "create", vals_list=[dict(values)]))
        return Done(id=str(answer.body[0])) if answer.status == 200 else Unknown(reason="it failed")

    return {"create": create}


def under_another_id_each_time(stream: Stream) -> Mapping[str, Any]:
    """An upsert, but each attempt has an external id of its own."""
    whole, attempts = stream.create, list[str]()
    assert whole is not None

    def create(values: Mapping[str, Any], key: str) -> Any:
        attempts.append(key)
        return whole(values, f"{key}-{len(attempts)}")

    return {"create": create}


def lists(ask: Callable[[float, str | None], tuple[list[Any], str, int]], go_on: Callable[..., str | None]) -> Any:
    """A list of changes that is asked for and goes on in another way."""

    def changes(since: float, after: str | None) -> Any:
        domain, order, offset = ask(since, after)
        request = CALLS.search_read("res.partner", domain, ["name", "phone", "email", "create_date", "write_date"],
                                    order=order, limit=PAGE)  # fmt: skip
        rows = rows_of((yield replace(request, json={**request.json, "offset": offset})))
        return Page(records=tuple(rows), next=go_on(rows, offset) if len(rows) == PAGE else None)

    return changes


def by_offset(stream: Stream) -> Mapping[str, Any]:
    """Pages that shift while rows move behind."""
    changes = lists(
        lambda since, after: ([["write_date", ">=", stamp(since)]], "write_date, id", int(after or 0)),
        lambda rows, offset: str(offset + PAGE),
    )
    return {"changes": changes}


def behind_the_last_stamp(stream: Stream) -> Mapping[str, Any]:
    """Goes on behind the last second."""
    changes = lists(
        lambda since, after: ([["write_date", ">", after or stamp(since)]], "write_date, id", 0),
        lambda rows, offset: str(rows[-1]["write_date"]),
    )
    return {"changes": changes}


def from_the_last_stamp(stream: Stream) -> Mapping[str, Any]:
    """Goes on from the last second, and stands still in a full one."""
    changes = lists(
        lambda since, after: ([["write_date", ">=", after or stamp(since)]], "write_date, id", 0),
        lambda rows, offset: str(rows[-1]["write_date"]),
    )
    return {"changes": changes}


def archives(stream: Stream) -> Mapping[str, Any]:
    """A delete is a mark, and the row is read all the same."""

    def delete(row: str, version: Any) -> Request:
        return CALLS.change(stream.name, "write", ids=[int(row)], vals={"active": False})

    return {"delete": delete}


TWINS = [
    ("19-partner", creates_blindly, "creating"), ("17-partner", creates_blindly, "creating"),
    ("19-confirmed", under_another_id_each_time, "creating"),
    ("19-partner", by_offset, "paging"), ("19-partner", behind_the_last_stamp, "ties"),
    ("17-partner", from_the_last_stamp, "ties"), ("19-partner", archives, "write_then_read"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "broken", "check"), TWINS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_broken_twin_is_found_out(name: str, broken: Callable[[Stream], Mapping[str, Any]], check: str) -> None:
    subject = ALL[name]

    def twin(use: Use) -> Connector:
        made = connector(use)
        streams = tuple(
            replace(one, **broken(one)) if one.name == subject.stream else one for one in made.streams
        )  # fmt: skip
        return replace(made, streams=streams)

    [found] = [one for one in checks(replace(subject, connector=twin)) if str(one) == check]
    with pytest.raises(Nonconforming):
        found()


def test_a_twin_whose_reads_name_no_model_is_found_out() -> None:
    def twin(use: Use) -> Connector:
        return replace(connector(use), reads=(("GET", "/web/version"), ("POST", "/jsonrpc"), ("POST", "/json/2/*/*")))

    [found] = [one for one in checks(replace(ALL["19-product"], connector=twin)) if str(one) == "reads_only"]
    with pytest.raises(Nonconforming, match="lets a write out"):
        found()
