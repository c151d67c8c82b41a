"""Steps 8 and 9: what is due is looked at, journalled (T2), sent, and its receipt kept (T3)."""

from __future__ import annotations

from collections.abc import Sequence

from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.merge import deletes, due, undo
from syncline.merge.case import Case
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.model.outcome import Outcome
from syncline.sync import birth, observe, outcomes, poison, scope, send, settle, stops, writing
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub, one_at_a_time
from syncline.sync.stops import Gate, Ready

RETRY_SECONDS = 1.0
DECIDES = ("tombstone", "undo", "left")
"""History that says that a record's rows are to be deleted."""


@one_at_a_time("tell")
def deliver(hub: Hub, system: str, stream_name: str) -> int:
    """Tells one batch of due links of a stream. Returns how many links it worked on."""
    due_now = due_there(hub, system, stream_name)
    batch = due_now[: min(hub.batch, hub.stream(system, stream_name).batch_size)]
    tell_batch(hub, system, stream_name, batch, due_now)
    return len(batch)


@one_at_a_time("tell")
def deliver_first(hub: Hub, system: str, stream_name: str, links: Sequence[Link]) -> int:
    """Tells those of these links that are due before all others of the stream, but behind the same brakes."""
    due_now = due_there(hub, system, stream_name) if links else ()
    if not due_now:
        return 0
    now, approving = hub.clock(), stops.waits_for_plan(hub, hub.declaration.binding(system, stream_name))
    links = list(hub.ledger.links(link.id for link in links).values())  # as they are now that it is our turn # I4
    mine = [k for k in links if k.due_at is not None and k.due_at <= now and (k.writing is not None or not approving)]
    size = min(hub.batch, hub.stream(system, stream_name).batch_size)
    for at in range(0, len(mine), size):
        tell_batch(hub, system, stream_name, mine[at : at + size], due_now)
    return len(mine)


def due_there(hub: Hub, system: str, stream_name: str) -> Sequence[Link]:
    """The first of what may be told to a stream now, as many as the brakes look at."""
    stream, binding = hub.stream(system, stream_name), hub.declaration.binding(system, stream_name)
    if not stops.may_write(hub, binding):
        return []
    due_now = hub.ledger.due(system, stream_name, hub.clock(), max(min(hub.batch, stream.batch_size), stops.AHEAD))
    if stops.waits_for_plan(hub, binding):
        return [link for link in due_now if link.writing is not None]  # a create that was approved and sent
    return due_now


def tell_batch(hub: Hub, system: str, stream_name: str, batch: Sequence[Link], due_now: Sequence[Link]) -> None:
    """Births and all else of a batch; `due_now` is what the brakes see coming."""
    stream = hub.stream(system, stream_name)
    gate = stops.Brakes(hub=hub, ahead=due_now)
    birth.bring_forth(hub, stream, [link for link in batch if link.state == "birth"], gate)
    known = [link for link in batch if link.external_id is not None]
    if known:
        tell(hub, stream, known, gate)


def tell(hub: Hub, stream: Stream, links: Sequence[Link], gate: Gate) -> None:
    """Look before write; whatever moved is observed first, and only what is still due is written."""
    binding = hub.declaration.binding(links[0].system, links[0].stream)
    looked = look(hub, binding, stream, links)
    hub.point("looked")
    try:
        intents, desk = journal(hub, binding, stream, links, looked, gate)
    except poison.POISON as error:
        alone(hub, stream, links, gate, looked or {}, error)
        return
    if not intents:
        return
    answers = send.send(
        hub, stream, binding.system, intents, {i.link: desk.home(i.link).links[i.link] for i in intents}
    )
    hub.point("called")
    receive(hub, binding, intents, answers, gate, desk)


def alone(
    hub: Hub, stream: Stream, links: Sequence[Link], gate: Gate, looked: dict[str, Observation], error: Exception
) -> None:
    """A batch that holds something that cannot be settled is told link by link; that one is parked (L2)."""
    if len(links) > 1:
        for link in links:
            tell(hub, stream, [link], gate)
        return
    seen = looked.get(str(links[0].external_id))
    if seen is None:
        raise error
    poison.park(hub, hub.declaration.binding(links[0].system, links[0].stream), seen, error)


def look(hub: Hub, binding: Binding, stream: Stream, links: Sequence[Link]) -> dict[str, Observation] | None:
    """What the system holds now; None where the stream declares that it cannot be looked at."""
    if stream.guard == "none" or stream.get is None:
        return None
    return observe.look_at(hub, binding.system, stream, [str(link.external_id) for link in links])  # I7


def journal(
    hub: Hub, binding: Binding, stream: Stream, links: Sequence[Link], looked: dict[str, Observation] | None,
    gate: Gate,
) -> tuple[list[Intent], Desk]:  # fmt: skip
    """T2: the looks are settled and the intents committed as `sent`, before any call. The desk is as it was left."""
    with hub.ledger.unit() as unit:
        desk = stops.desk_behind(gate, hub, unit, "deliver", (binding.system, binding.stream))
        desk.load(link.record for link in links)
        if looked is not None:
            there = [looked[str(link.external_id)] for link in links if link.external_id in looked]
            settle.settle(desk, binding, [(one, binding.bound(one.raw)) for one in there])
            missing(desk, stream, [link for link in links if link.external_id not in looked])
            if binding.scope is not None:
                for link in links:
                    scope.follow(desk, desk.home(link.id))  # who has just left it is told no more than that
        ready = [one for link in links if (one := decide(desk, binding, link, looked, gate)) is not None]
        picked = gate.pick(desk, binding, ready)
        made = [writing.new_intent(desk, binding, one.case, one.link, one.kind, dict(one.told)) for one in picked]
        intents = [intent for intent in made if intent.values or intent.kind != "update"]  # the rest was parked
        settle.close_desk(desk)
        unit.save_intents(intents)
        hub.point("intents written")
    hub.point("intents committed")
    return intents, desk


def missing(desk: Desk, stream: Stream, links: Sequence[Link]) -> None:
    """A due link whose row the look did not find waits for the proof of a delete, or is put out of sight."""
    for link in links:
        case = desk.home(link.id)
        settle.settle_missing(desk, desk.binding(link), [str(link.external_id)])
        if case.links[link.id].state == "active":
            again = desk.now + max(stream.settles_in.feed, stream.settles_in.get, RETRY_SECONDS)
            case.put(link.id, due_since=link.due_since or desk.now, due_at=again)


def decide(desk: Desk, binding: Binding, link: Link, looked: dict[str, Observation] | None, gate: Gate) -> Ready | None:
    """What this link must be told now; None where nothing is left to tell."""
    case = desk.home(link.id)
    now = case.links[link.id]
    if now.writing is not None or now.external_id is None or now.state not in ("active", "asleep"):
        return None
    if case.record.paused:
        return None
    if looked is not None and now.external_id not in looked:
        return None
    if now.deleting:
        return decide_delete(desk, case, link, looked)
    wanted = {**gate.also(desk, binding, case, link.id), **due.due_fields(case, link.id, desk.writable(case, now))}
    told = writing.resolved(desk, binding, case, link.id, wanted)
    return Ready(case=case, link=link.id, kind="update", told=told) if told else None


def decide_delete(desk: Desk, case: Case, link: Link, looked: dict[str, Observation] | None) -> Ready | None:
    """A carried-on delete, unless the look found an edit: then a person is asked."""
    binding = desk.binding(link)
    bound = binding.bound(looked[str(link.external_id)].raw) if looked is not None else link.seen
    moved = bound != link.seen or any(known.sent or known.doubts for known in link.known.values())
    if (moved and edited(case, link)) or edited_before(desk, case, link):
        deletes.spare(case, link.id)
        return None
    return Ready(case=case, link=link.id, kind="delete")


def edited_before(desk: Desk, case: Case, link: Link) -> bool:
    """Did a read bring an edit from there after the delete was decided?"""
    history = desk.unit.history([case.record.id]).get(case.record.id, ())
    decided = [at for at, entry in enumerate(history) if entry.field is None and entry.kind in DECIDES]
    later = history[decided[-1] :] if decided else ()
    return any(entry.link == link.id and entry.kind in undo.CHANGED for entry in later)


def edited(case: Case, link: Link) -> bool:
    """Did this look bring anything new from there? Then history says so."""
    return any(
        entry.link == link.id
        and entry.kind in ("taken", "merged", "refused", "blank-refused", "conflict", "conflict-lost")
        for entry in case.entries
    )


# ---- T3
def receive(
    hub: Hub, binding: Binding, intents: Sequence[Intent], answers: Sequence[Outcome], gate: Gate, earlier: Desk
) -> None:
    """The receipts of a batch in one transaction. `earlier`: the desk of T2."""
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub, unit=unit, run=intents[0].run, now=hub.clock())
        desk.take_over(earlier)
        intents = desk.present(intents)
        kept = [
            outcomes.settle_outcome(desk, binding, intent, out) for intent, out in zip(intents, answers, strict=True)
        ]
        unit.save_intents(kept)
        gate.delivered(desk, kept)
        settle.close_desk(desk)
        hub.point("receipts written")
    hub.told(kept)
    hub.point("receipts committed")
