"""`syncline conflicts`: what two sides say differently, and what a person says to it: one by one, or all that fits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncline.cli.open_things import MOST, At, Field, MaybeAt, Most
from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile, a_word_follows
from syncline.cli.sync import Only, Where

if TYPE_CHECKING:
    from syncline.acts.told import Settled
    from syncline.ledger.open_items import OpenKind
    from syncline.look.looking import Looking

First = Annotated[bool, typer.Option("--first", help="Only first differences: rows that differed when they met.")]
Conflicts = Annotated[bool, typer.Option("--conflicts", help="Only conflicts: fields that two sides changed.")]
OfField = Annotated[str | None, typer.Option("--field", metavar="ENTITY.FIELD", help="Only of this field.")]
All = Annotated[bool, typer.Option("--all", help="All that fits, as one run, in place of ID.")]
SoMany = Annotated[int | None, typer.Option("--limit", help="With --all: at most so many.", min=1)]
Dry = Annotated[bool, typer.Option("--dry", help="With --all: only say how many that would be.")]
Yes = Annotated[bool, typer.Option("--yes", help="With --all: do it without asking.")]
SHOWN = 20
CALLED = {"conflict": "conflict", "difference": "first difference", "withheld": "withheld field"}


# ---- the list
def conflicts(
    context: typer.Context, first: First = False, only_conflicts: Conflicts = False, field: OfField = None,
    only: Only = None, where: Where = None, limit: Most = MOST, hub: HubFile = HUB, ledger: LedgerFile = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Fields that two sides changed, that differed when they met, or that are withheld."""
    if a_word_follows(context):
        return
    from itertools import islice

    from syncline.cli.opened import looking
    from syncline.cli.shown import document, out
    from syncline.cli.sync import sentence
    from syncline.look.opened import chosen_of

    kinds = kinds_of(first, only_conflicts) or ("conflict", "difference", "withheld")
    with looking(hub, ledger) as found:
        which = choice(found, field, only, where)
        items = list(islice(chosen_of(found.hub, kinds, which), limit + 1))
        if json:
            document(items[:limit])
            return
        if items:
            out(head(found, kinds), bold=True)
        for one in items[:limit]:
            out(sentence(one, found.declaration))
        if len(items) > limit:
            out(f"... and more: --limit {limit * 10}; all at once: syncline conflicts take SYSTEM --all --dry")
        if not items:
            out("Nothing waits for a person here.")


def head(found: Looking, kinds: Sequence[str]) -> str:
    """How many there are of each kind. First differences are no conflicts."""
    from syncline.look.said import many

    counts = found.ledger.counts(found.now).open
    return ", ".join(many(sum(n for (kind, _), n in counts.items() if kind == one), CALLED[one]) for one in kinds) + "."


def choice(found: Looking, field: str | None, only: str | None, where: str | None) -> Any:
    """What is listed of them. Stops for what does not fit the declaration."""
    from syncline.acts.act import SettleAll
    from syncline.acts.refusal import Refusal
    from syncline.acts.settling_all import choice_of
    from syncline.cli.told import BAD_INPUT, stop

    try:
        return choice_of(found.hub, SettleAll(how="redo", field=field, only=only, where=where))
    except Refusal as error:
        stop(error.refused.why, error.refused.remedy, BAD_INPUT)


def kinds_of(first: bool, only_conflicts: bool) -> tuple[OpenKind, ...]:
    """None named: all."""
    return tuple(k for k, wanted in (("conflict", only_conflicts), ("difference", first)) if wanted)  # type: ignore[misc]


# ---- one, or all
def take(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="Whose present value becomes the record's.")],
    at: MaybeAt = None, field: Field = None, every: All = False, first: First = False,
    only_conflicts: Conflicts = False, of_field: OfField = None, only: Only = None, where: Where = None,
    limit: SoMany = None, dry: Dry = False, yes: Yes = False, hub: HubFile = HUB, ledger: LedgerFile = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """One side's present value becomes the record's, and goes everywhere."""
    if one_or_all(at, every, f"conflicts take {system}"):
        settle("take", at or "", field, hub, ledger, json, system=system)
        return
    which = (kinds_of(first, only_conflicts), of_field, only, where, limit)
    settle_all("take", system, which, dry, yes, hub, ledger, json)


def set_(
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Text, 12.50 EUR, or JSON for lists and groups.")],
    at: At, field: Field = None, hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Another value becomes the record's, and goes everywhere."""
    settle("set", at, field, hub, ledger, json, value=value)


def keep(
    at: MaybeAt = None, field: Field = None, every: All = False, first: First = False, of_field: OfField = None,
    only: Only = None, where: Where = None, limit: SoMany = None, dry: Dry = False, yes: Yes = False,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """That system keeps what it holds."""
    if one_or_all(at, every, "conflicts keep"):
        settle("keep", at or "", field, hub, ledger, json)
        return
    settle_all("keep", None, (kinds_of(first, False), of_field, only, where, limit), dry, yes, hub, ledger, json)


def redo(
    at: MaybeAt = None, field: Field = None, every: All = False, first: First = False,
    only_conflicts: Conflicts = False, of_field: OfField = None, only: Only = None, where: Where = None,
    limit: SoMany = None, dry: Dry = False, yes: Yes = False, hub: HubFile = HUB, ledger: LedgerFile = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """The record's value goes there after all."""
    if one_or_all(at, every, "conflicts redo"):
        settle("redo", at or "", field, hub, ledger, json)
        return
    which = (kinds_of(first, only_conflicts), of_field, only, where, limit)
    settle_all("redo", None, which, dry, yes, hub, ledger, json)


def one_or_all(at: str | None, every: bool, words: str) -> bool:
    """Is it one? An ID or --all, and not both."""
    from syncline.cli.told import BAD_INPUT, stop

    if (at is None) == (not every):
        stop("Say which: its ID, or --all of them.", f"syncline {words} --all --dry says how many that are", BAD_INPUT)
    return not every


def settle(
    how: str, at: str, field: str | None, hub: Path, ledger: Path | None, json: bool, *, system: str | None = None,
    value: str | None = None,
) -> None:  # fmt: skip
    """One of the four."""
    import msgspec

    from syncline.acts.act import Settle
    from syncline.cli.asked import do
    from syncline.cli.meant import place_of
    from syncline.cli.opened import declared

    opened = declared(hub, ledger)
    place = place_of(opened, at, f"syncline conflicts {how}", field=field)
    act = msgspec.convert({"type": "Settle", "how": how, "at": place, "system": system, "value": value}, Settle)
    do(act, hub, ledger, json=json, opened=opened)


def settle_all(
    how: str, system: str | None, which: tuple[tuple[OpenKind, ...], str | None, str | None, str | None, int | None],
    dry: bool, yes: bool, hub: Path, ledger: Path | None, json: bool,
) -> None:  # fmt: skip
    """All that fits: said first, then done, unless somebody says no."""
    import msgspec

    from syncline.acts.act import SettleAll
    from syncline.acts.told import Settled
    from syncline.cli.asked import ask, ends
    from syncline.cli.opened import declared
    from syncline.cli.told import NOT_DONE, OK

    opened = declared(hub, ledger)
    kinds, field, only, where, limit = which
    said: dict[str, object] = {"type": "SettleAll", "how": how, "system": system, "kinds": kinds, "field": field}
    said |= {"only": only, "where": where, "limit": limit}
    if not yes:
        told, _ = ask(msgspec.convert({**said, "dry": True}, SettleAll), hub, ledger, Settled, json=json, opened=opened)
        if not json:
            show_settled(told)
        if dry:
            ends(OK)
        if json or not sys.stdin.isatty() or not told.settled or not typer.confirm("Do that?"):
            ends(NOT_DONE, "the same command with --yes does that" if told.settled else "syncline conflicts")
    told, _ = ask(msgspec.convert({**said, "dry": dry}, SettleAll), hub, ledger, Settled, json=json, opened=opened)
    if not json:
        show_settled(told)
    ends(OK if told.settled or dry else NOT_DONE, "syncline conflicts")


def show_settled(told: Settled) -> None:
    """How many, by field; what is left, and why."""
    from syncline.cli.shown import out, table
    from syncline.look.said import many

    how = f"Run {told.run}: {told.settled:,} settled" if told.run else f"Would settle {told.settled:,}"
    left = sum(told.left.values())
    out(f"{how}, {left:,} left as they are.", bold=True)
    table(
        ("What", "Field", "Settled", "Left"),
        [(CALLED[one.kind], f"{one.entity}.{one.field}", f"{one.settled:,}", f"{one.left:,}") for one in told.sorts],
        right=("Settled", "Left"),
    )
    for why, number in sorted(told.left.items(), key=lambda one: -one[1])[:SHOWN]:
        out(f"  {many(number, 'field')} left: {why}")
    if told.said:
        out(told.said)
    if told.run:
        out(f"  take back what it wrote: syncline undo {told.run} (what it settled stays settled)")
