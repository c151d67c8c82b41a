"""When the match rules change, what was read before is found by the new ones, and records that are alone meet again."""

from dataclasses import replace

import pytest
from alike_world import ALIKE, VAT, Companies

from syncline.identity.match import MatchRule
from syncline.mapping.text import text
from syncline.sync import rekeyed, rounds

NAME = MatchRule(fields=("name",))


def apart(**more: object) -> Companies:
    """Read by one rule that says nothing: each system has one of the same company, and nothing is born."""
    world = Companies(alike=None, born=(), **more)
    world.type("crm", name="Contact 17", city="Wien", phone=None)
    world.type("erp", name="contact 17", city="Graz", phone="+431234567")
    world.settle()
    assert world.at_row("crm", world.only("crm")).record != world.at_row("erp", world.only("erp")).record
    return world


def ruled(world: Companies, *rules: MatchRule, **more: object) -> Companies:
    """The declaration says otherwise now."""
    world.other(Companies(alike=None, born=("crm", "erp"), rules=rules, **more).hub.declaration)  # type: ignore[arg-type]
    world.settle()
    return world


def together(world: Companies) -> bool:
    return world.at_row("crm", world.only("crm")).record == world.at_row("erp", world.only("erp")).record


def test_a_new_row_is_found_by_a_rule_that_came_later() -> None:
    world = Companies("crm", "erp", alike=None, born=())
    world.type("crm", name="Contact 17")
    world.settle()
    world.other(Companies(alike=None, born=(), rules=(VAT, NAME)).hub.declaration)
    world.type("erp", name="Contact 17")
    world.settle()
    assert together(world)


def test_two_that_were_alone_meet_by_the_new_rule_as_a_row_meets_a_record() -> None:
    world = ruled(apart(), VAT, NAME)
    assert (world.number("crm"), world.number("erp")) == (1, 1), "none is born beside the other"
    assert together(world)
    assert world.values("crm", "account")["phone"] == "+431234567", "a blank is filled"
    link = world.at_row("erp", world.only("erp"))
    record = world.record(link)
    assert record.conflicts == {}, "what differs is a first difference, and no conflict"
    cities = {world.values(system, "account")["city"] for system in ("crm", "erp")}
    assert cities == {"Wien", "Graz"} or world.hub.ledger.history([record.id])[record.id]


def test_it_says_how_many() -> None:
    world = ruled(apart(), VAT, NAME)
    notes = [run.note for run in world.hub.ledger.runs(1000) if run.kind == "match"]
    assert "account: 1 joined, 0 to be asked about" in notes


def test_several_of_them_are_asked_about_and_none_is_joined() -> None:
    world = Companies(alike=None, born=())
    for system in ("crm", "erp", "erp"):
        world.type(system, name="Contact 17")
    world.settle()
    ruled(world, VAT, NAME)
    assert (world.number("crm"), world.number("erp")) == (1, 2)
    records = {world.at_row(s, row.id).record for s in ("crm", "erp") for row in world.alive(s, "account")}
    assert len(records) == 3
    assert world.asked() != []


def test_links_that_were_made_before_stay() -> None:
    world = Companies(alike=None)
    world.type("crm", vat="V1", name="Contact 17")
    world.type("erp", vat="V1", name="Other")
    world.settle()
    before = world.at_row("crm", world.only("crm")).record
    ruled(world, NAME)
    assert together(world)
    assert world.at_row("crm", world.only("crm")).record == before


def test_who_was_said_to_be_another_is_not_joined() -> None:
    from syncline.sync import people

    world = Companies(alike=ALIKE, born=())
    world.type("crm", name="Contact 17")
    world.type("erp", name="Contact 17")
    world.settle()
    people.not_the_same(world.hub, world.asked()[0][0], "anna")
    world.other(Companies(alike=ALIKE, born=(), rules=(VAT, NAME)).hub.declaration)
    world.settle()
    assert not together(world)


def test_another_type_of_a_key_field_makes_the_keys_anew() -> None:
    world = Companies(alike=None, born=(), rules=(NAME,))
    exact = replace_type(world)
    world.other(exact)
    world.type("crm", name="Contact 17")
    world.type("erp", name="CONTACT 17")
    world.settle()
    assert not together(world)
    world.other(Companies(alike=None, born=(), rules=(NAME,)).hub.declaration)
    world.settle()
    assert together(world)


def replace_type(world: Companies):  # type: ignore[no-untyped-def]
    """Names are compared letter by letter."""
    declared = world.hub.declaration
    entity = declared.entities["account"]
    name = replace(entity.fields["name"], type=text())
    return replace(declared, entities={"account": replace(entity, fields={**entity.fields, "name": name})})


def test_nothing_is_done_again_while_nothing_changes() -> None:
    world = ruled(apart(), VAT, NAME)
    assert rekeyed.advance(world.hub) == 0
    before = len(world.hub.ledger.runs(10_000))
    rounds.follow(world.hub, {})
    assert len(world.hub.ledger.runs(10_000)) == before


def to_the_end(world: Companies) -> None:
    while rekeyed.advance(world.hub):
        continue


@pytest.mark.parametrize("point", ["keys made anew", "matched again"])
def test_a_stop_in_between_leaves_nothing_out(point: str) -> None:
    world = Companies(alike=None, born=())
    for number in range(45):
        world.type("crm", name=f"Contact {number}")
        world.type("erp", name=f"Contact {number}")
    world.settle()
    world.other(Companies(alike=None, born=("crm", "erp"), rules=(VAT, NAME)).hub.declaration)

    def stop() -> None:
        raise InterruptedError

    for _ in range(2):
        world.at[point] = stop
        with pytest.raises(InterruptedError):
            to_the_end(world)
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (45, 45)
    links = world.hub.ledger.links_of(world.hub.ledger.scan(0, 1000))
    assert sum(len({link.system for link in own}) == 2 for own in links.values()) == 45


def test_an_alike_rule_that_came_later_asks_about_what_was_read_before() -> None:
    world = apart()
    world.other(Companies().hub.declaration)
    world.settle()
    assert len(world.asked()) == 1
    assert (world.number("crm"), world.number("erp")) == (1, 1)


@pytest.mark.parametrize("first", [True, False])
def test_a_record_of_which_no_key_can_be_made_holds_up_no_other(first: bool) -> None:
    """L2: it keeps what it has, the others meet, births go on, and a run says so."""
    world = Companies(alike=None, born=())
    names = ["Contact 17", "poison"]
    for name in reversed(names) if first else names:
        world.type("crm", name=name)
    world.type("erp", name="Contact 17")
    world.settle()
    declared = Companies(alike=None, born=("erp",), rules=(VAT, NAME)).hub.declaration
    entity = declared.entities["account"]
    kind = entity.fields["name"].type

    def key(value: object) -> object:
        if value == "poison":
            raise RecursionError("too deep")
        return kind.key(value)  # type: ignore[arg-type]

    name = replace(entity.fields["name"], type=replace(kind, key=key))
    entities = {"account": replace(entity, fields={**entity.fields, "name": name})}
    world.other(replace(declared, entities=entities))
    to_the_end(world)
    both = [world.at_row(s, row.id).record for s in ("crm", "erp") for row in world.alive(s, "account")]
    assert len(set(both)) == 2
    assert rekeyed.advance(world.hub) == 0
    notes = [run.note for run in world.hub.ledger.runs(1000) if run.kind == "match"]
    assert "account: 1 joined, 0 to be asked about" in notes
    assert any("could not be matched by the rules of now: RecursionError: too deep" in note for note in notes)
