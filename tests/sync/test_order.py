"""What refers to each other is made in its order: cycles are begun where nothing is required, and end."""

from __future__ import annotations

from dataclasses import replace

from small_world import Small, accounts

from syncline.sync import observe


def pair(small: Small) -> None:
    """An account and its main person, who name each other in the CRM."""
    crm = small.systems["crm"]
    account = crm.make("account", {"name": "acme"})
    person = crm.make("person", {"name": "ann", "account": account.id})
    crm.change("account", account.id, {"main": person.id})


def test_a_cycle_of_optional_references_ends() -> None:
    small = Small(accounts("crm", "erp"))
    pair(small)
    small.settle()
    account, person = small.row("erp", "account"), small.row("erp", "person")
    assert account.now.values["main"] == person.id
    assert person.now.values["account"] == account.id
    assert [(call.method, call.path.split("/")[1]) for call in small.writes()] == [
        ("POST", "person"), ("POST", "account"), ("PATCH", "person"),
    ]  # fmt: skip
    before = len(small.writes())
    small.settle()
    assert len(small.writes()) == before


def test_what_a_system_requires_is_there_before_the_create() -> None:
    small = Small(accounts("crm", "erp"), required=[("erp", "person", "account")])
    assert [stream for system, stream in small.places if system == "erp"] == ["account", "person"]
    pair(small)
    small.settle()
    posted = [call for call in small.writes() if call.method == "POST"]
    assert [call.path.split("/")[1] for call in posted] == ["account", "person"]
    assert posted[1].json["account"] == small.row("erp", "account").id
    assert small.values("erp", "account")["main"] == small.row("erp", "person").id


def test_a_create_waits_for_a_parent_that_is_still_to_be_read() -> None:
    small = Small(accounts("crm", "erp"), required=[("erp", "person", "account")])
    pair(small)
    for _ in range(4):
        small.now += 5.0
        for place in small.places:
            while place != ("crm", "account") and observe.advance(small.hub, *place):
                continue  # the CRM does not show its accounts at present
    small.deliver()
    assert small.writes() == []
    small.settle(20)
    assert small.values("erp", "person")["account"] == small.row("erp", "account").id


def test_a_create_waits_for_a_parent_that_never_comes() -> None:
    declaration = accounts("crm", "erp")
    births = tuple(birth for birth in declaration.births if (birth.system, birth.entity) != ("erp", "account"))
    small = Small(replace(declaration, births=births), required=[("erp", "person", "account")])
    pair(small)
    small.settle()
    assert small.writes() == []
    case = small.case_of("crm", "person")
    [person] = [link for link in case.links.values() if link.state == "birth"]
    assert person.known["account"].waiting
    assert person.due_since is not None
