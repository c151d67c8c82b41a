"""What an undo says of the records and rows that a run joined or parted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from syncline.acts.told import Taken
from syncline.look.named import names_of
from syncline.sync.hub import Hub
from syncline.sync.taken_back import Said

SHOWN = 1000
WORDS = {
    "parted": "two records again", "joined": "one record again", "unlinked": "not its row any more",
    "linked": "its row again", "asked again": "it may be a duplicate again",
}  # fmt: skip


@dataclass
class Identity:
    """counts: of what, how many. shown: the first thousand. about: the records that are to be told."""

    counts: Counter[str] = field(default_factory=Counter)
    shown: list[Said] = field(default_factory=list)

    def hear(self, said: Iterable[Said]) -> Identity:
        """All of it, of which only the beginning is kept."""
        for one in said:
            self.counts[one.what] += 1
            if len(self.shown) < SHOWN:
                self.shown.append(one)
        return self

    def steps(self, hub: Hub) -> tuple[Taken, ...]:
        """For people."""
        records = hub.ledger.records(sorted({one.record for one in self.shown if one.record}))
        names = names_of(records, hub.declaration, hub.ledger)
        return tuple(
            Taken(
                what=one.what, entity=records[one.record].entity if one.record in records else "",
                name=names.get(one.record, ""), system=one.row[0], stream=one.row[1], id=one.row[2] or None,
                why="; ".join(text for text in (WORDS.get(one.what, ""), one.why) if text),
            )
            for one in self.shown
        )  # fmt: skip
