"""People who sell: found by their e-mail before what is theirs, and no reason to fail a record when they have left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from two_vendors import Company, company

from syncline.model.record import Record

pytestmark = pytest.mark.slow
SIZE = {"contacts": 3, "accounts": 2, "products": 1, "deals": 0}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Company]:
    with company(tmp_path, **SIZE) as found:
        found.settle()
        yield found


def people(both: Company) -> dict[str, Record]:
    """The persons by their e-mail."""
    found = both.hub.ledger.records(range(1, 60)).values()
    return {str(one.fields["email"].value): one for one in found if one.entity == "person" and "email" in one.fields}


def ids(both: Company, record: int) -> dict[str, str]:
    """What the systems call a record's rows."""
    links = both.hub.ledger.links_of([record])[record]
    return {one.system: str(one.external_id) for one in links if one.external_id is not None}


def in_both(both: Company) -> list[tuple[str, str]]:
    """Those that are in both, by their ids in HubSpot and Odoo."""
    found = [ids(both, one.id) for one in people(both).values()]
    return [(one["hubspot"], one["odoo"]) for one in found if len(one) == 2]


def contact(both: Company, number: int) -> tuple[str, str]:
    """The ids of a contact that both have."""
    email = f"contact{number}@example.test"
    return tuple(
        next(rid for rid, row in both.rows(system, stream).items() if row["email"] == email)
        for system, stream in (("hubspot", "contacts"), ("odoo", "res.partner"))
    )  # type: ignore[return-value]


def test_people_are_found_by_their_email_before_anything_is_theirs(both: Company) -> None:
    assert len(in_both(both)) >= 2
    reps = [one.fields["rep"] for one in both.hub.ledger.records(range(1, 60)).values() if "rep" in one.fields]
    assert reps
    assert {one.version for one in reps} == {1}, "known at once, when the first record that is theirs was met"
    assert [one for one in both.hub.ledger.open_items() if one.field == "rep"] == []
    first = min(one.id for one in both.hub.ledger.records(range(1, 60)).values() if one.entity != "person")
    assert max(one.id for one in people(both).values() if len(ids(both, one.id)) == 2) < first


def test_an_owner_who_has_left_fails_no_record(tmp_path: Path) -> None:
    """The CRM would not have him: that is said of the one field, and everything else is told."""

    def by_the_office(tree: Any) -> None:
        tree["fields"]["contact.rep"]["truth"] = "odoo"

    with company(tmp_path, by_the_office, **SIZE) as both:
        both.settle()
        (stays_there, stays), (left, user) = in_both(both)[:2]
        mine, theirs = contact(both, 1)
        both.people["odoo"].save("res.partner", {"user_id": int(stays)}, theirs)
        both.settle()
        assert both.rows("hubspot", "contacts")[mine]["hubspot_owner_id"] == stays_there
        both.people["hubspot"].remove("owners", left)
        both.settle()
        both.people["odoo"].save("res.partner", {"user_id": int(user), "function": "Buyer"}, theirs)
        both.settle()
        row = both.rows("hubspot", "contacts")[mine]
        assert (row["jobtitle"], row["hubspot_owner_id"]) == ("Buyer", stays_there)
        (where,) = both.parked()
        assert where == ("hubspot", "contact", mine, "rep")
        both.people["odoo"].save("res.partner", {"user_id": int(stays), "function": "Head"}, theirs)
        both.settle()
        assert both.rows("hubspot", "contacts")[mine]["jobtitle"] == "Head"
        assert both.parked() == {}


def test_a_user_who_has_left_fails_no_record(both: Company) -> None:
    owner, user = in_both(both)[1]
    mine, theirs = contact(both, 2)
    both.people["odoo"].save("res.users", {"active": False}, user)
    both.settle()
    both.people["hubspot"].save("contacts", {"hubspot_owner_id": owner, "phone": "+43 1 777"}, mine)
    both.settle()
    row = both.rows("odoo", "res.partner")[theirs]
    assert str(row["phone"]).replace(" ", "") == "+431777"
    assert row["user_id"] == int(user)
    assert not both.parked()


def test_an_owner_who_left_before_anybody_looked_holds_up_no_new_row(tmp_path: Path) -> None:
    def leave(both: Company) -> None:
        owners = both.people["hubspot"].rows("owners")
        left = str(owners[0]["id"])
        values = {"email": "new@example.test", "lastname": "9", "hubspot_owner_id": left}
        made = both.people["hubspot"].save("contacts", values)
        company_id = next(iter(both.rows("hubspot", "companies")))
        ends = {"from": "contacts", "id": made["id"], "to": "companies", "to_id": company_id}
        both.people["hubspot"].act("associate", **ends)
        both.people["hubspot"].remove("owners", left)

    with company(tmp_path, prepare=leave, **SIZE) as both:
        both.settle()
        made = [row for row in both.rows("odoo", "res.partner").values() if row["email"] == "new@example.test"]
        assert [row["user_id"] for row in made] == [False]
        assert not [key for key in both.parked() if key[3] == "*"]
