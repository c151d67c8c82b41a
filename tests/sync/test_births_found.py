"""A create whose answer was lost, and whose row is read before anybody knows that it is ours."""

import pytest
from small_world import Small, calm, contacts

from syncline.sync import answers, deliver, observe, plan


@pytest.mark.parametrize("safe_by", ["key", "find"])
def test_a_row_that_matched_two_records_is_not_parked_any_more_once_its_create_is_resolved(safe_by: str) -> None:
    """The CRM has the customer twice, so the shop's row is ambiguous until we learn that we made it."""
    small = Small(contacts("crm", "shop"), {"shop": calm(safe_by=safe_by, lost_after=1.0)})
    small.observe()  # the streams are baselined
    for name in ("Ann", "Anna"):
        small.systems["crm"].make("contact", {"email": "a@x", "name": name})
    small.observe()
    small.systems["shop"].faults = True
    while not small.alive("shop"):
        deliver.deliver(small.hub, "shop", "contact")
        small.now += 0.5
    observe.advance(small.hub, "shop", "contact")
    row = ("shop", "contact", small.row("shop", "contact").id)
    assert small.hub.ledger.parked_rows([row])[row].parking.code == "ambiguous-match"
    small.systems["shop"].faults = False
    small.settle()
    assert small.link(*row[::2]).record == small.link("crm", "crm0").record
    assert not small.hub.ledger.parked_rows([row])
    assert len(small.alive("shop")) == 1


def full_on_both_sides() -> Small:
    """Both were filled by hand: the CRM has the customer twice, the shop once, so nobody can say whose row that is."""
    small = Small(contacts("crm", "shop"))
    for name in ("Ann", "Anna"):
        small.systems["crm"].make("contact", {"email": "a@x", "name": name})
    small.systems["shop"].make("contact", {"email": "a@x", "name": "A."})
    small.observe()
    return small


def test_a_row_that_waits_for_a_person_is_not_taken_by_a_birth_that_finds_it() -> None:  # I14
    small = full_on_both_sides()
    row = ("shop", "contact", small.row("shop", "contact").id)
    assert small.hub.ledger.parked_rows([row])[row].parking.code == "ambiguous-match"
    assert plan.plan(small.hub).foot.counts == {}, "a plan makes no row that is there already"
    small.settle()
    assert small.hub.ledger.parked_rows([row])[row].parking.code == "ambiguous-match"
    assert small.hub.ledger.links_at([row]) == {}
    assert len(small.alive("shop")) == 1
    assert small.writes() == []
    record = small.link("crm", "crm0").record
    assert [one.state for one in small.hub.ledger.links_of([record])[record]] == ["active"]


def test_it_is_the_row_of_whom_a_person_says() -> None:
    small = full_on_both_sides()
    small.settle()
    first = small.link("crm", "crm0").record
    answers.add_link(small.hub, ("shop", "contact", "shop0"), first, "anna")
    small.settle()
    assert small.link("shop", "shop0").record == first
    assert [one.state for one in small.hub.ledger.links_of([first])[first]] == ["active", "active"]
    assert len(small.alive("shop")) == 1
