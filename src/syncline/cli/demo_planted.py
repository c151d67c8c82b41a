"""The planted cases: what a hub must not settle by itself, so that a person has to; each once in every demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncline.cli.demo_people import People

Place = tuple[str, str, str]
"""(entity, name, field) of what stays open; the field is empty where it is the whole record."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """told: what people do, and in which system. open: what stays open of it. why: why no hub can know better."""

    told: str
    system: str
    open: Place
    why: str
    do: Callable[[People], None]


def no_address(people: People) -> None:
    """An e-mail address that is none."""
    people.odoo.change("res.partner", people.partners["Contact 4"], {"email": "contact4 at example"})


def stranger(people: People) -> None:
    """A seller who is known in HubSpot only gets a contact."""
    owner = people.hubspot.hire("person9@example.test", "Person", "9")
    people.hubspot.change("contacts", people.contacts["Contact 5"], {"hubspot_owner_id": owner})


def twice(people: People) -> None:
    """The same company under a second name."""
    values = {"name": "Company 2 (again)", "domain": "company2.example.test"}
    people.companies["Company 2 (again)"] = people.hubspot.make("companies", values)


def refused_there(people: People) -> None:
    """A contact whose e-mail address HubSpot does not take."""
    values = {"name": "Contact Short", "email": "contact@short.x", "parent_id": people.accounts["Company 1"]}
    people.partners["Contact Short"] = people.odoo.make("res.partner", values)


def two_sellers(people: People) -> None:
    """Two people give one account to two others at the same moment."""
    with people.stillness():
        owner, user = people.owners["person1@example.test"], people.users["person2@example.test"]
        people.hubspot.change("companies", people.companies["Company 3"], {"hubspot_owner_id": owner})
        people.odoo.change("res.partner", people.accounts["Company 3"], {"user_id": user})


PLANTED = (
    Planted(
        told="somebody types an e-mail address that is none for Contact 4", do=no_address, system="odoo",
        open=("contact", "Contact 4", "email"), why="the address cannot be told to HubSpot",
    ),
    Planted(
        told="Contact 5 is given to Person 9, whom Odoo does not know", do=stranger, system="hubspot",
        open=("contact", "Contact 5", "rep"), why="nobody in Odoo is Person 9",
    ),
    Planted(
        told="Company 2 is entered once more, as Company 2 (again)", do=twice, system="hubspot",
        open=("account", "Company 2 (again)", ""), why="whether the two are one, a person must say",
    ),
    Planted(
        told="Contact Short is entered, with an e-mail address that HubSpot does not take", do=refused_there,
        system="odoo", open=("contact", "Contact Short", ""), why="HubSpot refuses the record",
    ),
    Planted(
        told="Company 3 gets another salesperson in each, at the same moment", do=two_sellers,
        system="both", open=("account", "Company 3", "rep"), why="whose account it is, people decide",
    ),
)  # fmt: skip
SPARED = frozenset({"Contact 4", "Contact 5", "Company 2", "Company 2 (again)", "Contact Short", "Company 3"})
