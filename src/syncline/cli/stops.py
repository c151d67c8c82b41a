"""`syncline brake`, `pause` and `resume`: what holds writes, and letting them go."""

from __future__ import annotations

from typing import Annotated

import typer

from syncline.cli.open_things import MOST, Most
from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile, a_word_follows

Brake = Annotated[str, typer.Argument(metavar="ID", help="As the list has it: SYSTEM/STREAM/KIND.")]
What = Annotated[
    str,
    typer.Argument(metavar="WHAT", help="A system, an entity, or a record: its number, row, or all of a match key."),
]


def brake(context: typer.Context, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """What is held: by a brake, or since the mode is approve."""
    if a_word_follows(context):
        return
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.look.said import moment

    with looking(hub, ledger) as found:
        held = [one for one in found.ledger.held() if one.kind != "rebaseline"]  # see baseline
        if json:
            document(held)
            return
        for one in held:
            at, since = f"{one.system}/{one.stream}/{one.kind}", moment(one.since, found.declaration.zone)
            out(f"{at}  {one.count:,} held since {since}" + (f": {one.why}" if one.why else ""))
            out(f"  syncline brake show {at}, then syncline brake release {at}")
        if not held:
            out("Nothing is held by a brake.")
            if found.declaration.mode == "approve":
                out("mode approve: what waits for you: syncline plan --out plan.json, then syncline apply plan.json")


def show(at: Brake, limit: Most = MOST, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """The writes that one brake holds."""
    from itertools import islice

    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.cli.sync import sentence
    from syncline.look.opened import everything

    system, stream, kind = parts_of(at)
    with looking(hub, ledger) as found:
        its = f"syncline brake release {at}"
        several = (one for one in everything(found.hub, ("held",), kind) if one.remedy.endswith(its))
        items = list(islice(several, limit + 1))
        if json:
            document(items[:limit])
            return
        for one in items[:limit]:
            out(sentence(one, found.declaration))
        if len(items) > limit:
            out(f"... and more: --limit {limit * 10}")
        out(f"next: {its}" if items else f"Nothing of kind {kind} is held in {system} {stream}.")


def release(at: Brake, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """Lets go exactly what is held there now."""
    from syncline.acts.act import Release
    from syncline.cli.asked import do

    parts_of(at)
    do(Release(at=at), hub, ledger, json=json)


def parts_of(at: str) -> tuple[str, str, str]:
    """System, stream and kind."""
    from syncline.cli.told import BAD_INPUT, stop

    system, _, rest = at.partition("/")
    stream, _, kind = rest.rpartition("/")
    if not (system and stream and kind):
        stop(f"{at} names no brake; it is SYSTEM/STREAM/KIND.", "syncline brake", BAD_INPUT)
    return system, stream, kind


def pause(
    what: What, why: Annotated[str, typer.Option("--why", help="The reason, for status and history.")] = "",
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Nothing is written there until it is resumed; a paused system is not read either."""
    from syncline.acts.act import Pause
    from syncline.cli.asked import do
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    do(Pause(what=meant(opened, what, "pause"), why=why), hub, ledger, json=json, opened=opened)


def resume(what: What, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """The end of a pause; also of one that a system began by turning us away."""
    from syncline.acts.act import Resume
    from syncline.cli.asked import do
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    do(Resume(what=meant(opened, what, "resume")), hub, ledger, json=json, opened=opened)


def meant(opened: Declared, what: str, command: str) -> str:
    """A system or an entity by its name, else a record's number."""
    from syncline.cli.meant import exact_record

    if what in opened.declaration.systems or what in opened.declaration.entities:
        return what
    return str(exact_record(opened, what, f"syncline {command}"))
