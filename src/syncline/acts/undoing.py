"""A run is taken back: said first, then done, and told to the systems at once; all of that is one run too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from syncline.acts.act import Say, Undo
from syncline.acts.deciding import in_words
from syncline.acts.identity import Identity
from syncline.acts.news import Before
from syncline.acts.refusal import refuse
from syncline.acts.syncing import synced
from syncline.acts.tally import Tally
from syncline.acts.telling import tell_links, tell_records
from syncline.acts.told import Taken, Undone
from syncline.look.named import names_of
from syncline.model.intent import Intent
from syncline.model.link import Link
from syncline.model.rows import Hint, Run
from syncline.sync import observe, rounds, run, taken_back, undo
from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead
from syncline.sync.undo import Step

SHOWN = 1000
RUNS = 2000
"""So many runs back an earlier undo is looked for."""


def take_back(hub: Hub, act: Undo, who: str, say: Say) -> Undone:
    """What the run wrote is put back, unless somebody changed it since. Raises Refusal for a run that there is not."""
    found = hub.ledger.run(act.run)
    if found is None:
        raise refuse(f"There is no run {act.run}.", "syncline runs lists them")
    refuse_what_is_nothing(hub, found)
    refuse_what_is_read_only(hub, act.run)
    if act.dry:
        look_first(hub, act.run)
        return undone(hub, undo.plan_undo(hub, act.run), 0, Identity().hear(taken_back.plan(hub, found)))
    tally, began, before = Tally(say), hub.clock(), Before(hub)
    working = tally.watching(run.begin(hub, "undo", who, undoes=act.run, about=found.about))
    ask_for_looks(working, act.run)
    not_now = look_first(working, act.run)
    undoing = undo.undo_run(working, act.run, who)
    links = [step.link for step in undoing.steps if step.what in ("put back", "told again", "deleted")]
    tell_links(working, links, not_now)
    identity = Identity().hear(taken_back.take_back(working, found))
    if found.about:
        tell_records(working, found.about, not_now)
    told = undone(hub, undoing, undoing.by, identity)
    return Undone(
        run=told.run, by=told.by, counts=told.counts, steps=told.steps,
        synced=synced(working, tally, before, not_now, began),
    )  # fmt: skip


def refuse_what_is_nothing(hub: Hub, found: Run) -> None:
    """A run that wrote nothing, or that was taken back before: no run is made for that. Raises Refusal."""
    number = found.id
    if taken_back.anything(hub, found):
        return
    intents = written_in(hub, number)
    if not intents and found.kind == "provision":
        why = f"Run {number} made or took away fields of ours, and wrote to no row"
        raise refuse(f"{why}: there is nothing to undo.", "syncline provision --remove takes the fields away")
    by = next((run.id for run in hub.ledger.runs(RUNS) if run.undoes == number), None)
    by = by or next((one.undone_by for one in intents if one.undone_by is not None), None)
    if not intents and by is None:
        raise refuse(f"Run {number} wrote nothing: there is nothing to take back.", "syncline runs lists what wrote")
    if by is not None and all(step.what in ("left", "final") for step in undo.plan_undo(hub, number).steps):
        raise refuse(f"Run {number} is already undone by run {by}.", f"to take that back: syncline undo {by}")


def refuse_what_is_read_only(hub: Hub, number: int) -> None:
    """Nothing is marked that could not be put back. Raises Refusal."""
    places = {(one.system, one.stream) for one in written_in(hub, number)}
    found = [
        f"{b.system} {b.stream}" for b in hub.declaration.bindings
        if (b.system, b.stream) in places and hub.declaration.mode_of(b.system, b.entity) == "read-only"
    ]  # fmt: skip
    if found:
        why = f"Run {number} wrote to {in_words(found)}, where the mode is read-only: nothing can be put back there"
        raise refuse(f"{why}, and nothing was marked.", f"change `mode` in hub.yaml, then: syncline undo {number}")


def written_in(hub: Hub, number: int) -> list[Intent]:
    """What the run, and those that it undoes, told or may have told."""
    runs = [run for run, _ in undo.chain_of(hub.ledger, number)]
    return [one for run in runs for one in hub.ledger.intents_of_run(run) if one.state != "failed"]


def ask_for_looks(hub: Hub, number: int) -> None:
    """At every row that the run wrote: what somebody changed since is left, and is named."""
    with hub.ledger.unit() as unit:
        links = unit.links({one.link for one in unit.intents_of_run(number)}).values()
        unit.put_hints(
            [Hint(system=k.system, stream=k.stream, id=k.external_id, at=hub.clock()) for k in links if k.external_id]
        )


def look_first(hub: Hub, number: int) -> NotRead:
    """What is still to be looked at where the run wrote: what nobody has looked at since is not taken back."""
    not_now: NotRead = {}
    intents = hub.ledger.intents_of_run(number)
    places = {(one.system, one.stream) for one in intents}
    found = [place for place in rounds.places(hub) if place in places]
    rounds.in_turns(found, lambda system, stream: observe.look(hub, system, stream) > 0, not_now)
    return not_now


def undone(hub: Hub, undoing: undo.Undoing, by: int, identity: Identity) -> Undone:
    """The first steps of each, and how many there are of each sort."""
    shown = undoing.steps[:SHOWN]
    names = dict(names_of((step.record for step in shown), hub.declaration, hub.ledger))
    entities = entities_of(hub, (step.link for step in shown))
    counts = Counter[str](step.what for step in undoing.steps) + identity.counts
    return Undone(
        run=undoing.run, by=by, counts={str(what): number for what, number in counts.items()},
        steps=(*identity.steps(hub), *(taken(step, names, entities) for step in shown)),
    )  # fmt: skip


def entities_of(hub: Hub, links: Iterable[int]) -> dict[int, Link]:
    """The links by their number, for what they are links of."""
    return dict(hub.ledger.links(sorted(set(links))))


def taken(step: Step, names: dict[int, str], links: dict[int, Link]) -> Taken:
    """One step, with what people call the record."""
    entity = links[step.link].entity if step.link in links else ""
    return Taken(
        what=step.what, entity=entity, name=names.get(step.record, ""), system=step.system, stream=step.stream,
        id=step.external_id, field=step.field, before=step.before, after=step.after, why=step.why,
    )  # fmt: skip
