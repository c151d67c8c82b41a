"""What a look needs: the declaration, a ledger to read, and the moment. Nothing that is looked at is changed (I17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from syncline.config.declaration import Declaration
from syncline.connect.connector import Connector
from syncline.ledger.reads import SqlReads
from syncline.sync import plan
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub


class NoDoor:
    """Nobody is asked."""

    def call(self, *asked: Any) -> Any:
        """Never."""
        raise AssertionError("a look asks no system")


@dataclass(frozen=True, kw_only=True)
class Looking:
    """now: seconds. connectors: of each system, for the addresses of their pages; may be empty."""

    declaration: Declaration
    ledger: SqlReads
    now: float
    connectors: Mapping[str, Connector] = field(default_factory=dict)

    @cached_property
    def hub(self) -> Hub:
        """The hub's own functions, on a ledger that nobody writes through here."""
        return Hub(
            declaration=self.declaration, connectors=self.connectors, ledger=self.ledger,  # type: ignore[arg-type]
            door=NoDoor(), clock=lambda: self.now,
        )  # fmt: skip

    def desk(self) -> Desk:
        """Cases as the merge sees them; what is written there goes nowhere."""
        return plan.desk_on_paper(self.hub)
