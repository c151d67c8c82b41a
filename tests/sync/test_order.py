"""Parents before children; cycles are begun where nothing is required, and end."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from small_world import PERSON, Small, accounts

from syncline.merge.order import Cycle, Need, Order, Place, needs_of, order, referred_entity

PLACES: list[Place] = [("s", name) for name in "abcde"]
NEEDS = st.lists(
    st.builds(
        lambda child, parent, required: Need(child=child, field="f", parent=parent, required=required),
        st.sampled_from(PLACES), st.sampled_from(PLACES), st.booleans(),
    ),
    max_size=9,
)  # fmt: skip


def reaches(begin: Place, end: Place, needs: list[Need]) -> bool:
    """Is there a way up from one stream to another?"""
    seen, news = set(), {begin}
    while news:
        news = {need.parent for need in needs if need.child in news} - seen
        seen |= news
    return end in seen


@given(NEEDS)
def test_an_order_puts_every_parent_first_that_it_can(needs: list[Need]) -> None:
    found = order(PLACES, needs)
    required = [need for need in needs if need.required]
    in_a_cycle = any(reaches(place, place, required) for place in PLACES)
    if isinstance(found, Cycle):
        assert in_a_cycle
        assert all(need.required for need in found.needs)
        assert [need.parent for need in found.needs] == [need.child for need in (*found.needs[1:], found.needs[0])]
        return
    assert not in_a_cycle
    assert sorted(found.streams) == PLACES
    at = found.streams.index
    for need in needs:
        if need in found.second:
            assert not need.required
            assert reaches(need.parent, need.child, needs), "only a cycle is broken"
        else:
            assert at(need.parent) < at(need.child)


@given(st.permutations(PLACES))
def test_without_references_the_order_is_the_declared_one(places: list[Place]) -> None:
    assert order(places, []) == Order(streams=tuple(places))


def test_a_required_cycle_is_named() -> None:
    needs = [
        Need(child=PLACES[0], field="account", parent=PLACES[1], required=True),
        Need(child=PLACES[1], field="main", parent=PLACES[0], required=True),
    ]
    found = order(PLACES, needs)
    assert isinstance(found, Cycle)
    assert found.reason == "these references require each other: s.a requires account (s.b), s.b requires main (s.a)"


def test_the_needs_of_a_declaration() -> None:
    declaration = accounts("crm", "erp")
    required = {("erp", "person"): {"account"}}
    needs = needs_of(declaration.entities, declaration.bindings, lambda s, t: required.get((s, t), set()))
    assert [(need.child, need.field, need.parent, need.required) for need in needs] == [
        (("crm", "person"), "account", ("crm", "account"), False),
        (("crm", "account"), "main", ("crm", "person"), False),
        (("erp", "person"), "account", ("erp", "account"), True),
        (("erp", "account"), "main", ("erp", "person"), False),
    ]
    assert referred_entity(PERSON, "account") == "account"
    assert referred_entity(PERSON, "name") is None


def pair(small: Small) -> None:
    """An account and its main person, who name each other in the CRM."""
    crm = small.systems["crm"]
    account = crm.make("account", {"name": "acme"})
    person = crm.make("person", {"name": "ann", "account": account.id})
    crm.change("account", account.id, {"main": person.id})


def test_a_cycle_of_optional_references_ends() -> None:
    small = Small(accounts("crm", "erp"))
    pair(small)
    small.settle()
    account, person = small.row("erp", "account"), small.row("erp", "person")
    assert account.now.values["main"] == person.id
    assert person.now.values["account"] == account.id
    assert [(call.method, call.path.split("/")[1]) for call in small.writes()] == [
        ("POST", "person"), ("POST", "account"), ("PATCH", "person"),
    ]  # fmt: skip
    before = len(small.writes())
    small.settle()
    assert len(small.writes()) == before


def test_what_a_system_requires_is_there_before_the_create() -> None:
    small = Small(accounts("crm", "erp"), required=[("erp", "person", "account")])
    assert [stream for system, stream in small.places if system == "erp"] == ["account", "person"]
    pair(small)
    small.settle()
    posted = [call for call in small.writes() if call.method == "POST"]
    assert [call.path.split("/")[1] for call in posted] == ["account", "person"]
    assert posted[1].json["account"] == small.row("erp", "account").id
    assert small.values("erp", "account")["main"] == small.row("erp", "person").id


def test_a_create_waits_for_a_parent_that_never_comes() -> None:
    declaration = accounts("crm", "erp")
    births = tuple(birth for birth in declaration.births if (birth.system, birth.entity) != ("erp", "account"))
    small = Small(replace(declaration, births=births), required=[("erp", "person", "account")])
    pair(small)
    small.settle()
    assert small.writes() == []
    case = small.case_of("crm", "person")
    [person] = [link for link in case.links.values() if link.state == "birth"]
    assert person.known["account"].waiting
    assert person.due_since is not None
