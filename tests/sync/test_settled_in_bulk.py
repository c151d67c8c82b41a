"""What another settles between the read of a page and its transaction is left as that one settled it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from small_world import NEVER, Small, contacts

from syncline.ledger.open_items import OpenItem
from syncline.sync import answers, people, settled_in_bulk
from syncline.sync.hub import Hub
from syncline.sync.settled_in_bulk import Choice


class Meanwhile:
    """A ledger; something happens as soon as a page of what is open was read from it."""

    def __init__(self, ledger: Any, happens: Callable[[], None]) -> None:
        self.ledger, self.happens = ledger, [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def open_items(self, *which: Any, **how: Any) -> Sequence[OpenItem]:
        page: Sequence[OpenItem] = self.ledger.open_items(*which, **how)
        while page and self.happens:
            self.happens.pop()()
        return page


def differing() -> tuple[Small, list[OpenItem]]:
    """Two contacts, of which the systems name other representatives."""
    small = Small(contacts("crm", "erp", when=NEVER))
    for name in ("a", "b"):
        for system in ("crm", "erp"):
            small.systems[system].make("contact", {"email": f"{name}@x", "name": name, "rep": system})
    small.observe()
    return small, list(small.hub.ledger.open_items("difference", limit=9))


def settled(small: Small, choice: Choice, happens: Callable[[Hub], None]) -> tuple[int, dict[str, int]]:
    """How many, and why what is left is left."""
    hub = small.hub
    racing = replace(hub, ledger=Meanwhile(hub.ledger, lambda: happens(hub)))
    pages = list(settled_in_bulk.settle_all(racing, choice, "ben", dry=False))
    reasons: dict[str, int] = {}
    for page in pages:
        assert page.left.total() == page.reasons.total()
        reasons |= page.reasons
    return sum(page.settled.total() for page in pages), reasons


@pytest.mark.parametrize("how", ["take", "keep", "redo"])
def test_what_another_settled_meanwhile_stays_and_is_counted_as_left(how: Any) -> None:
    small, (first, second) = differing()
    before = small.case(first.record).value(first.field).value

    def anna(hub: Hub) -> None:
        people.keep_record(hub, first.record, first.field, first.link, "anna")

    choice = Choice(how=how, kinds=("difference",), system=first.system)
    assert settled(small, choice, anna) == (1, {"settled meanwhile": 1})
    assert small.case(first.record).value(first.field).value == before
    history = small.hub.ledger.history([first.record])[first.record]
    assert not [one for one in history if "ben" in one.why]
    assert small.hub.ledger.open_items("difference", limit=9) == []
    assert second.record != first.record


@pytest.mark.parametrize("how", ["take", "keep", "redo"])
def test_an_item_whose_link_a_merge_moved_is_left(how: Any) -> None:
    small, (first, second) = differing()

    def anna(hub: Hub) -> None:
        answers.merge_records(hub, second.record, first.record, "anna")

    _, reasons = settled(small, Choice(how=how, kinds=("difference",), system=first.system), anna)
    assert reasons["settled meanwhile"] >= 1
    assert not [one for one in small.hub.ledger.history([first.record])[first.record] if one.why == "ben"]
