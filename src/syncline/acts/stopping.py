"""What a person stops and lets go on: a brake's hold, a stream that went back, a system, an entity, a record."""

from __future__ import annotations

from syncline.acts.act import Baseline, Pause, Release, Resume, Say
from syncline.acts.baselining import baseline
from syncline.acts.deciding import decided, outcome
from syncline.acts.finding import case_at
from syncline.acts.refusal import refuse
from syncline.acts.tally import Tally
from syncline.acts.told import Done
from syncline.look.find import near
from syncline.look.place import parse
from syncline.sync import deliver, pausing, rounds, run, stops
from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead


# ---- brakes
def release(hub: Hub, act: Release, who: str, say: Say) -> Done:
    """Exactly what is held now, and no more."""
    system, stream, kind = brake_named(hub, act.at)
    if kind == "rebaseline":
        paused = hub.ledger.system_state(system).paused
        return baseline(hub, Baseline(how="begin" if paused else "confirm", what=f"{system}/{stream}"), who, say)
    tally, not_now = Tally(say), NotRead()
    working = tally.watching(run.gather(hub, "person", f"{who}: {act.at} is released"))
    released = stops.release(working, system, stream, kind, who)
    place = (system, stream)
    rounds.in_turns([place], lambda s, n: deliver.deliver(working, s, n) > 0, not_now)
    rounds.derive_all(working)
    return Done(count=released, said=f"{released} writes of kind {kind} are let go. {outcome(tally, not_now)}".strip())


def brake_named(hub: Hub, at: str) -> tuple[str, str, str]:
    """`system/stream/kind`, of what is held. Raises Refusal."""
    held = {f"{one.system}/{one.stream}/{one.kind}": one for one in hub.ledger.held()}
    found = held.get(at)
    if found is None:
        raise refuse(f"Nothing is held as {at}.", f"what is held: {', '.join(held) or 'nothing'}")
    return found.system, found.stream, found.kind


# ---- pauses
def pause(hub: Hub, act: Pause, who: str, say: Say) -> Done:
    """Nothing of it is written until it is resumed; a system is not read either."""
    why = f"{who}{f': {act.why}' if act.why else ''}"
    if act.what in hub.declaration.order:
        pausing.put_system(hub, act.what, paused=True, why=why)
        return Done(count=1, said=f"{act.what} is neither read nor written until: syncline resume {act.what}")
    if act.what in hub.declaration.entities:
        pausing.put_entity(hub, act.what, paused=True, why=why)
        return Done(count=1, said=f"No {act.what} is written anywhere until: syncline resume {act.what}")
    rid = record_named(hub, act.what)
    pausing.put_record(hub, rid, paused=True, who=who, why=act.why)
    return Done(count=1, said=f"Record {rid} is not written anywhere until: syncline resume {rid}")


def resume(hub: Hub, act: Resume, who: str, say: Say) -> Done:
    """Also of a system that denied us: it is spoken to again."""
    if act.what in hub.declaration.order:
        if not hub.ledger.system_state(act.what).paused:
            raise refuse(f"{act.what} is not paused.", "syncline status shows what is")
        again = next((one for one in hub.ledger.held() if stops.is_rebaseline(one) and one.system == act.what), None)
        if again is not None:
            raise refuse(f"{act.what} is stopped: {again.why}", f"syncline baseline begin {act.what} reads it anew")
        pausing.put_system(hub, act.what, paused=False)
        return Done(count=1, said=f"{act.what} is read and written again, from the next sync on")
    if act.what in hub.declaration.entities:
        if act.what not in pausing.paused_entities(hub):
            raise refuse(f"{act.what} is not paused.", "syncline status shows what is")
        pausing.put_entity(hub, act.what, paused=False)
        return Done(count=1, said=f"{act.what} is written again, from the next sync on")
    rid = record_named(hub, act.what)
    if not hub.ledger.records([rid])[rid].paused:
        raise refuse(f"Record {rid} is not paused.", "syncline status shows what is")

    def decide(working: Hub) -> list[int]:
        pausing.put_record(working, rid, paused=False, who=who)
        return [rid]

    return decided(hub, who, say, f"record {rid} is written again", decide)


def record_named(hub: Hub, what: str) -> int:
    """A record by its number, or by a row of it. Raises Refusal for what is none of the three."""
    if what.isdigit() or "/" in what:
        return case_at(hub, parse(what)).record.id
    known = [*hub.declaration.order, *hub.declaration.entities]
    meant = near(hub.declaration, what)
    also = f" Did you mean {meant}?" if meant else ""
    raise refuse(
        f"{what} is no system, entity or record.{also}", f"say a record's number, or one of: {', '.join(known)}"
    )
