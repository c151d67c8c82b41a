"""What is due when, of each stream: its changes, its deletes, its parts, and all of it again in the background.

Nothing is remembered beside the cursors: when a read ended last says when the next one is due. So after a restart
nothing runs too early, and nothing is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncline.model.rows import Cursor
from syncline.sync import asking_fields, comparing, observe, touched
from syncline.sync.hub import Hub
from syncline.sync.rounds import places

POLL_SECONDS = 60.0
SWEEP_SECONDS = 7 * 86400.0
DELETES_POLLS = 5
"""A list of deletes is read every so many polls: it is long, and few rows of it are new."""

SWEEP_PAGE_SECONDS = 1.0
"""Between two pages of a sweep; there is no hurry."""

What = Literal["changes", "parts", "deleted", "sweep"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something of a stream that comes round. every: seconds. part: of `parts`, the stream of parts."""

    system: str
    stream: str
    what: What
    every: float
    part: str = ""


def tasks(hub: Hub, system: str) -> tuple[Task, ...]:
    """What comes round in a system, parents before children; of each stream the changes first, the sweep last."""
    found, declared = list[Task](), hub.declaration.systems.get(system)
    often = (declared.poll if declared else None) or POLL_SECONDS
    seldom = (declared.sweep if declared else None) or SWEEP_SECONDS
    mine = [stream for at, stream in places(hub) if at == system]
    for name in mine:
        stream = hub.stream(system, name)
        if stream.changes is not None:
            found.append(Task(system=system, stream=name, what="changes", every=often))
        found += [Task(system=system, stream=name, what="parts", every=often, part=one) for one in stream.children]
        if stream.deleted is not None:
            found.append(Task(system=system, stream=name, what="deleted", every=often * DELETES_POLLS))
    sweeps = [name for name in mine if hub.stream(system, name).sweep is not None]
    return (*found, *(Task(system=system, stream=name, what="sweep", every=seldom) for name in sweeps))


def cursor_of(hub: Hub, task: Task) -> Cursor:
    """How far it was read."""
    path = "changes" if task.what == "parts" else task.what
    return hub.ledger.cursor(task.system, task.part or task.stream, path)


def due_at(task: Task, cursor: Cursor, whole: Cursor, now: float) -> float | None:
    """From when on this is to be done; None: not before its stream was read to its end once.

    cursor: the task's own. whole: the one of the stream's changes. A clock that went back makes everything due.
    """
    if task.what != "changes" and not whole.baselined:
        return None
    if is_under_way(cursor) or (task.what == "changes" and not cursor.baselined):
        return 0.0
    if cursor.ended > now:
        return 0.0
    if task.what == "sweep" and not cursor.ended:
        return None  # see `begin_sweeps`
    return cursor.ended + task.every if cursor.ended else 0.0


def is_under_way(cursor: Cursor) -> bool:
    """Was it begun and not ended?"""
    return cursor.after is not None or cursor.census != "counting"


def begin_sweeps(hub: Hub, task: Task) -> None:
    """A stream that was just read to its end for the first time was swept by that: the next sweep is due from now."""
    with hub.turn("read", task.system, task.stream):
        cursor = cursor_of(hub, task)
        if not cursor.ended and not is_under_way(cursor):
            with hub.ledger.unit() as unit:
                unit.save_cursor(Cursor(system=task.system, stream=task.stream, path="sweep", ended=hub.clock()))


def step(hub: Hub, task: Task) -> bool:
    """One page of it. Returns whether there is more. Raises NotNow."""
    if task.what == "changes":
        asking_fields.ask(hub, task.system, task.stream)
        try:
            more = observe.advance(hub, task.system, task.stream)
        except observe.NotNow as reason:
            comparing.after_refusal(hub, task.system, task.stream, reason)
            raise
        if not more:
            comparing.ask(hub, task.system, task.stream)
        return more
    if task.what == "parts":
        return touched.poll_parts(hub, task.system, task.stream, task.part)
    if task.what == "deleted":
        return observe.poll_deletes(hub, task.system, task.stream)
    return observe.poll(hub, task.system, task.stream, path="sweep")
