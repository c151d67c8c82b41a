"""Duplicates inside one system are said before anything is linked: whose another's row is only a person knows."""

from itertools import permutations

import pytest
from alike_world import Companies

from syncline.model.rows import ParkedRow
from syncline.sync import answers, derive, observe, people


def read_in_order(world: Companies, order: tuple[str, ...]) -> Companies:
    """Each system is read to its end and met before the next one is looked at."""
    for system in order:
        world.now += 5.0
        while observe.advance(world.hub, system, "account"):
            continue
        while derive.derive_dirty(world.hub):
            continue
    world.settle()
    return world


def parked(world: Companies, system: str) -> list[ParkedRow]:
    return list(world.hub.ledger.parked_after(system, "account", "", 99))


def linked_with_others(world: Companies) -> list[int]:
    """The records with rows in several systems."""
    ledger = world.hub.ledger
    links = ledger.links_of(ledger.scan(0, 999))
    return [rid for rid, own in links.items() if len({one.system for one in own if one.external_id}) > 1]


def nothing_is_guessed(world: Companies, **rows: int) -> None:
    assert {system: world.number(system) for system in rows} == rows, "born somewhere"
    assert linked_with_others(world) == [], "linked"
    for system in rows:
        for row in world.alive(system, "account"):
            known = world.hub.ledger.links_at([(system, "account", row.id)])
            listed = {one.id for one in parked(world, system)}
            assert known or row.id in listed


@pytest.mark.parametrize("order", list(permutations(["crm", "erp"])))
def test_two_in_the_crm_and_one_in_the_erp(order: tuple[str, ...]) -> None:
    world = Companies(alike=None)
    for system in ("crm", "crm", "erp"):
        world.type(system, vat="V1", name=f"Contact {world.number('crm')}")
    nothing_is_guessed(read_in_order(world, order), crm=2, erp=1)


@pytest.mark.parametrize("order", list(permutations(["crm", "erp"])))
def test_two_in_both(order: tuple[str, ...]) -> None:
    world = Companies(alike=None)
    for system in ("crm", "erp", "crm", "erp"):
        world.type(system, vat="V1")
    nothing_is_guessed(read_in_order(world, order), crm=2, erp=2)


@pytest.mark.parametrize("order", list(permutations(["crm", "erp", "shop"])))
def test_two_in_the_crm_and_one_in_each_of_two_others(order: tuple[str, ...]) -> None:
    world = Companies("crm", "erp", "shop", alike=None)
    for system in ("crm", "crm", "erp", "shop"):
        world.type(system, vat="V1")
    read_in_order(world, order)
    assert [world.number(system) for system in ("crm", "erp", "shop")] == [2, 1, 1]
    crm = [world.hub.ledger.links_at([("crm", "account", row.id)]) for row in world.alive("crm", "account")]
    together = linked_with_others(world)
    assert all(next(iter(found.values())).record not in together for found in crm if found), "a CRM row is linked"


def test_read_in_turns_it_is_the_same() -> None:
    world = Companies(alike=None)
    for number in range(60):
        world.type("crm", vat=f"V{number}")
        world.type("erp", vat=f"V{number}")
    for number in (7, 50):
        world.type("crm", vat=f"V{number}")
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (62, 60)
    assert len(linked_with_others(world)) == 58


@pytest.mark.parametrize("order", list(permutations(["crm", "erp"])))
def test_a_person_says_which_and_it_goes_on(order: tuple[str, ...]) -> None:
    world = Companies(alike=None)
    one, other = (world.type("crm", vat="V1", name=f"Contact {n}") for n in (1, 2))
    there = world.type("erp", vat="V1")
    read_in_order(world, order)
    if parked(world, "erp"):
        answers.add_link(world.hub, ("erp", "account", there), world.of("crm", one).id, "anna")
    else:
        rids = sorted((world.of("erp", there).id, world.of("crm", one).id))
        answers.merge_records(world.hub, rids[0], rids[1], "anna")
    world.settle()
    assert world.at_row("crm", one).record == world.at_row("erp", there).record
    assert (world.number("crm"), world.number("erp")) == (2, 1), "the other one is still in question"
    (asking, _) = world.asked()[0]
    assert asking == world.of("crm", other).id
    people.not_the_same(world.hub, asking, "anna")
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (2, 2)


def test_another_key_that_is_nobody_elses_decides_before() -> None:
    from alike_world import ERP_ID, VAT

    world = Companies(alike=None, rules=(ERP_ID, VAT))
    there = world.type("erp", vat="V1")
    world.type("crm", vat="V1", erp_id=there)
    world.type("crm", vat="V1")
    read_in_order(world, ("erp", "crm"))
    assert len(linked_with_others(world)) == 1
    assert (world.number("crm"), world.number("erp")) == (2, 1)


def test_a_birth_finds_a_row_that_is_in_doubt_and_leaves_it_so() -> None:
    """Nobody knew of it when the birth was planned."""
    world = Companies(alike=None, born=())
    world.type("crm", vat="V1")
    world.settle()
    world.other(Companies(alike=None).hub.declaration)
    record = world.case_of("crm", "account").record.id
    with world.hub.ledger.unit() as unit:
        unit.mark_dirty([record])
    while derive.derive_dirty(world.hub):
        continue
    assert [link.state for link in world.hub.ledger.links_of([record])[record]] == ["active", "birth"]
    world.type("crm", vat="V1")
    world.type("erp", vat="V1")
    world.settle()
    assert linked_with_others(world) == []
    assert (world.number("crm"), world.number("erp")) == (2, 1)


def test_when_the_row_in_doubt_is_deleted_the_record_is_born() -> None:
    world = Companies(alike=None)
    one = world.type("crm", vat="V1")
    world.type("crm", vat="V1")
    there = world.type("erp", vat="V1")
    read_in_order(world, ("crm", "erp"))
    assert [row.id for row in parked(world, "erp")] == [there]
    world.systems["erp"].kill("account", there)
    world.settle()
    assert world.number("erp") == 1
    assert world.at_row("crm", one).record in linked_with_others(world)


def test_when_the_row_in_doubt_gets_another_key_both_go_on() -> None:
    world = Companies(alike=None)
    one = world.type("crm", vat="V1")
    world.type("crm", vat="V1")
    there = world.type("erp", vat="V1")
    read_in_order(world, ("crm", "erp"))
    world.edit("erp", there, vat="V2")
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (3, 2)
    assert world.at_row("crm", one).record in linked_with_others(world)


def test_a_key_that_is_typed_later_makes_no_second_row_of_the_same_key() -> None:
    """Each is alone, and may be born where the other has been for long."""
    world = Companies(alike=None, born=())
    one = world.type("crm", name="Contact 17")
    world.type("erp", name="Contact 17", vat="V1")
    world.settle()
    world.other(Companies(alike=None).hub.declaration)
    world.edit("crm", one, vat="V1")
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (1, 1)
    assert len(world.asked()) == 1
    answers.merge_records(world.hub, *world.asked()[0], "anna")
    world.settle()
    assert len(linked_with_others(world)) == 1
    assert (world.number("crm"), world.number("erp")) == (1, 1)


def test_what_is_kept_for_that_is_gone_after_the_first_read() -> None:
    world = Companies(alike=None)
    for system in ("crm", "crm", "erp"):
        world.type(system, vat="V1")
    read_in_order(world, ("erp", "crm"))
    assert world.hub.ledger.records_with([("=crm/account account:vat", "v1")]) == {}
