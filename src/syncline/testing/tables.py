"""Everything that the in-memory ledger holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from syncline.identity.match import Key
from syncline.model.drift import Compared
from syncline.model.entry import Entry
from syncline.model.event import Event
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.record import Record
from syncline.model.rows import Armed, Coupling, Cursor, Held, Hint, OwnField, ParkedRow, Run, Staged, SystemState, Wake
from syncline.sync.store import Row

OBSERVED = (
    "records", "links", "link_at", "links_of", "due", "keys", "by_key", "references", "referring", "entries", "hints",
    "parked", "cursors", "staged", "dirty", "wakes", "waiting", "armed", "held",
)  # fmt: skip
"""What is forgotten when the systems are read anew."""


@dataclass
class Tables:
    """Everything that was committed. Values are frozen, so nothing needs to be copied."""

    committed: int = 0
    counters: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    records: dict[int, Record] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    link_at: dict[Row, int] = field(default_factory=dict)
    links_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    due: dict[tuple[str, str], dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    keys: dict[int, Sequence[Key]] = field(default_factory=dict)
    by_key: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    references: dict[int, Sequence[int]] = field(default_factory=dict)
    referring: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    entries: list[Entry] = field(default_factory=list)
    hints: dict[Row, Hint] = field(default_factory=dict)
    parked: dict[Row, ParkedRow] = field(default_factory=dict)
    cursors: dict[Row, Cursor] = field(default_factory=dict)
    staged: dict[Row, Staged] = field(default_factory=dict)
    couplings: dict[tuple[Row, Row], Coupling] = field(default_factory=dict)
    intents: dict[int, Intent] = field(default_factory=dict)
    sent: set[int] = field(default_factory=set)
    by_run: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_link: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    dirty: dict[int, None] = field(default_factory=dict)
    wakes: dict[int, Wake] = field(default_factory=dict)
    states: dict[str, SystemState] = field(default_factory=dict)
    own_fields: dict[Row, OwnField] = field(default_factory=dict)
    compared: dict[tuple[str, str], Compared] = field(default_factory=dict)
    waiting: dict[Row, set[Row]] = field(default_factory=lambda: defaultdict(set))
    events: dict[str, tuple[int, Event]] = field(default_factory=dict)
    armed: dict[str, Armed] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    held: dict[Row, Held] = field(default_factory=dict)
    told: list[tuple[str, str, str, float, int]] = field(default_factory=list)

    def forget_observed(self) -> None:
        """As before anything was read."""
        for one in OBSERVED:
            getattr(self, one).clear()
        self.events = {eid: one for eid, one in self.events.items() if one[0] > 0}
