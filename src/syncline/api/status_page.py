"""The page of a service that runs: does all agree, or what needs somebody; plain HTML that works without a script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from syncline.look.opened import Opened
from syncline.look.said import many, moment, span
from syncline.look.status import RunView, Status, StreamView, SystemView

REFRESH_SECONDS = 5

LISTS = {
    "conflict": "syncline conflicts", "difference": "syncline conflicts", "withheld": "syncline conflicts",
    "parked": "syncline parked", "candidate": "syncline parked", "asked": "syncline parked", "held": "syncline brake",
    "paused": "syncline parked",
}  # fmt: skip
"""The command that lists each kind of what is open."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#5c656e;--page:#fff;--line:#d9dee3;--good:#1a7f4b;--bad:#b3261e;
--box:#f5f7f9}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--quiet:#9aa4ae;--page:#15181b;--line:#333a41;--good:#5cc792;
--bad:#ff8a80;--box:#1e2327}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.5rem 0 .4rem}p{margin:.2rem 0}
.quiet{color:var(--quiet);font-size:.9rem}.good{color:var(--good)}.bad{color:var(--bad)}
.verdict{font-size:1.25rem;font-weight:600;margin:.6rem 0}
ul{list-style:none;margin:0;padding:0}
li{padding:.5rem .7rem;margin:.4rem 0;border:1px solid var(--line);border-radius:.4rem;background:var(--box)}
code{font:.9em ui-monospace,monospace}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may load for this page: nothing but its own style."""


@dataclass(frozen=True, kw_only=True)
class AwayView:
    """A system that cannot be worked on now. since: a moment; why: for people."""

    system: str
    why: str
    since: float


@dataclass(frozen=True, kw_only=True)
class Running:
    """What the ledger does not know. up: seconds. troubles: of the service itself."""

    up: float
    version: str
    away: Sequence[AwayView] = ()
    troubles: Sequence[str] = ()


def page(status: Status, opened: Sequence[Opened], running: Running, zone: str) -> str:
    """The whole document. opened: the first of what is open."""
    needs = list(needed(status, running, zone))
    verdict = (
        f'<p class="verdict bad">{many(len(needs), "thing")} to look at</p>{listed(needs)}'
        if needs
        else f'<p class="verdict good">{agreement(status)}</p>'
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
        f"<title>{'! ' if needs else ''}{escape(status.hub)} - Syncline</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(status.hub)}</h1>"
        f'<p class="quiet">mode {escape(status.mode)}, up for {escape(span(running.up))}, '
        f"as of {escape(moment(status.at, zone))}, Syncline {escape(running.version)}</p>"
        f"{verdict}{first_of(opened, zone)}"
        f"<h2>Systems</h2>{listed(system(one, status.streams, running, zone) for one in status.systems)}"
        f"<h2>Latest runs</h2>{listed(run(one, zone) for one in status.runs) or '<p>Nothing was written yet.</p>'}"
        "</body></html>"
    )


def agreement(status: Status) -> str:
    """Nobody is needed; is anything still on its way?"""
    if any(not one.read for one in status.streams):
        return "Nothing needs you; the first reading is still going on"
    going = sum(one.due + one.hints for one in status.streams) + status.to_derive
    return f"Nothing needs you; {many(going, 'thing')} on the way" if going else "All systems agree"


def needed(status: Status, running: Running, zone: str) -> Iterable[str]:
    """What somebody has to look at, each with the command to type."""
    for one in running.troubles:
        yield f'<b class="bad">The service</b>: {escape(one)}'
    back = {one.at.partition("/")[0] for one in status.baselines}
    for system_view in status.systems:
        if system_view.paused and system_view.name not in back:
            why = f": {escape(system_view.why)}" if system_view.why else ""
            yield f"<b>{escape(system_view.name)}</b> is paused{why} {command(f'syncline resume {system_view.name}')}"
    paused = {one.name for one in status.systems if one.paused}
    for away in {one.system: one for one in running.away if one.system not in paused}.values():
        since = escape(moment(away.since, zone))
        yield (
            f"<b>{escape(away.system)}</b> cannot be worked on since {since}: {escape(away.why)} "
            f"{command('syncline check')}"
        )
    for kind, number in status.open.items():
        yield f"{number:,} {escape(kind)} {command(LISTS.get(kind, 'syncline parked'))}"
    for gone in status.baselines:
        yield f"<b>{escape(gone.at)}</b> is stopped, {escape(gone.said)}: {escape(gone.why)} {command(gone.remedy)}"
    for held in (one for one in status.held if one.kind != "rebaseline"):
        place = f"{held.system}/{held.stream}/{held.kind}"
        yield (
            f"{held.count:,} {escape(held.kind)} held in {escape(held.system)} {escape(held.stream)}: "
            f"{escape(held.why)} {command(f'syncline brake release {place}')}"
        )
    waiting = sum(one.due for one in status.streams)
    if status.mode == "approve" and waiting:
        yield f"{many(waiting, 'write')} waiting for a plan to be applied {command('syncline plan')}"


def command(text: str) -> str:
    """What to type."""
    return f"<br><code>{escape(text)}</code>"


def first_of(opened: Sequence[Opened], zone: str) -> str:
    """What is open, by name."""
    if not opened:
        return ""
    lines = (
        f"<b>{escape(one.name or one.at)}</b> <span class='quiet'>{escape(one.entity)} {escape(one.field)} "
        f"{escape(one.kind if one.code == one.kind else one.code)}"
        f"{', since ' + escape(moment(one.since, zone)) if one.since else ''}</span>"
        f"<br>{escape(one.why)}{command(one.remedy) if one.remedy else ''}"
        for one in opened
    )
    return f"<h2>Open</h2>{listed(lines)}"


def system(one: SystemView, streams: Sequence[StreamView], running: Running, zone: str) -> str:
    """One system: reached or not, how old its view is, and what is on the way to it."""
    away = next((found for found in running.away if found.system == one.name), None)
    state = "paused" if one.paused else "cannot be worked on" if away else "reached" if one.read else "not read yet"
    mine = [stream for stream in streams if stream.system == one.name]
    due, links, hints = (sum(getattr(stream, name) for stream in mine) for name in ("due", "links", "hints"))
    view = "never read whole" if one.delay is None else f"read {escape(span(one.delay))} ago"
    good = "good" if state == "reached" else "bad" if one.paused or away else "quiet"
    return (
        f'<b>{escape(one.name)}</b> <span class="{good}">{state}</span>'
        f'<br><span class="quiet">{escape(one.connector)}, {escape(one.mode)}; {view}; {many(links, "link")}, '
        f"{due:,} to be told, {hints:,} to be looked at; last seen {escape(moment(one.read, zone))}</span>"
    )


def run(one: RunView, zone: str) -> str:
    """One run, and what takes it back."""
    wrote = ", ".join(f"{number:,} {escape(kind)}" for kind, number in one.written.items()) or "nothing"
    back = command(one.undo) if one.undo else ""
    return f'<b>{one.id}</b> {escape(one.kind)} <span class="quiet">{escape(moment(one.at, zone))}</span> {wrote}{back}'


def listed(lines: Iterable[str]) -> str:
    """A list, or nothing."""
    found = "".join(f"<li>{one}</li>" for one in lines)
    return f"<ul>{found}</ul>" if found else ""
