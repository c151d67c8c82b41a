"""T2, call and T3 of creates: journalled under keys that never change, sent together where the vendor takes batches."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from syncline.connect.stream import Stream
from syncline.identity import seats
from syncline.mapping.binding import Binding
from syncline.mapping.field_type import Value
from syncline.merge import lines, receipts
from syncline.merge.case import Case
from syncline.model.intent import Intent, Told
from syncline.model.link import Link
from syncline.model.outcome import Done, Later, Outcome, Rejected, Unknown
from syncline.sync import outcomes, poison, send, settle, stops, writing, written
from syncline.sync.columns import judged
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.stops import Gate, Ready

PARENT_SECONDS = 60.0
"""How soon a birth asks again for the ids it requires; it is woken earlier when they come."""


def create(hub: Hub, stream: Stream, links: Sequence[Link], gate: Gate) -> None:
    """T2, call, T3 of creates that are not held, and have the ids that the system requires."""
    binding = hub.declaration.binding(links[0].system, links[0].stream)
    try:
        intents = journal(hub, binding, links, gate)
    except poison.POISON:
        if len(links) == 1:
            raise
        for link in links:
            create(hub, stream, [link], gate)  # L2
        return
    hub.point("create committed")
    if intents:
        call(hub, stream, binding, intents, gate, first=True)


def journal(hub: Hub, binding: Binding, links: Sequence[Link], gate: Gate) -> list[Intent]:
    """T2: the intents are committed as `sent` before any call."""
    with hub.ledger.unit() as unit:
        desk = stops.desk_behind(gate, hub, unit, "birth", (binding.system, binding.stream))
        desk.load(link.record for link in links)
        ready = [one for link in links if (one := ready_now(desk, binding, link)) is not None]
        going = gate.pick(desk, binding, ready)
        intents = [new_create(desk, binding, one.case, one.link, dict(one.told)) for one in going]
        unit.save_intents(intents)
        written.flush(desk)
        hub.point("create written")
    return intents


def ready_now(desk: Desk, binding: Binding, link: Link) -> Ready | None:
    """What it would be created with; None where it waits for an id that the system requires, or for a condition."""
    case = desk.home(link.id)
    ready = planned(desk, binding, case, link.id)
    if case.record.paused:
        return None
    if writing.lacks(desk, binding, case, link.id) or added(desk, binding, case) is None:
        case.put(link.id, due_at=desk.now + PARENT_SECONDS)  # I10
        return None
    return ready


def planned(desk: Desk, binding: Binding, case: Case, lid: int) -> Ready:
    """What a birth would be created with now."""
    return Ready(case=case, link=lid, kind="create", told=first_values(desk, binding, case, lid))


def first_values(desk: Desk, binding: Binding, case: Case, lid: int) -> dict[str, Told]:
    """All the record holds that this stream takes, but nothing in an open conflict, and nothing that was refused."""
    told = {
        name: Told(value=case.value(name).value, version=case.value(name).version)
        for name in desk.writable(case, case.links[lid])
        if case.value(name).value is not None and name not in case.record.conflicts and not was_refused(case, lid, name)
    }
    return writing.resolved(desk, binding, case, lid, told)


def was_refused(case: Case, lid: int, name: str) -> bool:
    """Would the system not have this value when the row was to be made?"""
    parked = case.known(lid, name).parked
    return parked is not None and parked.refused


def new_create(desk: Desk, binding: Binding, case: Case, lid: int, told: dict[str, Told]) -> Intent:
    """The create's intent, with what the declaration adds by default."""
    intent = writing.new_intent(desk, binding, case, lid, "create", told)
    key = send.key_for(desk.declaration.name, desk.hub.counted_by, lid)  # I4
    return replace(intent, key=key, raw={**(added(desk, binding, case) or {}), **intent.raw})


def added(desk: Desk, binding: Binding, case: Case) -> dict[str, Value] | None:
    """The raw fields that the declaration gives a new row: of each field the first choice that fits.

    None: a condition gives no value, visibly. The create then waits; the wrong warehouse would be worse than none.
    """
    place = (binding.system, binding.stream, binding.entity)
    birth = next((b for b in desk.declaration.births if (b.system, b.stream, b.entity) == place), None)
    if birth is None:
        return {}
    found = dict(birth.defaults)
    chosen: set[str] = set()
    for choice in birth.choices:
        if choice.field in chosen:
            continue
        what = f"{choice.field} of a new row in {binding.system}.{binding.stream}"
        fits = True if choice.when is None else judged(desk, case, what, choice.when)
        if fits is None:
            return None
        if fits:
            found[choice.field] = choice.value
            chosen.add(choice.field)
    return found


def call(
    hub: Hub, stream: Stream, binding: Binding, intents: Sequence[Intent], gate: Gate | None, *, first: bool
) -> None:
    """The calls and their receipts. An unknown outcome stays with its birth until it is resolved."""
    links = hub.ledger.links(intent.link for intent in intents)
    answers = send.send(hub, stream, binding.system, intents, links)
    hub.point("created")
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=intents[0].run, now=hub.clock())
        now = unit.intents(intent.id for intent in intents)  # with their journals, where one took several steps
        present = desk.present([now[intent.id] for intent in intents])
        kept = [
            receipt(desk, stream, binding, intent, outcome, first=first)
            for intent, outcome in zip(present, answers, strict=True)
        ]
        unit.save_intents(kept)
        if gate is not None:
            gate.delivered(desk, kept)
        settle.close_desk(desk)
        hub.point("birth written")
    hub.told(kept)
    hub.point("birth committed")


def receipt(desk: Desk, stream: Stream, binding: Binding, intent: Intent, outcome: Outcome, *, first: bool) -> Intent:
    """What the answer means for the birth.

    What a further attempt is answered, short of success, tells nothing about the first one: only that it is refused,
    where any attempt after it has the same key or id, and so makes no second row. # I4
    """
    case = desk.cases[intent.record]
    link = case.links[intent.link]
    refused = isinstance(outcome, Rejected) and stream.create_is_safe_by in ("key", "external_id")
    if isinstance(outcome, Unknown) or not (first or isinstance(outcome, Done) or refused):
        shown = intent.at + stream.settles_in.find + stream.write_timeout
        if isinstance(outcome, Later):  # nothing was sent, so this was no attempt
            wait, tried = outcome.after, link.unanswered
        else:
            wait, tried = outcomes.backoff(link.unanswered), link.unanswered + 1
        at = max(shown, desk.now + wait) if stream.create_is_safe_by == "find" else desk.now + wait
        case.put(intent.link, due_since=link.due_since or desk.now, due_at=at, unanswered=tried)
        return replace(intent, state="unknown")
    if isinstance(outcome, Done):
        born(desk, binding, case, intent, outcome)
        return replace(intent, state="done", done_at=desk.now, stored=outcome.stored)
    return outcomes.settle_outcome(desk, binding, intent, outcome)


def born(desk: Desk, binding: Binding, case: Case, intent: Intent, outcome: Done) -> None:
    """The birth has its id."""
    lid = intent.link
    link = case.links[lid]
    bound = binding.bound(outcome.stored) if outcome.stored is not None else {}
    case.put(
        lid, external_id=outcome.id, state="active", seen=bound, writing=None, version=outcome.version, unanswered=0
    )
    desk.seat(case.links[lid])
    seats.seat(case, link.system, link.stream, [lid])  # of a record that was merged meanwhile: a shadow, perhaps
    told = outcomes.read_back(desk, binding, case, intent, bound) if outcome.stored is not None else None
    receipts.receive(case, intent, told, desk.now)
    lines.note_receipts(case, lid, list(intent.values), desk.now)
    known_now(desk, case, lid)
    carried = case.record.state == "archived"
    if carried:
        case.put(lid, deleting=True, carried=True)


def known_now(desk: Desk, case: Case, lid: int) -> None:
    """What we made; read before anybody knew that, it may have been parked as a row of two records."""
    link = case.links[lid]
    case.note("created", None, lid, None, link.external_id)
    desk.unit.unpark_rows([(link.system, link.stream, str(link.external_id))])
