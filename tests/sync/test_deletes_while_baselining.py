"""A delete that is told while a stream is still read for the first time is not lost."""

from __future__ import annotations

from small_world import Small, calm, contacts

from syncline.model.link import Link
from syncline.sync import observe


def links(small: Small, rid: str) -> list[Link]:
    return list(small.hub.ledger.links_at([("crm", "contact", rid)]).values())


def test_a_row_that_is_deleted_while_it_is_staged_does_not_live_on() -> None:
    small = Small(contacts("crm", "erp"), {"crm": calm(page_size=1), "erp": calm()})
    rows = [small.systems["crm"].make("contact", {"email": f"c{n}@x", "name": f"n{n}"}) for n in range(3)]
    small.now += 5.0
    assert observe.advance(small.hub, "crm", "contact")  # one page is staged
    assert [row.id for row in small.hub.ledger.staged("crm", "contact", "", 10)] == [rows[0].id]
    for row in (rows[0], small.systems["crm"].make("contact", {"email": "another@x"})):
        small.systems["crm"].kill("contact", row.id)
        small.now += 60.0  # so that the next read of the feed begins after it
        observe.poll_deletes(small.hub, "crm", "contact")
    small.settle()
    assert sorted(row.now.values["email"] for row in small.alive("erp")) == ["c1@x", "c2@x"]
    assert [link.state for link in links(small, rows[0].id)] in ([], ["tombstone"])


def test_deletes_are_read_on_from_where_they_were_once_the_stream_is_known() -> None:
    small = Small(contacts("crm", "erp"), {"crm": calm(page_size=1), "erp": calm()})
    small.systems["crm"].make("contact", {"email": "a@x"})
    small.systems["crm"].kill("contact", small.systems["crm"].make("contact", {"email": "b@x"}).id)
    small.now += 5.0
    observe.poll_deletes(small.hub, "crm", "contact")
    assert small.hub.ledger.cursor("crm", "contact", "deleted").since == 0.0
    small.settle()
    (row,) = small.alive("crm")
    small.systems["crm"].kill("contact", row.id)
    small.settle()
    assert small.hub.ledger.cursor("crm", "contact", "deleted").since > 1000.0
    assert [link.state for link in links(small, row.id)] == ["tombstone"]
