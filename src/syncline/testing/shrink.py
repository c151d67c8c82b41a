"""The shortest script that still fails: parts of it are left out as long as the same rule stays broken."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syncline.testing.trial import STEPS, Fails, NewLedger, Trial, attempt, in_memory

SECONDS = 60.0
"""How long shrinking may take unless told otherwise; what was reached by then is the answer."""


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """The shortest failing script found, what it breaks, and its trace."""

    seed: int
    script: Sequence[int]
    violations: Sequence[str]
    log: Sequence[str]
    tries: int
    whole: bool
    """Nothing more can be left out; False: the time was over before that was known."""


def shrink(
    seed: int, fails: Fails | None = None, *, steps: int = STEPS, script: Sequence[int] | None = None,
    new_ledger: NewLedger = in_memory, kind: str = "plain", seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Shrunk | None:  # fmt: skip
    """Drops halves, then smaller chunks, then single steps. None: this seed does not fail."""
    deadline = clock() + seconds

    def run(part: Sequence[int] | None) -> Trial:
        return attempt(seed, steps=steps, script=part, fails=fails, new_ledger=new_ledger, kind=kind)

    first = run(script)
    if first.rule is None:
        return None
    best, tries, size, whole = list(first.script), 1, max(len(first.script) // 2, 1), False
    while not whole and clock() < deadline:
        length = len(best)
        best, more = drop_chunks(best, size, lambda part: run(part).breaks(first.rule), lambda: clock() >= deadline)
        tries += more
        if size == 1 and len(best) == length:
            whole = clock() < deadline
            break
        size = max(size // 2, 1)
    last = attempt(seed, script=best, fails=fails, new_ledger=new_ledger, kind=kind, trace=True)
    return Shrunk(seed=seed, script=best, violations=last.violations, log=last.log, tries=tries, whole=whole)


def drop_chunks(
    script: list[int], size: int, still_fails: Callable[[list[int]], bool], is_over: Callable[[], bool]
) -> tuple[list[int], int]:
    """Leaves out every chunk of this size without which the script still fails. Returns it and the tries."""
    at, tries = 0, 0
    while at < len(script) and not is_over():
        shorter = script[:at] + script[at + size :]
        tries += 1
        if still_fails(shorter):
            script = shorter
        else:
            at += size
    return script, tries
