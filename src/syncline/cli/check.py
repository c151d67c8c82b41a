"""`syncline check`: is the declaration right, and can every system be reached with it?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.cli.reached import Reached
    from syncline.config.load import Loaded


def run(
    explain: Annotated[
        bool, typer.Option("--explain", help="What holds, line by line, and what said so.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no system.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Says everything that is wrong with the declaration, then reads a page of each system: 2 wrong, 3 unreachable."""
    from syncline.cli.asked import ends
    from syncline.cli.opened import declared
    from syncline.cli.shown import document, out
    from syncline.cli.told import BAD_INPUT, NOT_REACHED, OK
    from syncline.config.problems import DeclarationErrors

    try:
        opened = declared(hub, ledger)
    except DeclarationErrors as error:
        if json:
            document({"ok": False, "problems": [plainly(one) for one in error.problems]})
        for one in error.problems:
            typer.echo(str(one), err=True)
        ends(BAD_INPUT, f"correct {hub.name}, then syncline check")
    found, needs = ([], []) if offline else reach_all(opened)
    lost = [one for one in found if one.why]
    if json:
        lines = explained(opened.loaded) if explain else None
        problems = [plainly(one) for one in opened.loaded.problems]
        document(
            {"ok": not lost, "problems": problems, "systems": found, "needs": needs}
            | ({} if lines is None else {"effective": lines})
        )
    else:
        for one in opened.loaded.problems:
            typer.echo(str(one), err=True)
        if explain:
            show_explained(opened.loaded)
        else:
            out(summary(opened))
        show_reached(found, needs)
    ends(NOT_REACHED if lost else OK, next_of(opened, lost), out if not json else None)


def plainly(problem: Any) -> dict[str, Any]:
    """As data."""
    return {
        "file": problem.place.file, "line": problem.place.line, "column": problem.place.column, "path": problem.path,
        "message": problem.message, "suggestion": problem.suggestion, "severity": problem.severity,
    }  # fmt: skip


def summary(opened: Declared) -> str:
    """What was declared, in a line."""
    from syncline.look.said import many

    found = opened.declaration
    fields = sum(len(entity.fields) for entity in found.entities.values())
    rules = [rule for rule in found.rules if not rule.events]
    return (
        f"{opened.file.name} is right: {found.name}, mode {found.mode}, {many(len(found.systems), 'system')}, "
        f"{many(len(found.entities), 'entity', 'entities')}, {many(fields, 'field')}, {many(len(rules), 'rule')}."
    )


# ---- the systems
def reach_all(opened: Declared) -> tuple[list[Reached], list[dict[str, str]]]:
    """What each stream shows, and the fields of ours that creates need.

    With a ledger that is thrown away: whoever runs the hub is not disturbed, and nothing is remembered.
    """
    from syncline import app
    from syncline.cli.reached import reach
    from syncline.sync import provision

    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "ledger.sqlite"
        if app.keeps_secrets(opened.declaration):
            opened.make_folder()
        with app.running(opened.declaration, where, environment=opened.environment, vault_at=opened.ledger) as running:
            needs = [
                {"system": one.system, "stream": one.stream, "field": one.field.name}
                for one in provision.needs(running.hub)
            ]
            return list(reach(running.hub)), needs


def show_reached(found: Sequence[Reached], needs: Sequence[dict[str, str]]) -> None:
    """A line for each system, or for what is wrong with a stream of it."""
    from syncline.cli.shown import out
    from syncline.look.said import many

    for system in dict.fromkeys(one.system for one in found):
        streams = [one for one in found if one.system == system]
        lost = list(dict.fromkeys(one.why for one in streams if one.why))
        if not lost:
            out(f"{system}: reached, {many(len(streams), 'stream')} can be read.")
        for why in lost:
            named = ", ".join(one.stream for one in streams if one.why == why)
            reason = why if why.startswith(f"{system}: ") else f"{system}: {why}"
            typer.echo(f"not reached: {reason} ({named})", err=True)
        for one in streams:
            if one.hidden:
                out(f"{system}: {one.stream} does not show {', '.join(one.hidden)}: not there, or hidden.")
    for system in dict.fromkeys(one["system"] for one in needs):
        named = ", ".join(f"{one['stream']}.{one['field']}" for one in needs if one["system"] == system)
        out(f"{system}: creates need {named}; syncline provision makes what is missing.")


def next_of(opened: Declared, lost: Sequence[Reached]) -> str:
    """What to type next."""
    if lost:
        return f"syncline connect {lost[0].system}, or correct its block in {opened.file.name}; then syncline check"
    return "syncline plan"


# ---- --explain
def explained(loaded: Loaded) -> list[dict[str, str]]:
    """As data."""
    from syncline.config.explain import explain

    return [{"path": line.path, "value": line.value, "source": line.source} for line in explain(loaded)]


def show_explained(loaded: Loaded) -> None:
    """A line each, as in the file, with what said so behind it."""
    from syncline.cli.shown import out

    for one in explained(loaded):
        out(f"{one['path']}: {one['value']}  # {one['source']}")
