"""People who are not in a system, and whom nobody makes there: `people.unmatched` says what it is told of them."""

from __future__ import annotations

from syncline.identity.match import keys_of
from syncline.mapping.binding import Binding
from syncline.merge import sleep
from syncline.merge.case import Case
from syncline.model.intent import Told
from syncline.model.link import Known
from syncline.model.record import Parking
from syncline.sync.desk import Desk

PERSON, EMAIL = "person", "email"
NO_TWIN = "no-twin"
"""The code of a reference to somebody who is not in that system, and whom nobody makes there."""

PARK, BLANK = "park", "leave-blank"


def id_in(case: Case, system: str) -> str | None:
    """What a system calls a record. A row that is out of scope there is there all the same."""
    here = [link for link in case.links.values() if link.system == system]
    return next((link.external_id for link in here if link.state == "active" or sleep.sleeps(link)), None)


def is_stranger(desk: Desk, binding: Binding, rid: int) -> bool:
    """Is it a person whom the hub makes nowhere in that system? Then no waiting helps."""
    case = desk.case(rid)
    if case is None or case.record.entity != PERSON:
        return False
    born = any(one.entity == PERSON and one.system == binding.system for one in desk.declaration.births)
    return not born and not any(link.system == binding.system for link in case.links.values())


def is_twinless(known: Known) -> bool:
    """Is it parked since nobody makes its record there?"""
    return known.parked is not None and known.parked.code == NO_TWIN


def who_counts(desk: Desk, binding: Binding, rid: int) -> int | None:
    """Whom a system is told instead of a stranger: nobody, or the stand-in; anybody else is told as he is."""
    unmatched = desk.declaration.unmatched
    if unmatched == PARK or not is_stranger(desk, binding, rid):
        return rid
    return None if unmatched == BLANK else stand_in(desk, binding.system)


def stand_in(desk: Desk, system: str) -> int | None:
    """The record of the person with the declared e-mail address, if it is in that system."""
    policy = desk.declaration.entities[PERSON]
    rules = [rule for rule in desk.declaration.matching.get(PERSON, ()) if rule.fields == (EMAIL,)]
    if EMAIL not in policy.fields:
        return None
    email = policy.of(EMAIL).type.normal(desk.declaration.unmatched)
    keys = keys_of(policy, rules, {EMAIL: email})
    desk.load_keys(keys)
    found = [rid for key in keys for rid in desk.by_key.get(key, ())]
    cases = [case for rid in found if (case := desk.case(rid)) is not None]
    return next((case.record.id for case in cases if id_in(case, system) is not None), None)


def told_instead(desk: Desk, binding: Binding, case: Case, lid: int, name: str, told: Told) -> Told | None:
    """What is told of a stranger. None: nothing, since it is parked, or is so there already."""
    instead = who_counts(desk, binding, told.value)
    unmatched = desk.declaration.unmatched
    if unmatched == PARK or (instead is None and unmatched != BLANK):
        park(desk, case, lid, name, told)
        return None
    link = case.links[lid]
    if link.state == "birth" and instead is None:
        return None  # a new row is blank there of itself
    if case.equal(name, told.before, instead) and link.state != "birth":
        case.learn(lid, name, agreed=told.version)
        return None
    return Told(value=instead, version=told.version, before=told.before)


def park(desk: Desk, case: Case, lid: int, name: str, told: Told) -> None:
    """Visible, until its record is there, or the field has another value; both go on by themselves."""
    system = case.links[lid].system
    called = name_of(desk, told.value)
    reason = f"{called} is not in {system}, and is not made there by the hub"
    if desk.declaration.unmatched != PARK:
        reason += f"; nor is {desk.declaration.unmatched}, who stands in for such people"
    parking = Parking(
        code=NO_TWIN, reason=reason, ours=told.value, theirs=told.before, at=desk.now,
        remedy=f"make {called} in {system}, or choose somebody who is there",
    )  # fmt: skip
    case.learn(lid, name, parked=parking)
    case.note("parked", name, lid, told.value, told.before, NO_TWIN)


def name_of(desk: Desk, rid: int) -> str:
    """What people call somebody."""
    case = desk.case(rid)
    said = [case.value(key).value for key in ("name", EMAIL)] if case is not None else []
    return next((str(one) for one in said if one), f"record {rid}")
