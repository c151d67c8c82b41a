"""Broken twins of what stands between the hub and real systems: the judge finds each out, and clears the hub itself."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from planted import writes

from syncline.testing import twins
from syncline.testing.forkserver import ForkServer
from syncline.testing.sockets import company
from syncline.testing.sockets_matrix import TARGET, run
from syncline.testing.sockets_people import Said, edit
from syncline.testing.sockets_run import Faults, Verdict, play
from syncline.testing.sockets_twins import TWINS, after_503

HALF: Faults = {"hubspot": [{"kind": "half-fail", "path": "*/batch/upsert", "rate": 0.4, "seed": 2, "count": 6}]}
DONE: Faults = {
    "hubspot": [{"kind": "server-error", "status": 503, "done": True, "path": "*/contacts/batch/update", "count": 1}]
}
CAUGHT = {"a key for each attempt": writes("lose-answer"), "results by place": HALF}


def played(folder: Path, faults: Faults, title: str | None) -> Verdict:
    twin = next((one for one in TWINS if one.title == title), None)
    with twins.in_place(twin) if twin else nullcontext(), company(folder) as ours:
        return play(ours, faults)


@pytest.mark.slow
@pytest.mark.parametrize("title", CAUGHT)
def test_a_twin_is_caught(tmp_path: Path, title: str) -> None:
    assert played(tmp_path, CAUGHT[title], title).violations


@pytest.mark.slow
def test_the_hub_itself_reads_a_half_failed_batch_right(tmp_path: Path) -> None:
    found = played(tmp_path, HALF, None)
    assert not found.violations, "\n".join(found.violations)
    assert all(found.struck.values())


@pytest.mark.slow
@pytest.mark.parametrize("again", [True, False], ids=["a door that repeats", "ours"])
def test_a_person_edits_a_row_whose_write_was_answered_with_503(tmp_path: Path, *, again: bool) -> None:
    """Written once more, the write would take the person's edit with it."""
    said: Said = {}
    with company(tmp_path) as ours:

        def meanwhile() -> None:
            edit(ours, "hubspot", "contacts", {"email": "contact4@example.test"}, {"jobtitle": "Mine"})
            said["contact", "contact4@example.test", "job"] = ("Mine",)

        with twins.in_place(after_503(meanwhile, again=again)):
            found = play(ours, DONE, said=said)
    assert found.struck["server-error"] == 1
    lost = [one for one in found.violations if "contact4@example.test job" in one]
    assert bool(lost) == again, found.violations


@pytest.mark.slow
def test_a_blind_create_after_a_kill_is_caught(tmp_path: Path) -> None:
    with ForkServer(TARGET) as server:
        assert run(server, tmp_path, [("created", 1)], twin="a key for each attempt").violations
