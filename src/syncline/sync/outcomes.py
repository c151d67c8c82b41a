"""T3: what one answer means for its link, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from syncline.mapping.binding import Binding
from syncline.merge import conflicts, lines, receipts, sleep
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.outcome import (
    NO_FIELD,
    NOT_MADE,
    Clash,
    Denied,
    Done,
    Exists,
    Later,
    Missing,
    Outcome,
    Rejected,
    Unknown,
)  # fmt: skip
from syncline.model.record import Parking, Value
from syncline.model.rows import Hint, SystemState
from syncline.sync import comparing, frozen, own_fields
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub

RETRY_SECONDS = 1.0
RETRY_CAP_SECONDS = 300.0
REMEDIES = {NOT_MADE: f"syncline provision, then: syncline parked retry --code {NOT_MADE}"}
ASKED_AGAIN = 12
OF_FIELDS = (NOT_MADE, "property-doesnt-exist", "invalid-option", "read-only-value")
"""Codes of refusals that may say that an administrator changed a field."""
"""How often what may come by itself is waited for, some 25 minutes in all; then a person must see to it."""


def settle_outcome(desk: Desk, binding: Binding, intent: Intent, outcome: Outcome) -> Intent:
    """What one answer means for its link; the intent with its end."""
    case = desk.cases[intent.record]
    if isinstance(outcome, Unknown):
        receipts.doubt(case, intent)
        link = case.links[intent.link]
        again = desk.now + backoff(link.unanswered)  # the look may settle it earlier
        case.put(intent.link, due_since=link.due_since or desk.now, due_at=again, unanswered=link.unanswered + 1)
        return replace(intent, state="unknown")
    case.put(intent.link, writing=None, unanswered=0)
    if isinstance(outcome, Done):
        stored = done(desk, binding, case, intent, outcome)
        return replace(intent, state="done", done_at=desk.now, stored=stored)
    refused(desk, binding, case, intent, outcome)
    return replace(intent, state="failed", done_at=desk.now)


def done(desk: Desk, binding: Binding, case: Case, intent: Intent, outcome: Done) -> dict[str, object] | None:
    """A receipt: new `seen` where the system told what it stored, `agreed` for the fields it accepted."""
    lid = intent.link
    link = case.links[lid]
    if intent.kind == "delete":
        conflicts.side_gone(case, lid)
        case.put(lid, state="tombstone", deleting=False, due_at=None, due_since=None, direct_at=desk.now)
        case.note("deleted", None, lid, link.external_id, None)
        return None
    told, moved = None, False
    if outcome.stored is not None:
        bound = binding.bound(outcome.stored)
        case.put(lid, seen=binding.refreshed(link.seen, intent.values, bound))
        moved = case.links[lid].seen != {**link.seen, **bound}
        told = read_back(desk, binding, case, intent, bound)
    receipts.receive(case, intent, told, desk.now)
    lines.note_receipts(case, lid, list(intent.values), desk.now)
    if outcome.version is not None:
        case.put(lid, version=outcome.version)
    if moved:  # something else changed there since the look: that is no receipt, and is looked at
        case.hints.append((lid, desk.now))
    vouched = told is not None and not moved and not sleep.sleeps(link)
    case.put(lid, attempts=0, as_of=max(link.as_of, desk.now if vouched else 0.0))
    for name, one in intent.values.items():
        case.note("told", name, lid, one.before, one.value)
    return outcome.stored


def read_back(desk: Desk, binding: Binding, case: Case, intent: Intent, bound: dict[str, Any]) -> Mapping[str, Value]:
    """What the answer says is stored there, its new lines recognised; nothing is concluded from what it lacks."""
    at = Observation(
        id=case.links[intent.link].external_id or "", raw=bound, began=desk.now, as_of=desk.now, whole=False
    )
    reading = binding.read(bound, desk.resolve, intent.values if binding.lines is None else None)
    return lines.recognise(case, intent.link, reading, at, intent.values).told


def refused(desk: Desk, binding: Binding, case: Case, intent: Intent, outcome: Outcome) -> None:
    """Nothing was written; why decides what happens next, and to whom alone."""
    lid, link = intent.link, case.links[intent.link]
    if isinstance(outcome, Rejected) and link.attempts < ASKED_AGAIN and comes_by_itself(desk, link, outcome):
        ask_again(desk, case, lid, link)
    elif isinstance(outcome, Rejected):
        reject(desk, case, binding, intent, outcome)
    elif isinstance(outcome, Denied):
        desk.unit.save_system_state(SystemState(system=link.system, paused=True, why=without_name(link, outcome)))
    elif isinstance(outcome, Later):
        case.put(lid, due_since=link.due_since or desk.now, due_at=desk.now + outcome.after)
    elif isinstance(outcome, Clash | Missing):
        case.hints.append((lid, desk.now))
        ask_again(desk, case, lid, link)
    elif isinstance(outcome, Exists):
        desk.unit.put_hints([Hint(system=link.system, stream=link.stream, id=outcome.id, at=desk.now)])
        case.put(lid, parked=exists_already(link.system, outcome.id, desk.now))


def comes_by_itself(desk: Desk, link: Link, outcome: Rejected) -> bool:
    """Is asking again worth it? A field that is gone is looked for: the write goes on without it, or waits."""
    if outcome.code not in (NO_FIELD, NOT_MADE):
        return outcome.may_come
    doubted = frozen.doubted(desk.hub, link.system, link.stream, outcome)
    if outcome.code == NOT_MADE:
        doubted += own_fields.doubt(desk.hub, desk.unit, link.system, link.stream)
    desk.unit.save_own_fields(doubted)
    return bool(doubted)


def without_name(link: Link, outcome: Denied) -> str:
    """Why it denied us."""
    return outcome.reason.removeprefix(f"{link.system}: ") or "denied"


def ask_again(desk: Desk, case: Case, lid: int, link: Link) -> None:
    """Later, and ever more seldom."""
    again = desk.now + backoff(link.attempts)
    case.put(lid, due_since=link.due_since or desk.now, due_at=again, attempts=link.attempts + 1)


def backoff(attempts: int) -> float:
    """1, 2, 4, 8 ... seconds up to a cap. Without jitter: links leave in batches, at the pace of a system's limits."""
    return float(min(RETRY_CAP_SECONDS, RETRY_SECONDS * 2 ** min(attempts, 20)))


def reject(desk: Desk, case: Case, binding: Binding, intent: Intent, outcome: Rejected) -> None:
    """Parked by field where the system names one, else every field of this write; no retry until the data changed.

    A new row is made without that field, if it can be.
    """
    name = binding.field_of_raw.get(outcome.field or "")
    one = name if name in intent.values else None
    names: Iterable[str] = [one] if one is not None else list(intent.values)
    goes_on = intent.kind == "create" and has_gone_on(case, desk.tellable(binding), intent)
    left_out = intent.kind == "create" and not goes_on and one is not None and not is_needed(desk.hub, binding, one)
    system = case.links[intent.link].system
    if outcome.code in OF_FIELDS or (outcome.code == "rejected" and outcome.field is not None):
        desk.unit.save_compared(comparing.doubt(desk.hub, desk.unit, system, case.links[intent.link].stream))
    parking = Parking(
        code=outcome.code, reason=f"{system}: {outcome.reason}", at=case.setting.now, refused=True,
        remedy=REMEDIES.get(outcome.code, "correct the value at its source, or what the system requires, then retry"),
    )  # fmt: skip
    if goes_on or left_out:
        link = case.links[intent.link]
        case.put(
            link.id, due_since=link.due_since or case.setting.now, due_at=case.setting.now
        )  # L1: with what it is now
    elif intent.kind != "update":  # L1: a delete that is refused is not sent again until something changes there
        case.put(intent.link, parked=parking)
        case.note("parked", None, intent.link, None, None, outcome.reason)
    for field in names if intent.kind == "update" or left_out else ():
        told = intent.values[field]
        case.learn(intent.link, field, parked=replace(parking, ours=told.value, theirs=told.before))
        case.note("parked", field, intent.link, told.value, told.before, outcome.reason)


def is_needed(hub: Hub, binding: Binding, name: str) -> bool:
    """Must a new row have this field: since the system requires it, or it says which row it is, or of which kind?"""
    keys = {field for rule in hub.declaration.matching.get(binding.entity, ()) for field in rule.fields}
    scope = binding.scope.reads if binding.scope is not None else frozenset[str]()
    required = hub.required(binding.system, binding.stream).intersection(binding.by_field[name].lens.reads)
    return name in keys or name in scope or bool(required)


def has_gone_on(case: Case, tellable: Iterable[str], intent: Intent) -> bool:
    """Has the record other values by now than those that were sent to be created with?"""

    def is_new(name: str) -> bool:
        now, sent = case.value(name), intent.values.get(name)
        if sent is not None:
            return now.version > (sent.version or 0)
        known = case.known(intent.link, name)
        return now.value is not None and not known.waiting and known.parked is None

    return any(is_new(name) for name in tellable if name not in case.record.conflicts)


def exists_already(system: str, external_id: str, at: float) -> Parking:
    """The system has a row with our key fields that no rule matched: never joined by guess."""
    return Parking(
        code="exists-already", reason=f"{system} says that {external_id} is there already", at=at,
        remedy=f"link it (links add), or change what makes it the same in {system}",
    )  # fmt: skip
