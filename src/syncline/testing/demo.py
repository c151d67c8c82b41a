"""`make story`: a small company's systems come to agree, told line by line. The same seed tells the same story."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncline.model.link import Link
from syncline.model.record import Record
from syncline.testing import company, oracle
from syncline.testing.story import Line, Story, StoryWorld, many
from syncline.testing.trial import rule_of

STEPS = 140
MOST_LINES = 60
SEEDS_TRIED = 40
FAVOURITES = (2200, 1156, 517, 1103)
"""Seeds that told a good story when this was written; they need not for ever."""
WORTH_SEEING = ("crash", "conflict:", "settles", "refused", "parked", "no answer")
ENOUGH = 5
"""A story that shows so much of this is told to those who name no seed."""

SYSTEMS = {
    "crm": "writes names in small letters, cuts addresses, answers “done” without saying what it stored",
    "erp": "is the truth of the price; its clock is ten minutes fast",
    "shop": "Writes Names Like This, has no versions, cuts addresses too",
}
COLOURS = {"user": "cyan", "person": "magenta", "hub": "green", "care": "yellow", "crash": "red"}
NAMES = {"user": "people", "person": "people", "hub": "hub", "care": "hub", "crash": "hub"}


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0 only if nothing was lost, nothing doubled, and all agree or are listed."""
    parser = argparse.ArgumentParser(prog="make story", description=__doc__)
    parser.add_argument("--seed", type=int, help="another story")
    parser.add_argument("--steps", type=int, default=STEPS, help="how long it goes on")
    parser.add_argument("--quiet", action="store_true", help="only how it ends")
    asked = parser.parse_args(words)
    console = Console(highlight=False)
    seed = asked.seed if asked.seed is not None else best_seed(asked.steps)
    world = StoryWorld(seed, steps=asked.steps)
    story = Story(world)
    lines = story.lines()
    if not asked.quiet:
        introduce(console, seed)
        console.print(told(lines))
    counted = counts(world, lines)
    open_ones = list(listed(story))
    violations = oracle.check(world)
    conclude(console, open_ones, counted, violations)
    return 1 if violations else 0


def best_seed(steps: int) -> int:
    """The first story of two screens at most that shows what is worth seeing, else the one that shows most."""
    best, most = 0, -1
    for seed in (*FAVOURITES, *range(SEEDS_TRIED)):
        lines = Story(StoryWorld(seed, steps=steps)).lines()
        if len(lines) > MOST_LINES:
            continue
        seen = sum(any(wanted in line.text for line in lines) for wanted in WORTH_SEEING)
        if seen > most:
            best, most = seed, seen
        if most >= ENOUGH:
            break
    return best


def introduce(console: Console, seed: int) -> None:
    """Who plays."""
    console.print("[bold]Three systems keep the same customers, each in its own way:[/bold]")
    for name in company.ORDER:
        console.print(f"  [bold]{name:5}[/bold] {SYSTEMS[name]}")
    console.print("All three lag, go down, and lose answers after doing the work. The hub crashes, too.")
    console.print(f'[dim]Seconds are simulated. The same again: make story ARGS="--seed {seed}"[/dim]\n')


def told(lines: Sequence[Line]) -> Table:
    """The story, with room for long lines."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim")
    grid.add_column()
    grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row(f"{line.at - 1000.0:.1f}", Text(NAMES[line.kind], COLOURS[line.kind]), Text(line.text))
    return grid


def counts(world: StoryWorld, lines: Sequence[Line]) -> dict[str, int]:
    """What there was to do."""
    return {
        "edit": len(world.edits),
        "write": sum(len(system.written) for system in world.systems.values()),
        "conflict": sum(entry.kind in ("conflict", "conflict-lost") for entry in world.memory.t.entries),
        "crash": sum("crashes" in line.text for line in lines if line.kind == "crash"),
    }


def listed(story: Story) -> Iterator[tuple[str, str, str]]:
    """What is open: what it is about, why, and what to do."""
    memory = story.world.memory
    for rid, record in story.records.items():
        who = story.who(rid)
        yield from open_of_record(story, who, record)
        for link in memory.links_of([rid])[rid]:
            if link.state != "tombstone":
                yield from open_of_link(who, link)
    for row in memory.t.parked.values():
        yield f"{row.id} in {row.system}", row.parking.reason, row.parking.remedy


def open_of_record(story: Story, who: str, record: Record) -> Iterator[tuple[str, str, str]]:
    """Conflicts, parked records, candidates."""
    for field, conflict in record.conflicts.items():
        sides = " or ".join(
            f"“{one}” ({'the hub' if side == 'record' else story.place(int(side))})"
            for side, one in conflict.sides.items()
        )
        yield f"{field} of {who}", f"changed in two places: {sides}", "say which is right"
    if record.parked is not None:
        yield who, record.parked.reason, record.parked.remedy
    if record.candidate_of is not None:
        yield who, "may be the same customer as another one", "merge the two, or say that they are not the same"


def open_of_link(who: str, link: Link) -> Iterator[tuple[str, str, str]]:
    """What one system does not agree with."""
    if link.parked is not None:
        yield f"{who} in {link.system}", link.parked.reason, link.parked.remedy
    if link.state == "asleep":
        yield f"{who} in {link.system}", "out of sight: not there, and not known to be deleted", "look there, or unlink"
    for field, known in link.known.items():
        about = f"{field} of {who} in {link.system}"
        if known.parked is not None:
            yield about, known.parked.reason, known.parked.remedy
        if known.differs:
            yield about, "was different when the two first met", "say which value is right"
        if known.withheld is not None:
            yield about, "taken back by a person", "keep it so, or let the new value through"


def conclude(
    console: Console, open_ones: Sequence[tuple[str, str, str]], counted: dict[str, int], violations: Sequence[str]
) -> None:
    """How it ended."""
    wrong = [violation for violation in violations if rule_of(violation) not in ("1", "4")]
    console.print()
    if violations:
        console.print("[bold red]The systems do not agree:[/bold red]")
        for violation in violations:
            console.print(f"  {violation}", markup=False)
    else:
        end = ", except what is open:" if open_ones else "."
        console.print(f"[bold green]Nobody types any more, the hub is still: all three systems agree{end}[/bold green]")
    if open_ones:
        console.print(open_table(open_ones))
    lost = sum(rule_of(violation) == "1" for violation in violations)
    doubled = sum(rule_of(violation) == "4" for violation in violations)
    parts = [many(number, name) for name, number in counted.items()]
    console.print(
        "  ".join([*parts, f"{lost} lost", f"{doubled} doubled", f"{len(wrong)} otherwise wrong"]), style="bold"
    )


def open_table(open_ones: Sequence[tuple[str, str, str]]) -> Table:
    """Each with its remedy."""
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for column in ("open", "why", "what to do"):
        table.add_column(column)
    for row in open_ones:
        table.add_row(*(Text(cell) for cell in row))
    return table


if __name__ == "__main__":
    sys.exit(main())
