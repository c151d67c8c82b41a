"""Who is derived again when something changes: exactly those whose expressions read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from derive_world import BIRTHS, CRM, ERP, Small, bound, declaration, sql, true_when

from syncline.config.declaration import Birth, Computed
from syncline.mapping.lineage import circle, in_order
from syncline.merge.case import Case
from syncline.sync import dependants, derive, observe, people


@contextmanager
def looked_at() -> Iterator[list[tuple[str, int]]]:
    """The (entity, record) of everything that is derived meanwhile."""
    found: list[tuple[str, int]] = []
    own = derive.derive

    def noting(desk: Any, case: Case, rolled: Any = "none") -> None:
        found.append((case.record.entity, case.record.id))
        own(desk, case, rolled)

    derive.derive = noting
    try:
        yield found
    finally:
        derive.derive = own


def computed(entity: str, field: str, what: str, *near: str) -> Computed:
    kind = "boolean" if what.endswith("?") else None
    return Computed(entity=entity, field=field, expression=sql(entity, what.rstrip("?"), kind, near=near))


# ---- the scenario: accounts get a number, their contacts are to be born
ACCOUNTS, CONTACTS = 100, 40


def crowd() -> Small:
    world = Small(declaration(), batch=500)
    for number in range(ACCOUNTS):
        account = world.type("crm", "account", name=f"a{number}")
        for one in range(CONTACTS):
            world.type("crm", "contact", email=f"c{number}.{one}@x", account=account)
    for _ in range(40):
        world.now += 0.5
        for place in world.places:
            observe.advance(world.hub, *place)
            observe.look(world.hub, *place)
        while derive.derive_dirty(world.hub):
            pass
    assert world.baselined()
    assert len(world.records("contact")) == ACCOUNTS * CONTACTS
    return world


def births(world: Small, system: str) -> int:
    links = world.hub.ledger.links_of([record.id for record in world.records("contact")])
    return sum(link.system == system for several in links.values() for link in several)


def number_all(world: Small) -> None:
    """Every account gets its number; their contacts do not move."""
    for rid in world.rows("crm", "account"):
        world.edit("crm", "account", rid, number="K1")
    world.now += 2.0
    observe.advance(world.hub, "crm", "account")


def test_contacts_are_born_when_their_account_gets_a_number() -> None:
    world = crowd()
    assert births(world, "erp") == 0
    with looked_at() as seen:
        number_all(world)
        urgent = [one for one in seen if one[0] == "contact"]
        while derive.derive_dirty(world.hub):
            pass
    assert len(urgent) == derive.URGENT
    assert births(world, "erp") == ACCOUNTS * CONTACTS
    contacts = [one for one in seen if one[0] == "contact"]
    assert len(contacts) == len(set(contacts)) == ACCOUNTS * CONTACTS


def test_without_marks_nobody_looks_at_the_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    world = crowd()
    monkeypatch.setattr(dependants, "concerned", lambda *arguments: [])
    with looked_at() as seen:
        number_all(world)
        assert derive.derive_dirty(world.hub) == 0
    assert not [one for one in seen if one[0] == "contact"]
    assert births(world, "erp") == 0


# ---- exactly
def family() -> tuple[Small, str, str, str]:
    world = Small(declaration())
    one, two = world.type("crm", "account", name="one"), world.type("crm", "account", name="two")
    world.type("crm", "contact", email="x@one", account=one)
    world.type("crm", "contact", email="y@two", account=two)
    deal = world.type("crm", "deal", title="d", account=one)
    world.settle(10)
    return world, one, two, deal


def test_only_whoever_reads_the_field_is_derived_again() -> None:
    world, one, _, _ = family()
    with looked_at() as seen:
        world.edit("crm", "account", one, region="north")
        world.settle(5)
    assert {entity for entity, _ in seen} == {"account"}  # nobody reads a region
    with looked_at() as seen:
        world.edit("crm", "account", one, number="K7")
        world.settle(5)
    contact = next(r for r in world.records("contact") if r.fields["email"].value == "x@one")
    assert {rid for entity, rid in seen if entity == "contact"} == {contact.id}
    assert not [entity for entity, _ in seen if entity == "deal"]  # it refers to the account and reads nothing of it
    assert world.rows("erp", "contact") == ["erp-contact0"] or len(world.rows("erp", "contact")) == 1


def test_a_reference_waits_for_an_id_and_goes_on_when_it_comes() -> None:
    world, one, _, _ = family()
    world.edit("crm", "account", one, number="K7")
    world.settle()
    (contact,) = world.rows("erp", "contact")
    (account,) = world.rows("erp", "account")
    assert world.held("erp", "contact", contact)["account"] == account


def test_what_is_beyond_a_hundred_is_marked_and_derived_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "URGENT", 3)
    world = Small(declaration(), batch=4)
    account = world.type("crm", "account", name="a")
    for number in range(10):
        world.type("crm", "contact", email=f"{number}@x", account=account)
    world.settle(5)
    world.edit("crm", "account", account, number="K")
    world.now += 2.0
    observe.advance(world.hub, "crm", "account")
    assert (births(world, "erp"), len(world.hub.ledger.dirty(100))) == (3, 7)
    assert [derive.derive_dirty(world.hub) for _ in range(3)] == [4, 3, 0]
    assert births(world, "erp") == 10


# ---- computed fields
LABEL = (
    computed("account", "heading", "upper(label)"),
    computed("account", "label", "name || ' ' || number"),
    computed("contact", "greeting", "'Dear ' || account.heading", "account"),
)
BORN = (*BIRTHS[:1], Birth(entity="contact", system="erp", stream="contact", when=true_when("contact", "email <> ''")))


def labelled() -> Small:
    return Small(declaration(computed=LABEL, births=BORN))


def test_computed_fields_read_computed_fields_and_those_of_neighbours() -> None:
    world = labelled()
    account = world.type("crm", "account", name="ada", number="1")
    contact = world.type("crm", "contact", email="x@x", account=account)
    world.settle()
    assert world.held("crm", "account", account)["label"] == "ada 1"
    twin = world.twin("crm", "contact", contact, "erp")
    assert world.held("erp", "contact", str(twin.external_id))["greeting"] == "Dear ADA 1"
    world.edit("crm", "account", account, name="bob")
    world.settle()
    assert world.held("erp", "contact", str(twin.external_id))["greeting"] == "Dear BOB 1"


def test_a_change_of_the_reference_reads_the_other_neighbour() -> None:
    world = labelled()
    one = world.type("crm", "account", name="one", number="1")
    two = world.type("crm", "account", name="two", number="2")
    contact = world.type("crm", "contact", email="x@x", account=one)
    world.settle()
    world.edit("crm", "contact", contact, account=two)
    world.settle()
    assert world.record("crm", "contact", contact).fields["greeting"].value == "Dear TWO 2"


NUMBERED = (
    computed("account", "value", "cast(number AS integer)"),
    computed("account", "label", "upper(name)"),
    computed("account", "heading", "label || '!'"),
)


def test_an_expression_without_a_value_parks_its_field_and_nothing_else() -> None:
    world = Small(declaration(computed=NUMBERED))
    account = world.type("crm", "account", name="ada", number="7")
    world.settle(10)
    world.edit("crm", "account", account, number="seven", name="bob")
    world.settle(10)
    record = world.record("crm", "account", account)
    assert list(record.unfit) == ["value"]
    parked = record.unfit["value"]
    assert parked.code == "gives-no-value"
    assert "seven" in str(parked.theirs) + parked.reason
    assert record.fields["value"].value == 7  # it keeps what it had
    assert record.fields["heading"].value == "BOB!"
    assert world.kinds(record).count("parked") == 1
    world.edit("crm", "account", account, region="north")
    world.settle(10)
    assert world.kinds(record).count("parked") == 1  # the same again is not news
    world.edit("crm", "account", account, number="8")
    world.settle(10)
    record = world.record("crm", "account", account)
    assert record.unfit == {}
    assert record.fields["value"].value == 8


def test_a_condition_without_a_value_bears_nothing_and_is_tried_again() -> None:
    risky = Birth(
        entity="account", system="erp", stream="account", when=true_when("account", "cast(number AS integer) > 3")
    )
    world = Small(declaration(births=(risky,)))
    account = world.type("crm", "account", name="ada", number="many")
    world.settle(10)
    assert world.rows("erp", "account") == []
    assert list(world.record("crm", "account", account).unfit) == ["birth in erp.account"]
    world.edit("crm", "account", account, number="4")
    world.settle(10)
    assert len(world.rows("erp", "account")) == 1


def test_what_may_be_a_duplicate_is_born_nowhere() -> None:
    world = Small(declaration())
    world.type("crm", "account", name="same")
    world.settle(5)
    world.type("crm", "account", name="same", number="K")
    world.settle(5)
    assert sorted(record.candidate_of is None for record in world.records("account")) == [False, True]
    assert world.rows("erp", "account") == []


def test_what_is_left_in_no_system_is_born_nowhere() -> None:
    world = Small(declaration(births=(replace(BIRTHS[0], when=true_when("account", "region = 'n'")),)))
    account = world.type("crm", "account", name="a")
    world.settle(5)
    record = world.record("crm", "account", account)
    with world.hub.ledger.unit() as unit:
        unit.save_links([msgspec.structs.replace(world.link("crm", "account", account), state="shadow")])
    people.set_value(world.hub, record.id, "region", "n", "anna")
    world.settle(5)
    assert world.rows("erp", "account") == []


def test_a_reference_to_what_was_merged_reads_what_took_it_over() -> None:
    world = labelled()
    one = world.type("crm", "account", name="one", number="1")
    two = world.type("crm", "account", name="two", number="2")
    contact = world.type("crm", "contact", email="x@x", account=two)
    world.settle()
    old, new = world.record("crm", "account", two), world.record("crm", "account", one)
    with world.hub.ledger.unit() as unit:
        unit.save_records([msgspec.structs.replace(old, state="merged", merged_into=new.id)])
        unit.mark_dirty([world.link("crm", "contact", contact).record])
    derive.derive_dirty(world.hub)
    assert world.record("crm", "contact", contact).fields["greeting"].value == "Dear ONE 1"


# ---- order
def test_a_circle_of_computed_fields_is_named() -> None:
    assert circle({"a": ["b"], "b": ["c", "x"], "c": ["a"]}) == ("a", "b", "c", "a")
    assert circle({"a": ["a"]}) == ("a", "a")
    assert circle({"a": ["b"], "b": ["x"], "c": ["b", "a"]}) is None


def test_what_is_read_comes_first() -> None:
    reads: Mapping[str, list[str]] = {"c": ["b"], "a": [], "b": ["a", "x"]}
    assert in_order(reads) == ("a", "b", "c")
    with pytest.raises(ValueError, match="a <- b <- a"):
        in_order({"a": ["b"], "b": ["a"]})


def test_a_hub_refuses_a_circle() -> None:
    loop = (computed("account", "label", "heading || ''"), computed("account", "heading", "label || ''"))
    with pytest.raises(ValueError, match="heading <- label"):
        dependants.readers_of(declaration(computed=loop))


def test_the_lineage_names_each_field_on_the_way() -> None:
    plan = declaration(bindings=CRM + ERP + (bound("erp", "order", "ref"),), computed=LABEL)
    readers = dependants.readers_of(plan)
    assert readers.by_way["account", "heading"] == {(("contact", "account"),)}
    assert readers.by_way["account", "number"] == {(("contact", "account"),)}
    assert ("account", "region") not in readers.by_way
    assert list(dependants.ways(plan, "order", "deal.account.number")) == [
        (("deal", "account"), (("order", "deal"),)),
        (("account", "number"), (("order", "deal"), ("deal", "account"))),
    ]
    assert list(dependants.ways(plan, "order", "ref.account")) == []
