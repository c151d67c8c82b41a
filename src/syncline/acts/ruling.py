"""What a person says of rules: what becomes of what one made, and firing one for what was true before."""

from __future__ import annotations

from collections.abc import Collection

from syncline.acts.act import Answer, Fire, Say
from syncline.acts.deciding import decided
from syncline.acts.finding import case_at
from syncline.acts.refusal import refuse
from syncline.acts.tally import Tally
from syncline.acts.told import Done
from syncline.look.place import parse
from syncline.model.record import Episode
from syncline.sync import by_hand, rounds, run
from syncline.sync.hub import Hub


def answer(hub: Hub, act: Answer, who: str, say: Say) -> Done:
    """Raises Refusal where nobody asked."""
    known_rule(hub, act.rule)
    case = case_at(hub, parse(act.at))
    if not case.record.episodes.get(act.rule, Episode()).asked:
        raise refuse(f"The rule {act.rule} asks nothing about record {case.record.id}.", "syncline status")
    made = [rid for rid in case.record.episodes[act.rule].made if rid]

    def decide(working: Hub) -> Collection[int]:
        by_hand.answer(working, case.record.id, act.rule, act.how, who)
        return [case.record.id, *made]

    return decided(hub, who, say, f"what {act.rule} made for record {case.record.id}: {act.how}", decide, count=1)


def fire(hub: Hub, act: Fire, who: str, say: Say) -> Done:
    """What it makes is due, and in the next plan; nothing is written by this."""
    known_rule(hub, act.rule)
    working = Tally(say).watching(run.gather(hub, "person", f"{who}: rule {act.rule} is fired"))
    fired = by_hand.fire(working, act.rule, act.since)
    rounds.derive_all(working)
    return Done(count=fired, said=f"{act.rule} fired for {fired} records; syncline plan shows what that makes")


def known_rule(hub: Hub, name: str) -> None:
    """Is there such a rule?"""
    rules = sorted(rule.name for rule in hub.declaration.rules)
    if name not in rules:
        raise refuse(f"There is no rule {name}.", f"the rules are: {', '.join(rules) or 'none'}")
