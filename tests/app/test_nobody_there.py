"""A person whom one of the systems does not know is listed with what to do, and goes on by itself once that is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_running import two

from syncline.app import Running
from syncline.look.opened import Opened, everything
from syncline.sandbox.clock import Clock
from syncline.sandbox.remote import over_http
from syncline.sync import provision, rounds
from syncline.sync.twinless import NO_TWIN


def settled(running: Running, clock: Clock) -> list[Opened]:
    """What is open when all that can be done is done."""
    for _ in range(3):
        clock.advance(300)
        assert rounds.sync(running.hub) == {}
    return list(everything(running.hub))


@pytest.mark.slow
def test_a_salesperson_without_a_twin_is_parked_until_there_is_one(tmp_path: Path) -> None:
    with two(tmp_path) as (running, clock):
        for need in provision.needs(running.hub):
            provision.make(running.hub, need)
        assert settled(running, clock) == []
        sellers, office = (over_http(running.declaration.systems[name].url or "") for name in ("hubspot", "odoo"))
        owner = sellers.save("owners", {"email": "person9@example.test", "firstName": "Person", "lastName": "9"})
        contact = next(row for row in sellers.rows("contacts") if row["properties"]["lastname"] == "1")
        sellers.save("contacts", {"hubspot_owner_id": str(owner["id"])}, contact["id"])
        (waits,) = settled(running, clock)
        assert (waits.code, waits.name, waits.field, waits.system) == (NO_TWIN, "Contact 1", "rep", "odoo")
        assert waits.why == "Person 9 is not in odoo, and is not made there by the hub"
        assert waits.remedy.endswith(f"then: syncline parked retry {waits.at}")
        assert settled(running, clock) == [waits], "it is not parked anew each time"
        office.save("res.users", {"name": "Person 9", "login": "person9@example.test", "email": "person9@example.test"})
        assert settled(running, clock) == []
        users = {row["id"]: row["login"] for row in office.rows("res.users")}
        row = next(row for row in office.rows("res.partner") if row["name"] == "Contact 1")
        assert users[row["user_id"]] == "person9@example.test"


@pytest.mark.slow
def test_somebody_else_who_is_there_ends_it_too(tmp_path: Path) -> None:
    with two(tmp_path) as (running, clock):
        for need in provision.needs(running.hub):
            provision.make(running.hub, need)
        settled(running, clock)
        sellers = over_http(running.declaration.systems["hubspot"].url or "")
        owner = sellers.save("owners", {"email": "person9@example.test", "firstName": "Person", "lastName": "9"})
        contact = next(row for row in sellers.rows("contacts") if row["properties"]["lastname"] == "1")
        before = contact["properties"]["hubspot_owner_id"]
        other = next(str(row["id"]) for row in sellers.rows("owners") if str(row["id"]) not in (before, owner["id"]))
        sellers.save("contacts", {"hubspot_owner_id": str(owner["id"])}, contact["id"])
        assert [one.code for one in settled(running, clock)] == [NO_TWIN]
        sellers.save("contacts", {"hubspot_owner_id": other}, contact["id"])
        assert settled(running, clock) == []


def given_to_a_stranger(running: Running) -> str:
    """Contact 1 is given to an owner whom Odoo does not know. The contact's id in HubSpot."""
    sellers = over_http(running.declaration.systems["hubspot"].url or "")
    owner = sellers.save("owners", {"email": "person9@example.test", "firstName": "Person", "lastName": "9"})
    contact = next(row for row in sellers.rows("contacts") if row["properties"]["lastname"] == "1")
    sellers.save("contacts", {"hubspot_owner_id": str(owner["id"])}, contact["id"])
    return str(contact["id"])


def rep_in_odoo(running: Running) -> str | None:
    """Whose Contact 1 is there."""
    office = over_http(running.declaration.systems["odoo"].url or "")
    users = {row["id"]: row["login"] for row in office.rows("res.users")}
    row = next(row for row in office.rows("res.partner") if row["name"] == "Contact 1")
    return users.get(row["user_id"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unmatched", "rep"), [("leave-blank", None), ("person2@example.test", "person2@example.test")]
)
def test_where_it_is_so_declared_a_blank_or_somebody_else_stands_in(
    tmp_path: Path, unmatched: str, rep: str | None
) -> None:
    with two(tmp_path, lambda text: f"{text}people: {{unmatched: {unmatched}}}\n") as (running, clock):
        for need in provision.needs(running.hub):
            provision.make(running.hub, need)
        assert settled(running, clock) == []
        contact = given_to_a_stranger(running)
        assert settled(running, clock) == []
        assert rep_in_odoo(running) == rep
        sellers = over_http(running.declaration.systems["hubspot"].url or "")
        owners = {str(row["id"]): row["email"] for row in sellers.rows("owners")}
        row = next(row for row in sellers.rows("contacts") if row["id"] == contact)
        assert owners[row["properties"]["hubspot_owner_id"]] == "person9@example.test", (
            "the stand-in does not come back"
        )
        calls = over_http(running.declaration.systems["odoo"].url or "").ask("GET", "calls?limit=0")["by_kind"]
        settled(running, clock)
        assert over_http(running.declaration.systems["odoo"].url or "").ask("GET", "calls?limit=0")["by_kind"].get(
            "write", 0
        ) == calls.get("write", 0)


@pytest.mark.slow
def test_a_stand_in_who_is_not_there_either_is_named(tmp_path: Path) -> None:
    nobody = "nobody@example.test"
    with two(tmp_path, lambda text: f"{text}people: {{unmatched: {nobody}}}\n") as (running, clock):
        for need in provision.needs(running.hub):
            provision.make(running.hub, need)
        settled(running, clock)
        given_to_a_stranger(running)
        (waits,) = settled(running, clock)
        assert waits.code == NO_TWIN
        assert nobody in waits.why
