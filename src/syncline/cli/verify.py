"""`syncline verify` and `syncline undo`: do both sides agree now, and taking a run back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile
from syncline.cli.sync import KEPT_BACK, Only

if TYPE_CHECKING:
    from syncline.acts.told import Undone, Verified
    from syncline.config.declaration import Declaration

SHOWN = 20
WRITES = {"put back", "told again", "deleted"}
"""What of an undo is told to a system."""


def verify(only: Only = None, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """Compares both sides field by field, now: 1 where a field differs and is not open, 3 a system unreachable."""
    from syncline.acts.act import Verify
    from syncline.acts.told import Verified
    from syncline.cli.asked import ask, ends, lets_go_on, not_reached
    from syncline.cli.told import NOT_DONE, NOT_REACHED, OK

    told, opened = ask(Verify(only=only), hub, ledger, Verified, json=json)
    if not json:
        show(told, opened.declaration)
    not_reached(told.not_reached)
    if told.not_reached:
        ends(NOT_REACHED, lets_go_on(told.not_reached))
    if not told.compared:
        ends(NOT_REACHED, "syncline sync, then syncline verify")
    ends(NOT_DONE if told.differing else OK, "syncline plan" if told.differing else "")


def show(told: Verified, declaration: Declaration) -> None:
    """The score, and each difference."""
    from syncline.cli.shown import out
    from syncline.look.said import many, said

    if not told.compared:
        reason = "not every system was reached" if told.not_reached else "no record has a row yet"
        out(f"Nothing could be compared: {reason}. It took {told.seconds:.1f} s.", bold=True)
        return
    stored = f" ({told.stored:,} as that system stores them)" if told.stored else ""
    out(
        f"{percent(told.score)} of {many(told.compared, 'field')} of {many(told.records, 'record')} agree{stored}; "
        f"{told.open:,} open, {told.differing:,} differ. It took {told.seconds:.1f} s.",
        bold=True,
    )
    if told.waiting:
        records = many(told.waiting, "reference") + " of these to records that are not in that system"
        out(f"  {records}, and are not to be made there.")

    def name_of(record: int) -> str:
        return told.names.get(record, f"record {record}")

    for one in told.differs[:SHOWN]:
        ours = said(one.record, declaration, one.entity, one.field, name_of)
        theirs = said(one.there, declaration, one.entity, one.field, name_of)
        what = f"record {ours}, {one.system} {one.id} {theirs}"
        what = what if one.id else f"not made in {one.system} {one.stream} yet"
        out(f"  {one.at}  {one.entity} {one.name}{' ' if one.field else ''}{one.field}: {what}")
    if told.differing > SHOWN:
        out(f"  ... and {told.differing - SHOWN:,} more: --json has the first {len(told.differs):,}.")


def percent(score: float) -> str:
    """Never 100 % where something differs."""
    text = f"{score * 100:.2f}"
    return f"{'99.99' if text == '100.00' and score < 1 else text.rstrip('0').rstrip('.')} %"


def undo(
    run: Annotated[int, typer.Argument(metavar="RUN", help="Its number, as `syncline runs` has it.", min=1)],
    dry: Annotated[bool, typer.Option("--dry", help="Only say what that would do.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Puts back what a run wrote, unless somebody changed it since; is itself a run that can be undone."""
    from syncline.acts.act import Undo
    from syncline.acts.told import Undone
    from syncline.cli.asked import ask, ends, not_reached
    from syncline.cli.opened import declared
    from syncline.cli.told import BAD_INPUT, NOT_DONE, NOT_REACHED, OK, stop

    opened = declared(hub, ledger)
    if not (dry or yes) and (json or not sys.stdin.isatty()):
        stop(
            f"Nothing was done: nobody can be asked here whether run {run} is to be taken back.",
            f"syncline undo {run} --dry says what that does; syncline undo {run} --yes does it",
            BAD_INPUT,
        )
    if not (dry or yes):
        told, _ = ask(Undo(run=run, dry=True), hub, ledger, Undone, json=False, opened=opened)
        show_undone(told, opened.declaration)
        if not typer.confirm("Do that?"):
            ends(NOT_DONE, f"syncline undo {run}")
    told, _ = ask(Undo(run=run, dry=dry), hub, ledger, Undone, json=json, opened=opened)
    if not json:
        show_undone(told, opened.declaration)
    if told.synced is not None and told.synced.not_reached:
        not_reached(told.synced.not_reached)
        ends(NOT_REACHED, "syncline sync")
    if told.synced is not None and told.synced.kept_back and WRITES & told.counts.keys():
        ends(NOT_DONE, "; ".join(KEPT_BACK[mode] for mode in told.synced.kept_back))
    ends(OK)


def how_taken(told: Undone) -> str:
    """In mode approve nothing of it is written before a plan that lists it is applied, and that is said first."""
    if not told.by:
        return "would be taken back"
    waits = told.synced is not None and not told.synced.written and "approve" in told.synced.kept_back
    return f"is to be taken back by run {told.by}, once a plan that lists it is applied" if waits and (
        WRITES & told.counts.keys()
    ) else f"is taken back by run {told.by}"  # fmt: skip


def show_undone(told: Undone, declaration: Declaration) -> None:
    """What it does, or did, and what it leaves."""
    from syncline.cli.shown import out
    from syncline.look.said import many, said

    counts = ", ".join(f"{number:,} {what}" for what, number in told.counts.items()) or "nothing to take back"
    out(f"Run {told.run} {how_taken(told)}: {counts}.", bold=True)
    for one in told.steps[:SHOWN]:
        where = f" in {one.system} {one.stream}" + (f" {one.id}" if one.id else "") if one.system else ""
        change = ""
        if one.field:
            before = said(one.before, declaration, one.entity, one.field)
            change = f" {one.field}: {before} -> {said(one.after, declaration, one.entity, one.field)}"
        out(f"  {one.what}: {one.entity} {one.name}{where}{change}" + (f" ({one.why})" if one.why else ""))
    if len(told.steps) > SHOWN:
        out(f"  ... and {len(told.steps) - SHOWN:,} more: --json has them.")
    for mode, number in (told.synced.kept_back if told.synced is not None else {}).items():
        out(f"  {many(number, 'write')} due, and not written: the mode is {mode}.")
    if told.by:
        out(f"  take that back: syncline undo {told.by}")
