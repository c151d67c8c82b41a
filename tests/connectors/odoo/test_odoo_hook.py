"""What an automation rule posts is a hint: which row, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.connect.webhook import Touched
from syncline.connectors.odoo import connector

hook = connector().webhook


def test_a_delivery_names_its_row() -> None:
    assert hook is not None
    assert hook.signed is None
    body = {"_model": "res.partner", "_id": 7, "_action": "Told(#12)", "name": "A"}
    assert hook.touched(body, {}) == (Touched(stream="res.partner", id="7"),)
    assert hook.touched({"_model": "sale.order.line", "_id": 3}, {}) == (Touched(stream="sale.order.line", id="3"),)
    assert hook.touched({"_model": "mail.message", "_id": 3}, {}) == ()


@pytest.mark.parametrize("body", [
    None, [], "x", {}, {"_model": "res.partner"}, {"_model": 7, "_id": 7}, {"_model": "res.partner", "_id": "7"},
    {"_model": "res.partner", "_id": True},
])  # fmt: skip
def test_what_is_no_delivery_is_said_to_be_none(body: Any) -> None:
    assert hook is not None
    with pytest.raises((ValueError, KeyError, TypeError)):
        hook.touched(body, {})
