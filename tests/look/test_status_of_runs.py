"""What a run wrote is counted where it is kept: a look at a hub of a million writes reads none of them."""

from pathlib import Path
from typing import Any

import pytest
from looked_at import look, looked_at

from syncline.look.status import runs, status


def test_no_write_is_read_for_the_list_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*asked: Any) -> None:
        raise AssertionError("all that a run wrote is read")

    with looked_at(tmp_path) as (small, ledger):
        wrote = [one.id for one in ledger.runs(50) if ledger.intents_of_run(one.id)]
        kinds = [one.kind for number in wrote for one in ledger.intents_of_run(number)]
        monkeypatch.setattr(type(ledger), "intents_of_run", read)
        found = runs(ledger, 50)
        assert [one.id for one in found] == wrote
        assert sum(sum(one.written.values()) for one in found) == len(kinds) > 0
        assert {one.undo for one in found} == {f"syncline undo {number}" for number in wrote}
        assert status(look(small, ledger)).runs == found[:5]
