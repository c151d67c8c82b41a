"""A create whose answer was lost, and whose row is read before anybody knows that it is ours."""

import pytest
from small_world import Small, calm, contacts

from syncline.sync import deliver, observe


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
