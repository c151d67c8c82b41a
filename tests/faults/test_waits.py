"""A call that waits for a quota, or is answered slowly, says nothing about the system's clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.connect.request import Answer
from syncline.sync import observe, rounds
from syncline.sync.observe import clock_ahead
from syncline.testing.sockets import company, hub_of
from syncline.testing.sockets_people import contact_h, where


@pytest.mark.parametrize(
    ("date", "ahead"),
    [(None, 0.0), (100.0, 0.0), (115.0, 0.0), (130.0, 0.0), (150.0, 20.0), (80.0, -20.0)],
)
def test_only_what_the_call_did_not_take_is_a_difference_of_clocks(date: float | None, ahead: float) -> None:
    assert clock_ahead(Answer(status=200, date=date), 100.0, 130.0) == ahead


def test_a_read_that_waited_makes_no_row_older(tmp_path: Path) -> None:
    """Else rows that were read before seem to come out of a backup, and nothing is written any more."""
    with company(tmp_path) as ours, hub_of(ours.setting) as (running, _):
        rounds.sync(running.hub)
        people = ours.people["hubspot"]
        made = [contact_h(ours, f"W{number}", where(people, "companies", name="Company 1")) for number in (1, 2, 3)]
        rounds.sync(running.hub)
        ours.later(150.0)  # longer than a search lags: what a list shows then is believed
        others = where(people, "companies", name="Company 2")
        for one in made:  # seen by no stamp
            people.act("associate", **{"from": "contacts", "id": one, "to": "companies", "to_id": others, "types": [1]})
        running.budget.hold("hubspot", None, 25.0)
        observe.advance(running.hub, "hubspot", "contact")
        assert not running.ledger.held()
