"""The first day of two systems that were filled by hand for years, with what is true of them known beforehand.

Going live in three steps makes what must come of it and nothing else: no duplicate, no birth that is not declared, no
conflict; and undo puts both systems back, field for field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from first_day import Old, first_day
from first_day_truth import LINKED, Rows, edits, expected, ids_of

from syncline.acts.act import Apply, Fire, Plan, Provision, Sync, Undo, Verify
from syncline.acts.told import Applied, Done, Planned, Synced, Undone, Verified
from syncline.sandbox.company import Size

SMALL = Size(seed=3, accounts=300, contacts=1_200, products=20, deals=120)
WHOLE = Size(seed=3, accounts=5_000, contacts=20_000, products=50, deals=500)
STREAMS = (
    ("hubspot", "companies"), ("hubspot", "contacts"), ("hubspot", "products"), ("odoo", "res.partner"),
    ("odoo", "product.product"), ("odoo", "sale.order"),
)  # fmt: skip


class Steps:
    """Going live in three steps, each seen before it was done; what both systems held before, between and after."""

    def __init__(self, old: Old, folder: Path) -> None:
        self.old, self.runs = old, list[int]()
        self.before = self.rows()
        self.expected = expected(old.truth, ids_of(old))
        for product in self.before["hubspot", "products"]:  # what it costs, nobody ever told Odoo: nothing
            self.expected.edits[("hubspot", "products", product), "hs_cost_of_goods_sold"] = "0.00"
        for number, choice in enumerate((Plan(only="account", limit=20), Plan(only="account"), Plan())):
            file = str(folder / f"step{number}.plan")
            planned = old.act(Plan(only=choice.only, limit=choice.limit, out=file), "live")
            assert isinstance(planned, Planned), planned
            applied = old.act(Apply(file=file), "live")
            assert isinstance(applied, Applied), applied
            assert (applied.refused, applied.dropped) == (None, ())
            self.runs.append(applied.run)
        for _ in range(3):
            synced = old.act(Sync(), "live")
            assert isinstance(synced, Synced), synced
            if synced.written:
                self.runs.append(synced.run)
        self.last = synced
        self.after = self.rows()

    def rows(self) -> Rows:
        return {place: self.old.rows(*place) for place in STREAMS}


@pytest.fixture(scope="module", params=[SMALL, pytest.param(WHOLE, marks=pytest.mark.slow)], ids=["small", "whole"])
def steps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    folder = tmp_path_factory.mktemp("first")
    with first_day(folder, request.param) as old:
        assert not isinstance(old.act(Provision(), "live"), Done)
        yield Steps(old, folder)


def test_what_is_born_is_what_must_be(steps: Steps) -> None:
    born = {place: len(steps.after[place]) - len(steps.before[place]) for place in STREAMS}
    assert born == {place: steps.expected.born[place] for place in STREAMS}


def test_of_what_was_there_exactly_that_changed(steps: Steps) -> None:
    wanted, found = dict(steps.expected.edits), list(edits(steps.before, steps.after))
    wrong = [one for one in found if one[:2] not in wanted or wanted[one[:2]] not in (..., one[3])]
    assert wrong[:5] == []
    assert set(wanted) - {one[:2] for one in found} == set()


def test_a_first_difference_is_no_conflict(steps: Steps) -> None:
    found: Counter[str] = Counter()
    with steps.old.hub() as hub:
        after = 0
        while ids := hub.ledger.scan(after, 1_000):
            after = ids[-1]
            found.update(entry.kind for several in hub.ledger.history(ids).values() for entry in several)
            assert not any(record.conflicts for record in hub.ledger.records(ids).values())
    assert found["conflict"] == 0
    assert found["first-difference"] > 0


def test_it_is_settled(steps: Steps) -> None:
    assert (steps.last.written, steps.last.new_count) == ({}, 0)


def test_nothing_differs_but_what_is_open_or_refers_to_what_is_not_there(steps: Steps) -> None:
    told = steps.old.act(Verify(), "live")
    assert isinstance(told, Verified)
    assert (told.differing, told.differs) == (0, ())
    assert told.waiting > 0
    assert told.compared == told.equal + told.stored + told.open + told.waiting


def test_undo_puts_both_systems_back_and_only_firing_a_rule_makes_orders_of_old_deals(steps: Steps) -> None:
    for run in reversed(steps.runs):
        told = steps.old.act(Undo(run=run), "live")
        assert isinstance(told, Undone), told
    back = steps.rows()
    assert {place: len(back[place]) for place in STREAMS} == {place: len(steps.before[place]) for place in STREAMS}
    assert list(edits(steps.before, back))[:5] == []
    again = steps.old.act(Sync(), "live")
    assert isinstance(again, Synced)
    assert again.written == {}
    truth = steps.old.truth
    linked = {number for one in truth.accounts if one.kind in LINKED for number in one.crm}
    sold = sum(deal.stage == "won" and deal.account in linked for deal in truth.crm.deals)
    fired = steps.old.act(Fire(rule="won_deal_becomes_order", since=0.0), "live")
    assert isinstance(fired, Done), fired
    steps.old.act(Sync(), "live")
    steps.old.act(Sync(), "live")
    assert len(steps.rows()["odoo", "sale.order"]) - len(steps.before["odoo", "sale.order"]) == sold
