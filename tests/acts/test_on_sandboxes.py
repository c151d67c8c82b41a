"""The story of a company on two vendors' sandboxes, over real sockets: provision, sync, verify, take back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncline.acts.act import Act, Plan, Provision, Sync, Undo, Verify
from syncline.acts.perform import perform
from syncline.acts.told import Planned, Provisioned, Synced, Told, Undone, Verified
from syncline.sync.hub import Hub
from syncline.testing.sockets import Company, company, hub_of

pytestmark = pytest.mark.outside


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Company, Hub]]:
    """The company, and the hub with its real door."""
    with company(folder) as at_work, hub_of(at_work.setting) as (running, _):
        from dataclasses import replace

        yield at_work, replace(running.hub, wait=at_work.later)


def act(hub: Hub, one: Act) -> Told:
    return perform(hub, one, "anna", lambda step: None)


def test_the_story_of_a_company(tmp_path: Path) -> None:
    with opened(tmp_path) as (at_work, hub):
        missing = act(hub, Provision(dry=True))
        assert isinstance(missing, Provisioned)
        assert {one.state for one in missing.fields} == {"missing"}
        made = act(hub, Provision())
        assert isinstance(made, Provisioned)
        assert {one.state for one in made.fields} == {"made"}
        again = act(hub, Provision())
        assert isinstance(again, Provisioned)
        assert {one.state for one in again.fields} == {"there"}
        planned = act(hub, Plan())
        assert isinstance(planned, Planned)
        assert planned.writes > 0
        assert planned.seconds > 0
        before = act(hub, Verify())
        assert isinstance(before, Verified)
        assert before.differing + before.open > 0
        runs = []
        for _ in range(4):
            told = act(hub, Sync())
            assert isinstance(told, Synced)
            assert told.not_reached == ()
            runs.append(told)
            at_work.later(300)
        assert sum(sum(one.written.values()) for one in runs) > 0
        assert runs[-1].written == {}
        verified = act(hub, Verify())
        assert isinstance(verified, Verified)
        assert (verified.differing, verified.differs) == (0, ())
        assert verified.score > before.score
        first = next(one.run for one in runs if one.written)
        undone = act(hub, Undo(run=first))
        assert isinstance(undone, Undone)
        assert undone.counts.get("put back", 0) + undone.counts.get("deleted", 0) > 0
        at_work.later(300)
        held = act(hub, Sync(full=True))
        assert isinstance(held, Synced)
        after = act(hub, Verify())
        assert isinstance(after, Verified)
        assert after.differing == 0, [one.at for one in after.differs]
        assert after.open > verified.open
