"""What a person decides about rules: firing them for what was true before, and what becomes of what they made."""

from __future__ import annotations

from msgspec.structs import replace

from syncline.config.settings import Rule
from syncline.merge.case import Case
from syncline.sync import derive, making, rules, written
from syncline.sync.desk import open_desk
from syncline.sync.hub import Hub


def rule_named(hub: Hub, name: str) -> Rule:
    """A declared rule. Raises KeyError."""
    found = {rule.name: rule for rule in hub.declaration.rules}
    return found[name]


def fire(hub: Hub, name: str, since: float) -> int:
    """Fires a rule for the records that were true before it was armed and were made since. Returns for how many."""
    rule, after, fired = rule_named(hub, name), 0, 0
    while ids := hub.ledger.scan(after, hub.batch):
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "rule")
            stored = hub.ledger.records(ids).values()
            desk.load(record.id for record in stored if record.entity == rule.entity)
            chosen = [case for case in list(desk.cases.values()) if true_before(case, rule, since)]
            for case in chosen:
                # From here on it is an episode like any other: its condition is judged, and it may have to wait.
                episode = case.record.episodes[rule.name]
                fresh = replace(episode, due=episode.since + (rule.after_seconds or 0.0))
                rules.put(case, rule, fresh)
                rules.when_due(desk, case, rule, fresh)
            derive.spread_out(desk, chosen)
            written.flush(desk)
            hub.point("fired")
        after, fired = ids[-1], fired + len(chosen)
    return fired


def true_before(case: Case, rule: Rule, since: float) -> bool:
    """Is its condition true, and has it never fired in this episode?"""
    record = case.record
    episode = record.episodes.get(rule.name, rules.NO_EPISODE)
    born = record.born_at if record.born_at is not None else record.created_at
    waits = episode.fired or episode.due is not None
    return record.state == "active" and episode.holds and not waits and born >= since


def answer(hub: Hub, record: int, name: str, how: str, who: str) -> None:
    """What becomes of what a rule made, after its condition was left: keep, cancel or credit."""
    rule = rule_named(hub, name)
    with hub.ledger.unit() as unit:
        desk = open_desk(hub, unit, "person")
        desk.load([record])
        case = desk.cases[record]
        episode = case.record.episodes.get(name, rules.NO_EPISODE)
        if episode.asked:
            case.note("person", None, None, None, how, f"{who}: rule {name}")
            rules.put(case, rule, making.leave(desk, case, rule, replace(episode, asked=False), how))
        derive.spread_out(desk, [case])
        written.flush(desk)
        hub.point("answered")
