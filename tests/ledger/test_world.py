"""The simulation on SQLite: the same hub, the same seeds, the same story as in memory."""

from pathlib import Path

import pytest

from syncline.ledger.sql import open_ledger
from syncline.testing import oracle
from syncline.testing.world import World


@pytest.mark.parametrize("seed", range(10))
def test_a_world_on_sqlite_is_as_in_memory(seed: int, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", synchronous="OFF") as ledger:
        world = World(seed, ledger=ledger, trace=True)
        assert len(world.log) > 100
        assert world.log == World(seed, trace=True).log
        assert oracle.check(world) == []
