"""Parts of a document, and webhooks, say what must be looked at: in each stream that holds it, and in its time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_world import Small, calm, contacts, filled

from syncline.connect.connector import SHARED
from syncline.connect.request import Answer, Page
from syncline.connect.webhook import Touched
from syncline.sync import endless
from syncline.sync.observe import NotNow
from syncline.sync.touched import hints_of, poll_parts
from syncline.testing import vendor


def page(answer: Answer) -> Page:
    """The parts, and whose they are."""
    shown = vendor.page(answer)
    return replace(shown, touched=tuple(Touched(stream="contact", id=one["of"]) for one in shown.records))


def world(**habits: Any) -> Small:
    """The ERP's contacts have parts, in a stream of their own."""
    small = Small(contacts("crm", "erp"), {"erp": calm(**habits)})
    erp = small.systems["erp"]
    erp.fields = {**erp.fields, "part": ("of", "text")}
    erp.rows["part"] = {}
    connector = small.hub.connectors["erp"]
    parts = replace(vendor.stream("part", erp.habits, ("of", "text")), page=page)
    whole = replace(connector.stream("contact"), children=("part",))
    connectors = {**small.hub.connectors, "erp": replace(connector, streams=(whole, parts))}
    small.hub = replace(small.hub, connectors=connectors)
    for system in ("crm", "erp"):
        filled(small, system, 3)
    return small


def part(small: Small, of: str) -> str:
    return small.systems["erp"].make("part", {"of": of, "text": "t"}).id


def hinted(small: Small) -> list[str]:
    return sorted(hint.id for hint in small.hub.ledger.hints("erp", "contact", small.now + 3600, 100))


def read(small: Small, most: int = 100) -> None:
    small.now += 10
    for _ in range(most):
        if not poll_parts(small.hub, "erp", "contact", "part"):
            return
    raise AssertionError(f"still reading after {most} pages")


def test_a_changed_part_has_its_document_looked_at() -> None:
    small = world()
    part(small, "erp1")
    read(small)
    assert hinted(small) == [], "nothing is known of the documents yet"
    small.settle(2)
    read(small)
    assert hinted(small) == [], "their first read was later"
    small.now += 60
    changed = part(small, "erp2")
    read(small)
    assert hinted(small) == ["erp2"]
    small.settle(1)
    small.systems["erp"].change("part", changed, {"text": "u"})
    read(small)
    assert hinted(small) == ["erp2"]


def test_a_stop_between_hints_and_cursor_loses_neither() -> None:
    small = world(page_size=2)
    small.settle(2)
    small.now += 60
    for number in (0, 1, 2):
        part(small, f"erp{number}")

    class Stop(Exception):
        pass

    def stops() -> None:
        raise Stop

    small.at["parts read"] = stops
    with pytest.raises(Stop):
        read(small)
    assert hinted(small) == ["erp0", "erp1"]
    read(small)
    assert hinted(small) == ["erp0", "erp1", "erp2"]


def test_pages_of_parts_that_go_in_a_circle_end_and_what_they_showed_is_looked_at() -> None:
    small = world()
    small.settle(2)
    small.now += 60
    part(small, "erp1")
    erp = small.hub.connectors["erp"]
    parts = erp.stream("part")
    assert parts.changes is not None
    first = parts.changes(0.0, None)
    circle = replace(
        parts, changes=lambda since, after: first, page=lambda answer: replace(page(answer), next="again")
    )  # fmt: skip
    connectors = {**small.hub.connectors, "erp": replace(erp, streams=(erp.stream("contact"), circle))}
    small.hub = replace(small.hub, connectors=connectors)
    before = small.hub.ledger.cursor("erp", "part", "changes").since
    with pytest.raises(NotNow, match="circle") as caught:
        read(small, most=10)
    assert caught.value.after == endless.AGAIN_SECONDS
    assert hinted(small) == ["erp1"]
    cursor = small.hub.ledger.cursor("erp", "part", "changes")
    assert (cursor.after, cursor.pages, cursor.ended) == (None, 0, 0.0)
    assert cursor.since >= before
    assert cursor.since < small.now - 60, "it is read from its beginning again"


def test_a_hint_goes_to_each_stream_that_shares_the_rows_and_to_none_that_is_not_bound() -> None:
    small = world()
    declaration = small.hub.declaration
    shared = [replace(one, stream=f"contact{SHARED}person") for one in declaration.bindings if one.system == "erp"]
    small.hub = replace(small.hub, declaration=replace(declaration, bindings=(*declaration.bindings, *shared)))
    hints = hints_of(small.hub, "erp", [Touched(stream="contact", id="erp0"), Touched(stream="order", id="7")])
    assert [(one.stream, one.id) for one in hints] == [("contact", "erp0"), ("contact#person", "erp0")]
    assert hints_of(small.hub, "shop", [Touched(stream="contact", id="erp0")]) == []


def test_one_object_is_one_hint_and_is_due_when_the_strongest_read_shows_it() -> None:
    small = world()
    hub = small.hub
    slow = replace(hub.stream("erp", "contact"), settles_in=replace(hub.stream("erp", "contact").settles_in, get=7.0))
    hub = replace(hub, connectors={"erp": replace(hub.connectors["erp"], streams=(slow,))})
    [hint] = hints_of(hub, "erp", [Touched(stream="contact", id="erp0")] * 3)
    assert hint.at == small.now + 7.0
