"""`syncline status` and `syncline runs`: what is going on, without touching it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.look.status import RunView, Status, SystemView
    from syncline.model.drift import Drift

LISTS = {
    "conflict": "syncline conflicts", "difference": "syncline conflicts", "withheld": "syncline conflicts",
    "parked": "syncline parked", "candidate": "syncline parked", "asked": "syncline parked", "held": "syncline brake",
    "paused": "syncline parked",
}  # fmt: skip
"""The command that lists each kind of what is open."""


def status(hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """Who runs it, each system and stream, what is open, the latest runs."""
    from syncline.cli.opened import looking
    from syncline.cli.shown import document
    from syncline.look.status import status as look

    with looking(hub, ledger) as found:
        view = look(found)
        if json:
            document(view)
        else:
            show(view, found.declaration.zone)


def runs(
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=10_000)] = 20,
    every: Annotated[bool, typer.Option("--all", help="Also those that wrote nothing.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """The latest runs: what each wrote, and what takes it back."""
    from syncline.cli.opened import looking
    from syncline.cli.shown import document
    from syncline.look.status import runs as look

    with looking(hub, ledger) as found:
        views = look(found.ledger, limit, every=every)
        if json:
            document(views)
        else:
            show_runs(views, found.declaration.zone)


def show(view: Status, zone: str) -> None:
    """For people."""
    from syncline.cli.shown import out, table
    from syncline.look.said import many, moment, span

    writer = view.writer
    runs = (
        "Nobody runs it; syncline sync does it once, syncline run keeps at it."
        if writer is None
        else f"{writer.owner} holds it: process {writer.process} on {writer.host}, since {moment(writer.since, zone)}."
    )
    out(f"{view.hub}, mode {view.mode}. {runs}")
    out()
    table(
        ("System", "Connector", "Mode", "State", "Last read", "Delay"),
        [(one.name, one.connector, one.mode, state(one), moment(one.read, zone),
          "" if one.delay is None else span(one.delay)) for one in view.systems],
    )  # fmt: skip
    out()
    table(
        ("Stream", "Entity", "Links", "Due", "Later", "Hints", "Parked rows"),
        [(f"{one.system} {one.stream}", one.entity, f"{one.links:,}", count(one.due), count(one.later),
          count(one.hints), count(one.parked)) for one in view.streams],
        right=("Links", "Due", "Later", "Hints", "Parked rows"),
    )  # fmt: skip
    out()
    out("Nothing is open." if not view.open else "Open:", bold=bool(view.open))
    for kind, number in view.open.items():
        out(f"  {number:,} {kind}: {LISTS.get(kind, 'syncline parked')}")
    for entity, why in view.paused.items():
        out(f"  paused: {entity}, by {why}: syncline resume {entity}")
    for one in view.baselines:
        out(f"  stopped: {one.at}, {one.said}: {one.why}")
        out(f"    {one.remedy}")
    for held in view.held:
        if held.kind == "rebaseline":
            continue
        at = f"{held.system}/{held.stream}/{held.kind}"
        out(f"  held: {many(held.count, held.kind)} in {held.system} {held.stream}: syncline brake release {at}")
    for system in dict.fromkeys(one.system for one in view.missing):
        named = ", ".join(f"{one.stream}.{one.field}" for one in view.missing if one.system == system)
        out(f"  missing in {system}, and not written: {named}: syncline provision")
    for changed in view.drift:
        out(f"  {drifted(changed)}")
    for hidden in view.frozen:
        name = f"{hidden.system} {hidden.stream}.{hidden.field}"
        out(f"  frozen: {name} cannot be read, and is not written: syncline check")
    if view.runs:
        out()
        show_runs(view.runs, zone)


def drifted(one: Drift) -> str:
    """What an administrator changed, and what settles it, in a line."""
    from syncline.look.status import about

    if one.kind == "unknown":
        return f"fields of {one.system} {one.stream} not compared: {one.said}: syncline check"
    return f"{one.kind}: {one.name}: {one.said}{about(one)}; {one.remedy}"


def state(one: SystemView) -> str:
    """What was last known of it."""
    if one.paused:
        return f"paused: {one.why}" if one.why else "paused"
    if one.failed:
        return f"not reached: {one.failed}"
    return "read" if one.read else "never read"  # whether it answers now is not known: see Last read


def count(number: int) -> str:
    """Nothing for 0."""
    return f"{number:,}" if number else ""


def show_runs(views: Sequence[RunView], zone: str) -> None:
    """A line each, newest first."""
    from syncline.cli.shown import out, table
    from syncline.look.said import moment

    if not views:
        out("No run has written anything yet. syncline plan shows what would be written.")
        return
    table(
        ("Run", "What", "When", "Wrote", "Take it back"),
        [(str(one.id), one.kind, moment(one.at, zone), wrote(one), back(one)) for one in views],
        right=("Run",),
    )


def wrote(one: RunView) -> str:
    """`3 create, 12 update`."""
    return ", ".join(f"{number:,} {kind}" for kind, number in one.written.items()) or "nothing"


def back(one: RunView) -> str:
    """The command, or by which run that was done."""
    if one.undone_by is not None and not one.undo:
        return f"undone by {one.undone_by}"
    return one.undo
