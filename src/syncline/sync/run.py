"""One numbered run for a whole command: what it wrote is taken back by that number."""

from __future__ import annotations

from dataclasses import replace

from syncline.model.rows import Run
from syncline.sync.hub import Gathering, Hub


def begin(
    hub: Hub, kind: str, note: str = "", undoes: int | None = None, about: tuple[int, ...] = ()
) -> Hub:  # fmt: skip
    """The same hub, at work under a new run until it is let go. note: who, or what for. undoes: of an undo, which run.

    What was begun before keeps its own run: hubs are values, and several of one ledger may be at work.
    """
    with hub.ledger.unit() as unit:
        run = Run(id=unit.new_id("run"), kind=kind, at=hub.clock(), note=note, undoes=undoes, about=about)
        unit.save_run(run)
    return replace(hub, run=run.id)


def tell_about(hub: Hub, records: tuple[int, ...]) -> None:
    """The run under way joins or parts records that nobody could name before it."""
    assert isinstance(hub.run, Gathering), "it was gathered"
    hub.run.about = records
    with hub.ledger.unit() as unit:
        hub.run.under(unit, hub.clock())


def gather(hub: Hub, kind: str, note: str = "", about: tuple[int, ...] = ()) -> Hub:
    """The same, but the run begins with the first step that changes anything: what is refused is no run."""
    return replace(hub, run=Gathering(kind=kind, note=note, about=about))
