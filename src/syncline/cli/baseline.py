"""`syncline baseline`: what went back, a system or the hub's own ledger, is read anew before anything is written."""

from __future__ import annotations

from typing import Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, a_word_follows

What = Annotated[str | None, typer.Argument(metavar="[WHAT]", help="A system, or SYSTEM/STREAM [all that is stopped].")]


def baseline(context: typer.Context, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """What is stopped since it went back: why, how far it was read anew, and the next command."""
    if a_word_follows(context):
        return
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.look.status import baselines

    with looking(hub, ledger) as found:
        views = baselines(found.hub)
        if json:
            document(views)
            return
        for one in views:
            out(f"{one.at}: {one.said}")
            out(f"  {one.why}")
            out(f"  next: {one.remedy}")
        if not views:
            out("Nothing has gone back: every stream is read on from where it was.")


def begin(what: What = None, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """Reads it anew and matches as on the first day; nothing is written until it is confirmed."""
    from syncline.acts.act import Baseline
    from syncline.cli.asked import do

    do(Baseline(how="begin", what=what), hub, ledger, json=json)


def confirm(what: What = None, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """You saw what it comes to: writes go on."""
    from syncline.acts.act import Baseline
    from syncline.cli.asked import do

    do(Baseline(how="confirm", what=what), hub, ledger, json=json)


def anew(hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """Goes on with the ledger that is there, or with an empty one, where the one that was written is gone."""
    from syncline import app
    from syncline.acts.told import Done
    from syncline.cli.opened import declared
    from syncline.cli.shown import document, out

    opened = declared(hub, ledger)
    opened.make_folder()
    with app.running(
        opened.declaration, opened.ledger, environment=opened.environment, anew=True
    ) as running:  # fmt: skip
        count = len(running.ledger.held())
    done = Done(count=count, said="Nothing is written until everything was read anew and a person confirmed it.")
    if json:
        document(done)
    else:
        out(done.said)
        out("next: syncline baseline begin")
