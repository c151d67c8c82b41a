"""One run of the demo, from the first meeting of two systems to the verdict on both."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console

from syncline.acts.act import Verify
from syncline.acts.perform import perform
from syncline.cli import demo_check, demo_hub, demo_summary
from syncline.cli.demo_feed import Feed, Standing, standing
from syncline.cli.demo_hub import BELIEVED_SECONDS, LAG_SECONDS, Working
from syncline.cli.demo_people import People
from syncline.cli.demo_planted import SPARED, Planted
from syncline.cli.demo_script import script
from syncline.cli.demo_vendors import HubSpot, Odoo, working
from syncline.cli.demo_view import Picture, Plain, State, View
from syncline.sandbox import known, serve
from syncline.sandbox.company import Size
from syncline.sandbox.sandbox import Sandbox

PEOPLE, ACCOUNTS, CONTACTS, PRODUCTS = 3, 8, 16, 8
WORK_SHARE = 0.7
"""Of the whole time; then people stop, and the hub settles."""
SETTLE_SECONDS = 10.0
"""Beyond the named time, at most."""
QUIET_SECONDS = demo_hub.POLL_SECONDS + BELIEVED_SECONDS
"""How long the hub must be found at rest: both systems were read once more."""
LOOK_SECONDS = 0.3
INTRO = (
    "Sellers work in HubSpot, the back office in Odoo; the hub makes both agree.",
    "You see what somebody did, and what the hub moved: from where to where, and why.",
    f"Both are sandboxes here, whose lists lag {LAG_SECONDS:g} s; those of the vendors, minutes.",
)
Sabotage = Callable[[HubSpot, Odoo], None]


def nothing(hubspot: HubSpot, odoo: Odoo) -> None:
    """What usually happens between the hub's end and the judge's look."""


@dataclass
class Play:
    """What the parts of a run share. started: when people began; planted: the cases that came to be so far."""

    working: Working
    people: People
    feed: Feed
    view: View
    over: threading.Event
    seconds: float | None
    started: float = 0.0
    worked: float = 0.0
    planted: list[Planted] = field(default_factory=list)
    idle: threading.Event = field(default_factory=threading.Event)

    # ---- people
    def work(self) -> None:
        """People do what the script says, until its end or the demo's."""
        length = None if self.seconds is None else self.seconds * WORK_SHARE
        for at, what in script(self.people.random, length):
            if self.idle.wait(max(0.0, self.started + at - time.monotonic())):
                return
            if isinstance(what, Planted):
                what.do(self.people)
                self.people.did("cases planted that only people can settle", what.system, what.told)
                self.planted.append(what)
            else:
                what(self.people)

    def still(self) -> int:
        """Lets the settled hub go round once more; how many values that wrote."""
        self.look("at rest")
        before = sum(self.feed.written.values())
        self.working.round()
        self.look("at rest")
        return sum(self.feed.written.values()) - before

    # ---- watching
    def look(self, phase: str) -> Standing:
        """Tells what is new, and how things stand."""
        for one in self.feed.new():
            self.view.moved(one)
        now = standing(self.working.hub)
        left = None if self.seconds is None else max(0.0, self.started + self.seconds - time.monotonic())
        self.view.state(
            State(
                equal=now.equal, compared=now.compared, left=left, phase=phase,
                open=demo_summary.waiting_lines(now), systems=demo_summary.counters(self.feed, self.people),
            )
        )  # fmt: skip
        return now

    def until(self, ended: Callable[[Standing], bool], phase: str, deadline: float | None = None) -> bool:
        """Looks until that is so (True), Ctrl-C, a failure, or the deadline."""
        while not self.over.is_set() and not self.working.has_failed():
            if ended(self.look(phase)):
                return True
            if deadline is not None and time.monotonic() >= deadline:
                return False
            self.over.wait(LOOK_SECONDS)
        return False


def play(
    *, seconds: int | None, port: int, seed: int, picture: bool, echo: Callable[[str], None],
    sabotage: Sabotage = nothing,
) -> bool:  # fmt: skip
    """Returns whether all agrees but the planted cases. Raises OSError for a port that is taken."""
    with ExitStack() as stack:
        sandboxes = founded()
        for one in sandboxes.values():
            stack.callback(one.store.close)
        addresses = stack.enter_context(serve.running(list(sandboxes.values()), port))
        where = dict(zip(sandboxes, addresses, strict=True))
        over = stack.enter_context(serve.interrupted())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="syncline-demo-")))
        hubspot, odoo = stack.enter_context(working(where))
        (folder / "hub.yaml").write_text(demo_hub.hub_yaml(where), encoding="utf-8")
        work = stack.enter_context(demo_hub.opened(folder / "hub.yaml", folder))
        view: View = Picture(Console(), INTRO) if picture else Plain(echo, INTRO)
        try:
            game = prepared(work, hubspot, odoo, view, over, seconds, seed)
            moving(game)
        finally:
            view.close()
        still = game.still()
        sabotage(hubspot, odoo)
        end = demo_summary.End(
            feed=game.feed, people=game.people, planted=game.planted, now=standing(work.hub), still=still,
            verified=perform(work.hub, Verify(), "demo", lambda step: None),
            seen=demo_check.compare(hubspot, odoo, game.people), seconds=game.worked, failed=work.failed,
        )  # fmt: skip
        return demo_summary.told(echo, end)


def founded() -> Mapping[str, Sandbox]:
    """The same made-up company in both. People's own calls draw on HubSpot's quota too, so the larger one is taken."""
    sandboxes = {
        "hubspot": known.named("hubspot", options={"lag": LAG_SECONDS, "tier": "add-on"}), "odoo": known.named("odoo"),
    }  # fmt: skip
    for one in sandboxes.values():
        one.seed(Size(people=PEOPLE, accounts=ACCOUNTS, contacts=CONTACTS, products=PRODUCTS, deals=0))
    return sandboxes


def prepared(
    work: Working, hubspot: HubSpot, odoo: Odoo, view: View, over: threading.Event, seconds: int | None, seed: int
) -> Play:
    """The first meeting: both are read, matched, and brought to agree before people begin."""
    people = People(
        hubspot=hubspot, odoo=odoo, random=Random(seed), hear=view.deed, stillness=work.hub.ledger.unit,
        ended=over.is_set, spared=set(SPARED),
    )  # fmt: skip
    feed = Feed(hub=work.hub, why=people.why)
    game = Play(working=work, people=people, feed=feed, view=view, over=over, seconds=seconds, started=time.monotonic())
    fields = demo_hub.prepare(work.hub)
    view.note(f"first meeting: {fields} fields of ours made, so that a create that is repeated makes no second row")
    for _ in range(5):
        work.round()
        if work.is_at_rest() or over.wait(BELIEVED_SECONDS / 2):
            break
    feed.new()
    view.note(f"first meeting: both were read and matched; {demo_summary.counted(feed)}")
    people.look_around()
    game.started = time.monotonic()
    return game


def moving(game: Play) -> None:
    """People work, then the hub comes to rest."""
    with demo_hub.at_work(game.working, game.people.hubspot, game.people.odoo) as address:
        game.view.note(f"the service is at work; its page: {address}/")
        hands = threading.Thread(target=demo_hub.guarded(game.working, game.work), name="demo people", daemon=True)
        hands.start()
        try:
            game.until(lambda _: not hands.is_alive(), "people work")
        finally:
            game.idle.set()
            hands.join()
            game.worked = time.monotonic() - game.started
        game.over.clear()  # a second Ctrl-C ends the settling too
        game.view.note("people stop; the hub settles what is under way")
        deadline = time.monotonic() + SETTLE_SECONDS
        if game.seconds is not None:
            deadline = max(deadline, game.started + game.seconds)
        moved_at = time.monotonic()

        def rests(now: Standing) -> bool:
            nonlocal moved_at
            if now.differ or not game.working.is_at_rest():
                moved_at = time.monotonic()
            return time.monotonic() - moved_at > QUIET_SECONDS

        game.until(rests, "the hub settles", deadline)
