"""`syncline rules`: what follows from what, firing a rule for what was true before, and answering what it asks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, a_word_follows

Name = Annotated[str, typer.Argument(metavar="NAME", help="The rule, as hub.yaml names it.")]


def rules(context: typer.Context, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False) -> None:
    """The rules, and since when each is armed."""
    if a_word_follows(context):
        return
    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out, table
    from syncline.look.rules import armed
    from syncline.look.said import moment

    with looking(hub, ledger) as found:
        views = armed(found)
        if json:
            document(views)
            return
        table(
            ("Rule", "When", "If", "Makes", "Armed since"),
            [(one.name, one.when, one.condition, ", ".join(one.makes),
              moment(one.armed, found.declaration.zone) if one.armed else "not yet") for one in views],
        )  # fmt: skip
        if not views:
            out("The declaration has no rules.")


def fire(
    name: Name,
    since: Annotated[str, typer.Option(metavar="DATE", help="Records made since then, as 2026-11-01.")],
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """A rule, for what was true before it was armed."""
    from syncline.acts.act import Fire
    from syncline.cli.asked import do
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    at = moment_of(since, opened.declaration.zone)
    do(Fire(rule=name, since=at), hub, ledger, json=json, opened=opened)


def answer(
    name: Name,
    at: Annotated[str, typer.Argument(metavar="ID", help="The record that the rule is about.")],
    how: Annotated[str, typer.Argument(metavar="keep|cancel|credit", help="What becomes of what it made.")],
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """What becomes of what a rule made, whose condition ended."""
    settle(name, at, how, hub, ledger, json)


def settle(name: str, at: str, how: str, hub: Path, ledger: Path | None, json: bool) -> None:
    """By one of three words."""
    import msgspec

    from syncline.acts.act import Answer
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared
    from syncline.cli.told import BAD_INPUT, stop

    if how not in ("keep", "cancel", "credit"):
        stop(f"{how} is none of keep, cancel, credit.", f"syncline rules answer {name} {at} keep", BAD_INPUT)
    opened = declared(hub, ledger)
    place = place_of(opened, at, "syncline rules answer")
    act = msgspec.convert({"type": "Answer", "at": place, "rule": name, "how": how}, Answer)
    do(act, hub, ledger, json=json, opened=opened)


def moment_of(text: str, zone: str) -> float:
    """A day or a moment, where the hub is; in seconds."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from syncline.cli.told import BAD_INPUT, stop

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        stop(f"{text} is no date.", "write it as 2026-11-01, or 2026-11-01T09:30", BAD_INPUT)
    return (found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))).timestamp()
