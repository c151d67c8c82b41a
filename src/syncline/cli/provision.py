"""`syncline provision`: the fields of ours that the declaration needs in the systems, made when a person says so."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.acts.told import Needed, Provisioned

SAID = {"unknown": "cannot be told"}
"""Of a field whose system does not say whether it is there."""


def run(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Only name them.")] = False,
    manual: Annotated[
        bool, typer.Option("--manual", help="Print what to click in place of it; nothing is made.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take away those that this hub made.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Lists the fields of ours that the declaration needs and that are missing there, and makes them when you say so.

    1: nobody could be asked, or one could not be made.
    """
    from syncline.acts.act import Provision
    from syncline.acts.told import Provisioned
    from syncline.cli.asked import ask, ends
    from syncline.cli.opened import declared
    from syncline.cli.shown import out
    from syncline.cli.told import BAD_INPUT, NOT_DONE, OK, stop

    if manual and (yes or remove):
        stop("--manual only prints what to click.", "syncline provision --manual", BAD_INPUT)
    opened = declared(hub, ledger)
    again = f"syncline provision{' --remove' if remove else ''} --yes"
    if not yes:
        only_list = dry or manual or json or not at_a_terminal()
        told, _ = ask(Provision(dry=True, remove=remove), hub, ledger, Provisioned, json=json, opened=opened)
        wanted = [one for one in told.fields if to_be_done(one, remove=remove)]
        if not json:
            show(told, remove=remove)
        if not (json or manual or remove) and any(one.by_hand for one in opened.connectors.values()):
            out("Webhooks are subscribed to by hand: syncline provision --manual says how.")
        if manual and not json:
            show_by_hand(opened, wanted)
        if dry or manual or not wanted:
            ends(OK, "syncline plan" if not (wanted or remove) else "", None if json else out)
        if only_list and not all_read_only(told, wanted):
            ends(NOT_DONE, again)
        if not all_read_only(told, wanted) and not typer.confirm("Take them away?" if remove else "Make them?"):
            ends(NOT_DONE, again)
    done, _ = ask(Provision(remove=remove), hub, ledger, Provisioned, json=json and yes, opened=opened)
    if not json:
        show_done(done, remove=remove)
    failed = [one for one in done.fields if one.state == "failed"]
    if failed:
        ends(NOT_DONE, f"syncline check, then {again}")
    ends(OK, "" if remove else "syncline plan", None if json else out)


def at_a_terminal() -> bool:
    """Is there somebody to ask?"""
    return sys.stdin.isatty()


def to_be_done(one: Needed, *, remove: bool) -> bool:
    """Is there something to make, or to take away?"""
    return (one.state == "there" and one.run > 0) if remove else one.state in ("missing", "unknown")


def all_read_only(told: Provisioned, wanted: Sequence[Needed]) -> bool:
    """Then it is refused before anybody is asked."""
    return all(one.system in told.read_only for one in wanted)


# ---- for people
def show(told: Provisioned, *, remove: bool) -> None:
    """What is there, and what would be done."""
    from syncline.cli.shown import out
    from syncline.look.said import many

    if not told.fields:
        out("This hub made no fields." if remove else "The declaration needs no fields of ours.")
    for system, several in groupby(told.fields, key=lambda one: one.system):
        group = list(several)
        wanted = [one for one in group if to_be_done(one, remove=remove)]
        what = f"{many(len(wanted), 'field')} to {'take away' if remove else 'make'}" if wanted else "nothing to do"
        out(f"{system}: {what}.")
        for one in group:
            out(f"  {SAID.get(one.state, one.state)}: {one.stream}.{one.field}{about(one, remove=remove)}")


def about(one: Needed, *, remove: bool) -> str:
    """Of what type, what for, who made it; why it stays."""
    parts = [] if remove else [one.type, f"for {one.purpose}"]
    parts += [one.why] if one.why else []
    parts += [f"made in run {one.run} by {one.by}"] if one.run else []
    return f" ({'; '.join(parts)})" if parts else ""


def show_done(told: Provisioned, *, remove: bool) -> None:
    """A line for each."""
    from syncline.cli.shown import out

    for one in told.fields:
        why = f" ({one.why})" if one.why and one.state in ("failed", "unknown") else ""
        out(f"{SAID.get(one.state, one.state)}: {one.system} {one.stream}.{one.field}{why}")
    if not told.fields:
        show(told, remove=remove)
    if told.run and not remove and any(one.state == "made" for one in told.fields):
        out(f"Run {told.run}; take them away: syncline provision --remove")


def show_by_hand(opened: Declared, wanted: Sequence[Needed]) -> None:
    """What a person clicks: for each missing field, and for webhooks."""
    from syncline.cli.shown import out

    for system, connector in opened.connectors.items():
        hand = connector.by_hand
        if hand is None:
            continue
        mine = [one for one in wanted if one.system == system]
        out(f"By hand in {system} (where things are was not verified on a live account):", bold=True)
        for one in mine:
            stream = connector.stream(one.stream)
            field = next(f for f in (*stream.needs, *stream.fields) if f.name == one.field)
            out(f"  {one.stream}.{one.field}")
            for line in hand.field(one.stream, field):
                out(f"    {line}")
        if hand.webhooks:
            out("  webhooks, so that changes are heard of at once; without them lists are read now and then")
            for line in hand.webhooks:
                out(f"    {line}")
    if wanted:
        out("Then: syncline provision, which finds them.")
