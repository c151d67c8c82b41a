"""What the demo shows while it runs: plain lines, or in a terminal a picture that is drawn anew as things move."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from syncline.cli.demo_feed import called
from syncline.look.sentence import Sentence

KEPT = 200
STYLES = {"put-back": "yellow", "refused": "yellow", "conflict-lost": "yellow", "created": "green", "made": "green"}
OPEN = "bold red"


@dataclass(frozen=True, kw_only=True)
class State:
    """How things stand. systems: name to what is counted there, in words, in order; left: seconds, None: no end."""

    equal: int = 0
    compared: int = 0
    open: Sequence[str] = ()
    systems: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left: float | None = None
    phase: str = ""


class View(Protocol):
    """Where the demo tells what goes on."""

    def deed(self, system: str, sentence: str) -> None:
        """Somebody did something in a system."""

    def moved(self, one: Sentence) -> None:
        """The hub did something."""

    def note(self, text: str) -> None:
        """Something about the demo itself."""

    def state(self, state: State) -> None:
        """How things stand by now."""

    def close(self) -> None:
        """The end: what follows is printed below."""


def clock(at: float) -> str:
    """The time of day on this machine."""
    return time.strftime("%H:%M:%S", time.localtime(at))


class Plain:
    """A line for each thing, complete in itself, without control characters."""

    def __init__(self, echo: Callable[[str], None], intro: Sequence[str]) -> None:
        self.echo = echo
        for line in intro:
            echo(line)
        echo("")

    def deed(self, system: str, sentence: str) -> None:
        """Marked as done by people."""
        self.echo(f"{clock(time.time())}  people in {called(system)}: {sentence}")

    def moved(self, one: Sentence) -> None:
        """As it stands in the history."""
        self.echo(f"{clock(one.at)}  hub: {one}")

    def note(self, text: str) -> None:
        """Without a mark."""
        self.echo(f"{clock(time.time())}  {text}")

    def state(self, state: State) -> None:
        """Nothing: the summary has it."""

    def close(self) -> None:
        """Nothing to take down."""
        self.echo("")


class Picture:
    """The same in a terminal, at any size from 80 columns and 24 lines."""

    def __init__(self, console: Console, intro: Sequence[str]) -> None:
        self.console, self.intro = console, intro
        self.feed: deque[Text] = deque(maxlen=KEPT)
        self.now = State()
        self.live = Live(self.drawn(), console=console, screen=True, auto_refresh=False)
        self.live.start()

    def deed(self, system: str, sentence: str) -> None:
        """Dim: it is the cause, not the hub's doing."""
        self.add(Text(f"{clock(time.time())}  {called(system)}: {sentence}", style="dim"))

    def moved(self, one: Sentence) -> None:
        """What moved stands out."""
        style = OPEN if is_open(one) else STYLES.get(one.kind, "cyan")
        line = Text(f"{clock(one.at)}  ")
        line.append(one.name, style="bold").append(f"  {one.field}  " if one.field else "  ").append(one.what, style)
        if one.why:
            line.append(f"  ({one.why})", "dim")
        self.add(line)

    def note(self, text: str) -> None:
        """Something about the demo itself."""
        self.add(Text(f"{clock(time.time())}  {text}", style="bold"))

    def add(self, line: Text) -> None:
        """One more line of the feed."""
        line.no_wrap, line.overflow = True, "ellipsis"
        self.feed.append(line)

    def state(self, state: State) -> None:
        """Draws all of it."""
        self.now = state
        self.live.update(self.drawn(), refresh=True)

    def close(self) -> None:
        """The terminal as it was."""
        self.live.stop()

    # ---- drawing
    def drawn(self) -> Layout:
        """Three lines of explanation, two systems, what moves, what is open, one line of how it stands."""
        height = self.console.size.height
        counted = max([len(counts) for counts in self.now.systems.values()], default=0)
        open_lines = min(max(len(self.now.open), 1), max(2, (height - 14) // 3))
        whole = Layout()
        whole.split_column(
            Layout(
                Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in self.intro)), size=len(self.intro)
            ),
            Layout(self.systems(), size=counted + 2),
            Layout(name="feed"),
            Layout(self.open_items(open_lines), size=open_lines + 2),
            Layout(self.foot(), size=1),
        )
        room = max(1, height - len(self.intro) - counted - 2 - open_lines - 2 - 1 - 2)
        shown = list(self.feed)[-room:]
        whole["feed"].update(Panel(Group(*shown), title="what happens", title_align="left", padding=(0, 1)))
        return whole

    def systems(self) -> Table:
        """Side by side."""
        table = Table.grid(expand=True)
        for _ in self.now.systems:
            table.add_column(ratio=1)
        panels: list[Any] = []
        for system, counts in self.now.systems.items():
            inner = Table.grid(padding=(0, 2))
            inner.add_column(justify="right")
            inner.add_column()
            for what, number in counts.items():
                inner.add_row(str(number), what)
            panels.append(Panel(inner, title=called(system), title_align="left", padding=(0, 1)))
        table.add_row(*panels)
        return table

    def open_items(self, lines: int) -> Panel:
        """What waits for a person."""
        found = [Text(line, no_wrap=True, overflow="ellipsis") for line in self.now.open]
        if len(found) > lines:
            found = [*found[: lines - 1], Text(f"and {len(found) - lines + 1} more")]
        if not found:
            found = [Text("nothing", style="dim")]
        title = f"waits for a person: {len(self.now.open)}"
        return Panel(Group(*found), title=title, title_align="left", padding=(0, 1))

    def foot(self) -> Text:
        """The score, the time."""
        now = self.now
        agree = f"{now.equal} of {now.compared} fields agree" if now.compared else "reading both systems"
        left = "" if now.left is None else f"   {now.left:.0f} s left"
        return Text(f"{now.phase}   {agree}{left}   Ctrl-C ends it", style="reverse", no_wrap=True)


def is_open(one: Sentence) -> bool:
    """Does it wait for a person?"""
    return one.kind in ("parked", "conflict", "candidate", "first-difference", "ambiguous")
