"""Lists that never end, by fault or on purpose: the read ends, says so, and begins anew later (F13, L2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from msgspec import structs
from yard import Yard

from syncline.connect.request import Answer, Effect, Page, Request
from syncline.model.rows import Cursor
from syncline.sync import endless, observe
from syncline.sync.observe import NotNow
from syncline.testing import company


class Silent:
    """A door behind which every request is a success without content."""

    def call(self, system: str, request: Request, effect: Effect) -> Answer:
        return Answer(status=200)


def told(tokens: Iterator[str | None], **parts: Any) -> Yard:
    """A yard whose CRM answers every list with no rows and the next of these tokens."""
    yard = Yard()
    connector = yard.hub.connectors["crm"]
    one = replace(connector.stream(company.STREAM), page=lambda answer: Page(next=next(tokens)), **parts)
    connectors = {**yard.hub.connectors, "crm": replace(connector, streams=(one,))}
    yard.hub = replace(yard.hub, connectors=connectors, door=Silent())
    return yard


def read(yard: Yard, path: str, most: int) -> int:
    """How many pages a read took until it ended or said why not."""
    for pages in range(1, most + 1):
        if not observe.poll(yard.hub, "crm", company.STREAM, path=path):
            return pages
    raise AssertionError(f"still reading after {most} pages")


def read_deletes(yard: Yard, most: int) -> None:
    for _ in range(most):
        observe.poll_deletes(yard.hub, "crm", company.STREAM)


@pytest.mark.parametrize("path", ["changes", "sweep"])
def test_the_same_token_twice_ends_the_read(path: str) -> None:
    yard = told(iter(["a", "b", "b", "c", None]))
    with pytest.raises(NotNow, match=r"crm: .* circle") as caught:
        read(yard, path, 10)
    assert caught.value.after == endless.AGAIN_SECONDS
    assert yard.hub.ledger.cursor("crm", company.STREAM, path).after is None  # it begins anew
    assert read(yard, path, 10) == 2


@pytest.mark.parametrize("length", [1, 2, 3, 7, 64, 100])
@pytest.mark.parametrize("before", [0, 1, 5, 90])
def test_a_circle_of_any_length_is_seen(before: int, length: int) -> None:
    yard = told(str(n if n < before else before + (n - before) % length) for n in count())
    with pytest.raises(NotNow, match="circle"):
        read(yard, "changes", 4 * (before + length) + 4)


def test_a_circle_of_the_list_of_deletes_is_seen() -> None:
    yard = told(
        iter("abcabcabcabc"), deleted=lambda since, after: Request(method="GET", path=f"/{company.STREAM}/deleted")
    )
    with pytest.raises(NotNow, match="circle"):
        read_deletes(yard, 12)


def test_pages_without_an_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless, "MOST_PAGES", 50)
    yard = told(map(str, count()))
    with pytest.raises(NotNow, match="more than 50 pages"):
        read(yard, "changes", 60)


def test_a_long_read_is_no_circle() -> None:
    yard = told(str(n) if n < 500 else None for n in count())
    assert read(yard, "sweep", 600) == 501
    cursor = yard.hub.ledger.cursor("crm", company.STREAM, "sweep")
    assert (cursor.pages, cursor.mark) == (0, None)


def test_a_read_that_was_begun_anew_is_no_circle() -> None:
    yard = told(iter(["a", "b", "c", "a", "b", "c", None]))
    assert all(observe.poll(yard.hub, "crm", company.STREAM) for _ in range(3))
    with yard.hub.ledger.unit() as unit:
        unit.save_cursor(structs.replace(yard.hub.ledger.cursor("crm", company.STREAM, "changes"), after=None))
    assert read(yard, "changes", 10) == 4


def test_a_read_of_several_requests_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless, "MOST_STEPS", 20)

    def asks_for_ever(since: float, after: str | None) -> Any:
        while True:
            yield Request(method="GET", path=f"/{company.STREAM}", params={"since": since})

    yard = told(iter(()), changes=asks_for_ever)
    with pytest.raises(NotNow, match="more than 20 requests"):
        read(yard, "changes", 1)


def test_the_twin_that_looks_at_the_last_token_only_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_last(cursor: Cursor, after: str | None) -> str | None:
        return "circle" if after is not None and after == cursor.after else None

    monkeypatch.setattr(endless, "reason", only_the_last)
    with pytest.raises(AssertionError, match="still reading"):
        read(told(str(n % 3) for n in count()), "changes", 100)
