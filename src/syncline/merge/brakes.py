"""The brakes: how much of one kind may be written to one stream before a person is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from syncline.model.intent import Intent, Told
from syncline.model.record import Value

Effect = Literal["delete", "blank", "rewrite", "create", "fill"]
"""What a write does to the system; riskiest first. Filling a blank is braked by nothing."""

RISKS: tuple[Effect, ...] = ("delete", "blank", "rewrite", "create", "fill")
HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS


class Limit(Protocol):
    """Above `above` and a `share` of the links, or above `always_above`."""

    @property
    def above(self) -> int: ...
    @property
    def share(self) -> float: ...
    @property
    def always_above(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Load:
    """What falls together: delivered in the last hour and day, and due now; of so many links."""

    hour: int = 0
    day: int = 0
    due: int = 0
    links: int = 0


def effect(before: Value, after: Value) -> Effect:
    """What it means for a system's field to hold `after` where it held `before`."""
    if before is None:
        return "fill"
    return "blank" if after is None else "rewrite"


def effect_of(told: Told) -> Effect:
    """The same of one field of an intent."""
    return effect(told.before, told.value)


def counted_as(kind: str, field: str | None = None) -> str:
    """Under what a write is counted: blanks and rewrites are mass ones of one field."""
    return kind if field is None else f"{kind}:{field}"


def counts(intent: Intent) -> Mapping[str, int]:
    """What a delivered intent adds to the counts. What an undo writes, a person asked for with its list before them."""
    if intent.kind != "update":
        return {intent.kind: 1}
    effects = {name: effect_of(told) for name, told in intent.values.items() if told.version is not None}
    return {counted_as(kind, name): 1 for name, kind in effects.items() if kind != "fill"}


def holds(kind: Effect, limit: Limit, load: Load, from_links: int) -> str | None:
    """Why this kind is held; None: it may go on."""
    base = links_before(kind, load)
    if max(base, load.links) < from_links:
        return None  # in a small stream a share says nothing
    for window, delivered in (("an hour", load.hour), ("a day", load.day)):
        together = falls_together(delivered, load.due)
        many = together > limit.above and together > limit.share * base
        if many or (limit.always_above is not None and together > limit.always_above):
            return f"{together} of kind {kind} fall within {window}, of {base} links"  # I11
    return None


def falls_together(delivered: int, due: int) -> int:
    """A flood that comes one by one is as large as one that comes at once."""
    return delivered + due  # I11


def links_before(kind: Effect, load: Load) -> int:
    """How many links there were a day ago: what was deleted since counts in, what was created does not."""
    if kind == "delete":
        return load.links + load.day
    if kind == "create":
        return max(load.links - load.day, 0)
    return load.links
