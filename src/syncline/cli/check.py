"""`syncline check`: is the declaration right, and can every system be reached with it?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from syncline.cli.opened import HUB, AsJson, Declared, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.cli.account import AccountOf
    from syncline.cli.reached import Reached
    from syncline.config.load import Loaded
    from syncline.model.drift import Drift
    from syncline.sync.hub import Hub

STATES = {
    "there": "there", "missing": "missing; syncline provision makes it",
    "unknown": "whether it is there cannot be told; syncline provision makes what is missing",
}  # fmt: skip
"""Of fields of ours in a system."""

OTHER = (
    "syncline connect {system} with a token of the account as before, or begin a ledger of its own (--ledger FILE); "
    "then: syncline check"
)
"""What to do where an account turned out to be another one."""


def run(
    explain: Annotated[
        bool, typer.Option("--explain", help="What holds, line by line, and what said so.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no system.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Says everything that is wrong with the declaration, then reads a page of each system: 2 wrong, 3 unreachable."""
    from syncline.cli import account
    from syncline.cli.asked import ends
    from syncline.cli.opened import declared
    from syncline.cli.shown import document, out
    from syncline.cli.told import NOT_DONE, NOT_REACHED, OK
    from syncline.config.problems import DeclarationErrors

    try:
        opened = declared(hub, ledger)
    except DeclarationErrors as error:
        wrong_declaration(error.problems, hub, json=json)
    found, needs, accounts, drift = ([], [], [], []) if offline else reach_all(opened)
    broken = [one for one in drift if one.breaks]
    lost, stopped = [one for one in found if one.why], paused_now(opened, found)
    twice = same_accounts(accounts)
    if json:
        lines = explained(opened.loaded) if explain else None
        problems = [plainly(one) for one in opened.loaded.problems]
        document(
            {
                "ok": not (lost or twice or broken or any(one.missing or one.another for one in accounts)),
                "problems": problems,
                "systems": found,
                "accounts": accounts,
                "same_account": twice,
                "needs": needs,
                "drift": drift,
                "paused": stopped,
            }
            | ({} if lines is None else {"effective": lines})
        )
    else:
        for one in opened.loaded.problems:
            typer.echo(str(one), err=True)
        if explain:
            show_explained(opened.loaded)
        else:
            out(summary(opened))
        show_reached(found, needs, accounts)
        show_drift(drift)
        for systems in twice:
            typer.echo(account.twice(systems), err=True)
        for pause in stopped:
            out(f"{pause['system']}: {pause['why']}")
    wrong, remedy = wrong_accounts(accounts, twice, opened.file.name)
    if wrong and not lost:
        ends(NOT_DONE, remedy)
    if broken and all("Rejected" in one.why for one in lost):
        ends(NOT_DONE, broken[0].remedy)
    ends(NOT_REACHED if lost else OK, next_of(opened, lost, stopped), out if not json else None)


def wrong_declaration(problems: Sequence[Any], hub: Path, *, json: bool) -> NoReturn:
    """All that is wrong with it, and the end."""
    from syncline.cli.asked import ends
    from syncline.cli.shown import document
    from syncline.cli.told import BAD_INPUT

    if json:
        document({"ok": False, "problems": [plainly(one) for one in problems]})
    for one in problems:
        typer.echo(str(one), err=True)
    ends(BAD_INPUT, f"correct {hub.name}, then syncline check")


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
def reach_all(opened: Declared) -> tuple[list[Reached], list[dict[str, str]], list[AccountOf], list[Drift]]:
    """What each stream shows, the fields of ours that creates need, whose systems these are, and what has drifted.

    With a ledger that is thrown away: whoever runs the hub is not disturbed, and nothing is remembered.
    """
    from syncline import app
    from syncline.acts.provisioning import look
    from syncline.cli.reached import reach

    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "ledger.sqlite"
        if app.keeps_secrets(opened.declaration):
            opened.make_folder()
        with app.running(opened.declaration, where, environment=opened.environment, vault_at=opened.ledger) as running:
            found = list(reach(running.hub))
            needs = list(look(running.hub, running.hub.needs))
            told = [{"system": o.system, "stream": o.stream, "field": o.field, "state": o.state} for o in needs]
            return found, told, accounts_of(opened, running.hub, found), drift_of(opened, running.hub, found)


def drift_of(opened: Declared, hub: Hub, found: Sequence[Reached]) -> list[Drift]:
    """Of the systems that can be spoken to, beside what the hub remembers of their fields."""
    from syncline.cli.opened import looking_at
    from syncline.sync import comparing, drift, impact

    away = {one.system for one in found if one.why and "Rejected" not in one.why}
    if not opened.ledger.exists():
        return [one for one in drift.drifted(hub, comparing.own_of(hub)) if one.system not in away]
    with looking_at(opened) as looking:
        before = comparing.looked_before(hub, looking.ledger)
        told = [one for one in drift.drifted(hub, comparing.own_of(hub), before) if one.system not in away]
        return list(impact.counted(looking.ledger, told))


def show_drift(drift: Sequence[Drift]) -> None:
    """What breaks on stderr; the rest are notes."""
    from syncline.cli.shown import out
    from syncline.look.status import about

    for one in drift:
        if one.kind == "unknown":
            out(f"{one.system}: which fields {one.stream} has could not be read: {one.said}.")
            continue
        reads = f" (read by rule {', '.join(one.rules)})" if one.rules else ""
        line = f"{one.kind}: {one.name}{reads}: {one.said}{about(one)}; {one.remedy}"
        if one.breaks:
            typer.echo(line, err=True)
        else:
            out(line)


def accounts_of(opened: Declared, hub: Hub, found: Sequence[Reached]) -> list[AccountOf]:
    """Of the systems that let us in. One that does not tell holds up nothing."""
    from syncline.cli.account import AccountOf
    from syncline.cli.tried import asked

    lost = {one.system for one in found if one.why}
    told = []
    for system in dict.fromkeys(one.system for one in found if one.system not in lost):
        answer = asked(opened, hub, system) if hub.connectors[system].account is not None else AccountOf(system=system)
        told.append(answer if isinstance(answer, AccountOf) else AccountOf(system=system, why=str(answer)))
    return told


def same_accounts(accounts: Sequence[AccountOf]) -> list[tuple[str, ...]]:
    """Systems that are one and the same."""
    ids = dict.fromkeys(one.id for one in accounts if one.id is not None)
    groups = (tuple(one.system for one in accounts if one.id == id) for id in ids)
    return [group for group in groups if len(group) > 1]


def wrong_accounts(accounts: Sequence[AccountOf], twice: Sequence[tuple[str, ...]], file: str) -> tuple[bool, str]:
    """Is something wrong with them, and what to do."""
    lacking = next((one for one in accounts if one.missing), None)
    other = next((one for one in accounts if one.another), None)
    if twice:
        return True, f"correct `systems` in {file}, or syncline connect {twice[0][-1]} with another account; then check"
    if other is not None:
        return True, OTHER.format(system=other.system)
    if lacking is not None:
        return True, f"give the token those rights (or make another: syncline connect {lacking.system}), then check"
    return False, ""


def show_reached(
    found: Sequence[Reached], needs: Sequence[dict[str, str]], accounts: Sequence[AccountOf] = ()
) -> None:  # fmt: skip
    """A line for each system, or for what is wrong with a stream of it."""
    from syncline.cli.account import in_words, lacks
    from syncline.cli.shown import out
    from syncline.look.said import many

    for system in dict.fromkeys(one.system for one in found):
        streams = [one for one in found if one.system == system]
        lost = list(dict.fromkeys(one.why for one in streams if one.why))
        if not lost:
            whose = next((one for one in accounts if one.system == system), None)
            named = f" It is {in_words(whose)}." if whose is not None and whose.name else ""
            out(f"{system}: reached, {many(len(streams), 'stream')} can be read.{named}")
            if whose is not None and whose.why:
                out(f"{system}: which account it is could not be read: {whose.why}.")
            if whose is not None and whose.another:
                typer.echo(f"{whose.another}.", err=True)
            if whose is not None and whose.missing:
                typer.echo(lacks(whose), err=True)
        for why in lost:
            named = ", ".join(one.stream for one in streams if one.why == why)
            what = next(one.what for one in streams if one.why == why)
            typer.echo(f"{what}: {why} ({named})", err=True)
        for one in streams:
            if one.hidden:
                out(f"{system}: {one.stream} does not show {', '.join(one.hidden)}: not there, or hidden.")
    away = {one.system for one in found if one.why}
    for system, state in dict.fromkeys((one["system"], one["state"]) for one in needs):
        those = [one for one in needs if (one["system"], one["state"]) == (system, state)]
        named = ", ".join(f"{one['stream']}.{one['field']}" for one in those)
        if system not in away:
            out(f"{system}: the hub needs {named}: {STATES[state]}.")


def paused_now(opened: Declared, found: Sequence[Reached]) -> list[dict[str, str]]:
    """The systems that let us in, and that the hub does not speak to since they denied us, or a person said so."""
    from syncline.cli.opened import looking_at
    from syncline.sync import paused

    if not opened.ledger.exists():
        return []
    lost = {one.system for one in found if one.why}
    with looking_at(opened) as looking:
        names = [one for one in dict.fromkeys(one.system for one in found) if one not in lost]
        return [
            {"system": one, "why": paused.said(looking.hub, one), "remedy": paused.goes_on(looking.hub, one)}
            for one in names if looking.ledger.system_state(one).paused
        ]  # fmt: skip


def next_of(opened: Declared, lost: Sequence[Reached], paused: Sequence[dict[str, str]]) -> str:
    """What to type next."""
    from syncline.config.secret import put_right

    if not lost:
        stopped = [one["remedy"] for one in paused]
        return stopped[0] if stopped else "syncline plan"
    first, file = lost[0], opened.file.name
    if first.what == "refused":
        return f"{put_right(first.system, opened.declaration.systems[first.system].secret)}, then: syncline check"
    if first.what == "not allowed":
        return (
            f"correct `url` of {first.system} in {file}, or allow that address (docs/egress.md); then: syncline check"
        )
    return f"see that {first.system} is up, and that its `url` in {file} is right; then: syncline check"


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
