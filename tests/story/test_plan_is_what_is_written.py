"""What a plan's file says is what is written, whatever people do meanwhile; and a run is taken back to what was there.

What was written is found by comparing the sandboxes' own rows before and after; the hub is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from two_vendors import LAGS, Company, company

from syncline.acts.act import Act, Apply, Plan, Sync, Undo
from syncline.acts.perform import perform
from syncline.acts.told import Applied, Planned, Synced, Undone

T = TypeVar("T")
Rows = dict[tuple[str, str, str], Mapping[str, Any]]
Changes = dict[tuple[str, str, str], dict[str, Any]]
"""(system, stream, id) to the raw fields that are others now; of a new row all that it holds."""

STREAMS = {
    "hubspot": ("contacts", "companies", "products"),
    "odoo": ("res.partner", "product.product", "product.template"),
}
STAMPS = {"lastmodifieddate", "hs_lastmodifieddate", "write_date", "write_uid", "complete_name", "partner_share"}
RAW = {
    ("odoo", "contact", "phone"): ("res.partner", "phone"),
    ("odoo", "contact", "job_title"): ("res.partner", "function"),
    ("hubspot", "contact", "job_title"): ("contacts", "jobtitle"),
    ("hubspot", "product", "price"): ("products", "price"),
    ("hubspot", "account", "address"): ("companies", "address"),
}  # fmt: skip
"""Where the fields that this story is about stand, in its own words."""


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Company]:
    """A company at rest: both systems agree."""
    with company(tmp_path, seed=3, people=1, accounts=5, contacts=10, products=4, deals=0) as found:
        found.settle()
        found.clock.advance(LAGS)
        yield found


def done(both: Company, kind: type[T], act: Act) -> T:
    told = perform(both.hub, act, "Person 1", lambda step: None)
    assert isinstance(told, kind), told
    return told


def synced(both: Company) -> Synced:
    both.clock.advance(LAGS)
    return done(both, Synced, Sync())


def everything(both: Company) -> Rows:
    return {
        (system, stream, id): row
        for system, streams in STREAMS.items()
        for stream in streams
        for id, row in both.rows(system, stream).items()
    }


def changes(before: Rows, after: Rows) -> Changes:
    found: Changes = {}
    for place, row in after.items():
        old = before.get(place, {})
        other = {name: row.get(name) for name in {*row, *old} - STAMPS if row.get(name) != old.get(name)}
        if other:
            found[place] = other
    assert before.keys() <= after.keys(), "no row is gone"
    return found


def row_of(both: Company, system: str, stream: str, **values: Any) -> str:
    return next(id for id, row in both.rows(system, stream).items() if values.items() <= row.items())


def edit(both: Company, system: str, stream: str, find: Mapping[str, Any], **values: Any) -> None:
    """Somebody, in the vendor's own screens."""
    both.people[system].save(stream, values, row_of(both, system, stream, **find))


def contact(number: int) -> dict[str, str]:
    return {"email": f"contact{number}@example.test"}


def work(both: Company) -> None:
    """A day in both systems."""
    for number in (1, 2, 5):
        edit(both, "hubspot", "contacts", contact(number), phone=f"+43 1 555 700{number}")
    edit(both, "hubspot", "contacts", contact(3), jobtitle="Buyer")
    edit(both, "hubspot", "contacts", contact(6), jobtitle="First")
    edit(both, "odoo", "res.partner", contact(4), function="Head of Sales")
    edit(both, "odoo", "product.product", {"default_code": "SKU-0001"}, list_price=99.5)
    edit(both, "odoo", "product.product", {"default_code": "SKU-0002"}, list_price=55.0)
    edit(both, "odoo", "res.partner", {"name": "Company 1"}, street="Street 100")


def planned(file: Path, both: Company) -> set[tuple[str, str, str, str]]:
    """(system, stream, id, raw field) of all that a plan's file says about rows that are there."""
    writes = json.loads(file.read_text(encoding="utf-8"))["writes"]
    found = set()
    for write in writes:
        for field in write["fields"]:
            if write["write"] == "update":
                stream, raw = RAW[write["system"], write["entity"], field["field"]]
                found.add((write["system"], stream, write["external_id"], raw))
    return found


def test_a_plan_writes_nothing_and_apply_writes_exactly_what_it_lists(both: Company, tmp_path: Path) -> None:
    work(both)
    both.people["hubspot"].save("companies", {"name": "Company New", "domain": "new.example.test"})
    both.clock.advance(LAGS)
    before, file = everything(both), tmp_path / "plan.json"
    told = done(both, Planned, Plan(out=str(file)))
    assert everything(both) == before, "a plan writes nothing"
    assert told.counts.pop("create") == 1
    assert sum(told.counts.values()) == len(planned(file, both)) == 9
    applied = done(both, Applied, Apply(file=str(file)))
    assert applied.dropped == ()
    after = changes(before, everything(both))
    made = [place for place in after if place not in before]
    assert [after[place]["name"] for place in made] == ["Company New"]
    written = {(*place, name) for place, fields in after.items() if place not in made for name in fields}
    assert written == planned(file, both)
    assert after["hubspot", "products", row_of(both, "hubspot", "products", hs_sku="SKU-0001")] == {"price": "99.50"}
    again = done(both, Applied, Apply(file=str(file)))
    assert again.counts.keys() == {"already"}
    assert changes(before, everything(both)) == after, "applying it again does nothing"
    rest = synced(both)
    assert rest.written == {}, "nothing was left to write"


def test_what_people_edit_between_plan_and_apply_is_dropped_and_named_and_nothing_else_is(
    both: Company, tmp_path: Path
) -> None:
    work(both)
    both.clock.advance(LAGS)
    file = tmp_path / "plan.json"
    done(both, Planned, Plan(out=str(file)))
    listed = planned(file, both)
    edit(both, "odoo", "res.partner", contact(5), phone="+43 1 555 9999")
    edit(both, "hubspot", "products", {"hs_sku": "SKU-0002"}, description="by hand")
    edit(both, "hubspot", "contacts", contact(6), jobtitle="Second")
    drifted = {
        ("odoo", "res.partner", row_of(both, "odoo", "res.partner", **contact(5)), "phone"),
        ("hubspot", "products", row_of(both, "hubspot", "products", hs_sku="SKU-0002"), "price"),
    }
    before = everything(both)
    applied = done(both, Applied, Apply(file=str(file)))
    assert {(one.entity, one.name, one.system, one.field) for one in applied.dropped} == {
        ("contact", "Contact 5", "odoo", "phone"), ("product", "Product 2", "hubspot", "price"),
    }  # fmt: skip
    assert all("has moved since" in one.why for one in applied.dropped)
    after = changes(before, everything(both))
    assert {(*place, name) for place, fields in after.items() for name in fields} == listed - drifted
    sixth = row_of(both, "odoo", "res.partner", **contact(6))
    assert after["odoo", "res.partner", sixth]["function"] == "First", "exactly what was shown, not what is newer"
    for _ in range(2):
        synced(both)
    assert both.rows("odoo", "res.partner")[sixth]["function"] == "Second"
    fifth = row_of(both, "odoo", "res.partner", **contact(5))
    assert both.rows("odoo", "res.partner")[fifth]["phone"] == "+4315557005", "HubSpot owns the phones"
    assert (
        both.rows("hubspot", "products")[next(iter(drifted - {one for one in drifted if one[0] == "odoo"}))[2]]["price"]
        == "55.00"
    )


def test_a_file_that_was_changed_is_refused(both: Company, tmp_path: Path) -> None:
    work(both)
    both.clock.advance(LAGS)
    before, file = everything(both), tmp_path / "plan.json"
    done(both, Planned, Plan(out=str(file)))
    file.write_bytes(file.read_bytes().replace(b"Head of Sales", b"Head of Theft"))
    told = perform(both.hub, Apply(file=str(file)), "Person 1", lambda step: None)
    assert "was changed after it was written" in getattr(told, "why", "")
    assert everything(both) == before


def test_an_undo_restores_all_but_what_people_changed_since_and_can_be_undone(both: Company) -> None:
    rest = everything(both)
    work(both)
    typed = everything(both)
    run = synced(both).run
    written = changes(typed, everything(both))
    both.clock.advance(LAGS)
    edit(both, "odoo", "res.partner", contact(3), function="typed", website="https://three.example.test")
    edit(both, "odoo", "res.partner", contact(1), website="https://one.example.test")  # no field of the run's
    theirs = ("odoo", "res.partner", row_of(both, "odoo", "res.partner", **contact(3)))
    undone = done(both, Undone, Undo(run=run))
    assert undone.counts == {"put back": 8, "left": 1}
    [left] = [one for one in undone.steps if one.what == "left"]
    assert (left.name, left.system, left.field) == ("Contact 3", "odoo", "job_title")
    mine = {(place, name): value for place, row in written.items() if place != theirs for name, value in row.items()}
    assert len(mine) == 8

    def holds(place: tuple[str, str, str], name: str) -> Any:
        return both.rows(place[0], place[1])[place[2]].get(name)

    for _ in range(3):
        assert [one for one in mine if not same(holds(*one), rest[one[0]].get(one[1]))] == [], "it stays undone"
        assert holds(theirs, "function") == "typed"
        assert holds(("hubspot", "contacts", row_of(both, "hubspot", "contacts", **contact(1))), "phone") == (
            "+43 1 555 7001"
        ), "where the value came from nothing is taken back"
        synced(both)
    again = done(both, Undone, Undo(run=undone.by))
    assert again.counts == {"told again": 8, "left": 1}, "what was left then is no matter of this one"
    for _ in range(2):
        synced(both)
        assert [one for one, value in mine.items() if not same(holds(*one), value)] == [], "told again, and stays so"
    assert holds(theirs, "function") == "typed"


def same(one: Any, other: Any) -> bool:
    """Equal to a person: blank is blank, digits are what a phone number is, and 94.1 is 94.10."""
    plain = [str(value or "").replace(" ", "") for value in (one, other)]
    if all(text.replace(".", "").isdigit() for text in plain):
        return Decimal(plain[0]) == Decimal(plain[1])
    return plain[0] == plain[1]
