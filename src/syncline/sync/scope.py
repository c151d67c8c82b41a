"""Which rows and records take part. What leaves scope is told so once and sleeps; it is never deleted.

A row without a link is judged by its own values: out of scope it is not met, and nobody parks it. A link is
judged by its record, since that is what the system will be made to say; so a foreign edit that is refused
does not put it out. Where the scope gives no value (see `unfit`), nothing changes.
"""

from __future__ import annotations

from collections.abc import Collection

from syncline.mapping.binding import Binding, Reading
from syncline.mapping.expression import Lookup
from syncline.mapping.field_type import Unfit
from syncline.mapping.sql_nodes import NOW
from syncline.merge import sleep
from syncline.merge.case import Case
from syncline.model.link import Link
from syncline.model.observation import Observation
from syncline.sync import questions
from syncline.sync.columns import columns, judged, neighbour_of
from syncline.sync.desk import Desk
from syncline.sync.spread import rows_of

JUDGED = ("active", "asleep", "birth")


# ---- links
def follow(desk: Desk, case: Case) -> None:
    """Puts links to sleep whose record left scope, and wakes those whose record is in scope again."""
    for link in list(case.links.values()):
        if link.state in JUDGED and not (link.state == "asleep" and not sleep.sleeps(link)):
            holds = in_scope(desk, case, desk.binding(link))
            if holds is not None:
                put(desk, case, link, holds)


def in_scope(desk: Desk, case: Case, binding: Binding) -> bool | None:
    """Does this record take part in that stream? None: its scope gives no value."""
    if binding.scope is None:
        return True
    return judged(desk, case, f"scope of {binding.system}.{binding.stream}", binding.scope)


def put(desk: Desk, case: Case, link: Link, holds: bool) -> None:
    """One link to where its record's scope says. A birth out of scope waits, unless its create was sent already."""
    asleep = link.why == sleep.OUT_OF_SCOPE and link.state != "active"  # a create that was sent may still be born
    if link.state == "birth":
        if holds == asleep:
            case.put(link.id, why="" if holds else sleep.OUT_OF_SCOPE)
    elif holds and asleep:
        sleep.wake(case, link.id)
    elif not holds and not asleep:
        sleep.fall_asleep(case, link.id, said(desk, link))
    elif asleep:
        sleep.say_less(case, link.id, said(desk, link))


def said(desk: Desk, link: Link) -> list[str]:
    """The fields that the scope reads and that can be told there: what put the record out."""
    binding = desk.binding(link)
    return [name for name in binding.writable if name in reads_of(binding)]


# ---- rows
def see_asleep(desk: Desk, binding: Binding, case: Case, lid: int, one: Observation, bound: dict[str, object]) -> None:
    """An accepted observation of a sleeping link: only what is watched is taken."""
    row = bound if one.whole else binding.laid_over(case.links[lid].seen, binding.wholly_told(bound))
    sleep.see_asleep(case, lid, one, binding, row, desk.resolve, reads_of(binding))


def watched_moved(binding: Binding, case: Case, lid: int, bound: dict[str, object]) -> bool:
    """Is anything that is watched of a sleeping row made of something else now?"""
    seen = case.links[lid].seen
    touched = binding.touched(seen, binding.laid_over(seen, bound))
    return not touched.isdisjoint(sleep.watched(case, binding, reads_of(binding)))


def reads_of(binding: Binding) -> Collection[str]:
    """The fields that the scope reads."""
    return binding.scope.reads if binding.scope is not None else ()


def takes_part(desk: Desk, binding: Binding, one: Observation, reading: Reading) -> bool:
    """Is this row, which has no link, to be met? What does not give a value is met, so that it is not overlooked."""
    holds = judges(desk, binding, reading)
    if not holds:
        leave_out(desk, binding, one, reading)
    return holds


def is_told(binding: Binding, reading: Reading) -> bool:
    """Does a row say everything about itself that its scope reads?"""
    own = {name.split(".", 1)[0] for name in reads_of(binding)} & binding.by_field.keys()
    return all(name in reading.told or name in reading.misfits or name in reading.unresolved for name in own)


def judges(desk: Desk, binding: Binding, reading: Reading) -> bool:
    """Does the scope hold of a row, or give no value?"""
    if binding.scope is None:
        return True
    try:
        return binding.scope.evaluate(row_columns(desk, binding, reading)) is True
    except Unfit:
        return True


def row_columns(desk: Desk, binding: Binding, reading: Reading) -> Lookup:
    """Names to loaded values of a row; what its stream does not tell is NULL."""
    policy = desk.declaration.entities[binding.entity]

    def value(name: str) -> object:
        if name == NOW:
            return desk.now
        if "." not in name:
            loaded: object = policy.of(name).type.load(reading.told.get(name))
            return loaded
        reference, column = name.split(".", 1)
        neighbour = neighbour_of(desk, reading.told.get(reference))
        return columns(desk, neighbour)(column) if neighbour is not None else None

    return value


def leave_out(desk: Desk, binding: Binding, one: Observation, reading: Reading) -> None:
    """Out of scope: no longer parked, and looked at again when a neighbour that its scope reads changes."""
    row = (binding.system, binding.stream, one.id)
    questions.unpark(desk, [row])
    rows = [(ref.system, ref.stream, ref.id) for ref in reading.unresolved.values()]
    for name in binding.scope.reads if binding.scope is not None else ():
        neighbour = neighbour_of(desk, reading.told.get(name.split(".", 1)[0])) if "." in name else None
        if neighbour is not None:
            rows += rows_of(desk.cases[neighbour.id], binding.system)
    if rows:
        desk.unit.wait_for(row, rows)
