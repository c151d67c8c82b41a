"""Scope: what leaves it is told so once and sleeps; what comes back is caught up with, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from derive_world import ALWAYS, BIRTHS, CALM, CRM, ERP, Small, bound, declaration, true_when
from hypothesis import given
from hypothesis import strategies as st

from syncline.config.declaration import Birth, Computed
from syncline.mapping.expression import Expression
from syncline.mapping.sql_nodes import NOW
from syncline.merge import sleep
from syncline.model.link import Link
from syncline.sync import observe, people
from syncline.testing.systems import Habits

GIVEN = true_when("contact", "consent = 'given' AND coalesce(status, '') NOT LIKE 'lost%'")
MAIL = bound("mail", "contact", "email", "name", "phone", "consent", "status", scope=GIVEN)
INTO_MAIL = Birth(entity="contact", system="mail", stream="contact", when=ALWAYS)


def mailing(habits: Habits = CALM, *, scope: Expression = GIVEN, **how: Any) -> Small:
    mail = replace(MAIL, scope=scope)
    declared = declaration(bindings=(*CRM, mail), births=(INTO_MAIL,), **how)
    return Small(declared, habits={"mail": habits})


def subscriber(world: Small, **values: Any) -> tuple[str, str]:
    """A contact with consent, and its twin in the mailing."""
    crm = world.type("crm", "contact", **{"email": "x@x", "name": "Ada", "consent": "given", **values})
    world.settle(10)
    return crm, str(world.twin("crm", "contact", crm, "mail").external_id)


def told(world: Small, since: int) -> list[dict[str, Any]]:
    """What the mailing was told since."""
    return [dict(one.values or {}) for one in world.systems["mail"].written[since:]]


# ---- rows and births
def test_a_record_out_of_scope_is_not_born_until_it_is_in() -> None:
    world = mailing()
    crm = world.type("crm", "contact", email="x@x")
    world.settle(10)
    assert world.rows("mail", "contact") == []
    world.edit("crm", "contact", crm, consent="given")
    world.settle(10)
    assert len(world.rows("mail", "contact")) == 1


def test_a_birth_whose_record_leaves_scope_waits() -> None:
    world = mailing()
    world.settle(5)
    crm = world.type("crm", "contact", email="x@x", consent="given")
    world.now += 2.0
    observe.advance(world.hub, "crm", "contact")
    observe.look(world.hub, "crm", "contact")
    birth = next(link for link in links_of(world, crm) if link.system == "mail")
    assert (birth.state, birth.why, birth.due_at is not None) == ("birth", "", True)
    world.edit("crm", "contact", crm, status="lost")
    world.now += 2.0
    observe.advance(world.hub, "crm", "contact")
    observe.look(world.hub, "crm", "contact")
    world.settle(5)
    birth = next(link for link in links_of(world, crm) if link.system == "mail")
    assert (birth.state, birth.why, birth.due_at) == ("birth", sleep.OUT_OF_SCOPE, None)
    assert world.rows("mail", "contact") == []
    world.edit("crm", "contact", crm, status="won")
    world.settle(5)
    assert len(world.rows("mail", "contact")) == 1


def links_of(world: Small, crm: str) -> Sequence[Link]:
    record = world.link("crm", "contact", crm).record
    return world.hub.ledger.links_of([record])[record]


def test_a_row_out_of_scope_is_left_alone_and_met_when_it_comes_in() -> None:
    world = mailing()
    row = world.type("mail", "contact", email="y@y", name="Bob")
    world.settle(10)
    assert world.records("contact") == []
    assert world.rows("crm", "contact") == []
    world.edit("mail", "contact", row, consent="given")
    world.settle(10)
    assert world.record("mail", "contact", row).fields["name"].value == "Bob"


def test_a_row_left_out_is_met_when_a_neighbour_brings_it_into_scope() -> None:
    scope = true_when("contact", "account.status = 'customer'", "account")
    world = Small(declaration(bindings=(CRM[0], replace(CRM[1], scope=scope)), births=()))
    account = world.type("crm", "account", name="a", status="lead")
    contact = world.type("crm", "contact", email="x@x", account=account)
    world.settle(10)
    assert world.records("contact") == []
    world.edit("crm", "account", account, region="north")
    world.settle(10)
    assert world.records("contact") == []
    world.edit("crm", "account", account, status="customer")
    world.settle(10)
    assert world.record("crm", "contact", contact).fields["email"].value == "x@x"


def test_a_row_waits_for_a_neighbour_that_is_not_known_yet() -> None:
    scope = true_when("contact", "account.status = 'customer'", "account")
    world = Small(declaration(bindings=(replace(CRM[1], scope=scope), CRM[0]), births=()))
    world.settle(5)
    contact = world.type("crm", "contact", email="x@x", account="crm-account0")
    world.settle(5)
    assert world.records("contact") == []
    assert world.type("crm", "account", name="a", status="customer") == "crm-account0"
    world.settle(10)
    assert world.record("crm", "contact", contact).fields["email"].value == "x@x"


def test_a_row_whose_scope_reads_the_clock() -> None:
    begun = Expression(
        text="now() > 1010", reads=frozenset(), evaluate=lambda column: column(NOW) > 1010.0, reads_clock=True,
        next_change=lambda column: 1011.0 if column(NOW) <= 1010.0 else None,
    )  # fmt: skip
    world = mailing(scope=begun)
    row = world.type("mail", "contact", email="y@y")
    world.settle(3)
    assert world.records("contact") == []
    world.now += 10.0
    world.edit("mail", "contact", row, name="Bob")
    world.settle(3)
    assert len(world.records("contact")) == 1


def test_a_scope_without_a_value_leaves_everything_as_it_is() -> None:
    scope = true_when("contact", "cast(status AS integer) > 0")
    world = mailing(scope=scope)
    crm, mail = subscriber(world, status="1")
    assert world.link("mail", "contact", mail).state == "active"
    world.edit("crm", "contact", crm, status="many")
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "active"
    assert "scope of mail.contact" in world.record("crm", "contact", crm).unfit
    stranger = world.type("mail", "contact", email="z@z", status="none")
    world.settle(10)
    assert world.record("mail", "contact", stranger).fields["email"].value == "z@z"


# ---- leaving
def test_leaving_tells_what_put_it_out_once_and_then_nothing() -> None:
    world = mailing()
    crm, mail = subscriber(world)
    before = len(world.systems["mail"].written)
    world.edit("crm", "contact", crm, status="lost", name="Eve")
    world.settle(10)
    assert told(world, before) == [{"status": "lost"}]
    link = world.link("mail", "contact", mail)
    assert (link.state, link.why, link.farewell) == ("asleep", sleep.OUT_OF_SCOPE, ())
    world.edit("crm", "contact", crm, status="lost for ever", phone="1")
    world.settle(10)
    assert told(world, before) == [{"status": "lost"}]  # once; and a name is never told to what sleeps
    assert world.rows("mail", "contact") == [mail]  # never deleted


def test_exempt_fields_are_told_to_what_sleeps() -> None:
    world = mailing()
    crm, _mail = subscriber(world)
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    before = len(world.systems["mail"].written)
    world.edit("crm", "contact", crm, consent="withdrawn", phone="1")
    world.settle(10)
    assert told(world, before) == [{"consent": "withdrawn"}]


def test_what_sleeps_is_heard_where_consent_is_concerned() -> None:
    world = mailing()
    crm, mail = subscriber(world)
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    world.edit("mail", "contact", mail, consent="withdrawn", name="Zoe")
    world.settle(10)
    assert world.held("crm", "contact", crm)["consent"] == "withdrawn"
    assert world.held("crm", "contact", crm)["name"] == "Ada"


def test_a_row_that_leaves_by_its_own_edit_sleeps_at_once() -> None:
    world = mailing()
    crm, mail = subscriber(world)
    before = len(world.systems["mail"].written)
    world.edit("mail", "contact", mail, consent="withdrawn")
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "asleep"
    assert world.held("crm", "contact", crm)["consent"] == "withdrawn"
    assert told(world, before) == []


def test_a_farewell_without_effect_is_said_again() -> None:
    world = mailing(replace(CALM, tells=False, versions=None))
    crm, mail = subscriber(world)
    world.edit("crm", "contact", crm, status="lost")
    while world.held("mail", "contact", mail)["status"] != "lost":
        world.round()
    world.systems["mail"].rows["contact"][mail].history.pop()  # accepted, and dropped
    world.settle(10)
    assert world.held("mail", "contact", mail)["status"] == "lost"


# ---- coming back
def asleep(habits: Habits = CALM) -> tuple[Small, str, str]:
    world = mailing(habits)
    crm, mail = subscriber(world, phone="1")
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "asleep"
    return world, crm, mail


def test_a_link_that_wakes_looks_before_it_writes() -> None:
    world, crm, mail = asleep(replace(CALM, proves=None))
    world.edit("mail", "contact", mail, name="there")
    world.edit("crm", "contact", crm, phone="2")
    world.settle(10)
    world.edit("crm", "contact", crm, status="won")
    world.settle(10)
    both = {"name": "there", "phone": "2", "status": "won", "consent": "given", "email": "x@x"}
    assert world.held("mail", "contact", mail) == both
    assert {name: world.held("crm", "contact", crm)[name] for name in both} == both
    assert world.link("mail", "contact", mail).state == "active"


def test_waking_in_its_own_system() -> None:
    world, crm, mail = asleep()
    world.edit("mail", "contact", mail, status="won", name="Zoe")
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "active"
    assert world.held("crm", "contact", crm)["status"] == "won"
    assert world.held("crm", "contact", crm)["name"] == "Zoe"


def test_leaving_again_before_it_was_looked_at() -> None:
    world, crm, mail = asleep()
    world.systems["mail"].rows["contact"][mail].hidden_until = world.now + 30.0
    world.edit("crm", "contact", crm, status="won")
    world.settle(4)
    link = world.link("mail", "contact", mail)
    assert (link.state, link.why) in (("asleep", sleep.WAKING), ("asleep", "out-of-sight"))
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    world.now += 30.0
    world.look("mail", "contact", mail)
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "asleep"
    assert world.held("mail", "contact", mail)["status"] == "lost"


def test_a_scope_that_is_no_longer_declared_wakes_everything() -> None:
    world, crm, mail = asleep()
    world.hub = replace(world.hub, declaration=declaration(bindings=(*CRM, replace(MAIL, scope=None)), births=()))
    world.edit("crm", "contact", crm, phone="9")
    world.settle(10)
    assert world.link("mail", "contact", mail).state == "active"
    assert world.held("mail", "contact", mail)["phone"] == "9"


FIELDS = ("name", "phone")
MOVES = st.lists(
    st.tuples(st.sampled_from(["crm", "mail"]), st.sampled_from(FIELDS), st.sampled_from(["out", "in"])), max_size=6
)
HABITS = {
    "counter": CALM,
    "none": replace(CALM, versions=None),
    "silent": replace(CALM, tells=False),
    "seconds": replace(CALM, versions="seconds", tells=False),
}


@given(moves=MOVES, habits=st.sampled_from(sorted(HABITS)))
def test_nothing_is_lost_while_a_link_sleeps(moves: list[tuple[str, str, str]], habits: str) -> None:
    """Every edit is where it should be after waking: the record's value, replaced by a later one, or listed."""
    world, crm, mail = asleep(HABITS[habits])
    rows, edits, state = {"crm": crm, "mail": mail}, [], "out"
    for number, (system, field, scope) in enumerate(moves):
        value = f"{field}{number}"
        world.edit(system, "contact", rows[system], **{field: value})
        edits.append((system, field, value))
        if scope != state:
            world.edit("crm", "contact", crm, status=f"{'lost' if scope == 'out' else 'won'} {number}")
            state = scope
        world.settle(6)
    world.edit("crm", "contact", crm, status="won")
    world.settle(10)
    record = world.record("crm", "contact", crm)
    listed = {
        value
        for entry in world.hub.ledger.history([record.id])[record.id]
        if entry.kind in ("taken", "conflict-lost", "conflict")
        for value in (entry.before, entry.after)
    }
    for name in FIELDS:
        assert world.held("crm", "contact", crm)[name] == world.held("mail", "contact", mail)[name]
        last = {system: value for system, field, value in edits if field == name}
        now = world.held("crm", "contact", crm)[name]
        for value in last.values():
            assert value == now or value in listed, (value, now, listed)
    assert world.link("mail", "contact", mail).state == "active"


def test_an_edit_on_both_sides_while_asleep_is_recorded_as_a_conflict() -> None:
    world, crm, mail = asleep()
    world.edit("mail", "contact", mail, name="mine")
    world.settle(5)
    world.edit("crm", "contact", crm, name="yours")
    world.settle(5)
    world.edit("crm", "contact", crm, status="won")
    world.settle(10)
    record = world.record("crm", "contact", crm)
    lost = [one for one in world.hub.ledger.history([record.id])[record.id] if one.kind == "conflict-lost"]
    assert {(one.before, one.after) for one in lost} & {("yours", "mine"), ("mine", "yours")}


def test_out_of_sight_is_another_sleep() -> None:
    world = mailing(replace(CALM, proves=None))
    crm, mail = subscriber(world)
    world.systems["mail"].rows["contact"][mail].hidden_until = world.now + 100.0
    for _ in range(60):
        world.look("mail", "contact", mail)
        world.round()
    assert world.link("mail", "contact", mail).why == "out-of-sight"
    before = len(world.systems["mail"].written)
    world.edit("crm", "contact", crm, consent="withdrawn")
    world.settle(10)
    assert told(world, before) == []
    world.now += 100.0
    world.look("mail", "contact", mail)
    world.settle(10)
    assert world.held("mail", "contact", mail)["consent"] == "withdrawn"
    assert world.link("mail", "contact", mail).why == sleep.OUT_OF_SCOPE


def test_an_undo_leaves_what_sleeps_alone() -> None:
    world = mailing()
    crm, mail = subscriber(world)
    world.edit("crm", "contact", crm, name="Eve")
    world.settle(10)
    run = next(run.id for run in world.hub.ledger.runs(50) if world.hub.ledger.intents_of_run(run.id))
    world.edit("crm", "contact", crm, status="lost")
    world.settle(10)
    assert people.undo_run(world.hub, run, "anna") == []
    assert world.held("mail", "contact", mail)["name"] == "Eve"


@pytest.mark.parametrize("known", [(), BIRTHS])
def test_a_hub_without_scopes_lets_everything_take_part(known: tuple[Birth, ...]) -> None:
    world = Small(declaration(bindings=CRM + ERP, births=known, computed=tuple[Computed, ...]()))
    world.type("crm", "contact", email="x@x")
    world.settle(5)
    assert len(world.records("contact")) == 1
