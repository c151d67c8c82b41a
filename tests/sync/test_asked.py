"""Records that look the same are asked about, and are born nowhere meanwhile."""

import pytest
from alike_world import MUELLER, MUELLER_TOO, OTHER_PHONE, PHONE, Companies

from syncline.identity.alike import MOST, AlikeRule
from syncline.sync import answers, people


def asked(*first: str) -> Companies:
    """One company in the CRM and once more in the ERP, spelled otherwise; neither has a VAT number."""
    world = Companies()
    for system in first or ("crm", "erp"):
        world.type(system, **(MUELLER if system == "crm" else MUELLER_TOO))
    world.settle()
    return world


def test_without_the_question_each_is_born_in_the_other() -> None:
    world = Companies(alike=None)
    world.type("crm", **MUELLER)
    world.type("erp", **MUELLER_TOO)
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (2, 2)


def test_two_that_look_the_same_are_born_nowhere_and_one_question_is_asked() -> None:
    world = asked()
    assert (world.number("crm"), world.number("erp")) == (1, 1)
    assert len(world.asked()) == 1
    record = world.hub.ledger.records([world.asked()[0][0]]).popitem()[1]
    assert record.may_be is not None
    assert record.may_be.score >= 90
    assert record.may_be.why == ("same name", "same phone")
    assert not world.writes()


@pytest.mark.parametrize("late", ["crm", "erp"])
def test_a_row_that_comes_later_is_asked_about_too(late: str) -> None:
    world = Companies(born=())
    early = "erp" if late == "crm" else "crm"
    world.type(early, **MUELLER)
    world.settle()
    world.other(Companies().hub.declaration)
    world.type(late, **MUELLER_TOO)
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (1, 1)
    assert len(world.asked()) == 1


def test_two_that_come_in_one_page_are_compared_with_each_other() -> None:
    world = Companies()
    world.settle()
    world.type("crm", **MUELLER)
    world.type("crm", **MUELLER_TOO)
    world.settle()
    assert world.number("erp") == 1
    assert len(world.asked()) == 1


def test_a_duplicate_inside_one_system_is_not_born_in_the_other() -> None:
    world = Companies()
    one = world.type("crm", vat="V1", **MUELLER)
    world.type("erp", vat="V1", **MUELLER_TOO)
    twin = world.type("crm", **MUELLER_TOO)
    world.settle()
    assert world.asked() == [(world.of("crm", twin).id, world.of("crm", one).id)]
    assert (world.number("crm"), world.number("erp")) == (2, 1)


def test_said_to_be_one_they_are_one_and_their_difference_is_a_first_difference() -> None:
    world = asked()
    one, other = world.asked()[0]
    answers.merge_records(world.hub, min(one, other), max(one, other), "anna")
    world.settle()
    assert world.asked() == []
    assert (world.number("crm"), world.number("erp")) == (1, 1)
    assert world.at_row("crm", world.only("crm")).record == world.at_row("erp", world.only("erp")).record
    known = [world.at_row(system, world.only(system)).known["name"] for system in ("crm", "erp")]
    assert [one.differs for one in known].count(True) == 1, "a person says which name it has"
    assert not [call for call in world.writes() if "name" in str(call.json)]


def test_said_not_to_be_the_same_both_go_on_by_themselves() -> None:
    world = asked()
    people.not_the_same(world.hub, world.asked()[0][0], "anna")
    world.settle()
    assert world.asked() == []
    assert (world.number("crm"), world.number("erp")) == (2, 2)


def test_who_is_not_the_same_is_not_asked_about_again() -> None:
    world = asked()
    people.not_the_same(world.hub, world.asked()[0][0], "anna")
    world.edit("crm", world.only("crm"), name="Muller GmbH")
    world.settle()
    assert world.asked() == []


@pytest.mark.parametrize("system", ["crm", "erp"])
def test_an_edit_that_makes_them_unlike_ends_the_question(system: str) -> None:
    world = asked()
    world.edit(system, world.only(system), name="Brauhaus Sixtus", phone=OTHER_PHONE)
    world.settle()
    assert world.asked() == []
    assert (world.number("crm"), world.number("erp")) == (2, 2)


def test_an_edit_while_it_is_asked_is_kept() -> None:
    world = asked()
    world.edit("crm", world.only("crm"), city="Wien")
    world.settle()
    one, other = world.asked()[0]
    answers.merge_records(world.hub, one, other, "anna")
    world.settle()
    assert world.values("erp", "account")["city"] == "Wien"


@pytest.mark.parametrize("system", ["crm", "erp"])
def test_a_delete_ends_the_question(system: str) -> None:
    world = asked()
    world.systems[system].kill("account", world.only(system))
    world.settle()
    assert world.asked() == []


def test_different_vat_numbers_say_that_they_are_not_the_same() -> None:
    world = Companies()
    world.type("crm", vat="V1", **MUELLER)
    world.type("erp", vat="V2", **MUELLER_TOO)
    world.settle()
    assert world.asked() == []
    assert (world.number("crm"), world.number("erp")) == (2, 2)


@pytest.mark.parametrize("order", [("crm", "erp"), ("erp", "crm")])
def test_a_key_that_says_so_joins_them(order: tuple[str, str]) -> None:
    world = asked()
    for system in order:
        world.edit(system, world.only(system), vat="V1")
        world.settle()
    assert world.asked() == []
    assert world.at_row("crm", world.only("crm")).record == world.at_row("erp", world.only("erp")).record


def test_a_key_that_a_third_has_too_joins_nobody() -> None:
    world = asked()
    world.type("crm", name="Gasthof Adler", vat="V1")
    world.settle()
    world.edit("crm", world.row("crm", "account", 0).id, vat="V1")
    world.edit("erp", world.row("erp", "account", 0).id, vat="V1")
    world.settle()
    assert len({world.at_row(s, world.row(s, "account", 0).id).record for s in ("crm", "erp")}) == 2


def test_blank_names_and_phones_are_never_alike() -> None:  # I14
    world = Companies(born=())
    for system in ("crm", "erp"):
        world.type(system, name=None, phone=PHONE)
        world.type(system, name="", phone=None)
        world.type(system, name="GmbH", phone=None)
    world.settle()
    ledger = world.hub.ledger
    records = ledger.records(ledger.scan(0, 100))
    for one, other in world.asked():
        assert {records[rid].fields["name"].value for rid in (one, other)} == {"GmbH"}


def test_of_several_the_most_alike_is_asked_about() -> None:
    world = Companies(born=())
    world.type("erp", name="Muller Bau GmbH", phone=PHONE)
    best = world.type("erp", name="M\u00fcller GmbH", phone=PHONE)
    mine = world.type("crm", **MUELLER_TOO)
    world.settle()
    assert {world.of("crm", mine).id, world.of("erp", best).id} in [set(pair) for pair in world.asked()]
    asking = [one for one, _ in world.asked()]
    assert len(asking) == len(set(asking))


def test_a_block_that_is_too_large_is_not_compared() -> None:
    world = Companies(born=())
    for _ in range(MOST):
        world.type("erp", name="Filiale", phone=None)
    world.type("crm", name="Filiale", phone=None)
    world.settle()
    assert world.asked() == []
    assert world.hub.ledger.crowded("account:~sound", MOST, 10) == [("fl", MOST + 1)]


def test_the_next_one_is_asked_about_when_the_best_is_not_it() -> None:
    world = Companies(born=())
    world.type("erp", **MUELLER_TOO)
    world.type("crm", **MUELLER)
    world.type("crm", name="Muller Gmbh.", phone=PHONE)
    world.settle()
    seen: set[tuple[int, ...]] = set()
    for _ in range(4):
        for one, other in world.asked()[:1]:
            assert (one, other) not in seen
            seen.add((one, other))
            people.not_the_same(world.hub, one, "anna")
            world.settle()
    assert world.asked() == []
    assert len({tuple(sorted(pair)) for pair in seen}) == 3, "each pair is asked about once"


def test_a_third_system_is_not_told_of_a_record_that_asks() -> None:
    world = Companies("crm", "erp", "shop")
    world.type("crm", **MUELLER)
    world.type("erp", **MUELLER_TOO)
    world.settle()
    assert (world.number("crm"), world.number("erp")) == (1, 1)
    assert world.number("shop") == 1, "the one that is asked about is born there, the other is not"
    one, other = world.asked()[0]
    answers.merge_records(world.hub, other, one, "anna")
    world.settle()
    assert [world.number(system) for system in ("crm", "erp", "shop")] == [1, 1, 1]


def test_a_question_follows_a_record_that_another_takes_over() -> None:
    world = asked()
    one, other = world.asked()[0]
    more = world.type("crm", name="Gasthof Adler", vat="V9")
    world.settle()
    keep = world.of("crm", more).id
    answers.merge_records(world.hub, keep, other, "anna")
    world.settle()
    assert (one, keep) in world.asked() or world.asked() == []


def test_a_rule_with_another_threshold_asks_less() -> None:
    world = Companies(alike=AlikeRule(fields=("name", "phone"), at_least=100.0), born=())
    world.type("crm", name="M\u00fcller Bau", phone=PHONE)
    world.type("erp", name="Mueler Bau", phone=PHONE)
    world.settle()
    assert world.asked() == []
