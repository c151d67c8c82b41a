"""Merge policies: both sides' changes are kept, measured against what that side held before."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from syncline.merge import conflicts, taking
from syncline.merge.case import Case
from syncline.model.observation import Observation
from syncline.model.record import Value


def merge_in(
    case: Case, lid: int, name: str, was: Value, new: Value, seen: Observation, maybe: tuple[Value, ...] = ()
) -> None:
    """Merges this side's change into the record; a merged value comes from no side."""
    was = measured_from(case, lid, name, was, new, maybe)
    policy = case.policy(name).policy
    current = case.value(name).value
    if policy == "append" and not extends(was, new):
        if taking.hub_moved(case, lid, name):
            conflicts.open_up(case, lid, name, was, new)
        else:
            taking.take(case, lid, name, new, seen)
        return
    if may_correct(case, lid, name, new, maybe) and not taking.hub_moved(case, lid, name):
        taking.take(case, lid, name, new, seen, "a correction")
        return
    give(case, lid, name, merged(case, name, current, was, new), new, seen)


def may_correct(case: Case, lid: int, name: str, new: Value, maybe: tuple[Value, ...]) -> bool:
    """May this side's change go back behind what the record holds, if nobody else moved?

    Consent may: who withdrew it can give it again. Only of statements made at once the stricter holds, so not while
    nobody knows whether this side had heard of the last one. A blank is no statement.
    """
    policy = case.policy(name)
    if policy.policy == "consent":
        return new in policy.order and not maybe
    return policy.policy in ("max", "min", "longest", "first-set")


def give(case: Case, lid: int, name: str, value: Value, new: Value, seen: Observation) -> None:
    """Gives the record a merged value: agreed only where a side happens to hold it already."""
    current = case.value(name)
    if case.equal(name, value, new):
        taking.take(case, lid, name, value, seen, case.policy(name).policy)
        return
    if case.equal(name, value, current.value):
        taking.refuse(case, lid, name, new, "merged", case.policy(name).policy)
        return
    until = seen.stamp if seen.stamp is not None else seen.began
    version = case.set_value(name, value, None, until, until, case.policy(name).policy)
    case.learn(lid, name, agreed=None, emptied=version)
    case.note("merged", name, lid, current.value, value, case.policy(name).policy)


def measured_from(case: Case, lid: int, name: str, was: Value, new: Value, maybe: tuple[Value, ...] = ()) -> Value:
    """While a value so sent is unconfirmed or of unknown outcome: the nearest to what is seen, it at a tie."""
    known = case.known(lid, name)
    sent = [*maybe, *(s.value for s in known.sent), *(d.value for d in known.doubts)]
    bases = [*sent, was]
    nearest = min(bases, key=lambda value: distance(case, name, value, new))
    if sent and it_matters(case, name, bases, new):
        case.note("ambiguous", name, lid, nearest, new, "nobody knows whether what we sent had arrived before")
    if distance(case, name, nearest, new) < distance(case, name, was, new):
        had_arrived(case, lid, name, nearest)
    return nearest


def had_arrived(case: Case, lid: int, name: str, value: Value) -> None:
    """What is seen was made of what we sent: that arrived, and a later change to its value is somebody's own. # I1"""
    known = case.known(lid, name)
    rest = tuple(one for one in known.doubts if not case.equal(name, one.value, value))
    if len(rest) != len(known.doubts):
        case.learn(lid, name, doubts=rest)
        case.note("late", name, lid, None, value, "what is seen there was made of it")


def it_matters(case: Case, name: str, bases: Sequence[Value], new: Value) -> bool:
    """Does it matter which of these the change is measured from? Then history says so."""
    current = case.value(name).value
    outcomes = [merged(case, name, current, base, new) for base in bases]
    return any(not case.equal(name, outcomes[0], other) for other in outcomes[1:])


def distance(case: Case, name: str, one: Value, other: Value) -> Any:
    """How far two values are apart: items for sets, amount for numbers, else equal or not."""
    if isinstance(one, list) or isinstance(other, list):
        return len(keys(case, name, one) ^ keys(case, name, other))
    if case.policy(name).policy == "sum":
        return abs(number(one) - number(other))
    return 0 if case.equal(name, one, other) else 1


def merged(case: Case, name: str, current: Value, was: Value, new: Value) -> Value:
    """The record's value after this side's change from `was` to `new`."""
    policy = case.policy(name).policy
    if policy == "union":
        return union(case, name, current, was, new)
    if policy == "append":
        return append(current, was, new)
    if policy == "sum":
        return str(number(current) + number(new) - number(was))
    if policy == "consent":
        return stricter(case, name, current, new)
    if policy == "first-set":
        return current if current is not None else new
    if policy == "longest":
        return max((current, new), key=lambda value: len(value or ""))
    return extreme(case, name, policy, current, new)


def extreme(case: Case, name: str, policy: str, current: Value, new: Value) -> Value:
    """The larger or smaller of two values, as the field's type orders them; a blank never wins."""
    if current is None or new is None:
        return new if current is None else current
    load = case.policy(name).type.load
    return (max if policy == "max" else min)((current, new), key=load)


def union(case: Case, name: str, current: Value, was: Value, new: Value) -> Value:
    """The record + its adds - its removes."""
    before, after = keys(case, name, was), keys(case, name, new)
    kept = [item for item in items(current) if item_key(case, name, item) not in before - after]
    have = {item_key(case, name, item) for item in kept}
    added = [item for item in items(new) if item_key(case, name, item) not in before | have]
    return case.policy(name).type.normal(kept + added)


def append(current: Value, was: Value, new: Value) -> Value:
    """Only what was written after the old end."""
    return (current or "") + (new or "")[len(was or "") :]


def extends(was: Value, new: Value) -> bool:
    """Is the new text the old one with a tail?"""
    return (new or "").startswith(was or "")


def stricter(case: Case, name: str, current: Value, new: Value) -> Value:
    """Consent: the most restrictive statement, in the declared order from strictest to freest."""
    order = case.policy(name).order
    known = [value for value in (current, new) if value in order]
    return min(known, key=order.index) if known else new


def items(value: Value) -> list[Any]:
    """A set value's items; EMPTY has none."""
    return list(value or [])


def keys(case: Case, name: str, value: Value) -> set[Any]:
    """The items of a set under its type's equality."""
    return {item_key(case, name, item) for item in items(value)}


def item_key(case: Case, name: str, item: Value) -> Any:
    """An item's equality: that of a set which holds nothing else."""
    return case.key(name, [item])


def number(value: Value) -> Decimal:
    """A counter's value; EMPTY counts as nothing."""
    return Decimal(str(value)) if value is not None else Decimal(0)
