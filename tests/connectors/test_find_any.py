"""Whether any of many rows is there is one question, in both vendors' words, and it is never answered wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.connect.connector import Connector
from syncline.connect.request import Page
from syncline.connectors import hubspot, odoo
from syncline.sandbox import known
from syncline.sandbox.company import Size
from syncline.sandbox.sandbox import Sandbox
from syncline.testing.conformance_door import SYSTEM, Door

VENDORS: dict[str, tuple[Connector, dict[str, str], dict[str, Any]]] = {
    "hubspot": (hubspot.connector(), {"secret": "pat-sandbox"}, {}),
    "odoo": (odoo.connector(), {"secret": "a1b2c3d4e5" * 4}, {"database": "sandbox"}),
}
URLS = {"hubspot": None, "odoo": "https://odoo.example"}


def door_to(name: str) -> tuple[Connector, Door, Sandbox]:
    connector, secrets, options = VENDORS[name]
    sandbox = known.named(name)
    sandbox.seed(Size(contacts=5, accounts=3, products=3, deals=0))
    return connector, Door(connector, sandbox, secrets, options, URLS[name]), sandbox


def shown(connector: Connector, door: Door, stream: str, every: list[dict[str, Any]]) -> Page:
    find_any = connector.stream(stream).find_any
    assert find_any is not None
    asked: Any = find_any(every)
    try:
        step = next(asked)
        while True:
            answer = door.call(SYSTEM, step, "read")
            assert connector.errors(answer) is None, answer.body
            step = asked.send(answer)
    except StopIteration as end:
        page: Page = end.value
        return page


CASES = [
    ("hubspot", "contact", "email", "contact{}@example.test", 1),
    ("hubspot", "company", "domain", "company{}.example.test", 1),
    ("hubspot", "product", "hs_sku", "SKU-000{}", 1),
    ("odoo", "res.partner", "email", "contact{}@example.test", 1),
    ("odoo", "product.product", "default_code", "SKU-000{}", 1),
]


@pytest.mark.parametrize(("vendor", "stream", "field", "spelled", "calls"), CASES)
def test_one_question_tells_whether_any_is_there(
    vendor: str, stream: str, field: str, spelled: str, calls: int
) -> None:
    connector, door, sandbox = door_to(vendor)
    strangers = [{field: spelled.format(f"9{n}")} for n in range(99)]
    shown(connector, door, stream, strangers)  # signs in
    before = sandbox.calls.count
    assert shown(connector, door, stream, strangers).records == ()
    assert sandbox.calls.count - before == calls
    assert len(shown(connector, door, stream, [*strangers, {field: spelled.format(2)}]).records) == 1
    assert len(shown(connector, door, stream, [{field: spelled.format(2).upper()}, *strangers]).records) == 1


@pytest.mark.parametrize(
    ("vendor", "stream", "keys", "others"),
    [
        ("hubspot", "contact", ("firstname", "lastname"), ("Contact", "Stranger")),
        ("odoo", "res.partner", ("name", "email"), ("Contact 1", "contact2@example.test")),
    ],
)
def test_of_several_fields_all_of_one_set_must_fit(
    vendor: str, stream: str, keys: tuple[str, str], others: tuple[str, str]
) -> None:
    connector, door, _ = door_to(vendor)
    assert shown(connector, door, stream, [dict(zip(keys, others, strict=True))] * 3).records == ()
