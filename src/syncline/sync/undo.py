"""Taking a run back: said as a list first, then done; and taking that back again.

What a run wrote and nobody changed since is put back, and withheld on that link. What it created and nobody
changed since is deleted, for ever. Records and the systems that the values came from are untouched.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from syncline.merge import undo
from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.intent import Intent, Told
from syncline.model.link import Link
from syncline.model.record import Value
from syncline.model.rows import Run
from syncline.sync import written
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper

What = Literal["put back", "told again", "deleted", "kept", "left", "final"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What becomes of one field, or (without a field) of one row.

    put back: `after` is written and then withheld. told again: an undo of an undo. kept: an undone create that
    was not deleted yet. left: not taken back, and why. final: nobody can take it back.
    """

    what: What
    record: int
    link: int
    system: str
    stream: str
    external_id: str | None
    field: str | None = None
    before: Value = None
    after: Value = None
    why: str = ""


@dataclass
class Undoing:
    """What taking back `run` does; `by` is the undo's own run, which is 0 while it is only a plan."""

    run: int
    by: int = 0
    steps: list[Step] = field(default_factory=list)

    def of(self, what: What) -> list[Step]:
        """The steps of one sort."""
        return [step for step in self.steps if step.what == what]

    def add(self, what: What, case: Case, link: Link, **more: Any) -> None:
        """One more step."""
        self.steps.append(
            Step(
                what=what, record=case.record.id, link=link.id, system=link.system, stream=link.stream,
                external_id=link.external_id, **more,
            )
        )  # fmt: skip


def plan_undo(hub: Hub, run: int) -> Undoing:
    """What an undo would do: the same steps, on paper."""
    return take_back(desk_on_paper(hub), hub.ledger, run)


def undo_run(hub: Hub, run: int, who: str) -> Undoing:
    """Takes a run back, or an undo. It is a run of its own, which can be taken back too."""
    with hub.ledger.unit() as unit:
        desk = open_undo(hub, unit, run, who)
        undoing = take_back(desk, hub.ledger, run)
        written.flush(desk)
        hub.point("undone")
    return undoing


def undo_writes(hub: Hub, run: int, who: str) -> Sequence[tuple[int, str]]:
    """Takes back only what a run wrote to rows that were there. Returns (link, field) of what is put back."""
    with hub.ledger.unit() as unit:
        desk = open_undo(hub, unit, run, who)
        undoing = Undoing(run=run, by=desk.run)
        for intent in delivered(desk, run, "update"):
            put_back(desk, intent, undoing)
        written.flush(desk)
        hub.point("undone")
    return [(step.link, step.field) for step in undoing.of("put back") if step.field is not None]


def open_undo(hub: Hub, unit: Any, run: int, who: str) -> Desk:
    """A desk whose run says what it undoes, and for whom: the hub's run, where it works under one."""
    desk = open_desk(hub, unit, "undo")
    begun = unit.run(desk.run)
    about = begun.about if begun is not None else ()
    unit.save_run(Run(id=desk.run, kind="undo", at=desk.now, undoes=run, note=who, about=about))
    return desk


def take_back(desk: Desk, ledger: Any, run: int) -> Undoing:
    """All that the run did, or what an undo of it did.

    An undo's run also holds what it told beside what it put back. So each run of the chain is taken back where an even
    number of undos lies between, and told again where an odd one does; what an earlier run says of a field or row goes
    before.
    """
    undoing = Undoing(run=run, by=desk.run)
    done: set[tuple[int, str | None]] = set()
    for number, undos in reversed(chain_of(ledger, run)):
        created = [one for one in delivered(desk, number, "create") if (one.link, None) not in done]
        for intent in created:
            delete(desk, intent, undoing) if undos % 2 == 0 else keep(desk, intent, run, undoing)
        done |= {(one.link, None) for one in created}
        whole = {step.link for step in undoing.steps if step.what in ("deleted", "kept")}
        told = [one for one in delivered(desk, number, "update") if one.link not in whole]
        for intent in latest(desk, fresh(told, done)):
            put_back(desk, intent, undoing) if undos % 2 == 0 else tell_again(desk, intent, run, undoing)
            done |= {(intent.link, name) for name in intent.values}
        for intent in delivered(desk, number, "delete"):
            if (intent.link, None) not in done:
                case = desk.cases[intent.record]
                why = "a delete that was sent cannot be taken back"
                undoing.add("final", case, case.links[intent.link], why=why)
    return undoing


def chain_of(ledger: Any, run: int) -> list[tuple[int, int]]:
    """The run and those that it undoes, down to the one that is no undo, each with the undos between it and the run."""
    chain, found = [(run, 0)], ledger.run(run)
    while found is not None and found.kind == "undo" and found.undoes is not None:
        chain.append((found.undoes, len(chain)))
        found = ledger.run(found.undoes)
    return chain


def delivered(desk: Desk, run: int, kind: str) -> list[Intent]:
    """What the run told and systems took, with the cases and versions of today."""
    intents = [one for one in desk.unit.intents_of_run(run) if one.kind == kind and one.state == "done"]
    links = desk.unit.links([one.link for one in intents])
    bound = [one for one in intents if (one.system, one.stream) in desk.hub.bound]
    return desk.present([one for one in bound if one.link in links])


def fresh(intents: Sequence[Intent], done: Set[tuple[int, str | None]]) -> list[Intent]:
    """Without what an undo put back, and what another run of the chain speaks for."""
    out = []
    for intent in intents:
        values = {
            name: told
            for name, told in intent.values.items()
            if told.version is not None and (intent.link, name) not in done
        }
        if values:
            out.append(intent if len(values) == len(intent.values) else replace(intent, values=values))
    return out


def latest(desk: Desk, intents: Sequence[Intent]) -> list[Intent]:
    """Each field of a row once: as it was told last, over what was there when the run told it first.

    Where somebody changed it in that system in between, over what was there after that.
    """
    firsts: dict[tuple[int, str], Intent] = {}
    out: dict[tuple[int, str], tuple[Intent, Told]] = {}
    for intent in intents:
        for name, told in intent.values.items():
            key, before = (intent.link, name), out.get((intent.link, name))
            if before is None or edited_between(desk, intent, name, since=firsts[key].at):
                firsts[key], out[key] = intent, (intent, told)
            else:
                out[key] = (intent, replace(told, before=before[1].before))
    last: dict[int, dict[str, Told]] = {}
    for (_, name), (intent, told) in out.items():
        last.setdefault(intent.id, {})[name] = told
    return [replace(intent, values=last[intent.id]) for intent in intents if intent.id in last]


def edited_between(desk: Desk, intent: Intent, name: str, since: float) -> bool:
    """Did somebody change this field there after an earlier write of the run, and before this one?"""
    history = desk.unit.history([intent.record]).get(intent.record, ())
    mine = [one for one in history if one.link == intent.link and one.field == name and one.kind in undo.CHANGED]
    return any(since < one.at <= intent.at for one in mine)


# ---- writes
def put_back(desk: Desk, intent: Intent, undoing: Undoing) -> None:
    """What each field held before; or why it stays."""
    case = desk.cases[intent.record]
    link = case.links[intent.link]
    why = {name: undo.cannot_undo(case, link.id, name, told.version) for name, told in intent.values.items()}
    left = undo.put_back(case, intent, desk.run)
    for name, told in intent.values.items():
        if name in left:
            undoing.add("left", case, link, field=name, before=told.value, after=told.before, why=why[name] or "")
        else:
            waits = "waits for the open conflict" if name in case.record.conflicts else ""
            undoing.add("put back", case, link, field=name, before=told.value, after=told.before, why=waits)
    if len(left) < len(intent.values):
        mark_undone(desk, intent)


def mark_undone(desk: Desk, intent: Intent) -> None:
    """In the journal, which keeps what was told."""
    journalled = desk.unit.intents([intent.id])[intent.id]
    desk.unit.save_intents([replace(journalled, undone_by=desk.run)])


def tell_again(desk: Desk, intent: Intent, undo_run: int, undoing: Undoing) -> None:
    """What that undo put back, or was going to, holds the record's value again."""
    case = desk.cases[intent.record]
    link = case.links[intent.link]
    for name, told in intent.values.items():
        withheld = case.known(link.id, name).withheld
        step = {"field": name, "before": told.before, "after": case.value(name).value}
        if withheld is None or withheld.undo != undo_run or link.state != "active":
            undoing.add("left", case, link, **step, why="the undo of this field ended before")
            continue
        case.learn(link.id, name, withheld=None, agreed=None)
        case.note("undo", name, link.id, told.before, case.value(name).value, f"undo {undo_run} is taken back")
        undoing.add("told again", case, link, **step)


# ---- creates
def delete(desk: Desk, intent: Intent, undoing: Undoing) -> None:
    """A row that the run made and nobody changed is deleted; its tombstone keeps it from being made again."""
    case = desk.cases[intent.record]
    link = case.links[intent.link]
    why = cannot_delete(desk, case, link, intent)
    if why is not None:
        undoing.add("left", case, link, why=why)
        return
    undo.delete(case, link.id, desk.run)
    mark_undone(desk, intent)
    undoing.add("deleted", case, link)


def cannot_delete(desk: Desk, case: Case, link: Link, made: Intent) -> str | None:
    """Why a created row stays; None: it may go.

    `on_delete` has no say: it is about deletes that people make in a system, and this row is of our own making.
    """
    if link.state != "active" or link.deleting:
        return f"it is {'being deleted' if link.deleting else link.state} by now"
    if desk.hub.stream(link.system, link.stream).delete is None:
        return f"{link.system} deletes nothing"
    if any(known.sent or known.doubts for known in link.known.values()):
        return "nobody has looked at it since it was written"
    history = desk.unit.history([case.record.id]).get(case.record.id, ())
    theirs = [entry for entry in history if entry.link == link.id and entry.kind in undo.CHANGED]
    if any(not filled_in(case, link, made, entry) for entry in theirs):
        return f"somebody has changed it in {link.system}"
    return None


SAME_MOMENT_SECONDS = 2.0
"""Stamps of whole seconds, and the way there and back."""


def filled_in(case: Case, link: Link, made: Intent, entry: Entry) -> bool:
    """Did the system say this itself when the row was made, as an ERP gives an order its number? By its own stamp."""
    if entry.kind != "taken" or entry.before is not None or entry.field is None or made.done_at is None:
        return False
    held = case.value(entry.field)
    return held.source == link.id and held.version == 1 and held.until <= made.done_at + SAME_MOMENT_SECONDS


def keep(desk: Desk, intent: Intent, undo_run: int, undoing: Undoing) -> None:
    """The undo of a create is taken back, if the row is still there."""
    case = desk.cases[intent.record]
    link = case.links[intent.link]
    if not undo.is_undone(link, undo_run) or link.writing is not None:
        gone = link.state == "tombstone"
        why = "it was deleted, and is not made again" if gone else "the undo did not delete it"
        undoing.add("left", case, link, why=why)
        return
    undo.spare(case, link.id, f"undo {undo_run} is taken back")
    undoing.add("kept", case, link)
