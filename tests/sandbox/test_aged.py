"""A company after years of work by hand: what each system holds of it is what is planted, and all of it is told."""

from collections import Counter

import pytest

from syncline.sandbox.aged import ACCOUNTS, CONTACTS, Aged, aged, version
from syncline.sandbox.company import Size, company
from syncline.sandbox.known import named

SIZE = Size(seed=5, accounts=200, contacts=400, deals=80)


@pytest.fixture(scope="module")
def old() -> Aged:
    return aged(company(SIZE), SIZE.seed)


def test_the_same_seed_makes_the_same_and_each_side_is_one_version_of_it(old: Aged) -> None:
    assert aged(company(SIZE), SIZE.seed) == old
    assert aged(company(SIZE), SIZE.seed + 1) != old
    assert version(Size(seed=5, accounts=200, contacts=400, deals=80, aged="crm")) == old.crm
    assert version(Size(seed=5, accounts=200, contacts=400, deals=80, aged="erp")) == old.erp
    with pytest.raises(ValueError, match="aged is crm, erp or nothing"):
        Size(aged="shop")  # type: ignore[arg-type]


def test_of_each_kind_there_are_as_many_as_it_says(old: Aged) -> None:
    assert Counter(one.kind for one in old.accounts) == {kind: 2 * share for kind, share in ACCOUNTS.items()}
    assert Counter(one.kind for one in old.contacts) == {kind: 4 * share for kind, share in CONTACTS.items()}


def test_every_row_belongs_to_one_real_thing(old: Aged) -> None:
    for kind, planted in (("accounts", old.accounts), ("contacts", old.contacts)):
        for side in ("crm", "erp"):
            numbers = [number for one in planted for number in getattr(one, side)]
            assert numbers == [row.number for row in getattr(getattr(old, side), kind)]
            assert numbers == list(range(1, len(numbers) + 1))


def test_each_kind_is_what_it_is_called(old: Aged) -> None:
    for one in old.accounts:
        here, there = ([getattr(old, side).accounts[n - 1] for n in getattr(one, side)] for side in ("crm", "erp"))
        if one.kind == "twice in crm":
            assert here[0].domain.lower() == here[1].domain.lower()
            assert here[0].name != here[1].name
        assert (len(here), len(there)) == {
            "crm only": (1, 0), "nameless in crm": (1, 0), "erp only": (0, 1), "nameless in erp": (0, 1),
            "twice in crm": (2, 1), "twice in erp": (1, 2),
        }.get(one.kind, (1, 1))  # fmt: skip
        blank = [row.domain == "" for row in (*here, *there)]
        assert any(blank) == (one.kind in ("look-alike", "nameless in crm", "nameless in erp"))


def test_who_is_named_is_there(old: Aged) -> None:
    for side in (old.crm, old.erp):
        assert {one.account for one in side.contacts} <= {None, *(one.number for one in side.accounts)}
        assert all(one.account <= len(side.accounts) and one.contact <= len(side.contacts) for one in side.deals)
        assert [one.number for one in side.deals] == list(range(1, len(side.deals) + 1))


@pytest.mark.parametrize("vendor", ["hubspot", "odoo"])
@pytest.mark.parametrize("side", ["crm", "erp"])
def test_every_vendor_can_tell_either_side(vendor: str, side: str) -> None:
    box = named(vendor)
    box.seed(Size(seed=5, accounts=200, contacts=400, deals=80, aged=side))  # type: ignore[arg-type]
    wanted = version(Size(seed=5, accounts=200, contacts=400, deals=80, aged=side))  # type: ignore[arg-type]
    kinds = ("companies", "contacts") if vendor == "hubspot" else ("res.partner",)
    rows = [row.get("properties", row) for kind in kinds for row in box.vendor.users.read(box, kind, None)]
    names = {row.get("name") for row in rows}
    assert {one.name for one in wanted.accounts} <= names
    domains = [row.get("domain") or row.get("website") for row in rows if row.get("domain") or row.get("website")]
    assert sum("example.test" in str(one) for one in domains) == sum(one.domain != "" for one in wanted.accounts)
    box.store.close()
