"""An audit of two systems of known truth finds exactly what was planted: not one gap or difference more or less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from first_day import Old, first_day
from first_day_truth import LINKED, Rows

from syncline.acts.act import Audit, Plan
from syncline.acts.told import Planned
from syncline.look.audited import Audited, EntityAudited, FieldAudited
from syncline.sandbox.company import Size

SMALL = Size(seed=5, accounts=300, contacts=1_200, products=20, deals=120)
WHOLE = Size(seed=5, accounts=5_000, contacts=20_000, products=50, deals=500)
STREAMS = (("hubspot", "companies"), ("hubspot", "contacts"), ("hubspot", "products"), ("odoo", "res.partner"))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was planted, and what the audit tells."""

    old: Old
    before: Rows
    audited: Audited
    accounts: Counter[str]
    contacts: Counter[str]

    def entity(self, name: str) -> EntityAudited:
        return next(one for one in self.audited.entities if one.entity == name)

    def field(self, entity: str, name: str) -> FieldAudited:
        return next(one for one in self.entity(entity).fields if one.field == name)

    def groups(self, entity: str, system: str) -> int:
        """How often one thing is twice in a system."""
        return sum(one.groups for one in self.entity(entity).of("duplicate") if one.systems == (system,))

    def gaps(self, entity: str, system: str) -> int:
        """Records that only this system has, and of which nobody is asked anything."""
        asked = ("asked", "matches several")
        return sum(
            one.count for one in self.entity(entity).of("only")
            if one.systems == (system,) and not any(word in one.why for word in asked)
        )  # fmt: skip


@pytest.fixture(scope="module", params=[SMALL, pytest.param(WHOLE, marks=pytest.mark.slow)], ids=["small", "whole"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with first_day(tmp_path_factory.mktemp("audit"), request.param) as old:
        before = {place: old.rows(*place) for place in STREAMS}
        told = old.act(Audit())
        assert isinstance(told, Audited), told
        yield Seen(
            old=old, before=before, audited=told, accounts=Counter(one.kind for one in old.truth.accounts),
            contacts=Counter(one.kind for one in old.truth.contacts),
        )  # fmt: skip


def test_what_both_have(seen: Seen) -> None:
    for entity, planted in (("account", seen.accounts), ("contact", seen.contacts)):
        assert seen.entity(entity).both == {"hubspot + odoo": sum(planted[kind] for kind in LINKED)}


def test_what_is_there_twice(seen: Seen) -> None:
    assert seen.groups("account", "hubspot") == seen.accounts["twice in crm"]
    assert seen.groups("account", "odoo") == seen.accounts["twice in erp"]
    assert seen.groups("contact", "hubspot") == 0
    assert seen.groups("contact", "odoo") == seen.contacts["twice in erp"]
    assert seen.entity("account").number("lookalike") == seen.accounts["look-alike"]


def test_what_only_one_has(seen: Seen) -> None:
    ours = 1  # the company whose Odoo it is
    assert seen.gaps("account", "hubspot") == seen.accounts["crm only"] + seen.accounts["nameless in crm"]
    assert seen.gaps("account", "odoo") == seen.accounts["erp only"] + seen.accounts["nameless in erp"] + ours
    assert seen.gaps("contact", "hubspot") == seen.contacts["crm only"] + seen.contacts["nameless in crm"]
    theirs = len(seen.old.rows("odoo", "res.users"))
    assert seen.gaps("contact", "odoo") == seen.contacts["erp only"] + theirs


def test_what_differs_field_by_field(seen: Seen) -> None:
    name, address = seen.field("account", "name"), seen.field("account", "address")
    assert (name.differs, name.settled, name.blank_in) == (seen.accounts["name differs"], {"odoo": name.differs}, {})
    assert (address.differs, address.blank_in) == (0, {"hubspot": seen.accounts["address blank"]})
    for entity, planted in (("account", seen.accounts), ("contact", seen.contacts)):
        phone = seen.field(entity, "phone")
        assert (phone.differs, phone.open) == (planted["phone differs"], planted["phone differs"])
        assert (phone.blank_in, phone.filled) == ({"odoo": planted["phone blank"]}, planted["phone blank"])
        wrong = planted["phone invalid"]
        assert phone.invalid == ({"odoo": wrong} if wrong else {})
    for field in (*seen.entity("account").fields, *seen.entity("contact").fields):
        if field.field not in ("name", "address", "phone", "account"):
            assert (field.differs, field.blank_in, field.invalid) == (0, {}, {}), field.field


def test_going_live_is_what_a_plan_says(seen: Seen) -> None:
    planned = seen.old.act(Plan())
    assert isinstance(planned, Planned)
    assert seen.audited.comes == planned.comes
    assert seen.audited.open_count == planned.open_count
    born = {(one.entity, one.system): one.created for one in planned.comes}
    assert born["account", "hubspot"] == seen.accounts["erp only"] + seen.accounts["nameless in erp"]


def test_no_row_was_touched(seen: Seen) -> None:
    assert {place: seen.old.rows(*place) for place in STREAMS} == seen.before
