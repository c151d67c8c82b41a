"""`syncline audit`: where the systems agree, before anything is written, for the person who decides about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncline.cli.opened import HUB, AsJson, HubFile, LedgerFile

if TYPE_CHECKING:
    from syncline.look.audited import Audited, EntityAudited, Example, Found

SHOWN_FIELDS = 15
SHOWN_FOUND = 8
SHOWN_EXAMPLES = 2
ASKS = {
    "integration": "Is another integration still on?",
    "import": "Will it be imported again?",
    "automation": "Does a workflow write it too?",
}
"""What to ask of those who write and are no person."""

KEPT = "Stopped. What was read is kept, and nothing was written to any system; the same command goes on from there."


def run(
    share: Annotated[
        str, typer.Option(metavar="PERCENT", help="The part of each system's limits that reading may take.")
    ] = "50%",
    anew: Annotated[bool, typer.Option("--anew", help="Forget what was read, if nothing was written yet.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page: it holds personal data.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="List all that differs there: it holds personal data.")
    ] = None,
    hub: HubFile = HUB, ledger: LedgerFile = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Reads everything and says where the systems agree, and what going live would do; writes nothing to any system,
    in no mode.
    """
    from syncline.acts.act import Audit
    from syncline.acts.told import Audited
    from syncline.cli.asked import ask, ends, not_reached
    from syncline.cli.told import BAD_INPUT, INTERRUPTED, NOT_REACHED, OK, stop

    if html is not None and not html.absolute().parent.is_dir():
        stop(f"There is no folder {html.parent}.", "syncline audit --html FILE, in a folder that is there", BAD_INPUT)
    folder = None if csv is None else str(csv.absolute())
    try:
        told, opened = ask(
            Audit(share=part_of(share), anew=anew, csv=folder), hub, ledger, Audited, json=json
        )  # fmt: skip
    except KeyboardInterrupt:
        stop(f"\n{KEPT}", "syncline audit", INTERRUPTED)
    if html is not None:
        write_page(html, told, opened.declaration.zone)
    if not json:
        show(told, html)
    not_reached(told.not_reached)
    ends(NOT_REACHED if told.not_reached else OK, told.next[0] if told.not_reached else "")


def part_of(text: str) -> float:
    """`50%` or `50`; stops for what is no share."""
    from syncline.cli.told import BAD_INPUT, stop

    try:
        return float(text.strip().removesuffix("%").strip()) / 100
    except ValueError:
        stop(f"{text!r} is no share of a limit.", "syncline audit --share 50%", BAD_INPUT)


def write_page(file: Path, told: Audited, zone: str) -> None:
    """For its owner's eyes only."""
    import os

    from syncline.look.audit_page import page

    text = page(told, zone).encode("utf-8", "backslashreplace")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)  # it may have been there with other rights
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(text)


# ---- for people
def show(told: Audited, html: Path | None) -> None:
    """What matters first, then what it rests on, and what to do."""
    from syncline.cli.shown import out
    from syncline.look import audit_words as words
    from syncline.look.said import many, span

    read = f"read {many(told.read, 'row')} in {span(told.took)}"
    out(f"{' and '.join(told.systems)}: {read}. Nothing was written to any system.")
    at_most = f" ({'; '.join(told.limits)})" if told.limits else ""
    out(f"Reading takes at most {told.share:.0%} of each limit{at_most}; change it with --share.")
    if told.anew:
        out(told.anew)
    out()
    for sentence in words.sentences(told):
        out(sentence, bold=True)
    for one in words.strangers(told)[:SHOWN_FOUND]:
        out(f"{ASKS[one.kind]} {words.of_writer(one, told.at)}", bold=True)
    show_entities(told)
    show_fields(told)
    for entity in told.entities:
        show_found(entity)
    show_end(told, html)


def show_entities(told: Audited) -> None:
    """Who is where."""
    from syncline.cli.shown import out, table
    from syncline.look.audit_words import compared

    found = [one for one in compared(told) if one.records or any(one.rows.values())]
    if not found:
        return
    systems = list(dict.fromkeys(system for one in found for system in one.systems))
    headers = ["", *systems, "in both" if len(systems) == 2 else "in all", *(f"only {one}" for one in systems),
               "same", "duplicates", "ambiguous", "no rep"]  # fmt: skip
    rows = [
        [
            one.entity, *(number(one.rows.get(system)) for system in systems), number(one.every),
            *(number(one.only_in(system) if system in one.systems else None) for system in systems), number(one.same),
            number(one.number("duplicate") or None), number(one.number("ambiguous") or None),
            number(one.number("without-rep") or None),
        ]
        for one in found
    ]  # fmt: skip
    out()
    table(headers, rows, right=headers[1:])
    if len(systems) > 2:
        for one in found:
            pairs = ", ".join(f"{number:,} in {pair}" for pair, number in one.both.items())
            out(f"{one.entity}: {pairs}.")
    alone = [f"{one.entity} ({sum(one.rows.values()):,}, {one.systems[0]})" for one in told.entities
             if len(one.systems) == 1 and one.records]  # fmt: skip
    if alone:
        out(f"Held by one system only, so not compared: {', '.join(alone)}.")


def number(count: int | None) -> str:
    """Empty where there is none to tell."""
    return "" if count is None else f"{count:,}"


def show_fields(told: Audited) -> None:
    """What differs, the most first."""
    from syncline.cli.shown import out, table
    from syncline.look.audit_words import percent, settling

    every = [(one.entity, field) for one in told.entities for field in one.fields]
    odd = [pair for pair in every if pair[1].differs or pair[1].one_blank or pair[1].invalid]
    odd.sort(key=lambda pair: -(pair[1].differs + sum(pair[1].invalid.values())) * 1_000_000 - pair[1].one_blank)
    systems = list(dict.fromkeys(name for _, f in odd for name in (*f.blank_in, *f.invalid)))
    headers = ["field", "equal", "differ", *(f"blank in {one}" for one in systems), "do not fit", "of what differs"]
    rows = [
        [
            f"{entity}.{f.field}", percent(f.equal, f.compared - f.blank), number(f.differs or None),
            *(number(f.blank_in.get(system)) for system in systems),
            ", ".join(f"{count:,} {system}" for system, count in f.invalid.items()), settling(f),
        ]
        for entity, f in odd[:SHOWN_FIELDS]
    ]  # fmt: skip
    if rows:
        out()
        table(headers, rows, right=headers[1:-2])
    rest = len(odd) - SHOWN_FIELDS
    if rest > 0:
        out(f"... and {rest} fields that differ less.")
    same = len(every) - len(odd)
    if same:
        out(f"{same:,} {'field is' if same == 1 else 'fields are'} the same wherever both hold the record.")
    for entity, f in odd[:SHOWN_FIELDS]:
        for one in (*f.differ_examples[:1], *f.invalid_examples[:1]):
            sides = " | ".join(f"{system} {value}" for system, value in one.values.items())
            why = f" ({one.why})" if one.why else ""
            out(f"  {entity} {one.name}, {f.field}: {sides}{why}{pages(one)}")


def show_found(entity: EntityAudited) -> None:
    """What is to be said of records of an entity, most first."""
    from syncline.cli.shown import out
    from syncline.look.audit_words import counted, of_found, remedy_of

    found = [one for one in entity.found if not (len(entity.systems) == 1 and one.kind == "only")]
    if found:
        out()
    for one in sorted(found, key=lambda one: -one.count)[:SHOWN_FOUND]:
        out(f"{counted(one.count, entity.entity)}: {of_found(one)}")
        examples(one)
        if remedy_of(one):
            out(f"    {remedy_of(one)}")
    if len(found) > SHOWN_FOUND:
        out(f"... and {len(found) - SHOWN_FOUND} smaller groups: --json or --html has them all.")


def examples(one: Found) -> None:
    """The first of them."""
    from syncline.cli.shown import out

    for each in one.examples[:SHOWN_EXAMPLES]:
        why = f": {each.why}" if each.why and one.kind not in ("only", "without-rep") else ""
        out(f"    {each.name} ({each.at}){why}{pages(each)}")


def pages(one: Example) -> str:
    """The addresses of its rows in the vendors' screens."""
    found = [row.page for row in one.rows if row.page]
    return f"  {' '.join(found)}" if found else ""


def show_end(told: Audited, html: Path | None) -> None:
    """What going live would do, and what to do now."""
    from syncline.cli.shown import out
    from syncline.look import audit_words as words
    from syncline.look.comes import comes

    out()
    for place in told.comes:
        out(f"  {place.entity} in {place.system}: {comes(place)}")
    for line in told.then:
        out(f"  then: {line}")
    for missing in told.missing:
        out(f"  {missing} is missing there, and creates need it: syncline provision.")
    if words.who_wrote(told):
        out(f"  {words.who_wrote(told)}")
    if told.unasked:
        out(f"  Who else writes is not told by: {', '.join(told.unasked)}.")
    for what in (html, told.csv):
        if what is not None:
            out(f"{what} holds personal data: keep it to yourself and delete it.")
    out(words.ending(told), bold=True)
    if not told.not_reached:
        for step in told.next:
            out(f"next: {step}")
