"""The made-up company: the same for the same numbers, whole in itself, and different where that is asked."""

from dataclasses import replace

import pytest

from syncline.sandbox.company import Size, company


def test_the_same_numbers_make_the_same_company() -> None:
    assert company(Size(seed=3)) == company(Size(seed=3))
    assert company(Size(seed=3)) != company(Size(seed=4))


def test_whoever_is_named_is_there() -> None:
    made = company(Size(people=2, accounts=5, contacts=9, products=3, deals=20))
    assert {deal.account for deal in made.deals} <= {one.number for one in made.accounts}
    assert {deal.contact for deal in made.deals} <= {one.number for one in made.contacts}
    assert {line.product for deal in made.deals for line in deal.lines} <= {one.number for one in made.products}
    assert {one.person for one in (*made.accounts, *made.contacts, *made.deals)} <= {1, 2}
    assert all(deal.lines and deal.amount > 0 for deal in made.deals)
    emails = [one.email for one in made.contacts]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@example.test") for email in emails)


@pytest.mark.parametrize("without", ["people", "accounts", "contacts", "products"])
def test_without_one_of_its_parts_there_are_no_deals(without: str) -> None:
    assert company(replace(Size(), **{without: 0})).deals == ()


def test_two_systems_differ_in_a_share_of_phones_and_in_nothing_else() -> None:
    here, there = company(Size(contacts=200)), company(Size(contacts=200, differs=0.25, differs_seed=1))
    wrong = [one.number for one, other in zip(here.contacts, there.contacts, strict=True) if one != other]
    assert 25 < len(wrong) < 80
    same = tuple(replace(one, phone="") for one in here.contacts)
    assert tuple(replace(one, phone="") for one in there.contacts) == same
    assert (here.deals, here.products) == (there.deals, there.products)
