"""`syncline plan` and `syncline apply`: what would be written, and exactly that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile
from syncline.cli.sync import Limit, Only, Where

if TYPE_CHECKING:
    from syncline.acts.told import Applied, Planned
    from syncline.config.declaration import Declaration
    from syncline.sync.sheet import PlannedField, PlannedWrite

SHOWN = 10
WRITES = "set `mode: live` (or approve) in hub.yaml"
"""What lets a plan be applied."""


def plan(
    only: Only = None, where: Where = None, limit: Limit = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of it there, for `apply`: it holds personal data.")
    ] = None,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Reads, and says what would be written; writes nothing to any system."""
    from syncline.acts.act import Plan
    from syncline.acts.told import Planned
    from syncline.cli.asked import ask, ends, lets_go_on, not_reached
    from syncline.cli.told import NOT_REACHED, OK

    file = None if out is None else str(out.absolute())
    told, opened = ask(Plan(only=only, where=where, limit=limit, out=file), hub, ledger, Planned, json=json)
    if not json:
        show(told, opened.declaration, out)
    not_reached(told.not_reached)
    ends(NOT_REACHED if told.not_reached else OK, lets_go_on(told.not_reached) if told.not_reached else "")


def apply(
    file: Annotated[Path, typer.Argument(help="What `plan --out` wrote.")],
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Writes exactly what a plan lists; what has changed since is left out and named."""
    from syncline.acts.act import Apply
    from syncline.acts.told import Applied
    from syncline.cli.asked import ask, ends, not_reached
    from syncline.cli.told import BAD_INPUT, NOT_DONE, NOT_REACHED, OK, stop

    if not file.is_file():
        stop(f"There is no plan {file}.", f"syncline plan --out {file}", BAD_INPUT)
    told, opened = ask(Apply(file=str(file.absolute())), hub, ledger, Applied, json=json)
    if not json:
        show_applied(told, opened.declaration)
    not_reached(told.not_reached)
    if told.refused is not None:
        stop(f"Nothing was written: {told.refused}", f"syncline plan --out {file}", NOT_DONE)
    if told.not_reached:
        ends(NOT_REACHED, f"syncline apply {file}")
    ends(NOT_DONE if told.dropped else OK, f"syncline plan --out {file}" if told.dropped else "")


def show(told: Planned, declaration: Declaration, file: Path | None) -> None:
    """The head of a plan, never its rows. file: of all of it, as it was typed."""
    from syncline.cli.shown import out
    from syncline.look.comes import comes
    from syncline.look.said import many, span

    if not told.writes:
        out("Nothing would be written.")
    else:
        calls = ", ".join(f"{many(number, 'call')} to {system}" for system, number in told.calls.items())
        out(f"{many(told.writes, 'write')}; {calls or 'no calls'}; about {span(told.seconds)}.", bold=True)
    for place in told.comes:
        out(f"  {place.entity} in {place.system}: {comes(place)}")
    for write in told.riskiest[:SHOWN]:
        show_write(write, told, declaration)
    if told.writes > len(told.riskiest[:SHOWN]) > 0:
        out(f"... and {told.writes - len(told.riskiest[:SHOWN]):,} more, less risky.")
    for line in told.then:
        out(f"then: {line}")
    if told.open_count:
        out(f"{many(told.open_count, 'thing')} open, and in no plan: syncline conflicts, syncline parked.")
    for line in views(told):
        out(line)
    for one in told.missing:
        out(f"{one.system}: {one.stream}.{one.field} is missing there, and creates need it: syncline provision.")
    if file is not None:
        out(f"Plan {told.id[:12]} is in {file}; it holds personal data: keep it to yourself and delete it.")
    if told.writes or told.events:
        out(f"next: {then_of(told, file)}")


def then_of(told: Planned, file: Path | None) -> str:
    """What to type next. In mode read-only nothing of it can be applied."""
    if told.views and all(view.mode == "read-only" for view in told.views):
        then = f"syncline apply {file}" if file else "syncline plan --out plan.json"
        return f"mode read-only writes nothing; {WRITES}, then: {then}"
    first = "syncline provision, then " if told.missing else ""
    return first + (
        f"syncline apply {file}" if file else "syncline plan --out plan.json, then syncline apply plan.json"
    )


def show_write(write: PlannedWrite, told: Planned, declaration: Declaration) -> None:
    """A row and its fields: before, after, why."""
    from syncline.cli.shown import out

    name = told.names.get(write.record, f"{write.entity} {write.record}")
    where = f"{write.system} {write.stream}" + (f" {write.external_id}" if write.external_id else "")
    out(f"  {write.write} {write.entity} {name} in {where}" + (f" ({write.why})" if write.why else ""))
    for one in write.fields:
        out(f"    {field_line(one, write, told, declaration)}")


def field_line(one: PlannedField, write: PlannedWrite, told: Planned, declaration: Declaration) -> str:
    """`phone: +43 1 -> +43 2 (from hubspot 17, run 3)`."""
    from syncline.look.said import said

    def name_of(record: int) -> str:
        return told.names.get(record, f"record {record}")

    before = said(one.before, declaration, write.entity, one.field, name_of)
    after = said(one.after, declaration, write.entity, one.field, name_of)
    waits = f"; waits for {name_of(one.waits_for)}" if one.waits_for is not None else ""
    change = after if write.write == "create" else f"{before} -> {after}"
    return f"{one.field}: {change} ({one.why}{waits})" if one.why or waits else f"{one.field}: {change}"


def views(told: Planned) -> list[str]:
    """How old what it rests on is: a line for each system, or for a stream that was never read.

    A list that may lag shows less than what is there: so old is what was just read.
    """
    from syncline.look.said import span

    lines = []
    for system in dict.fromkeys(view.system for view in told.views):
        ages = [view.age for view in told.views if view.system == system]
        known = [age for age in ages if age is not None]
        unread = [view.stream for view in told.views if view.system == system and view.age is None]
        modes = ", ".join(dict.fromkeys(view.mode for view in told.views if view.system == system))
        age = f"as of {span(max(known))} ago" if known else "never read"
        lines.append(
            f"{system}: {age}, mode {modes}" + (f"; never read: {', '.join(unread)}" if known and unread else "")
        )
    return lines


def show_applied(told: Applied, declaration: Declaration) -> None:
    """What was done of a plan."""
    from syncline.cli.shown import out
    from syncline.look.said import many

    if told.refused is not None:
        return
    left, waits = told.counts.get("left", 0), told.counts.get("waits", 0)
    already, dropped = told.counts.get("already", 0), told.counts.get("dropped", 0)
    out(f"Run {told.run}: {many(left, 'value')} written, {already:,} were so already, {dropped:,} left out.")
    if waits:
        out(f"  {many(waits, 'value')} waiting for something that comes by itself.")
    if told.events:
        out(f"  {many(told.events, 'event')} told to the world outside.")
    for one in told.dropped[:SHOWN]:
        field = f" {one.field}" if one.field else ""
        out(f"  left out: {one.entity} {one.name}{field} in {one.system} {one.stream}: {one.why}")
    if len(told.dropped) > SHOWN:
        out(f"  ... and {len(told.dropped) - SHOWN:,} more.")
    if left:
        out(f"  take it back: syncline undo {told.run}")
