"""What rules make: records under ids that never change, and what becomes of them when their condition is left.

A rule's mark on a record (its episode) and what it makes are written in one transaction, so a record is made once
whatever stops the hub; `made_by` and the ids of events say so to anybody who looks.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from syncline.config.settings import Making, Rule
from syncline.mapping.document import column_of, line_field, line_of
from syncline.mapping.expression import Expression
from syncline.mapping.field_type import Unfit, Value
from syncline.merge.case import Case
from syncline.merge.policy import HUB
from syncline.model.event import Event
from syncline.model.record import NOTHING, Episode, Record
from syncline.sync.columns import columns, note_unfit, tried
from syncline.sync.desk import Desk

NOTIFICATION = "notification"
"""The type of the event that tells whom a rule notifies of what."""


def name_of(*parts: object) -> str:
    """The same name for the same happening, however often it is derived."""
    return blake2b("\n".join(str(part) for part in parts).encode(), digest_size=16).hexdigest()


# ---- making
def make(desk: Desk, source: Case, rule: Rule, name: str, making: Making) -> int:
    """A new record. It is born in the system it is made in, and where its own `create` says (see `derive`)."""
    made = desk.new_case(making.entity, making.system or HUB)
    made.record = replace(made.record, made_by=name)
    fill(desk, source, made, rule, making)
    made.note("made", None, None, None, source.record.id, f"rule {rule.name}")
    source.note("made", None, None, None, made.record.id, f"rule {rule.name}")
    return made.record.id


def fill(desk: Desk, source: Case, made: Case, rule: Rule, making: Making) -> None:
    """Gives what was made its values; one that does not fit is left out, visibly."""
    values = {**values_of(desk, source, made, making), **lines_of(source.record, making), **constants(made, making)}
    for name, value in values.items():
        if not made.equal(name, value, made.value(name).value):
            made.set_value(name, value, None, desk.now, desk.now, f"rule {rule.name}")
    if making.lines:
        made.record = replace(made.record, next_line=max(made.record.next_line, source.record.next_line))


def values_of(desk: Desk, source: Case, made: Case, making: Making) -> dict[str, Value]:
    """What is computed from the record that the rule is about."""
    lookup = columns(desk, source.record)
    found: dict[str, Value] = {}
    for name, given in making.given.items():
        kind = made.policy(name).type
        try:
            if isinstance(given, Expression):
                found[name] = kind.dump(given.evaluate(lookup))
            else:
                found[name] = kind.normal(given.render(lookup))
        except Unfit as misfit:
            note_unfit(desk, made, name, given.text, misfit)
    return found


def constants(made: Case, making: Making) -> dict[str, Value]:
    """What is always the same."""
    return {name: made.policy(name).type.normal(value) for name, value in making.values.items()}


def lines_of(source: Record, making: Making) -> dict[str, Value]:
    """The lines that are taken over, under the ids they have; one that was removed is removed here too."""
    found: dict[str, Value] = {}
    for name, held in source.fields.items() if making.lines else ():
        line = line_of(name)
        if line is None or column_of(name) is not None:
            continue
        found[name] = held.value
        for column, taken in making.lines.items() if held.value is True else ():
            found[line_field(line, column)] = source.fields.get(line_field(line, taken), NOTHING).value
    return found


# ---- what stands
def standing_case(desk: Desk, rid: int) -> Case | None:
    """The record that a rule made, or the one that took it over; None where it is gone, or never was."""
    while rid:
        desk.load([rid])
        case = desk.cases.get(rid)
        if case is None or case.record.state == "archived":
            return None
        if case.record.state == "active":
            return case
        rid = case.record.merged_into or 0
    return None


def keep_following(desk: Desk, source: Case, rule: Rule, episode: Episode) -> Episode:
    """What follows its source takes its present values, until it says that it does so no longer."""
    for making, rid in zip(rule.makes, episode.made, strict=False):
        made = standing_case(desk, rid) if making.follows_until is not None and not episode.freed else None
        if made is None or making.follows_until is None:
            continue
        try:
            freed = making.follows_until.evaluate(columns(desk, made.record)) is True
        except Unfit as misfit:
            note_unfit(desk, made, f"rule {rule.name}", making.follows_until.text, misfit)
            continue
        if freed:
            return replace(episode, freed=True)
        fill(desk, source, made, rule, making)
    return episode


# ---- leaving
def leave(desk: Desk, source: Case, rule: Rule, episode: Episode, how: str | None = None) -> Episode:
    """The condition no longer holds: what becomes of what was made, as declared or as a person says (`how`)."""
    stands = list(episode.made)
    asked = False
    for place, making in enumerate(rule.makes):
        made = standing_case(desk, episode.made[place]) if place < len(episode.made) else None
        action = how or making.leaving
        if made is None or action == "keep":
            continue
        if action == "cancel":
            cancel(made, making, rule)
            stands[place] = 0
        elif action == "credit" and making.credit is not None:
            name = name_of(rule.name, source.record.id, episode.number, place, "credit")
            make(desk, made, rule, name, making.credit)
            stands[place] = 0
        else:
            asked = True
    if asked:
        source.note("left", None, None, None, None, f"rule {rule.name}: what becomes of what it made?")
    return replace(episode, made=tuple(stands), asked=asked)


def cancel(made: Case, making: Making, rule: Rule) -> None:
    """By the values that mean cancelled, where there are any; else it is deleted, after a look as every delete."""
    now = made.setting.now
    for name, value in making.cancelled.items():
        made.set_value(name, made.policy(name).type.normal(value), None, now, now, f"rule {rule.name}: cancelled")
    if not making.cancelled:
        made.record = replace(made.record, state="archived")
        for link in list(made.active()):
            made.put(link.id, deleting=True, carried=True)
    made.note("left", None, None, None, None, f"rule {rule.name}: cancelled")


# ---- events
def emit(desk: Desk, case: Case, rule: Rule, episode: Episode) -> None:
    """To the outbox, in the transaction that makes it true; where the mode is not live, it is held."""
    data = {name: held.value for name, held in case.record.fields.items() if held.value is not None}
    told = [(kind, data) for kind in rule.events]
    if rule.notify or rule.persons:
        told.append((NOTIFICATION, {**notice(desk, case, rule), "record": data}))
    live = desk.declaration.mode_of_events(case.record.entity) == "live"
    out = desk.spread.events if live else desk.spread.held_events
    for kind, what in told:
        name = name_of(rule.name, case.record.id, episode.number, kind)
        subject = f"{case.record.entity}/{case.record.id}"
        out.append(Event(id=name, type=kind, subject=subject, at=episode.since, data=what))


def notice(desk: Desk, case: Case, rule: Rule) -> dict[str, Any]:
    """Who is to know, and what. Addressees stay names: where they lead is secret, and may change until then."""
    lookup, text, said = columns(desk, case.record), f"{rule.entity}.{rule.event}", rule.text
    if said is not None:
        found = tried(desk, case, f"text of rule {rule.name}", said.text, lambda: said.render(lookup))
        text = found[0] if found is not None else text
    persons = [lookup(name) for name in rule.persons]
    return {
        "rule": rule.name, "event": f"{rule.entity}.{rule.event}", "text": text, "addressees": list(rule.notify),
        "persons": [one for one in persons if one is not None],
    }  # fmt: skip
