"""A plan is executed: exactly what it lists, and of that only what still holds after the look (I17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from syncline.connect.stream import Stream
from syncline.mapping.binding import Binding
from syncline.merge.order import Cycle, Place
from syncline.model.link import Link
from syncline.model.rows import Run
from syncline.sync import birth, deliver, derive, observe, outgoing, paused, remap, settle, sheet, stops
from syncline.sync.desk import Desk
from syncline.sync.hub import Hub
from syncline.sync.listed import Applied, Listed
from syncline.sync.observe import NotNow
from syncline.sync.plan import desk_on_paper
from syncline.sync.sheet import Plan, PlannedWrite, Round


def apply(hub: Hub, plan: Plan) -> Applied:
    """Does each write whose declaration, versions and seen still hold. Applying again does nothing."""
    applied = Applied(refused=refusal(hub, plan))
    if applied.refused is not None:
        return applied
    applied.run = begin_run(hub, plan)
    if plan.foot.anew:
        read_anew(hub, applied.run)
    derive_all(hub)  # what was derived on paper comes into being
    assert not isinstance(hub.sequence, Cycle), hub.sequence.reason
    places = hub.sequence.streams
    rounds = set(plan.foot.rounds)
    for place in places:
        if (*place, "first") in rounds:
            each_batch(hub, place, plan, applied, "first")
    look_back(hub, places, applied)
    derive_all(hub)  # references that have got their ids go on
    for place in places:
        if (*place, "second") in rounds:
            each_batch(hub, place, plan, applied, "second")
    for place in reversed(places):  # children are deleted before their parents
        if (*place, "delete") in rounds:
            each_batch(hub, place, plan, applied, "delete")
    applied.events = outgoing.release(hub, [one.id for one in plan.foot.events])
    return applied


def begin_run(hub: Hub, plan: Plan) -> int:
    """All that the plan writes is one run: the hub's, where it works under one."""
    with hub.ledger.unit() as unit:
        number = hub.run if isinstance(hub.run, int) else unit.new_id("run")
        unit.save_run(Run(id=number, kind="apply", at=hub.clock(), note=plan.id))
    return number


def refusal(hub: Hub, plan: Plan) -> str | None:
    """Why nothing of it may be done at all."""
    if plan.head.hub != hub.declaration.name:
        return f"this is a plan of the hub {plan.head.hub}"
    if plan.head.declaration != sheet.declaration_hash(hub.declaration):
        return "the declaration has changed since: make a new plan"
    return None


def read_anew(hub: Hub, run: int) -> None:
    """What rows said themselves becomes the records' by today's mapping, as it did on paper."""
    after = 0
    while ids := hub.ledger.scan(after, hub.batch):
        after = ids[-1]
        with hub.ledger.unit() as unit:
            desk = Desk(hub=hub, unit=unit, run=run, now=hub.clock())
            desk.load(ids)
            if sum(remap.retake(desk, case) for case in list(desk.cases.values())):
                settle.close_desk(desk)
        hub.point("read anew")


def derive_all(hub: Hub) -> None:
    """Until nothing is left to derive."""
    while derive.derive_dirty(hub):
        continue


def look_back(hub: Hub, places: Sequence[Place], applied: Applied) -> None:
    """What did not tell what it stored is looked at, so that a second write knows what it writes over."""
    for system, stream in places:
        try:
            while observe.look(hub, system, stream):
                continue
        except NotNow as error:
            applied.not_reached[system, stream] = error
            applied.not_looked_at[system, stream] = str(error)  # the hint stays; what waits for it is named as waiting


def each_batch(hub: Hub, place: Place, plan: Plan, applied: Applied, now: Round) -> None:
    """The writes of one stream in one round, in the batches that its system takes."""
    stream, binding = hub.stream(*place), hub.declaration.binding(*place)
    found = (write for write in plan.writes() if (write.system, write.stream) == place and now in write.rounds)
    while batch := list(islice(found, min(hub.batch, stream.batch_size))):
        if not stops.may_write(hub, binding):
            applied.all(batch, "dropped", f"nothing is written to {binding.system} now: {why_not(hub, binding)}")
            continue
        try:
            with hub.turn("tell", *place):
                write_batch(hub, binding, stream, batch, applied, second=now == "second")
        except NotNow as error:
            applied.all(batch, "dropped", str(error))
            applied.not_reached[place] = error


def why_not(hub: Hub, binding: Binding) -> str:
    """Why nothing leaves for a stream."""
    if stops.is_paused(hub, binding):
        return f"it is paused (syncline resume {binding.system}, or {binding.entity})"
    if hub.declaration.mode_of(binding.system, binding.entity) == "read-only":
        return "the mode is read-only; to have it written, set `mode: live` (or approve) in hub.yaml"
    return f"its rows went back, and it is being read anew ({paused.goes_on(hub, binding.system)})"


def write_batch(
    hub: Hub, binding: Binding, stream: Stream, batch: Sequence[PlannedWrite], applied: Applied, *, second: bool
) -> None:
    """By the same functions that deliver always, behind another gate."""
    links = links_of(hub, batch)
    gate = Listed(plan={link.id: write for write, link in links}, applied=applied, run=applied.run, second=second)
    births = [k for write, k in links if k.state == "birth" and write.write == "create" and k.writing is None]
    birth.bring_forth(hub, stream, births, gate)
    known = [link for _, link in links if link.state == "active" and link.writing is None]
    told = [link for link in known if second or gate.plan[link.id].write != "create"]
    if told:
        deliver.tell(hub, stream, told, gate)
    there = {id(write) for write, _ in links}
    applied.all([write for write in batch if id(write) not in there], "dropped", "its record has no link there")
    account(hub, gate)


def links_of(hub: Hub, batch: Sequence[PlannedWrite]) -> Iterable[tuple[PlannedWrite, Link]]:
    """Each write with its link; a birth that was on paper only has one by now."""
    by_id = hub.ledger.links([write.link for write in batch if write.link is not None])
    of_records = hub.ledger.links_of({write.record for write in batch if write.link is None})
    out = []
    for write in batch:
        mine: Iterator[Link] = (
            link
            for link in of_records.get(write.record, ())
            if (link.system, link.stream) == (write.system, write.stream)
        )
        link = by_id.get(write.link) if write.link is not None else next(mine, None)
        if link is not None:
            out.append((write, link))
    return out


def account(hub: Hub, gate: Listed) -> None:
    """What delivery did not even bring to the gate is named too, and what it could not send."""
    unsent = [gate.plan[lid] for lid in gate.leaving if lid not in gate.answered]
    gate.applied.all(unsent, "dropped", "it cannot be told: see what is parked")
    desk = desk_on_paper(hub)
    left = [(lid, write) for lid, write in gate.plan.items() if lid not in gate.judged]
    desk.load(link.record for link in hub.ledger.links([lid for lid, _ in left]).values())
    for case in desk.cases.values():
        for lid, write in left:
            if lid in case.links:
                gate.account(desk, case, lid, write)
