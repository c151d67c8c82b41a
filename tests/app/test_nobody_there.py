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
from syncline.sync.writing import NO_TWIN


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
