"""`syncline links`: which rows are one record, and saying otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, a_word_follows

Of = Annotated[
    list[str] | None, typer.Option("--of", metavar="WHAT", help="Of this record, by whatever people have. Repeatable.")
]
One = Annotated[str, typer.Argument(metavar="A", help="A record: its number, a row of it, or all of a match key.")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another record, or a row as SYSTEM/STREAM/ID.")]
Row = Annotated[str, typer.Argument(metavar="ID", help="A row: SYSTEM/STREAM/ID, or RECORD@SYSTEM.")]
Candidate = Annotated[str, typer.Argument(metavar="ID", help="The record that may be a duplicate.")]
MOST = 50


def links(
    context: typer.Context, of: Of = None,
    limit: Annotated[int, typer.Option(help="At most so many records.", min=1)] = MOST,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Which rows are one record."""
    if a_word_follows(context):
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
