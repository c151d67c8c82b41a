"""`syncline parked`, `conflicts` and `withhold`: what waits for a person, and what a person says to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, a_word_follows

if TYPE_CHECKING:
    from syncline.ledger.open_items import OpenKind

At = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Its place, as the list has it; or all of a match key of its record, as an e-mail."
    ),
]
MaybeAt = Annotated[str | None, typer.Argument(metavar="ID", help="Its place, as the list has it.")]
Field = Annotated[str | None, typer.Argument(metavar="FIELD", help="The field, where ID does not name it.")]
Code = Annotated[str | None, typer.Option(metavar="CODE", help="Those that have this code.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for history.")]
Most = Annotated[int, typer.Option("--limit", help="At most so many.", min=1)]
MOST = 50


# ---- lists
def parked(
    context: typer.Context, code: Code = None, limit: Most = MOST, hub: HubFile = HUB, ledger: LedgerFile = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """What cannot go on without a person: parked records, rows and fields, possible duplicates, questions of rules."""
    listed(context, ("parked", "candidate", "asked", "paused"), code, limit, hub, ledger, json)


def listed(
    context: typer.Context, kinds: Sequence[OpenKind], code: str | None, limit: int, hub: Path, ledger: Path | None,
    json: bool,
) -> None:  # fmt: skip
    """What is open of these kinds, where no word follows."""
    from itertools import islice

    if a_word_follows(context):
        return
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.cli.sync import sentence
    from syncline.look.opened import everything

    with looking(hub, ledger) as found:
        items = list(islice(everything(found.hub, kinds, code), limit + 1))
        if json:
            document(items[:limit])
            return
        for one in items[:limit]:
            out(sentence(one, found.declaration))
        if len(items) > limit:
            out(f"... and more: --limit {limit * 10}")
        if not items:
            out("Nothing waits for a person here.")


# ---- parked
def retry(
    at: MaybeAt = None, code: Code = None, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False
) -> None:
    """Tries it again: one, or all of a code."""
    from syncline.acts.act import Parked
    from syncline.cli.asked import do
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    do(Parked(how="retry", at=one_place(opened, at, code, "retry"), code=code), hub, ledger, json=json, opened=opened)


def skip(
    at: MaybeAt = None, code: Code = None, why: Why = "", hub: HubFile = HUB, ledger: LedgerFile = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Leaves it alone, with a reason."""
    from syncline.acts.act import Parked
    from syncline.cli.asked import do
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    act = Parked(how="skip", at=one_place(opened, at, code, "skip"), code=code, why=why)
    do(act, hub, ledger, json=json, opened=opened)


def edit(
    at: At,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="What the field is to hold, everywhere.")] = None,
    blank: Annotated[bool, typer.Option("--blank", help="Nothing, in place of a VALUE.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Gives the record's field another value, everywhere."""
    from syncline.acts.act import Parked
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    place = place_of(opened, at, "syncline parked edit")
    told = None if one_value(value, blank, "parked edit ID") else value
    do(Parked(how="edit", at=place, value=told), hub, ledger, json=json, opened=opened)


def one_place(opened: object, at: str | None, code: str | None, how: str) -> str | None:
    """A place or a code, and not both."""
    from syncline.cli.meant import place_of
    from syncline.cli.opened import Declared
    from syncline.cli.told import BAD_INPUT, stop

    assert isinstance(opened, Declared)
    if (at is None) == (code is None):
        stop("Say which: its ID, or --code CODE for all of them.", "syncline parked", BAD_INPUT)
    return None if at is None else place_of(opened, at, f"syncline parked {how}")


def one_value(value: str | None, blank: bool, words: str) -> bool:
    """Is it to be blank? A value or that, and not both."""
    from syncline.cli.told import BAD_INPUT, stop

    if (value is None) == (not blank):
        stop("Say a VALUE, or --blank.", f"syncline {words} VALUE", BAD_INPUT)
    return blank


def withhold(
    at: At, field: Field = None,
    system: Annotated[str | None, typer.Option(help="Only there; else everywhere.")] = None,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """A field of a record is left alone, there or everywhere, until a person says otherwise."""
    from syncline.acts.act import Withhold
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    place = place_of(opened, at, "syncline withhold", field=field)
    do(Withhold(at=place, system=system), hub, ledger, json=json, opened=opened)
