"""The ledgers of the conformance suite: the memory twin and the SQL ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncline.ledger.sql import open_ledger
from syncline.sync.store import Ledger
from syncline.testing.memory import MemoryLedger


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    with open_ledger(tmp_path / "ledger.db", synchronous="OFF") as opened:
        yield opened
