"""Verify compares the lines of documents too: column by column, and lines that are there on one side only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_world import ActingWorld, acting

from syncline.acts.act import Sync, Undo, Verify
from syncline.acts.told import Synced, Undone, Verified

STREAMS = {"deal": ("title", "lines"), "order": ("ref", "lines")}
TEXT = """\
hub: lines
mode: MODE
systems:
  crm: {connector: crm}
  erp: {connector: erp}
first_sync: {match: {order: [ref]}}
entities: {order: {line_key: [product]}}
create: {order: {crm: true, erp: true}}
fields:
  order.ref: {type: text, at: {crm: deal.title, erp: order.ref}}
  order.items:
    type: lines
    columns: {product: text, qty: integer}
    at:
      crm: {field: deal.lines, line_id: id, columns: {product: product, qty: qty}}
      erp: {field: order.lines, line_id: id, columns: {product: sku, qty: amount}}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[ActingWorld]:
    """One order with two lines, in both systems."""
    with acting(tmp_path, text=TEXT, streams=STREAMS) as world:
        lines = [{"product": "a", "qty": 1}, {"product": "b", "qty": 2}]
        world.systems["crm"].make("deal", {"title": "Order 1", "lines": lines})
        for _ in range(2):
            world.done(Synced, Sync())
        yield world


def rows(world: ActingWorld) -> list[dict[str, Any]]:
    (row,) = world.systems["erp"].rows["order"].values()
    found: list[dict[str, Any]] = row.now.values["lines"]
    return found


def test_lines_that_agree_are_equal(orders: ActingWorld) -> None:
    told = orders.done(Verified, Verify())
    assert (told.differing, told.score) == (0, 1.0)
    assert told.compared == 2 * (1 + 2 * 3), "the name, and of each line that it is there, and its two columns"


def test_a_column_a_line_that_is_gone_and_a_strange_one_differ(orders: ActingWorld) -> None:
    rows(orders)[0]["amount"] = 9
    (one,) = orders.done(Verified, Verify()).differs
    assert (one.field.rpartition("/")[2], one.record, one.there) == ("qty", 1, 9)
    rows(orders)[0]["amount"] = 1
    gone = rows(orders).pop()
    assert {one.field.count("/") for one in orders.done(Verified, Verify()).differs} == {1, 2}
    rows(orders).append(gone)
    rows(orders).append({"id": "strange", "sku": "c", "amount": 3})
    (one,) = orders.done(Verified, Verify()).differs
    assert (one.field, one.there) == ("lines", "1 line that the record does not have")


def test_an_edited_line_is_told_and_taken_back(orders: ActingWorld) -> None:
    row = orders.systems["crm"].rows["deal"]["crm-deal0"]
    lines = [{**line, "qty": 5} if line["product"] == "a" else line for line in row.now.values["lines"]]
    orders.now += 5
    orders.systems["crm"].change("deal", row.id, {"lines": lines})
    run = orders.done(Synced, Sync()).run
    assert [line["amount"] for line in rows(orders)] == [5, 2]
    orders.done(Undone, Undo(run=run))
    assert [line["amount"] for line in rows(orders)] == [1, 2]
    told = orders.done(Verified, Verify())
    assert (told.differing, told.open) == (0, 1)
