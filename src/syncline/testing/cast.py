"""Who plays in a simulation: the systems with their streams, the declaration, and what users do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncline.config.declaration import Declaration
from syncline.testing.systems import Habits

if TYPE_CHECKING:
    from syncline.testing.world import World


@dataclass(frozen=True, kw_only=True)
class Cast:
    """One company for the simulation.

    fields: stream to its raw fields, the same in every system.
    opens:  the rows that are there before the hub sees anything. acts: one action of one user.
    decides: one decision of a person in the hub; None: conflicts are settled and runs taken back.
    meanwhile: what users do while the hub is at one of its points, such as between its look and its write.
    """

    order: tuple[str, ...]
    habits: Mapping[str, Habits]
    fields: Mapping[str, tuple[str, ...]]
    declaration: Callable[[], Declaration]
    opens: Callable[[World], None]
    acts: Callable[[World], None]
    decides: Callable[[World], None] | None = None
    meanwhile: Callable[[World, str], None] | None = None

    @property
    def streams(self) -> tuple[str, ...]:
        """Parents before children."""
        return tuple(self.fields)
