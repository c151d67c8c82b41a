"""`syncline demo`: two vendors' sandboxes, a company at work in both, and a hub that brings them to agree."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from syncline.cli.told import stop

if TYPE_CHECKING:
    from syncline.app import Running
    from syncline.model.entry import Entry
    from syncline.sandbox.sandbox import Sandbox
    from syncline.sync.sheet import Plan

CONTACTS, ACCOUNTS, PRODUCTS = 30, 10, 6
MINUTES = 4
"""As long as a search of HubSpot may lag, and more."""
TOLD = {
    "taken": "taken", "refused": "refused", "blank-refused": "refused", "conflict": "in conflict",
    "conflict-lost": "lost", "first-lost": "lost", "parked": "parked", "created": "created", "filled": "filled in",
}  # fmt: skip
"""The kinds of history that the demo shows, in its words."""


def run(
    port: Annotated[
        int, typer.Option(help="Of the first sandbox; the second is on the next. 0: free ones.", min=0, max=65000)
    ] = 0,
    stay: Annotated[bool, typer.Option(help="Keep the sandboxes up at the end, until Ctrl-C.")] = False,
) -> None:
    """Both sandboxes, a company at work in them, and a hub between them."""
    from syncline.sandbox import known, serve
    from syncline.sandbox.clock import Clock
    from syncline.sandbox.company import Size

    clock = Clock()
    sandboxes = {name: known.named(name, clock=clock) for name in ("hubspot", "odoo")}
    for name, one in sandboxes.items():
        differs = 0.2 if name == "hubspot" else 0.0
        one.seed(Size(contacts=CONTACTS, accounts=ACCOUNTS, products=PRODUCTS, deals=0, differs=differs))
    with ExitStack() as opened:
        try:
            addresses = opened.enter_context(serve.running(list(sandboxes.values()), port))
        except OSError as error:
            stop(f"Port {port} cannot be used: {error.strerror}.", f"syncline demo --port {port + 100}")
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        where = dict(zip(sandboxes, addresses, strict=True))
        for name, address in where.items():
            typer.echo(f"{name:8} {address}   its own API; what it was asked: {address}/_sandbox/calls")
        agreed = play(sandboxes, where, Path(folder))
        if stay:
            typer.echo("\nThe sandboxes stay up. Ctrl-C ends them.")
            with serve.interrupted() as over:
                over.wait()
    raise typer.Exit(0 if agreed else 1)


def play(sandboxes: Mapping[str, Sandbox], where: Mapping[str, str], folder: Path) -> bool:
    """The story. Returns whether all agree, but for what is listed as open."""
    from syncline import app
    from syncline.cli import demo_company
    from syncline.connectors import hubspot, odoo

    templates = {"hubspot": hubspot.connector().template, "odoo": odoo.connector().template}
    file = folder / "hub.yaml"
    file.write_text(demo_company.hub_yaml({k: t for k, t in templates.items() if t}, where), encoding="utf-8")
    environment = {"HUBSPOT_TOKEN": "pat-sandbox", "ODOO_KEY": "a1b2c3d4e5" * 4}
    declaration = app.declared(file, environment).declaration
    clock = sandboxes["odoo"].clock
    with app.running(declaration, folder / "ledger.sqlite", clock=clock.now) as hub:
        first_meeting(hub)
        clock.advance(MINUTES * 60)
        typer.echo("\nPeople go on working:")
        for act in demo_company.ACTS:
            act.do(sandboxes)
            typer.echo(f"  - {act.what}")
        since = clock.now()
        for _ in range(3):
            clock.advance(MINUTES * 60)
            settle(hub)
        typer.echo("\nWhat became of it:")
        for line in story(hub, since):
            typer.echo(f"  - {line}")
        calls_of(sandboxes)
        return verdict(hub)


def first_meeting(hub: Running) -> None:
    """Both are read, a plan is shown, and applied."""
    from syncline.sync import apply, plan, provision, rounds

    typer.echo("\nFields of ours, without which a create could not be repeated safely:")
    for need in provision.needs(hub.hub):
        made_now = provision.make(hub.hub, need)
        typer.echo(f"  {need.system} {need.stream}.{need.field.name} {'made' if made_now else 'is there'}")
    rounds.read_all(hub.hub)
    made = plan.plan(hub.hub)
    typer.echo("\nA plan, before anything is written:")
    head(made)
    done = apply.apply(hub.hub, made)
    typer.echo(f"  applied: {done.counts.get('left', 0)} writes left, {done.counts.get('dropped', 0)} not yet")


def head(made: Plan) -> None:
    """Counts, calls, and the first few rows."""
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(made.foot.counts.items()))
    calls = ", ".join(f"{number} calls to {system}" for system, number in sorted(made.foot.calls.items()))
    typer.echo(f"  {counts or 'nothing to write'}; {calls}")
    for number, write in enumerate(made.writes()):
        if number == 5:
            typer.echo("  ...")
            break
        fields = ", ".join(f"{one.field}: {shown(one.before)} -> {shown(one.after)}" for one in write.fields[:3])
        typer.echo(f"  {write.write} {write.entity} in {write.system}: {fields}")


def settle(hub: Running) -> None:
    """Reads and tells until nothing is left to do."""
    from syncline.sync import rounds

    for place, reason in rounds.sync(hub.hub).items():
        typer.echo(f"  {' '.join(place)} cannot be worked on now: {reason}", err=True)


def story(hub: Running, since: float) -> Iterator[str]:
    """History since that moment, a line each."""
    ledger = hub.ledger
    for rid in ledger.scan(0, 10_000):
        record = ledger.records([rid])[rid]
        name = record.fields.get("name") or record.fields.get("email")
        links = {link.id: link.system for link in ledger.links_of([rid]).get(rid, ())}
        for entry in ledger.history([rid]).get(rid, ()):
            if entry.at >= since and entry.kind in TOLD:
                yield sentence(f"{record.entity} {shown(name.value if name else rid)}", entry, links)


def sentence(who: str, entry: Entry, links: Mapping[int, str]) -> str:
    """One thing that happened."""
    system = links.get(entry.link or 0, "")
    what = f"{entry.field}: {shown(entry.before)} -> {shown(entry.after)}" if entry.field else ""
    why = f" ({entry.why})" if entry.why else ""
    return f"{who}: {TOLD[entry.kind]}{f' in {system}' if system else ''} {what}{why}".rstrip()


def shown(value: Any) -> str:
    """For people."""
    if value is None:
        return "blank"
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values() if one)
    return str(value)


def calls_of(sandboxes: Mapping[str, Sandbox]) -> None:
    """What it cost each vendor's quota."""
    typer.echo("\nWhat the two systems were asked:")
    for name, one in sandboxes.items():
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(one.calls.by_kind.items()))
        typer.echo(f"  {name:8} {one.calls.count} calls ({kinds}), {one.calls.by_status.get('429', 0)} over a quota")


def verdict(hub: Running) -> bool:
    """Every field of every record that two systems hold: equal, listed as open, or neither."""
    from syncline.sync.desk import Desk

    states: Counter[str] = Counter()
    with hub.ledger.unit() as unit:
        desk = Desk(hub=hub.hub, unit=unit, run=0, now=hub.hub.clock())
        desk.load(hub.ledger.scan(0, 10_000))
        for case in desk.cases.values():
            for link in case.links.values():
                if link.state != "active":
                    continue
                for name, value in case.view(link.id).items():
                    equal = case.equal(name, value, case.value(name).value)
                    states["equal" if equal else "open" if case.is_open(link.id, name) else "differ"] += 1
        parked = [
            f"{case.record.entity} {link.system}/{link.external_id} {name}: {known.parked.reason} "
            f"-- {known.parked.remedy}"
            for case in desk.cases.values()
            for link in case.links.values()
            for name, known in link.known.items()
            if known.parked
        ]
    open_ones = states["open"] + len(parked)
    typer.echo(f"\n{states['equal']} fields are equal, {open_ones} open, {states['differ']} differ.")
    for line in parked:
        typer.echo(f"  open: {line}")
    return states["differ"] == 0
