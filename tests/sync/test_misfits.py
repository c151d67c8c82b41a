"""What a system holds and no field has room for: it is neither taken nor written over, and it stays visible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_world import CONTACT, TEXT, Small, bind, contacts, filled
from test_plan import remapped

from syncline.mapping.choices import enum
from syncline.mapping.lens import rename
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.model.record import Parking

REPS = enum(("anna", "bob", "carl"))


def world(policy: str) -> Small:
    """A contact whose rep somebody set to what is none, in the ERP."""
    rep = FieldPolicy(name="rep", type=REPS, policy=policy)
    entity = EntityPolicy(name="contact", fields={**CONTACT.fields, "rep": rep})
    bindings = tuple(bind(system, entity) for system in ("crm", "erp"))
    small = Small(replace(contacts("crm", "erp"), entities={"contact": entity}, bindings=bindings))
    filled(small, "crm", 1, rep="anna")
    small.settle()
    say(small, "erp", "nobody")
    return small


def say(small: Small, system: str, rep: str) -> None:
    small.systems[system].change("contact", small.row(system, "contact").id, {"rep": rep})
    small.settle()


def parked(small: Small) -> Parking | None:
    return small.link("erp", small.row("erp", "contact").id).known["rep"].parked


@pytest.mark.parametrize("policy", ["manual", "last-write-wins"])
def test_a_later_edit_elsewhere_leaves_it_visible(policy: str) -> None:
    small = world(policy)
    say(small, "crm", "bob")
    left = parked(small)
    assert left is not None
    assert (left.code, left.ours, left.theirs) == ("does-not-fit", "bob", "nobody")
    assert small.values("erp")["rep"] == "nobody"


def test_corrected_it_is_an_edit_measured_from_before() -> None:
    small = world("last-write-wins")
    say(small, "crm", "bob")
    say(small, "erp", "carl")
    assert parked(small) is None
    assert (small.values("crm")["rep"], small.values("erp")["rep"]) == ("carl", "carl")


def test_corrected_to_what_was_there_before_it_is_told_what_came_meanwhile() -> None:
    small = world("manual")
    say(small, "crm", "bob")
    say(small, "erp", "anna")
    assert parked(small) is None
    assert (small.values("crm")["rep"], small.values("erp")["rep"]) == ("bob", "bob")


def test_what_no_longer_fits_a_changed_mapping_is_parked_with_the_next_read_though_nobody_touched_it() -> None:
    small = Small(contacts("crm", "erp"))
    remapped(small, rename("rep", TEXT), "1")
    filled(small, "crm", 1, rep="dora")
    small.settle()
    remapped(small, rename("rep", REPS))
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"name": "other"})
    small.settle()
    left = parked(small)
    assert left is not None
    assert (left.code, left.theirs) == ("does-not-fit", "dora")
    say(small, "crm", "bob")
    assert parked(small) is not None
