"""`syncline show` and `syncline explain`: one record in all systems, and where its values came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.look.explain import Explained, Sentence
    from syncline.look.looking import Looking
    from syncline.look.record import Cell, RecordView

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="An e-mail, an order number, a name, system/stream/id, a record's number, or a page's address.",
    ),
]
MARKS = {"stored": "as stored there"}
SHOWN = 20


def show(what: What, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """One record in all systems, side by side."""
    from syncline.cli.meant import record_of
    from syncline.cli.opened import looking
    from syncline.cli.shown import document
    from syncline.look.record import show as look

    with looking(hub, ledger) as found:
        record, _ = record_of(found, what, "syncline show")
        view = look(found, record)
        if json:
            document(view)
        else:
            show_record(found, view)


def explain(
    what: What,
    field: Annotated[str | None, typer.Argument(metavar="FIELD", help="One field; without it, each in a line.")] = None,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Where a value came from: the system, the run, the time, the person, the rule."""
    from syncline.cli.meant import record_of
    from syncline.cli.opened import looking
    from syncline.cli.shown import document
    from syncline.cli.told import BAD_INPUT, stop
    from syncline.look import explain as look

    with looking(hub, ledger) as found:
        record, place = record_of(found, what, "syncline explain")
        wanted = field or place.field
        if not wanted:
            views = look.overview(found, record)
            told = look.story(found, record)
            if json:
                document({"fields": views, "history": told})
            else:
                show_overview(views, told, found.declaration.zone)
            return
        try:
            one = look.explain(found, record, wanted)
        except look.NoField as error:
            stop(str(error.args[0]), f"syncline explain {what}", BAD_INPUT)
        if json:
            document(one)
        else:
            show_field(one, found.declaration.zone)


# ---- for people
def show_record(found: Looking, view: RecordView) -> None:
    """Its rows, its fields by system, what is open."""
    from syncline.cli.shown import out, table
    from syncline.look.named import naming
    from syncline.look.said import moment, said

    zone, names = found.declaration.zone, naming(found.declaration, found.ledger)
    paused = ", paused" if view.paused else ""
    out(f"{view.entity} {view.name}, record {view.record}, {view.state}{paused}, born in {view.origin}", bold=True)
    for side in view.sides:
        row = side.id or "not made yet"
        state = "" if side.state == "active" else f", {side.state}" + (f" ({side.why})" if side.why else "")
        seen = f", seen {moment(side.seen_at, zone)}" if side.seen_at and side.state != "birth" else ""
        out(f"  {side.system} {side.stream} {row}{state}{seen}" + (f"  {side.page}" if side.page else ""))
    out()
    wheres = list(dict.fromkeys(side.where for side in view.sides))
    rows = []
    for field in view.fields:

        def say(value: Any, name: str = field.name) -> str:
            return said(value, found.declaration, view.entity, name, names)

        told = [cell_text(field.sides.get(where), say) for where in wheres]
        rows.append((field.label, say(field.value), *told, field.truth or field.policy))
    table(("Field", "Record", *wheres, "Truth"), rows)
    out()
    out("Nothing is open." if not view.open else "Open:", bold=bool(view.open))
    for one in view.open:
        out(f"  {one.at}  {one.code}: {one.why}")
        out(f"    {one.remedy}")
    out(f"next: syncline explain {view.record} FIELD")


def cell_text(cell: Cell | None, say: Callable[[Any], str]) -> str:
    """What a system holds of a field, where that is not just the record's value; and what is to be done about it."""
    if cell is None:
        return ""
    if cell.standing == "agrees":
        return "same"
    mark = MARKS.get(cell.standing, cell.standing)
    return f"{say(cell.value)} ({mark})" if cell.told else f"({mark})"


def show_overview(views: list[Explained], told: tuple[Sentence, ...], zone: str) -> None:
    """A sentence for each field, and what happened to the record itself."""
    from syncline.cli.shown import out

    if views:
        out(f"{views[0].entity} {views[0].name}, record {views[0].record}", bold=True)
    for one in views:
        out(f"  {one.field}: {one.said}, {one.origin}")
    show_history(told, zone)
    if views:
        out(f"next: syncline explain {views[0].record} FIELD")


def show_field(one: Explained, zone: str) -> None:
    """All that is known of one field."""
    from syncline.cli.shown import out

    out(f"{one.field} of {one.entity} {one.name}, record {one.record}: {one.said}", bold=True)
    out(f"  {one.origin}")
    out(f"  {one.rule}")
    for side in one.sides:
        out(f"  {side}")
    show_history(one.history, zone)


def show_history(history: tuple[Sentence, ...], zone: str) -> None:
    """Newest first."""
    from syncline.cli.shown import out
    from syncline.look.said import moment

    if history:
        out("What happened, newest first:", bold=True)
    for one in history[:SHOWN]:
        out(f"  {moment(one.at, zone)} run {one.run}: {one.text}")
    if len(history) > SHOWN:
        out(f"  ... and {len(history) - SHOWN} before that: --json has them all.")
