"""Everything once: all that can be done is done; a stream that cannot be worked on is named, and holds up no other."""

from __future__ import annotations

from small_world import Small, accounts, contacts, filled

from syncline.sync import rounds


def test_two_systems_come_to_agree_and_then_nothing_is_written() -> None:
    small = Small(contacts("crm", "erp"))
    filled(small, "crm", 5)
    for _ in range(3):
        small.now += 10
        assert rounds.sync(small.hub) == {}
    assert sorted(row.now.values["email"] for row in small.alive("erp")) == [f"c{n}@x" for n in range(5)]
    written = len(small.writes())
    small.now += 10
    rounds.sync(small.hub)
    assert len(small.writes()) == written


def test_a_delete_is_followed() -> None:
    small = Small(contacts("crm", "erp"))
    filled(small, "crm", 2)
    for _ in range(3):
        small.now += 10
        rounds.sync(small.hub)
    small.systems["crm"].kill("contact", "crm0")
    for _ in range(3):
        small.now += 10
        rounds.sync(small.hub)
    assert [row.now.values["email"] for row in small.alive("erp")] == ["c1@x"]


def test_a_cycle_of_streams_ends_too() -> None:
    small = Small(accounts("crm", "erp"))
    person = small.systems["crm"].make("person", {"name": "ann"})
    small.systems["crm"].make("account", {"name": "acme", "main": person.id})
    for _ in range(3):
        small.now += 10
        rounds.sync(small.hub)
    assert small.values("erp", "account")["main"] == small.row("erp", "person").id


def test_a_system_that_is_away_is_named_and_the_others_go_on() -> None:
    small = Small(contacts("crm", "erp", "shop"))
    filled(small, "crm", 3)
    for _ in range(3):
        small.now += 10
        rounds.sync(small.hub)
    small.systems["erp"].up = False
    small.systems["crm"].change("contact", "crm0", {"name": "new"})
    small.now += 10
    not_now = rounds.sync(small.hub)
    assert set(not_now) == {("erp", "contact")}
    assert "down" in str(not_now["erp", "contact"])
    assert small.values("shop")["name"] == "new"
    small.systems["erp"].up = True
    small.now += 10
    assert rounds.sync(small.hub) == {}
    assert small.values("erp")["name"] == "new"
