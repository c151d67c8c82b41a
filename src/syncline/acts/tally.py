"""What is counted while an act goes on, and said as its progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from syncline.acts.act import Say, Step
from syncline.model.intent import Intent
from syncline.sync.hub import Hub


@dataclass
class Tally:
    """read: rows that reads showed. written: writes that systems took, by kind. sent: writes that left at all."""

    say: Say
    read: int = 0
    sent: int = 0
    written: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def watching(self, hub: Hub) -> Hub:
        """The same hub, heard by this tally beside whoever hears it already."""
        also_saw, also_met, also_told = hub.saw, hub.met, hub.told

        def saw(system: str, stream: str, rows: int) -> None:
            self.saw(system, stream, rows)
            also_saw(system, stream, rows)

        def met(system: str, stream: str, rows: int) -> None:
            self.step(f"matching {system} {stream}", rows)
            also_met(system, stream, rows)

        def told(intents: Sequence[Intent]) -> None:
            self.told(intents)
            also_told(intents)

        return replace(hub, saw=saw, met=met, told=told)

    def saw(self, system: str, stream: str, rows: int) -> None:
        """A read showed so many rows."""
        self.read += rows
        self.step(f"reading {system} {stream}", rows)

    def told(self, intents: Sequence[Intent]) -> None:
        """These writes were answered, or nobody knows."""
        self.sent += len(intents)
        self.written.update(one.kind for one in intents if one.state == "done")
        for one in intents:
            self.rows[f"writing {one.system} {one.stream}"] += 1
        for what in dict.fromkeys(f"writing {one.system} {one.stream}" for one in intents):
            self.say(Step(what=what, done=self.rows[what]))

    def step(self, what: str, number: int) -> None:
        """So many more of something."""
        self.rows[what] += number
        self.say(Step(what=what, done=self.rows[what]))
