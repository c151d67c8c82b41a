"""A hub that never wrote begins anew: what it observed is forgotten, and all is read and matched again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from syncline.acts.refusal import refuse
from syncline.look.said import many
from syncline.sync import anew, rebaseline, rounds
from syncline.sync.hub import Hub

RUNS = 100_000
"""So many runs back the decisions of people are counted."""


def begin_anew(hub: Hub, *, asked: bool) -> str:
    """Forgets where that is asked for, or where hub.yaml has changed since. Returns why, and what was forgotten.

    Raises Refusal where it is asked of a hub that has written: what it knows is what undo and agreement rest on.
    """
    with at_rest(hub):
        wrote, changed = hub.ledger.has_written(), changed_entities(hub)
        if asked and wrote:
            raise refuse(
                "This hub has written already: what it knows of the systems is what undo rests on, and stays.",
                "syncline sync --full reads everything again",
            )
        if wrote or not (asked or changed):
            return ""
        stopped = rebaseline.stopped(hub)
        decided = sum(one.kind == "person" for one in hub.ledger.runs(RUNS))
        with hub.ledger.unit() as unit:
            unit.forget_observed()
            unit.save_held(stopped)  # what waits for a person's word waits on
    why = (
        "As asked"
        if asked
        else f"hub.yaml, or Syncline itself, says other things of {', '.join(changed)} than when it was read"
    )
    lost = f"; {many(decided, 'decision')} of people went with it, to be made again" if decided else ""
    return f"{why}: what was read before is forgotten, and everything is read anew{lost}."


def changed_entities(hub: Hub) -> list[str]:
    """Entities of which a stream was read while the declaration said something else."""
    changed = []
    for binding in hub.declaration.bindings:
        cursor = hub.ledger.cursor(binding.system, binding.stream, "changes")
        read = cursor.baselined or cursor.ended or cursor.after
        if read and cursor.met_by != hub.meetings[binding.entity]:
            changed.append(binding.entity)
    return list(dict.fromkeys(changed))


@contextmanager
def at_rest(hub: Hub) -> Iterator[None]:
    """No thread of this process is at work on any stream meanwhile: none saves what it read before."""
    with ExitStack() as turns:
        for step in anew.STEPS:
            for place in rounds.places(hub):
                turns.enter_context(hub.turn(step, *place))
        yield
