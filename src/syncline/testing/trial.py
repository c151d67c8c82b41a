"""One seed, run and judged. A world that breaks down is a violation like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from syncline.sync.store import Ledger
from syncline.testing.kinds import KINDS
from syncline.testing.memory import MemoryLedger
from syncline.testing.world import Crash, World

STEPS = 1200
"""How long a world runs unless told otherwise: the steps of `World` itself."""

Fails = Callable[[World], list[str]]
"""What is wrong with a world at quiet."""

NewLedger = Callable[[], AbstractContextManager[Ledger]]
"""A fresh ledger for one world, and its end."""


def in_memory() -> AbstractContextManager[Ledger]:
    """The ledger that most worlds use."""
    return nullcontext(MemoryLedger())


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of one script of one seed."""

    seed: int
    script: Sequence[int]
    violations: Sequence[str]
    log: Sequence[str]
    steps: int

    @property
    def rule(self) -> str | None:
        """The number of the rule that the first violation breaks."""
        return rule_of(self.violations[0]) if self.violations else None

    def breaks(self, rule: str | None) -> bool:
        """Does it break this rule, among others?"""
        return any(rule_of(violation) == rule for violation in self.violations)


def rule_of(violation: str) -> str:
    """A violation begins with its rule's number; E: the world broke down."""
    return violation.split(" ", 1)[0]


def attempt(
    seed: int, *, steps: int = STEPS, script: Sequence[int] | None = None, fails: Fails | None = None,
    new_ledger: NewLedger = in_memory, trace: bool = False, kind: str = "plain",
) -> Trial:  # fmt: skip
    """Runs a seed, or a script of it, to its quiet end and judges it, by its kind's oracle unless told otherwise."""
    ours = KINDS[kind]
    world = World.__new__(World)  # a constructor that raises would take the trace with it
    with new_ledger() as ledger:
        try:
            World.__init__(
                world, seed, steps=steps, script=script, ledger=ledger, trace=trace, cast=ours.cast, rates=ours.rates
            )
            violations = (fails or ours.check)(world)
        except (Exception, Crash) as error:
            violations = [f"E {type(error).__name__}: {error}"]
    return Trial(
        seed=seed, script=world.script, violations=violations, log=getattr(world, "log", []),
        steps=getattr(world, "steps", 0),
    )  # fmt: skip
