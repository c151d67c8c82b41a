"""What became of our writes: receipts, echoes, writes without effect, rewriting, late arrivals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from syncline.mapping.field_type import Unfit
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Doubt, Known, Rewrite, Sent, Turn
from syncline.model.observation import Observation
from syncline.model.record import DOES_NOT_FIT, SKIPPED, Parking, Value

TRIES_WITHOUT_EFFECT = 3
REWRITES_UNTIL_PARKED = 2
TURNS_UNTIL_PARKED = 3
TURNS_WITHIN_SECONDS = 3600.0
TURNS_KEPT = 6


# ---- T3: the receipt
def receive(case: Case, intent: Intent, stored: Mapping[str, Value] | None, at: float) -> None:
    """A receipt sets agreed[f] to the version in the intent, for the fields it accepted.

    stored: the canonical values the system says it holds now; None: it did not tell, so the values
            sent are unconfirmed, `seen` stays, and a look is asked for (a dropped write changes
            nothing, so no list would ever show it).
    """
    lid = intent.link
    for name, told in intent.values.items():
        known = case.known(lid, name)
        if not case.tells(lid, name):
            accepted(case, lid, name, told.value, told.version, told.value)
        elif stored is None or name not in stored:
            sent = Sent(value=told.value, version=told.version, stood=known.agreed)
            case.learn(lid, name, sent=(*known.sent, sent), agreed=told.version, emptied=case.value(name).version)
        else:
            accepted(case, lid, name, told.value, told.version, stored[name])
    case.put(lid, direct_at=max(case.links[lid].direct_at, at), fingerprint=b"", writing=None)
    if stored is None or {name for name in intent.values if case.tells(lid, name)} - set(stored):
        case.hints.append((lid, at))


def accepted(case: Case, lid: int, name: str, sent: Value, version: int | None, stored: Value) -> None:
    """The system told what it stored; a form of its own is agreed, a value that lost something is parked."""
    filling = still_filling(case, lid, name, version)
    case.learn(lid, name, agreed=version, emptied=case.value(name).version, tries=0, sent=(), filling=filling)
    if version is None:
        undo_is_written(case, lid, name)
    if lost(case, name, sent, stored) and not is_outdated(case, name, version):
        park(case, lid, name, "value-was-cut", sent, stored)


def is_outdated(case: Case, name: str, version: int | None) -> bool:
    """Has the record gone on since? Then its new value may fit, and this link is due anyway."""
    return version is not None and case.value(name).version > version


def still_filling(case: Case, lid: int, name: str, version: int | None) -> bool:
    """Is this side, the field's truth though it be, still to be told its own record's value? Not once this version of
    that arrived. Where the truth has gone on and what we sent before came after all, what it said is put back.
    """
    if not is_outdated(case, name, version):
        return False
    said_here = case.truth(name) == case.links[lid].system and case.value(name).source == lid
    return said_here or case.known(lid, name).filling


def undo_is_written(case: Case, lid: int, name: str) -> None:
    """What an undo wanted is there; from now on an edit here ends its hold."""
    withheld = case.known(lid, name).withheld
    if withheld is not None:
        case.learn(lid, name, withheld=replace(withheld, written=True))


def lost(case: Case, name: str, sent: Value, back: Value) -> bool:
    """Did characters or digits get lost on the way?"""
    return not case.equal(name, sent, back) and case.policy(name).type.lost(sent, back)


# ---- the first observation after a receipt that told nothing
def confirm(case: Case, lid: int, name: str, was: Value, new: Value) -> tuple[Value, tuple[Value, ...]] | None:
    """Decides an unconfirmed field. None: decided; else what the move is measured from, and what was sent."""
    known = case.known(lid, name)
    case.learn(lid, name, sent=())
    for sent in known.sent:
        if case.equal(name, new, sent.value):  # our echo; an older one leaves the link due
            filling = still_filling(case, lid, name, sent.version)
            case.learn(lid, name, agreed=sent.version, tries=0, filling=filling)
            if sent.version is None or is_before(case, known, name, new):
                undo_is_written(case, lid, name)
            return None
    last = known.sent[-1]
    if case.equal(name, new, was):
        had_no_effect(case, lid, name, known, new)
        return None
    if known.doubts and arrived_late(case, lid, name, new):  # an earlier write, of unknown outcome, came after all
        return None
    if lost(case, name, last.value, new):
        if is_outdated(case, name, last.version):
            case.learn(lid, name, agreed=last.version)
            return None
        park(case, lid, name, "value-was-cut", last.value, new)
        return None
    rewrites = counted(case, name, known.rewrites, last.value, new)
    case.learn(lid, name, rewrites=rewrites)
    if rewrites[0].times >= REWRITES_UNTIL_PARKED and not is_outdated(case, name, last.version):
        park(case, lid, name, "system-rewrites-value", last.value, new)
        return None
    return was, tuple(sent.value for sent in known.sent)


def is_before(case: Case, known: Known, name: str, value: Value) -> bool:
    """Is this the value that an undo wanted there?"""
    return known.withheld is not None and case.equal(name, known.withheld.before, value)


def had_no_effect(case: Case, lid: int, name: str, known: Known, new: Value) -> None:
    """The write had no effect: never a move. agreed[f] goes back, so the link is due; three times, then parked."""
    case.learn(lid, name, agreed=known.sent[0].stood, tries=known.tries + 1)
    case.note("no-effect", name, lid, known.sent[-1].value, new)
    if known.tries + 1 > TRIES_WITHOUT_EFFECT and not is_outdated(case, name, known.sent[-1].version):
        park(case, lid, name, "write-had-no-effect", known.sent[-1].value, new)


def counted(case: Case, name: str, rewrites: tuple[Rewrite, ...], sent: Value, back: Value) -> tuple[Rewrite, ...]:
    """The rewrites known of a field with this one counted, put first."""
    same = [r for r in rewrites if case.equal(name, r.sent, sent) and case.equal(name, r.back, back)]
    times = same[0].times + 1 if same else 1
    return (Rewrite(sent=sent, back=back, times=times), *(r for r in rewrites if r not in same))[:4]


def park(case: Case, lid: int, name: str, code: str, ours: Value, theirs: Value, why: str = "") -> None:
    """Parks one field of one link, with both values and the remedy; `why`: more than the code tells."""
    system = case.links[lid].system
    reason, remedy = REASONS[code]
    parking = Parking(
        code=code, reason=reason.format(system=system, field=name) + (f": {why}" if why else ""),
        remedy=remedy.format(system=system, field=name),
        ours=ours, theirs=theirs, at=case.setting.now,
    )  # fmt: skip
    case.learn(lid, name, parked=parking, has_base=False, base=None)
    case.note("parked", name, lid, ours, theirs, code)


def park_misfit(case: Case, lid: int, name: str, misfit: Unfit, old: Value) -> None:
    """A value that does not fit parks its field, with the value before it as the base of a later move."""
    known = case.known(lid, name)
    same = known.parked is not None and known.parked.theirs == misfit.value
    if same and known.parked.code in (DOES_NOT_FIT, SKIPPED):  # type: ignore[union-attr]
        return
    base = known.base if known.has_base else old
    system = case.links[lid].system
    parking = Parking(
        code=DOES_NOT_FIT, reason=f"{name} in {system}: {misfit.reason}", remedy=f"correct {name} in {system}",
        ours=case.value(name).value, theirs=misfit.value, at=case.setting.now,
    )  # fmt: skip
    case.learn(lid, name, parked=parking, has_base=True, base=base)
    case.note("parked", name, lid, case.value(name).value, misfit.value, DOES_NOT_FIT)  # I15


CANNOT_BE_TOLD = "cannot-be-told"
REASONS: dict[str, tuple[str, str]] = {
    "value-was-cut": (
        "{system} kept only a part of {field}",
        "shorten the value, or widen the field in {system}; a new value, or an edit there, goes on by itself",
    ),
    "write-had-no-effect": (
        "{system} accepted {field} and did not store it, {field} was sent four times",
        "see whether a workflow or a missing right in {system} puts the old value back, then retry",
    ),
    "system-rewrites-value": (
        "{system} turns the value of {field} into another one each time",
        "take {system}'s value, or map the two values onto each other",
    ),
    "field-alternates": (
        "{field} went back and forth between the same two values in {system}",
        "something else writes {field} too: find it, then retry",
    ),
    CANNOT_BE_TOLD: (
        "{system} has no place for this value of {field}",
        "change the value at its source, or the mapping of {field}",
    ),
    DOES_NOT_FIT: ("what {system} holds does not fit {field}", "correct the value in {system}"),
}


# ---- writes of unknown outcome
def doubt(case: Case, intent: Intent) -> None:
    """Nobody learnt what became of this write: it may arrive later, once. Never sent again; looked at instead."""
    lid = intent.link
    expires = intent.at + case.setting.doubt_lasts
    for name, told in intent.values.items():
        known = case.known(lid, name)
        fresh = Doubt(intent=intent.id, value=told.value, version=told.version, expires=expires)
        case.learn(lid, name, doubts=(*known.doubts, fresh))
    case.put(lid, fingerprint=b"", writing=None)
    case.hints.append((lid, case.setting.now))


def arrived_late(case: Case, lid: int, name: str, new: Value) -> bool:
    """An observed change equal to what an intent of unknown outcome carried is that intent, once: not a move."""
    known = case.known(lid, name)
    for one in known.doubts:
        rest = tuple(d for d in known.doubts if d is not one)
        if case.equal(name, one.value, new):
            filling = still_filling(case, lid, name, one.version)
            case.learn(lid, name, doubts=rest, agreed=one.version, tries=0, filling=filling)
            if one.version is None or is_before(case, known, name, new):
                undo_is_written(case, lid, name)
            case.note("late", name, lid, None, new)
            return name not in case.record.conflicts
        if lost(case, name, one.value, new):
            case.learn(lid, name, doubts=rest, agreed=one.version)
            case.note("late", name, lid, one.value, new, "cut")
            if not is_outdated(case, name, one.version):
                park(case, lid, name, "value-was-cut", one.value, new)
            return True
    return False


def expire_doubts(case: Case, lid: int, view: Any, seen: Observation) -> None:
    """A doubt ends with the first accepted read that shows its value, or with a direct look begun late enough."""
    for name, known in list(case.links[lid].known.items()):
        if not known.doubts:
            continue
        kept = []
        for one in known.doubts:
            if name in view and case.equal(name, one.value, view[name]):
                continue
            if seen.direct and seen.as_of > one.expires:
                case.note("no-effect", name, lid, one.value, view.get(name), "never arrived")
                continue
            kept.append(one)
        if len(kept) != len(known.doubts):
            case.learn(lid, name, doubts=tuple(kept))


# ---- the loop brake
def alternates(case: Case, lid: int, name: str, was: Value, new: Value) -> bool:
    """A field of a link that comes back from one value to the same other three times within an hour is parked."""
    now = case.setting.now
    recent = [turn for turn in case.known(lid, name).turns if turn.at >= now - TURNS_WITHIN_SECONDS]
    turns = (*recent, Turn(was=was, new=new, at=now))[-TURNS_KEPT:]
    case.learn(lid, name, turns=turns)
    same = [t for t in turns if case.equal(name, t.was, was) and case.equal(name, t.new, new)]
    if len(same) < TURNS_UNTIL_PARKED:
        return False
    park(case, lid, name, "field-alternates", case.value(name).value, new)  # I5
    case.learn(lid, name, turns=())
    return True
