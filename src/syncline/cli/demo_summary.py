"""How the demo ends: what people did, what the hub wrote and why, what agrees, and what waits for whom."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from syncline.acts.told import Told, Verified
from syncline.cli.demo_check import Seen
from syncline.cli.demo_feed import Feed, Standing, called
from syncline.cli.demo_people import People
from syncline.cli.demo_planted import Place, Planted
from syncline.look.opened import Opened

WIDTH = 80
SYSTEMS = ("hubspot", "odoo")
MOST_REASONS = 6
Echo = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class End:
    """All that is known when the demo is over.

    seen: by the judge, who asks the hub nothing; verified: by the hub's own verify. still: what a further round wrote.
    """

    feed: Feed
    people: People
    planted: Sequence[Planted]
    now: Standing
    verified: Told
    seen: Seen
    still: int
    seconds: float
    failed: Sequence[str]


# ---- while it runs
def counters(feed: Feed, people: People) -> dict[str, dict[str, int]]:
    """What is counted of each system."""
    found = {}
    for system, client in (("hubspot", people.hubspot), ("odoo", people.odoo)):
        calls = client.calls()
        found[system] = {
            "done by people": people.by_system[system],
            "values written by the hub": feed.written[system, "fields"],
            "records made by the hub": feed.written[system, "records"],
            "calls of its API, by all": calls["count"],
            "of these over its quota": calls["by_status"].get("429", 0),
        }
    return found


def waiting_lines(now: Standing) -> list[str]:
    """What waits for a person, a line each."""
    return [f"{one.name}{f'  {one.field}' if one.field else ''}  {one.why}" for one in now.waiting]


def counted(feed: Feed) -> str:
    """What was written so far, in a few words."""
    parts = [
        f"{number} {'times ' + entity + ' ' + field if field else 'new ' + entity} to {called(system)}"
        for (system, entity, field), number in feed.fields.most_common()
    ]
    return ", ".join(parts) or "nothing had to be written"


# ---- at the end
def told(echo: Echo, end: End) -> bool:
    """Prints the summary, at most 80 columns wide. Returns whether all agrees but exactly the planted cases."""
    wrong = list(wrongs(end))
    of_the_company(echo, end)
    of_the_hub(echo, end)
    of_agreement(echo, end)
    of_what_waits(echo, end)
    echo("")
    for line in wrong:
        wrapped(echo, line, "WRONG  ")
    if wrong:
        echo(f"Not as it should be: {'one thing' if len(wrong) == 1 else f'{len(wrong)} things'}, listed above.")
    elif end.planted:
        fields, records = end.seen.fields, end.seen.records
        cases = f"{len(end.planted)} planted cases" if len(end.planted) > 1 else "one planted case"
        echo(f"All {fields} fields of {records} records agree, except exactly the {cases}.")
    else:
        echo(f"All {end.seen.fields} fields of {end.seen.records} records agree; no case was planted yet.")
    return not wrong


def wrongs(end: End) -> Iterator[str]:
    """Whatever is not as it should be."""
    wanted = {one.open for one in end.planted}
    for one in end.seen.differences:
        if one.place not in wanted:
            yield f"differs: {one}"
    for line in end.seen.broken:
        yield f"differs: {line}"
    yield from verified(end, wanted | {one.place for one in end.seen.differences})
    for entity, name, field in end.now.differ:
        if (entity, name, field) not in wanted:
            yield f"the hub knows that {entity} {name}, {field} differs, and does not list it"
    for waits in end.now.waiting:
        if place_of(waits) not in wanted:
            yield f"waits, and was not planted: {waits.entity} {waits.name} {waits.field}: {waits.why}"
    for entity, name, field in sorted(wanted - {place_of(waits) for waits in end.now.waiting}):
        yield f"was planted, and is not listed: {entity} {name} {field}"
    for system, client in (("hubspot", end.people.hubspot), ("odoo", end.people.odoo)):
        refused = client.calls()["by_status"].get("429", 0)
        if refused:
            yield f"{called(system)} refused {refused} calls for its quota"
    if end.still:
        yield f"a further round of the settled hub wrote {end.still} values"
    yield from end.failed


def verified(end: End, known: Collection[Place]) -> Iterator[str]:
    """What the hub's own verify found beside these."""
    if not isinstance(end.verified, Verified):
        yield f"verify was refused: {end.verified}"
        return
    for one in end.verified.differs:
        if (one.entity, one.name, one.field) not in known:
            yield f"differs by the hub's own verify: {one.entity} {one.name} {one.field} in {called(one.system)}"
    for away in end.verified.not_reached:
        yield f"could not be verified: {away.system} {away.stream}: {away.why}"


def of_the_company(echo: Echo, end: End) -> None:
    """What people did."""
    echo(f"What people did in {end.seconds:.0f} seconds:")
    for what, number in end.people.done.most_common():
        wrapped(echo, what, f"{number:6}  ")


def of_the_hub(echo: Echo, end: End) -> None:
    """What it wrote, and why."""
    kinds, written = end.feed.kinds, end.feed.written
    fields, records = (
        " and ".join(f"{written[system, what]} in {called(system)}" for system in SYSTEMS)
        for what in ("fields", "records")
    )
    echo("What the hub wrote, and why:")
    wrapped(echo, f"values ({fields}): {kinds['told']} carried over, {kinds['put-back']} put back where they were"
                  " changed in the wrong system or lost to the other side",
            f"{kinds['told'] + kinds['put-back']:6}  ")  # fmt: skip
    wrapped(echo, f"records made ({records})", f"{kinds['created']:6}  ")
    reasons: Counter[str] = end.feed.reasons
    shown = [f"{why} ({number})" for why, number in reasons.most_common(MOST_REASONS)]
    wrapped(echo, "because: " + "; ".join(shown), " " * 8)
    for system, client in (("hubspot", end.people.hubspot), ("odoo", end.people.odoo)):
        calls = client.calls()
        refused = calls["by_status"].get("429", 0)
        own = client.made
        wrapped(echo, f"calls of {called(system)}'s API: {calls['count'] - own} by the hub, {own} by people;"
                      f" {refused} refused by its quota", f"{calls['count']:6}  ")  # fmt: skip


def of_agreement(echo: Echo, end: End) -> None:
    """Both systems side by side, and what the hub says itself."""
    seen = end.seen
    apart = sum(not one.field for one in seen.differences)
    differ = len(seen.differences) - apart
    echo("Both systems, read row by row and put side by side:")
    others = f"; {differ} differ, and {apart} records are not in both" if seen.differences else ""
    wrapped(echo, f"of {seen.fields} fields of {seen.records} records agree{others}", f"{seen.fields - differ:6}  ")
    wrapped(echo, f"{'order' if seen.orders == 1 else 'orders'} in Odoo, each of one won deal, with its lines; the"
                  " deal says what became of it", f"{seen.orders:6}  ")  # fmt: skip
    if isinstance(end.verified, Verified):
        done = end.verified
        wrapped(echo, f"of {done.compared} values of {done.records} records agree by the hub's own verify;"
                      f" {done.open} wait, {done.differing} differ", f"{done.equal + done.stored:6}  ")  # fmt: skip


def of_what_waits(echo: Echo, end: End) -> None:
    """Each planted case with its remedy."""
    if end.planted:
        echo("Waits for a person, because no program can know better:")
    opened: dict[Place, list[Opened]] = {}
    for waits in end.now.waiting:
        opened.setdefault(place_of(waits), []).append(waits)
    for number, one in enumerate(end.planted, start=1):
        wrapped(echo, f"In {called(one.system)}: {one.told}.", f"{number:6}  ")
        for waits in opened.get(one.open, ()):
            wrapped(echo, waits.why, " " * 8 + "why: ")
            wrapped(echo, remedy_of(waits), " " * 8 + "do:  ")


def place_of(waits: Opened) -> Place:
    """As planted cases name it."""
    return waits.entity, waits.name, waits.field


def remedy_of(waits: Opened) -> str:
    """With a command in any case."""
    if "syncline" in waits.remedy:
        return waits.remedy
    return f"{waits.remedy}; it then goes on by itself. To see more: syncline explain {waits.at}"


def wrapped(echo: Echo, text: str, first: str = "") -> None:
    """A paragraph of at most 80 columns; what follows the first line stands below its text."""
    indent = " " * len(first)
    for line in textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False):
        echo(line)
