"""`syncline sync`: observe, settle and deliver until nothing is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.acts.told import Needed, Opened, Synced
    from syncline.config.declaration import Declaration

Only = Annotated[str | None, typer.Option(metavar="ENTITY", help="Records of this entity.")]
Where = Annotated[
    str | None, typer.Option(metavar="EXPR", help="Records for which this is true, as \"city = 'Wien'\".")
]
Limit = Annotated[int | None, typer.Option(help="At most so many writes.", min=1)]
SHOWN = 10
PROVISION = "syncline provision"
CHECK = "syncline check"
KEPT_BACK = {
    "read-only": "syncline plan shows them; to have them written, change `mode` in hub.yaml to approve or live",
    "approve": "syncline plan --out plan.json, then syncline apply plan.json",
}
"""What to do where a mode keeps writes back."""


def run(
    full: Annotated[bool, typer.Option("--full", help="Read every stream whole.")] = False,
    only: Only = None, where: Where = None, limit: Limit = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if anything is open, however old.")] = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Makes the systems agree: 0 agreed, 1 something new is open, held or waits for approval, 2 bad declaration,
    3 a system unreachable.
    """
    from syncline.acts.act import Sync
    from syncline.acts.told import Synced
    from syncline.cli.asked import ask, ends, not_reached

    told, opened = ask(Sync(full=full, only=only, where=where, limit=limit), hub, ledger, Synced, json=json)
    if not json:
        show(told, opened.declaration)
    not_reached(told.not_reached)
    code, then = verdict(told, strict)
    ends(code, then)


def verdict(told: Synced, strict: bool) -> tuple[int, str]:
    """The exit code, and what to type next."""
    from syncline.cli.asked import lets_go_on
    from syncline.cli.told import NOT_DONE, NOT_REACHED, OK

    if told.not_reached:
        return NOT_REACHED, lets_go_on(told.not_reached)
    if told.kept_back:
        return NOT_DONE, "; ".join(KEPT_BACK[mode] for mode in told.kept_back)
    if told.baselines:
        return NOT_DONE, "syncline plan, then syncline baseline confirm"
    if any(one.waiting for one in told.missing) and not told.new_count:
        return NOT_DONE, PROVISION
    if told.frozen and not told.new_count:
        return NOT_DONE, CHECK
    if told.events_held:
        return NOT_DONE, KEPT_BACK["approve"]
    if told.held and not told.new_count:
        return NOT_DONE, f"syncline resume {told.paused[0]}" if told.paused else "syncline brake"
    if told.new_count or (strict and told.open_count):
        conflicts = any(one.kind in ("conflict", "difference", "withheld") for one in told.new)
        return NOT_DONE, "syncline conflicts" if conflicts else "syncline parked"
    return OK, ""


def show(told: Synced, declaration: Declaration) -> None:
    """For people."""
    from syncline.cli.shown import out
    from syncline.look.said import many

    writes = ", ".join(f"{number:,} {kind}" for kind, number in told.written.items()) or "nothing"
    out(f"Run {told.run}: read {many(told.read, 'row')}, wrote {writes}, in {told.seconds:.1f} s.")
    if told.written:
        out(f"  take it back: syncline undo {told.run}")
    for one in told.new[:SHOWN]:
        out(f"  open: {sentence(one, declaration)}")
    if told.new_count > SHOWN:
        out(f"  ... and {told.new_count - SHOWN:,} more.")
    for mode, number in told.kept_back.items():
        out(f"  {many(number, 'write')} due, and not written: the mode is {mode}.")
    for place in told.baselines:
        out(f"  {place} is read anew, and nothing of it is written until: syncline baseline confirm")
    if told.events_held:
        out(f"  {many(told.events_held, 'event')} not told: the mode is approve.")
    stopped = told.held - told.kept_back.get("approve", 0)
    if stopped > 0:
        by = " or ".join(f"the pause of {name} (syncline resume {name})" for name in told.paused)
        held = "the baseline that waits for you" if told.baselines else "a brake (syncline brake)"
        out(f"  {many(stopped, 'write')} held by {by or held}.")
    for line in missing(told.missing):
        out(f"  {line}")
    for name in told.frozen:
        out(f"  {frozen(name)}")
    if told.waiting:
        out(f"  {many(told.waiting, 'write')} waiting for what comes by itself: {waits(told)}; the next sync goes on.")
    older = told.open_count - told.new_count
    if older > 0:
        out(f"  {many(older, 'thing')} open since before.")
    left = told.open_count or told.held or told.waiting or told.kept_back or told.baselines
    if not (left or told.frozen or told.not_reached):
        out("All systems agree.")


def missing(found: Sequence[Needed]) -> list[str]:
    """Of each system, a line: the fields of ours that are not there, and how many new rows wait for them."""
    lines = []
    for system in dict.fromkeys(one.system for one in found):
        mine = [one for one in found if one.system == system]
        named = ", ".join(f"{one.stream}.{one.field}" for one in mine)
        waits = max(one.waiting for one in mine)
        rows = f"; {waits:,} new rows wait for that" if waits else ""
        lines.append(
            f"{system}: {named} {'is' if len(mine) == 1 else 'are'} missing, and not written{rows}: {PROVISION}"
        )
    return lines


def frozen(name: str) -> str:
    """Of a bound field that a system has no more, or shows us no more."""
    return f"{name} cannot be read, and is neither read nor written until it can: {CHECK}"


def waits(told: Synced) -> str:
    """What for."""
    rest = told.waiting - told.looks
    looks = f"{told.looks:,} for a look at what was just written" if told.looks else ""
    others = f"{rest:,} for a reference, a rollup or another try" if rest > 0 else ""
    return ", ".join(one for one in (looks, others) if one)


def sentence(one: Opened, declaration: Declaration) -> str:
    """One open thing: what, both values, why, and what to do."""
    from syncline.look.said import nameless, said

    def name_of(record: int) -> str:
        return one.names.get(record) or nameless(record)

    what = " ".join(part for part in (one.entity, one.name, one.field) if part)
    where = f" in {one.system}" if one.system else ""
    values = ""
    if one.ours is not None or one.theirs is not None:
        ours = said(one.ours, declaration, one.entity, one.field, name_of)
        values = f": record {ours}, there {said(one.theirs, declaration, one.entity, one.field, name_of)}"
    why = f": {one.why}" if one.why else ""
    remedy = f" -- {one.remedy}" if one.remedy else ""
    return f"{one.at}  {one.kind if one.code == one.kind else one.code}, {what}{where}{values}{why}{remedy}"
