"""Consent: the stricter statement wins where two were made at once; a later act of a person counts either way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_world import CONTACT, Small, calm, contacts

from syncline.mapping.choices import enum
from syncline.merge.policy import EntityPolicy, FieldPolicy
from syncline.testing.systems import Habits

ORDER = ("withdrawn", "given")
PHONE = FieldPolicy(name="phone", type=enum(ORDER), policy="consent", order=ORDER, empty="clear", exempt=True)
ENTITY = EntityPolicy(name="contact", fields={**CONTACT.fields, "phone": PHONE})


def world(**erp: object) -> Small:
    """A contact whose consent (in the field `phone`) is given everywhere."""
    habits: dict[str, Habits] = {"crm": calm(), "erp": calm(**erp)}
    small = Small(replace(contacts("crm", "erp"), entities={"contact": ENTITY}), habits)
    small.systems["crm"].make("contact", {"email": "a@x", "phone": "given"})
    small.settle()
    return small


def say(small: Small, system: str, statement: str | None) -> None:
    small.systems[system].change("contact", small.row(system, "contact").id, {"phone": statement})


def both(small: Small) -> tuple[object, object]:
    return small.values("crm")["phone"], small.values("erp")["phone"]


@pytest.mark.parametrize("first", ["crm", "erp"])
@pytest.mark.parametrize("later", ["crm", "erp"])
@pytest.mark.parametrize("tells", [True, False])
def test_consent_can_be_given_again(first: str, later: str, tells: bool) -> None:
    small = world(tells=tells)
    say(small, first, "withdrawn")
    small.settle()
    assert both(small) == ("withdrawn", "withdrawn")
    say(small, later, "given")
    small.settle()
    assert both(small) == ("given", "given")
    say(small, later, "withdrawn")
    small.settle()
    assert both(small) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize("stricter", ["crm", "erp"])
def test_of_two_statements_at_once_the_stricter_holds(stricter: str) -> None:
    small = world()
    say(small, "crm", "withdrawn")
    small.settle()
    say(small, "erp", "given")
    small.settle()
    other = "erp" if stricter == "crm" else "crm"
    say(small, other, None)
    say(small, other, "given")
    say(small, stricter, "withdrawn")
    small.settle()
    assert both(small) == ("withdrawn", "withdrawn")


def test_who_did_not_know_of_the_withdrawal_does_not_end_it() -> None:
    small = world()
    say(small, "erp", "withdrawn")
    small.settle()
    say(small, "erp", "given")
    small.settle()
    small.systems["erp"].up = False
    say(small, "crm", "withdrawn")
    small.now += 20.0
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": None})
    small.now += 20.0
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "given"})
    small.systems["erp"].up = True
    small.settle()
    assert both(small) == ("withdrawn", "withdrawn")


def test_a_blank_is_no_statement() -> None:
    small = world()
    say(small, "crm", "withdrawn")
    small.settle()
    say(small, "crm", None)
    small.settle()
    assert both(small) == ("withdrawn", "withdrawn")
