"""Where the systems agree, before anything is written: all is read and matched as `plan` does it, then counted once.

So what an audit says is what going live does. Nothing is written to any system, whatever the mode (I17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from syncline.acts.act import Audit, Say, Step
from syncline.acts.forgetting import begin_anew
from syncline.acts.news import everything
from syncline.acts.patience import patiently
from syncline.acts.planning import seconds_of
from syncline.acts.provisioning import missing_for
from syncline.acts.refusal import refuse
from syncline.acts.syncing import not_reached
from syncline.acts.tally import Tally
from syncline.acts.told import Audited
from syncline.acts.writers import asked
from syncline.connect.connector import Limit
from syncline.egress.reading import reading
from syncline.look.audit_csv import Folder
from syncline.look.audit_scan import Scan
from syncline.look.audit_words import next_of
from syncline.look.said import span
from syncline.sync import rounds, run
from syncline.sync.hub import Hub
from syncline.sync.rounds import NotRead

LEAST, MOST = 0.01, 1.0


def audit(hub: Hub, act: Audit, who: str, say: Say) -> Audited:
    """Raises Refusal for a share that is none, a folder that cannot be written, or a hub that cannot begin anew."""
    if not LEAST <= act.share <= MOST:
        raise refuse(f"A share of {act.share:.0%} of the limits is none.", "say --share with 1% to 100%")
    began = hub.clock()
    with folder_of(act) as folder:
        anew = begin_anew(hub, asked=act.anew)
        tally = Tally(say)
        working = tally.watching(run.begin(replace(hub, door=reading(hub.door, act.share)), "audit", who))
        not_now = patiently(working, lambda: rounds.read_all(working))
        scan = Scan(hub, hub.connectors, folder.add if folder else None, comparing(say))
        told = audited(working, act, tally, scan, not_now, anew, say)
        told = with_next(told, hub.clock() - began)
        if folder is not None:
            folder.finish(told)
        return told


def comparing(say: Say) -> Callable[[int], None]:
    """Progress of the count."""
    return lambda records: say(Step(what="comparing", done=records))


def audited(hub: Hub, act: Audit, tally: Tally, scan: Scan, not_now: NotRead, anew: str, say: Say) -> Audited:
    """What was read, counted."""
    foot = scan.run()
    creates = {(system, stream) for system, stream, write in scan.draft.rows if write == "create"}
    say(Step(what="asking who else writes"))
    others = asked(hub, scan)
    missing = [f"{one.system} {one.stream}.{one.field}" for one in missing_for(hub, creates)]
    return Audited(
        hub=hub.declaration.name, at=hub.clock(), mode=hub.declaration.mode, share=act.share,
        limits=tuple(limits_of(hub, act.share)), systems=tuple(hub.declaration.order), read=tally.read, took=0.0,
        entities=scan.told(), comes=foot.comes, counts=foot.counts, calls=foot.calls,
        seconds=seconds_of(hub, foot.calls), open_count=sum(1 for _ in everything(hub)), then=foot.then,
        missing=tuple(missing), writers=tuple(others.writers), unasked=tuple(dict.fromkeys(others.silent)), anew=anew,
        csv=act.csv, not_reached=not_reached(not_now),
    )  # fmt: skip


def limits_of(hub: Hub, share: float) -> list[str]:
    """What the share is, of the limits that count a window's calls: `hubspot 95 of 190 calls in 10 s`."""
    return [
        f"{system} {max(1, int(one.amount * share)):,} of {one.amount:,} {counted(one)} in {span(one.per_seconds)}"
        for system in hub.declaration.order for one in hub.connectors[system].limits if one.per_seconds
    ]  # fmt: skip


def counted(limit: Limit) -> str:
    """What a limit counts."""
    return " and ".join(f"{kind} calls" for kind in limit.kinds or ()) or "calls"


def with_next(told: Audited, took: float) -> Audited:
    """With the time it took, and what to do now."""
    timed = structs.replace(told, took=took)
    return structs.replace(timed, next=tuple(next_of(timed)))


@contextmanager
def folder_of(act: Audit) -> Iterator[Folder | None]:
    """Where the lists go, if they were asked for. Raises Refusal where they cannot."""
    if act.csv is None:
        yield None
        return
    try:
        with Folder(Path(act.csv)) as folder:
            yield folder
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise refuse(f"The lists cannot be written to {act.csv}: {why}.", "name a folder that you own") from error
