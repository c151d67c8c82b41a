"""A page's address names a record, and a record its page; nothing else is taken for one."""

from __future__ import annotations

import pytest

from syncline.connect.template import Use
from syncline.connectors.hubspot import connector


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://app.hubspot.com/contacts/12345/record/0-1/17", ("contact", "17")),
        ("https://app-eu1.hubspot.com/contacts/12345/record/0-2/18", ("company", "18")),
        ("https://app.hubspot.com/contacts/12345/record/0-3/19/view/1?x=y", ("deal", "19")),
        ("https://app.hubspot.com/contacts/12345/record/0-7/20/", ("product", "20")),
        ("https://app.hubspot.com/contacts/12345/contact/17", ("contact", "17")),
        ("https://app.hubspot.com/contacts/12345/company/18/", ("company", "18")),
        ("https://app.hubspot.com/contacts/12345/deal/19?interaction=note", ("deal", "19")),
        ("https://app.hubspot.com/contacts/12345/record/0-999/17", None),
        ("https://app.hubspot.com/contacts/12345/record/0-1/seventeen", None),
        ("https://app.hubspot.com/contacts/12345/objects/0-1/views/all/list", None),
        ("https://app.hubspot.com.example.test/contacts/12345/record/0-1/17", None),
        ("https://example.test/https://app.hubspot.com/contacts/1/contact/17", None),
        ("17", None),
    ],
)
def test_what_an_address_names(address: str, named: tuple[str, str] | None) -> None:
    assert connector().named_by(address) == named


@pytest.mark.parametrize("stream", ["contact", "company", "deal", "product", "ticket"])
def test_a_page_names_its_record(stream: str) -> None:
    made = connector(Use(options={"portal": 12345}))
    address = made.page_of(stream, "17")
    assert address is not None
    assert made.named_by(address) == (stream, "17")


def test_without_its_portal_no_page_is_known() -> None:
    assert connector().page_of("contact", "17") is None
    assert connector(Use(options={"portal": 12345})).page_of("owner", "17") is None
