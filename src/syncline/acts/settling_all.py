"""Conflicts and first differences settled in bulk: counted by field, done as one run, and told to the systems."""

from __future__ import annotations

from collections import Counter

from syncline.acts.act import Say, SettleAll, Step
from syncline.acts.chosen import Chosen, chosen
from syncline.acts.deciding import outcome, untold
from syncline.acts.refusal import refuse
from syncline.acts.tally import Tally
from syncline.acts.telling import tell_records
from syncline.acts.told import Settled, Sort
from syncline.ledger.open_items import OpenKind
from syncline.mapping.sql_errors import did_you_mean
from syncline.model.record import RECORD_SIDE
from syncline.sync import run, settled_in_bulk, stops
from syncline.sync.hub import Gathering, Hub
from syncline.sync.rounds import NotRead
from syncline.sync.settled_in_bulk import Choice
from syncline.sync.settled_in_bulk import Sort as ByField

KINDS: dict[str, tuple[OpenKind, ...]] = {
    "take": ("conflict", "difference"), "keep": ("difference", "withheld"),
    "redo": ("conflict", "difference", "withheld"),
}  # fmt: skip
"""What each way settles."""

WORDS = {
    "take": "takes what {system} says",
    "keep": "leaves each system what it holds",
    "redo": "sends the record's value",
}


def settle_all(hub: Hub, act: SettleAll, who: str, say: Say) -> Settled:
    """Raises Refusal for a choice that does not fit the declaration."""
    choice = choice_of(hub, act)
    tally, not_now = Tally(say), NotRead()
    note = f"{who} {WORDS[act.how].format(system=act.system)}, for all that fits"
    working = tally.watching(run.gather(hub, "person", note))
    settled, left, reasons, records = Counter[ByField](), Counter[ByField](), Counter[str](), set[int]()
    for page in settled_in_bulk.settle_all(working, choice, who, dry=act.dry):
        settled += page.settled
        left += page.left
        reasons += page.reasons
        records.update(page.records)
        say(Step(what="settling", done=settled.total() + left.total()))
    said = ""
    if settled and not act.dry:
        tell_records(working, records, not_now)
        parts = (outcome(tally, not_now), untold(hub, records), braked(hub))
        said = " ".join(text for text in parts if text)
    number = working.run.number if isinstance(working.run, Gathering) and settled and not act.dry else None
    sorts = tuple(
        Sort(kind=kind, entity=entity, field=name, settled=settled[kind, entity, name], left=left[kind, entity, name])
        for kind, entity, name in sorted({*settled, *left})
    )
    return Settled(
        run=number or 0, settled=settled.total(), sorts=sorts, left=dict(reasons), said=said, dry=act.dry
    )  # fmt: skip


def braked(hub: Hub) -> str:
    """What a brake holds of it: many writes at once are looked at by a person again."""
    held = [one for one in hub.ledger.held() if not stops.is_rebaseline(one)]
    if not held:
        return ""
    names = ", ".join(f"syncline brake release {one.system}/{one.stream}/{one.kind}" for one in held)
    return f"{sum(one.count for one in held):,} writes are held by a brake, since they are many: {names}."


def choice_of(hub: Hub, act: SettleAll) -> Choice:
    """Raises Refusal."""
    entity, name = field_of(hub, act.field)
    if act.only is not None and entity and entity != act.only:
        raise refuse(f"{act.field} is no field of {act.only}.", "say one of --field and --only")
    found: Chosen = chosen(hub.declaration, act.only or entity or None, act.where, act.limit)
    if act.how == "take" and act.system not in (*hub.declaration.order, RECORD_SIDE):
        hint = did_you_mean(act.system or "", hub.declaration.order)
        raise refuse(f"There is no system {act.system}.", hint or f"one of: {', '.join(hub.declaration.order)}, record")
    kinds = tuple(kind for kind in KINDS[act.how] if not act.kinds or kind in act.kinds)
    if not kinds:
        raise refuse(
            f"{' and '.join(act.kinds)} cannot be settled by {act.how}.", "syncline conflicts take SYSTEM --all"
        )
    return Choice(
        how=act.how, kinds=kinds, system=act.system or "", entity=act.only or entity, field=name,
        holds=found.holds(hub), limit=act.limit,
    )  # fmt: skip


def field_of(hub: Hub, address: str | None) -> tuple[str, str]:
    """`entity.field`; both empty where none is named. Raises Refusal."""
    if address is None:
        return "", ""
    entity, _, name = address.partition(".")
    policy = hub.declaration.entities.get(entity)
    if policy is None or not name:
        known = ", ".join(sorted(hub.declaration.entities))
        raise refuse(f"{address} is no field.", f"say it as ENTITY.FIELD; the entities are: {known}")
    try:
        policy.of(name)
    except (KeyError, IndexError):
        names = sorted(one for one in policy.fields if "/" not in one)
        raise refuse(
            f"{entity} has no field {name}.", did_you_mean(name, names) or f"one of: {', '.join(names)}"
        ) from None
    return entity, name
