"""`syncline links`: which rows are one record, and saying otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile, a_word_follows

if TYPE_CHECKING:
    from syncline.acts.told import Coupled

Of = Annotated[
    list[str] | None, typer.Option("--of", metavar="WHAT", help="Of this record, by whatever people have. Repeatable.")
]
One = Annotated[str, typer.Argument(metavar="A", help="A record: its number, a row of it, or all of a match key.")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another record, or a row as SYSTEM/STREAM/ID.")]
Row = Annotated[str, typer.Argument(metavar="ID", help="A row: SYSTEM/STREAM/ID, or RECORD@SYSTEM.")]
Candidate = Annotated[str, typer.Argument(metavar="ID", help="The record that may be a duplicate.")]
MOST, SHOWN = 50, 20


def links(
    context: typer.Context, of: Of = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="In their place the couplings one of whose rows was not read.")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many records.", min=1)] = MOST,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Which rows are one record."""
    if a_word_follows(context):
        return
    if waiting:
        list_waiting(hub, ledger, limit, json=json)
        return
    from syncline.cli.meant import record_of
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out, table
    from syncline.look.links import linked

    with looking(hub, ledger) as found:
        wanted = [record_of(found, one, "syncline links --of")[0] for one in of or ()]
        rows = linked(found, wanted or found.ledger.scan(0, limit))
        if json:
            document(rows)
            return
        table(
            ("Record", "Name", "System", "Row", "State"),
            [(str(one.record), f"{one.entity} {one.name}", f"{one.system} {one.stream}", one.id or "to be made",
              one.state) for one in rows],
            right=("Record",),
        )  # fmt: skip
        if not wanted and len({one.record for one in rows}) == limit:
            out(f"... and more: --limit {limit * 10}, or --of WHAT")
        number = found.ledger.count_couplings_waiting() if not wanted else 0
        if number:
            out(f"{number:,} couplings wait for a row: syncline links --waiting")


def list_waiting(hub: Path, ledger: Path | None, limit: int, *, json: bool) -> None:
    """Each with the row that has no record, and what that means."""
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.look.links import waiting

    with looking(hub, ledger) as found:
        rows, number = waiting(found, limit), found.ledger.count_couplings_waiting()
        if json:
            document(rows)
            return
        for one in rows:
            if one.parked:
                state = f"{one.missing} is parked: syncline parked"
            elif one.read_since:
                state = f"{one.missing} is not there, or takes no part: syncline links remove {one.missing}"
            else:
                state = f"{one.missing} was not read yet: syncline sync"
            out(f"{one.one} = {one.other}: {state} ({one.why})")
        if number > len(rows):
            out(f"... and {number - len(rows):,} more: --limit {limit * 10}")
        if not number:
            out("No coupling waits for a row.")


def import_(
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="Two rows a line; - reads them here.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="SYSTEM.STREAM.FIELD", help="A field that holds another's ids.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="SYSTEM/STREAM", help="Whose ids that field holds.")] = None,
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would be taken.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all lines there that are refused, with the reason.")
    ] = None,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Takes over which rows are one thing: from a file, or from a field that holds another system's ids.

    The first line of FILE says what its columns are: `hubspot/company,odoo/res.partner` for two of ids, or
    `system,stream,id,system,stream,id`; without such a line it has two columns of SYSTEM/STREAM/ID. Columns are
    separated by , or ; or tabs. What is taken goes before every match rule, and is one run that undo takes back.
    """
    from syncline.acts.act import Couple
    from syncline.acts.told import Coupled
    from syncline.cli.asked import ask, ends
    from syncline.cli.opened import declared
    from syncline.cli.told import BAD_INPUT, NOT_DONE, OK, stop

    if (file is None) == (source is None):
        stop("Say from where: a FILE, or --from.", "syncline links import --help", BAD_INPUT)
    opened = declared(hub, ledger)
    with from_here(opened, file) as path:
        act = Couple(
            file=path, named="standard input" if file == "-" else file or "", field=source, to=to, dry=dry,
            rejects=None if rejects is None else str(rejects.absolute()),
        )  # fmt: skip
        told, _ = ask(act, hub, ledger, Coupled, json=json, opened=opened)
    if not json:
        show_coupled(told)
    ends(NOT_DONE if told.refused else OK, again_with(told, file, source) if told.refused else "")


@contextmanager
def from_here(opened: Declared, file: str | None) -> Iterator[str | None]:
    """The file's absolute path; what comes by standard input is set down beside the ledger for so long."""
    import shutil
    import sys
    import tempfile

    if file != "-":
        yield None if file is None else str(Path(file).absolute())
        return
    opened.make_folder()
    with tempfile.NamedTemporaryFile(dir=opened.ledger.parent, suffix=".csv") as made:  # mode 0600
        shutil.copyfileobj(sys.stdin.buffer, made)
        made.flush()
        yield made.name


def show_coupled(told: Coupled) -> None:
    """What came of the lines, and the first that were refused."""
    from syncline.cli.shown import out
    from syncline.look.said import many

    how = f"Run {told.run}: " if told.run else "Would take: " if told.dry else ""
    joined = f", {told.joined:,} of them two records that are one now" if told.joined else ""
    waits = f", {told.waits:,} of rows that are still to be read" if told.waits else ""
    already = f"; {told.already:,} there already" if told.already else ""
    out(
        f"{how}{many(told.lines, 'line')}: {told.taken:,} taken{joined}{waits}{already}; {told.refused:,} refused.",
        bold=True,
    )
    for one in told.refusals[:SHOWN]:
        out(f"  line {one.line}: {one.why}")
    if told.refused > SHOWN:
        where = told.rejects or "--rejects FILE has them all"
        out(f"  ... and {told.refused - SHOWN:,} more: {where}")
    if told.run:
        out(f"  what that would write: syncline plan; take it back: syncline undo {told.run}")


def again_with(told: Coupled, file: str | None, source: str | None) -> str:
    """The command to type when what was refused is corrected: what was taken is there already."""
    what = f"--from {source}" if source is not None else file or ""
    return f"correct what was refused, then again: syncline links import {what}"


def add(a: One, b: Other, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """They are the same thing: two records, or a record and a row."""
    from syncline.acts.act import Join
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    at, other = (place_of(opened, one, "syncline links add") for one in (a, b))
    do(Join(at=at, other=other), hub, ledger, json=json, opened=opened)


def remove(row: Row, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """A row is not its record's."""
    from syncline.acts.act import Part
    from syncline.cli.asked import do
    from syncline.cli.meant import row_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    do(Part(at=row_of(opened, row, "syncline links remove")), hub, ledger, json=json, opened=opened)


def distinct(at: Candidate, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """A possible duplicate is a record of its own."""
    from syncline.acts.act import Distinct
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    act = Distinct(at=place_of(opened, at, "syncline links distinct"))
    do(act, hub, ledger, json=json, opened=opened)
