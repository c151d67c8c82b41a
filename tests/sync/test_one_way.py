"""Fields that are only written in a system: what is typed there is seen and shown, and never taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from small_world import CALM, CONTACT, Small, calm, contacts

from syncline.config.declaration import Computed, Declaration
from syncline.mapping.lens import NOT_TOLD
from syncline.mapping.sql import compile_expression
from syncline.merge.policy import EntityPolicy


def declared(*fields: str, system: str = "erp", shown: bool = True, **changes: Any) -> Declaration:
    """Contacts in two systems; these fields are only written in one of them."""
    whole = contacts("crm", "erp")
    bindings = [
        replace(binding, fields=tuple(one_way(bound, shown) if bound.field in fields else bound
                                      for bound in binding.fields)) if binding.system == system else binding
        for binding in whole.bindings
    ]  # fmt: skip
    return replace(whole, bindings=tuple(bindings), **changes)


def one_way(bound: Any, shown: bool) -> Any:
    if shown:
        return replace(bound, inward=False)
    return replace(bound, inward=False, shown=False, lens=replace(bound.lens, get=lambda row: NOT_TOLD))


def world(*fields: str, **how: Any) -> Small:
    small = Small(declared(*fields, **how))
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ann", "phone": "1"})
    small.settle()
    assert small.values("erp")["phone"] == "1"
    return small


def kinds(small: Small, system: str = "crm") -> list[str]:
    record = small.case_of(system).record.id
    return [entry.kind for entry in small.hub.ledger.history([record])[record]]


def test_a_change_there_is_not_taken_but_shown_and_put_back() -> None:
    small = world("phone")
    small.systems["erp"].change("contact", small.row("erp", "contact").id, {"phone": "typed"})
    small.observe()
    case = small.case_of("erp")
    (link,) = [one for one in case.links.values() if one.system == "erp"]
    assert link.seen["phone"] == "typed"  # seen, and so compared and shown
    assert case.value("phone").value == "1"
    assert "refused" in kinds(small)
    small.settle()
    assert (small.values("erp")["phone"], small.values("crm")["phone"]) == ("1", "1")
    small.calls.clear()
    small.settle()
    assert small.writes() == []  # I3: settled is settled


def test_a_change_there_loses_against_one_made_meanwhile_and_opens_no_conflict() -> None:
    small = world("phone", "rep")
    for name in ("phone", "rep"):
        small.systems["crm"].change("contact", small.row("crm", "contact").id, {name: "ours"})
        small.systems["erp"].change("contact", small.row("erp", "contact").id, {name: "theirs"})
    small.settle()
    for system in ("crm", "erp"):
        assert (small.values(system)["phone"], small.values(system)["rep"]) == ("ours", "ours")
    assert small.case_of("crm").record.conflicts == {}


def test_what_it_holds_at_the_first_meeting_is_not_taken() -> None:
    small = Small(declared("phone", "name"))
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ann", "phone": None})
    small.systems["erp"].make("contact", {"email": "a@x", "name": "Bea", "phone": "typed"})
    small.settle()
    case = small.case_of("crm")
    assert (case.value("name").value, case.value("phone").value) == ("Ann", None)
    assert (small.values("erp")["name"], small.values("crm")["phone"]) == ("Ann", None)
    assert not any(known.differs for link in case.links.values() for known in link.known.values())


def test_a_record_born_there_begins_without_it() -> None:
    small = Small(declared("phone"))
    small.systems["erp"].make("contact", {"email": "a@x", "name": "Ann", "phone": "typed"})
    small.settle()
    case = small.case_of("erp")
    assert case.value("phone").version == 0
    assert kinds(small, "erp").count("refused") == 1
    assert small.values("crm").get("phone") is None
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"phone": "2"})
    small.settle()
    assert small.values("erp")["phone"] == "2"


def test_it_is_no_side_of_a_conflict_elsewhere() -> None:
    whole = contacts("crm", "shop", "erp")
    bindings = [
        replace(b, fields=tuple(replace(f, inward=f.field != "rep") for f in b.fields)) if b.system == "erp" else b
        for b in whole.bindings
    ]  # fmt: skip
    small = Small(replace(whole, bindings=tuple(bindings)))
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ann", "rep": "zoe"})
    small.settle()
    for system, value in (("crm", "eve"), ("shop", "kim"), ("erp", "joe")):
        small.systems[system].change("contact", small.row(system, "contact").id, {"rep": value})
    small.observe()
    sides = small.case_of("crm").record.conflicts["rep"].sides
    assert sorted(sides.values()) == ["eve", "kim"]
    small.settle()
    assert small.values("erp")["rep"] == "joe"  # open: written nowhere


def test_a_computed_field_that_is_typed_over_is_computed_still() -> None:
    upper = compile_expression("upper(name)", {"name": CONTACT.fields["name"].type})
    phone = replace(CONTACT.fields["phone"], policy="truth", truth="hub")
    entity = EntityPolicy(name="contact", fields={**CONTACT.fields, "phone": phone})
    computed = (Computed(entity="contact", field="phone", expression=upper),)
    small = Small(declared("phone", computed=computed, entities={"contact": entity}))
    small.systems["erp"].make("contact", {"email": "a@x", "name": "Ann", "phone": "typed"})
    small.settle()
    assert small.values("erp")["phone"] == "ANN"


def test_a_field_that_is_never_told_is_written_once_for_each_value() -> None:
    small = world("phone", shown=False)
    small.calls.clear()
    small.settle()
    assert [call for call in small.calls if call.effect == "write"] == []
    for value in ("2", "3"):
        small.systems["crm"].change("contact", small.row("crm", "contact").id, {"phone": value})
        small.settle()
        assert small.values("erp")["phone"] == value
    told = [call for call in small.writes() if call.system == "erp" and call.json.get("phone")]
    assert len(told) == 2
    (link,) = [one for one in small.case_of("crm").links.values() if one.system == "erp"]
    assert not link.known["phone"].sent  # nothing could ever confirm it: nobody waits for that


def test_a_field_that_is_never_told_is_written_to_a_row_that_was_there() -> None:
    small = Small(declared("phone", shown=False))
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ann", "phone": "1"})
    small.systems["erp"].make("contact", {"email": "a@x", "name": "Ann", "phone": "old"})
    small.settle()
    assert small.values("erp")["phone"] == "1"


def test_a_field_that_is_never_told_survives_a_lost_answer() -> None:
    small = Small(declared("phone", shown=False), {"erp": calm(lost_after=1.0), "crm": CALM})
    small.systems["crm"].make("contact", {"email": "a@x", "name": "Ann", "phone": "1"})
    small.settle()
    small.systems["erp"].faults = True
    small.systems["crm"].change("contact", small.row("crm", "contact").id, {"phone": "2"})
    small.settle(2)
    small.systems["erp"].faults = False
    small.settle()
    assert small.values("erp")["phone"] == "2"
    small.calls.clear()
    small.settle()
    assert small.writes() == []
