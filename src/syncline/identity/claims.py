"""Which of the records that share a row's match key the row belongs to. Never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One record that has the key.

    living:    it has a row somewhere, or is about to.
    here:      one of its rows is in the same stream: two active rows of one stream never join by match.
    returned:  its row here was deleted, and the delete was carried on or is in question.
    candidate: it may itself be a duplicate, and is matched by nothing.
    """

    record: int
    living: bool
    here: bool = False
    returned: bool = False
    candidate: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of the row; `records` are those that the verdict is about, in id order."""

    kind: Literal["joins", "duplicate", "ambiguous", "returned"]
    records: tuple[int, ...]


def decide(claims: Sequence[Claim], *, distinct: bool = False) -> Verdict | None:
    """None: this rule finds no record. `distinct`: different things may share this key in one stream."""
    living = [claim for claim in claims if claim.living and not claim.returned]
    free = [claim for claim in living if not claim.here]
    if not living:
        back = tuple(sorted(claim.record for claim in claims if claim.returned))
        return Verdict(kind="returned", records=back) if back else None
    if not free:
        first = min(living, key=lambda claim: (claim.candidate, claim.record))
        return None if distinct else Verdict(kind="duplicate", records=(first.record,))
    if len(living) == 1 and not free[0].candidate:
        return Verdict(kind="joins", records=(free[0].record,))
    return Verdict(kind="ambiguous", records=tuple(sorted(claim.record for claim in living)))  # I14
