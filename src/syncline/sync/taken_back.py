"""What a run said of identity, taken back: couplings and what they joined, and what a person joined or parted.

The same steps are done on paper for a list, and in transactions, so many at a time, for an undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from syncline.merge.case import Case
from syncline.model.entry import Entry
from syncline.model.rows import Coupling, Run
from syncline.sync import answers, couplings, duplicates, joining, meet, people, settle, uncoupling
from syncline.sync.desk import Desk, open_desk
from syncline.sync.hub import Hub
from syncline.sync.plan import desk_on_paper
from syncline.sync.store import Row

PAGE = 200
TAKEN_BACK = "what a person said is taken back"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing. what: parted, joined, unlinked, linked, uncoupled, coupled, asked again, a record of its own; or left.

    row: where it is about one; record: 0 where it is about none.
    """

    what: str
    record: int = 0
    row: Row = ("", "", "")
    why: str = ""


Steps = Callable[[Desk], list[Said]]
"""What is done on one desk."""


def anything(hub: Hub, run: Run) -> bool:
    """Is there anything of this sort that could be taken back?"""
    if hub.ledger.couplings_of_run(run.id, limit=1) or hub.ledger.couplings_of_run(run.id, ended=True, limit=1):
        return True
    return any(said.what != "left" for said in by_hand(desk_on_paper(hub), run))


def plan(hub: Hub, run: Run) -> Iterator[Said]:
    """What would be done; nothing is written."""
    for steps in batches(hub, run):
        yield from steps(desk_on_paper(hub))


def take_back(hub: Hub, run: Run) -> Iterator[Said]:
    """Does it. What is left is said with the reason."""
    for steps in batches(hub, run):
        with hub.ledger.unit() as unit:
            desk = open_desk(hub, unit, "undo")
            done = steps(desk)
            settle.close_desk(desk)
            hub.point("said no more")
        yield from done


def batches(hub: Hub, run: Run) -> Iterator[Steps]:
    """So much at a time."""
    for ended in (False, True):
        after: Coupling | None = None
        while page := hub.ledger.couplings_of_run(run.id, ended=ended, after=after, limit=PAGE):
            after = page[-1]
            yield coupling_again(page) if ended else coupling_no_more(page)
    if run.about:
        yield lambda desk: by_hand(desk, run)


# ---- couplings
def coupling_no_more(page: Sequence[Coupling]) -> Steps:
    """They end, and what they joined is parted."""

    def steps(desk: Desk) -> list[Said]:
        couplings.load(desk, [(one.one, one.other) for one in page])
        found = []
        for one in page:
            what, why = uncoupling.take_back(desk, one)
            found.append(Said(what=what, record=one.alias or 0, row=one.one, why=why or beside(one)))
        return found

    return steps


def coupling_again(page: Sequence[Coupling]) -> Steps:
    """What the run took back is said again."""

    def steps(desk: Desk) -> list[Said]:
        couplings.load(desk, [(one.one, one.other) for one in page])
        found = []
        for one in page:
            answer = couplings.couple(desk, (one.one, one.other), one.why)
            what = {"joined": "joined", "refused": "left"}.get(answer.kind, "coupled")
            found.append(Said(what=what, row=one.one, why=answer.why or beside(one)))
        return found

    return steps


def beside(one: Coupling) -> str:
    """With what, and who said so."""
    return f"with {'/'.join(one.other)}: {one.why}"


# ---- by hand
def by_hand(desk: Desk, run: Run) -> list[Said]:
    """What a person joined and parted, the last thing first."""
    history = desk.unit.history(run.about)
    entries = [one for rid in run.about for one in history.get(rid, ()) if one.run == run.id and one.field is None]
    ours = {one.link for one in entries if one.kind == "person"}
    found: dict[tuple[str, int], Said] = {}
    for entry in reversed(entries):
        said = taken(desk, entry, ours)
        if said is not None:
            found.setdefault((said.what, said.record), said)
    return list(found.values())


def taken(desk: Desk, entry: Entry, ours: set[int | None]) -> Said | None:
    """The opposite of one entry of history; None: it is no such thing."""
    if entry.kind == "record-merged" and entry.link is None and entry.before == entry.record:
        what, why = uncoupling.part(desk, entry.record)
        return Said(what=what, record=entry.record, why=why)
    if entry.kind == "record-unmerged" and entry.link is not None:
        return joined(desk, entry)
    if entry.kind == "linked" and entry.link in ours and entry.link is not None:
        what, why = uncoupling.give_back(desk, entry.link)
        return Said(what=what, record=entry.record, why=why)
    if entry.kind == "unlinked" and entry.link is not None:
        return linked(desk, entry.record, entry.link, str(entry.before))
    if entry.kind == "person" and entry.why.endswith(people.NOT_THE_SAME) and isinstance(entry.before, int):
        return asked(desk, entry.record, entry.before)
    if entry.kind == "candidate" and entry.why == TAKEN_BACK and isinstance(entry.after, int):
        return apart(desk, desk.case(entry.record), entry.after)
    if entry.kind == "person" and entry.why.endswith(answers.OF_ITS_OWN):
        remedy = f"syncline links remove {entry.record}@SYSTEM takes its row from it"
        return Said(what="left", record=entry.record, why=f"a record that was begun stays; {remedy}")
    return None


def joined(desk: Desk, entry: Entry) -> Said | None:
    """What was un-merged is one again."""
    now, before = entry.after, entry.before
    if not isinstance(now, dict) or not isinstance(before, dict) or now["record"] == before["record"]:
        return None
    one, other = desk.case(before["record"]), desk.case(now["record"])
    if one is None or other is None or one is other:
        return Said(what="left", record=now["record"], why="they are one record already")
    if joining.is_unresolved(one) or joining.is_unresolved(other):
        return Said(what="left", record=now["record"], why="a create of one of them is not resolved yet")
    couplings.join(desk, one, other, "the un-merge is taken back")
    return Said(what="joined", record=other.record.id)


def linked(desk: Desk, record: int, lid: int, external_id: str) -> Said:
    """A row that was taken from its record is its again, by a first meeting."""
    case, link = desk.case(record), desk.unit.links([lid])[lid]
    row = (link.system, link.stream, external_id)
    parked = desk.unit.parked_rows([row]).get(row)
    if case is None or parked is None or parked.parking.code not in (meet.UNLINKED, uncoupling.UNCOUPLED):
        desk.load_rows([row])
        found = desk.case_at(row)
        where = f"it is record {found[0].record.id}'s" if found is not None else "it is not there"
        return Said(what="left", record=record, row=row, why=f"{where} by now")
    if meet.claim(case, desk.declaration.binding(*row[:2])).here:
        return Said(what="left", record=record, row=row, why=f"record {record} has another row there by now")
    answers.take_in(desk, case, parked)
    case.note("person", None, desk.at_row[row][1], None, row[2], TAKEN_BACK)
    return Said(what="linked", record=record, row=row)


def asked(desk: Desk, record: int, other: int) -> Said:
    """Whether it is a duplicate is a question again."""
    case, twin = desk.case(record), desk.case(other)
    if case is None or twin is None or case is twin or case.record.asks is not None:
        return Said(what="left", record=record, why="that was decided otherwise since")
    case.record = replace(case.record, distinct_from=tuple(x for x in case.record.distinct_from if x != other))
    duplicates.suspect(case, twin, TAKEN_BACK)
    return Said(what="asked again", record=record)


def apart(desk: Desk, case: Case | None, other: int) -> Said | None:
    """That it is no duplicate is said again."""
    if case is None or case.record.asks != other:
        return None
    case.record = replace(case.record, distinct_from=(*case.record.distinct_from, other))
    case.note("person", None, None, other, None, f"{TAKEN_BACK}: {people.NOT_THE_SAME}")
    duplicates.clear(desk, case)
    return Said(what="a record of its own", record=case.record.id)
