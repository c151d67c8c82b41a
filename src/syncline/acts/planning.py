"""What would be written: everything is observed, the list is made on paper, and its head is told."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from syncline.acts.act import Plan, Say
from syncline.acts.chosen import chosen
from syncline.acts.news import everything
from syncline.acts.patience import patiently
from syncline.acts.provisioning import missing_for
from syncline.acts.refusal import refuse
from syncline.acts.syncing import not_reached
from syncline.acts.tally import Tally
from syncline.acts.told import Planned
from syncline.look.named import names_of
from syncline.sync import plan as plans
from syncline.sync import rounds, run, sheet
from syncline.sync.hub import Hub
from syncline.sync.sheet import PlannedWrite

RISKIEST = 10

SECONDS_PER_CALL = 0.2
"""What a call takes where no limit is in its way; calls follow one another."""

SHARE_OF_SHARED = 0.8
"""How much of a quota that other apps share the hub takes at most."""


def plan(hub: Hub, act: Plan, who: str, say: Say) -> Planned:
    """Nothing is written to any system. Raises Refusal for a choice that does not fit, or a file that cannot be."""
    choice = chosen(hub.declaration, act.only, act.where, act.limit)
    working = Tally(say).watching(run.begin(hub, "plan", who))
    not_now = patiently(hub, lambda: rounds.read_all(working))
    made = plans.plan(hub, choice.scope(hub))
    with made.text:
        if act.out is not None:
            save(made, act.out)
        creates = {(one.system, one.stream) for one in made.writes() if one.write == "create"}
        riskiest = tuple(islice(made.writes(), RISKIEST))
        return Planned(
            id=made.id, file=act.out, counts=made.foot.counts, calls=made.foot.calls,
            seconds=seconds_of(hub, made.foot.calls), writes=sum(1 for _ in made.writes()), riskiest=riskiest,
            comes=made.foot.comes,
            open_count=sum(1 for _ in everything(hub)), then=made.foot.then, views=made.head.views,
            missing=tuple(missing_for(hub, creates)),
            names=names_in(hub, riskiest), not_reached=not_reached(not_now), events=len(made.foot.events),
        )  # fmt: skip


def save(made: sheet.Plan, out: str) -> None:
    """All of it, for its owner's eyes only."""
    try:
        sheet.save(made, Path(out))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise refuse(f"The plan cannot be written to {out}: {why}.", "name a file in a folder you own") from error


def names_in(hub: Hub, writes: tuple[PlannedWrite, ...]) -> dict[int, str]:
    """What people call the records of these writes, and those that they refer to."""
    fields = [one for write in writes for one in write.fields]
    waits = [one.waits_for for one in fields if one.waits_for is not None]
    told = [
        value for write in writes for one in write.fields
        if one.field in hub.reference_fields.get(write.entity, ()) for value in (one.before, one.after)
    ]  # fmt: skip
    records = {*(write.record for write in writes), *waits, *(value for value in told if isinstance(value, int))}
    return dict(names_of(records, hub.declaration, hub.ledger))


def seconds_of(hub: Hub, calls: dict[str, int]) -> float:
    """How long these calls take: as fast as the systems' limits let them go, and no faster than one after another."""
    return sum(max(number * SECONDS_PER_CALL, paced(hub, system, number)) for system, number in calls.items())


def paced(hub: Hub, system: str, calls: int) -> float:
    """Seconds by the tightest limit that counts calls of every kind."""
    windows = [one for one in hub.connectors[system].limits if one.per_seconds and one.kinds is None]
    rates = [
        (one.amount * (SHARE_OF_SHARED if one.shared else 1.0)) / (one.per_seconds or 1.0)
        for one in windows if one.by == "calls"
    ]  # fmt: skip
    return max((calls / rate for rate in rates if rate > 0), default=0.0)
