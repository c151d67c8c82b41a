"""Parents before children; cycles are broken where nothing is required, and a required one is named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncline.mapping.binding import Binding, BoundField
from syncline.mapping.lens import rename
from syncline.mapping.nested import reference_lens
from syncline.mapping.reference import reference
from syncline.mapping.text import text
from syncline.merge.order import Cycle, Need, Order, Place, needs_of, order, referred_entity
from syncline.merge.policy import EntityPolicy, FieldPolicy

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


def test_what_is_no_stream_of_the_order_asks_nothing_of_it() -> None:
    elsewhere = [
        Need(child=PLACES[0], field="f", parent=("other", "x"), required=True),
        Need(child=("other", "x"), field="f", parent=PLACES[0], required=True),
    ]
    assert order(PLACES, elsewhere) == Order(streams=tuple(PLACES))


def test_a_cycle_is_begun_where_nothing_is_required() -> None:
    a, b, c = PLACES[:3]
    optional = Need(child=b, field="main", parent=a)
    needs = [Need(child=a, field="account", parent=b, required=True), optional,
             Need(child=c, field="deal", parent=a, required=True)]  # fmt: skip
    assert order([c, a, b], needs) == Order(streams=(b, a, c), second=(optional,))


def test_a_required_cycle_is_named_without_what_only_hangs_on_it() -> None:
    a, b, c = PLACES[:3]
    needs = [
        Need(child=c, field="deal", parent=a, required=True),
        Need(child=a, field="other", parent=c),
        Need(child=a, field="account", parent=b, required=True),
        Need(child=b, field="main", parent=a, required=True),
    ]
    found = order([c, a, b], needs)
    assert isinstance(found, Cycle)
    assert found.needs == (needs[2], needs[3])


ACCOUNT = EntityPolicy(name="account", fields={"main": FieldPolicy(name="main", type=reference("person"))})
PERSON = EntityPolicy(
    name="person",
    fields={
        "name": FieldPolicy(name="name", type=text()),
        "account": FieldPolicy(name="account", type=reference("account")),
    },
)


def bound(system: str) -> list[Binding]:
    """Persons and accounts of a system; a person also has a line, which no policy of the entity names."""
    main = BoundField(field="main", lens=reference_lens("main", system, "person"))
    account = BoundField(field="account", lens=reference_lens("account_id", system, "account"))
    others = [BoundField(field=name, lens=rename(name, text())) for name in ("name", "lines/1/name")]
    return [
        Binding(system=system, stream="person", entity="person", fields=(account, *others)),
        Binding(system=system, stream="account", entity="account", fields=(main,)),
    ]


def test_the_needs_of_a_declaration_are_its_references_within_a_system() -> None:
    entities = {"account": ACCOUNT, "person": PERSON}
    required = {("erp", "person"): {"account_id"}}
    needs = needs_of(entities, [*bound("crm"), *bound("erp")], lambda s, t: required.get((s, t), set()))
    assert [(need.child, need.field, need.parent, need.required) for need in needs] == [
        (("crm", "person"), "account", ("crm", "account"), False),
        (("crm", "account"), "main", ("crm", "person"), False),
        (("erp", "person"), "account", ("erp", "account"), True),
        (("erp", "account"), "main", ("erp", "person"), False),
    ]
    assert referred_entity(PERSON, "account") == "account"
    assert referred_entity(PERSON, "name") is None
